//! general-ciphering and general-signing, alone and one in the other.

mod receive;
mod session;
mod sign;
mod transaction;

use core::ops::Range;

use dlms_core::{
    apdu::tag,
    codec::{Decode, Overflow, Writer},
    crypto::{CryptoProvider, KeyKind, Part},
};

use super::{SecurityContext, frame::Frame, split_tag};
use crate::{
    CounterStore, GeneralCiphering, GeneralProtection, InvocationCounters, Protection, PublicKey,
    SecurityControl, SecurityError, ServiceCiphering, SystemTitle, service_ciphering::may_be_protected,
};
pub(super) use session::Resolved;
use session::Session;
pub(super) use sign::Verified;
pub(super) use transaction::Transaction;

/// What a context keeps for general-ciphering and general-signing.
#[derive(Debug, Clone)]
pub(super) struct General {
    pub(super) how: GeneralProtection,
    pub(super) peer_signing_key: Option<PublicKey>,
    /// We answer, and do not ask: transactions are the peer's.
    pub(super) responds: bool,
    /// The one we asked in last, or are to answer in.
    pub(super) transaction: Option<Transaction>,
    /// The key that was wrapped or agreed last.
    pub(super) session: Option<Session>,
    /// We were asked under the global key, and answer under it.
    pub(super) asked_by_global_key: bool,
}

impl General {
    pub(super) const NEW: Self = Self {
        how: GeneralProtection::DEFAULT,
        peer_signing_key: None,
        responds: false,
        transaction: None,
        session: None,
        asked_by_global_key: false,
    };
}

impl SecurityContext {
    /// How general-ciphering and general-signing are done from now on.
    pub const fn set_general_protection(&mut self, how: GeneralProtection) {
        self.general.how = how;
    }

    /// This side answers, as a server does: in the transaction it was asked in, and under the key.
    pub const fn set_responds(&mut self) {
        self.general.responds = true;
    }

    /// The next message is the first of another exchange: what was asked before is not answered any more.
    pub const fn begin_exchange(&mut self) {
        self.general.transaction = None;
    }

    /// The key that was wrapped or agreed last in this association.
    #[must_use]
    pub fn session_key(&self) -> Option<dlms_core::crypto::KeyId> {
        Some(self.general.session.as_ref()?.key)
    }

    /// As [`protect`](Self::protect), where there is more to do than for the other forms.
    pub(super) fn protect_general<C, S, const N: usize>(
        &mut self,
        crypto: &mut C,
        counters: &mut InvocationCounters<S, N>,
        form: ServiceCiphering,
        protection: Protection,
        buf: &mut [u8],
        plain: Range<usize>,
    ) -> Result<Range<usize>, SecurityError>
    where
        C: CryptoProvider + ?Sized,
        S: CounterStore,
    {
        let first = buf.get(plain.start).copied().unwrap_or_default();
        if !may_be_protected(first) {
            return Err(SecurityError::Nested);
        }
        let ciphering = protection.ciphering();
        let inside = protection.signed
            && ciphering != Protection::NONE
            && self.general.how.order == crate::SigningOrder::Inside;
        if !inside && ciphering != Protection::NONE && form.tag_of(first).is_none() {
            return Err(SecurityError::Inconsistent);
        }
        if self.peer_title == Some(self.own_title) {
            return Err(SecurityError::ForeignTitle);
        }
        // What is before the message may be too little: it moves.
        let more = self.tailroom(form, protection);
        let signature = if protection.signed { self.signature_room() } else { 0 };
        let shift = more.saturating_sub(Self::TAILROOM).saturating_sub(signature);
        let end = plain.end.saturating_add(more);
        if buf.len() < end || plain.start < Self::HEADROOM {
            return Err(Overflow { needed: end }.into());
        }
        let start = plain.start.saturating_add(shift);
        let mut range = start..start.saturating_add(plain.len());
        for (from, to) in plain.rev().zip(range.clone().rev()) {
            let octet = buf.get(from).copied().unwrap_or_default();
            buf.iter_mut().skip(to).take(1).for_each(|slot| *slot = octet);
        }
        let transaction = self.transaction_to_send(counters)?;
        if inside {
            range = self.sign(crypto, &transaction, buf, range)?;
        }
        if ciphering != Protection::NONE {
            range = match form {
                ServiceCiphering::GeneralCiphering => {
                    self.cipher(crypto, counters, ciphering, &transaction, buf, range)?
                }
                form if inside => {
                    let form = form.general();
                    let tag = if form.is_dedicated() {
                        tag::GENERAL_DED_CIPHERING
                    } else {
                        tag::GENERAL_GLO_CIPHERING
                    };
                    self.protect_as(crypto, counters, (form, tag), ciphering, buf, range)?
                }
                form => {
                    let tag = form.tag_of(first).ok_or(SecurityError::Inconsistent)?;
                    self.protect_as(crypto, counters, (form, tag), ciphering, buf, range)?
                }
            };
        }
        if protection.signed && !inside {
            range = self.sign(crypto, &transaction, buf, range)?;
        }
        Ok(range)
    }

    /// Octets that general-ciphering and signatures add at most.
    pub(super) fn general_overhead(&self, form: ServiceCiphering, protection: Protection) -> usize {
        /// Tag, transaction, two titles, two empty strings, key-info to come, content's length.
        const HEAD: usize = 1 + Transaction::MAX + 1 + 2 * (1 + SystemTitle::LEN) + 2 + 1 + 5;
        let points = self.suite.public_key_len();
        let mut sum = 0usize;
        if protection.ciphering() != Protection::NONE {
            // Choice, parameters and octets of the key, with their lengths.
            let key_info = 8usize.saturating_add(points.saturating_mul(2)).max(8 + 2 + 40);
            let fixed = ServiceCiphering::SECURITY_HEADER_LEN + ServiceCiphering::TAG_LEN;
            sum = match form {
                ServiceCiphering::GeneralCiphering => HEAD.saturating_add(key_info).saturating_add(fixed),
                _ => Self::HEADROOM.saturating_add(Self::TAILROOM),
            };
        }
        if protection.signed {
            sum = sum.saturating_add(HEAD).saturating_add(self.signature_room());
        }
        sum
    }

    /// Octets of a signature with its length.
    const fn signature_room(&self) -> usize {
        self.suite.public_key_len().saturating_add(2)
    }

    /// Protects as general-ciphering what is at `plain`.
    fn cipher<C, S, const N: usize>(
        &mut self,
        crypto: &mut C,
        counters: &mut InvocationCounters<S, N>,
        protection: Protection,
        transaction: &Transaction,
        buf: &mut [u8],
        plain: Range<usize>,
    ) -> Result<Range<usize>, SecurityError>
    where
        C: CryptoProvider + ?Sized,
        S: CounterStore,
    {
        let mut key_info = [0; session::KEY_INFO];
        let mut w = Writer::new(&mut key_info);
        let key = self.key_to_send(crypto, transaction, &mut w)?;
        let key_info = w.finish()?;
        self.require(crypto, key, protection)?;
        let broadcast = key.kind == KeyKind::GlobalBroadcastEncryption;
        // That of the global key whatever the key is: never used twice, even if the same key should be agreed on again.
        let counter = counters.next(self.counter(broadcast))?;
        let control = SecurityControl::new(self.suite, protection, false);

        let tag_len = if protection.authenticated { ServiceCiphering::TAG_LEN } else { 0 };
        let content_len = plain.len().saturating_add(tag_len);
        let mut header = [0; 1 + Transaction::MAX + 2 * (1 + SystemTitle::LEN) + 2];
        let header = self.write_header(transaction, &mut header)?;
        let write = |w: &mut Writer<'_>| {
            w.u8(tag::GENERAL_CIPHERING);
            w.bytes(header);
            w.bytes(key_info);
            w.length(content_len.saturating_add(ServiceCiphering::SECURITY_HEADER_LEN));
            w.u8(control.0);
            w.u32(counter);
        };
        let mut count = Writer::new(&mut []);
        write(&mut count);
        let start = plain.start.checked_sub(count.len()).ok_or(Overflow { needed: count.len() })?;
        let end = plain.start.saturating_add(content_len);
        let room = buf.get_mut(start..end).ok_or(Overflow { needed: end })?;
        let (head, content) = room.split_at_mut_checked(count.len()).unwrap_or_default();
        let mut w = Writer::new(head);
        write(&mut w);
        w.finish()?;
        self.seal_with(crypto, key, control, self.own_title.nonce(counter), header, content)?;
        Ok(start..end)
    }

    /// The five octet strings that begin every general APDU of ours.
    fn write_header<'h>(
        &self,
        transaction: &Transaction,
        out: &'h mut [u8],
    ) -> Result<&'h [u8], SecurityError> {
        let mut w = Writer::new(out);
        w.octets(transaction.as_slice());
        w.octets(&self.own_title.0);
        let recipient = if self.broadcast { None } else { self.peer_title };
        w.octets(recipient.as_ref().map_or(&[], |title| &title.0[..]));
        w.octets(&[]);
        w.octets(&[]);
        Ok(w.finish()?)
    }

    /// Reads the header of a general-ciphering APDU, as [`Frame::read`] does those of the others.
    pub(super) fn read_general(&self, octets: &[u8], apdu: Range<usize>) -> Result<Frame, SecurityError> {
        let view = GeneralCiphering::from_bytes(octets)?;
        let control = view.security_control;
        if control.suite() != Some(self.suite) {
            return Err(SecurityError::Suite);
        }
        if control.compressed() {
            return Err(SecurityError::Unsupported("compression"));
        }
        if control.broadcast() || control.protection() == Protection::NONE {
            return Err(SecurityError::Inconsistent);
        }
        if !control.protection().covers(self.minimum.ciphering()) {
            return Err(SecurityError::WeakerThanPolicy);
        }
        let originator = self.check_titles(view.originator_system_title, view.recipient_system_title)?;
        let transaction = Transaction::from_slice(view.transaction_id)?;
        let start = apdu.start.saturating_add(view.content_offset);
        // The header ends where key-info or its absence is told; it begins behind the tag.
        let header = apdu.start.saturating_add(1);
        Ok(Frame {
            tag: tag::GENERAL_CIPHERING,
            form: ServiceCiphering::GeneralCiphering,
            control,
            originator,
            counter: view.invocation_counter,
            content: start..start.saturating_add(view.content.len()),
            header: header..header.saturating_add(view.header.len()),
            apdu,
            transaction: Some(transaction),
        })
    }

    /// Checks both titles of a general APDU; the originator's.
    pub(super) fn check_titles(
        &self,
        originator: &[u8],
        recipient: &[u8],
    ) -> Result<SystemTitle, SecurityError> {
        if SystemTitle::from_slice(recipient).is_some_and(|title| title != self.own_title) {
            return Err(SecurityError::ForeignTitle);
        }
        match SystemTitle::from_slice(originator) {
            Some(title) if title == self.own_title => Err(SecurityError::ForeignTitle),
            Some(title) if self.peer_title.is_some_and(|peer| peer != title) => {
                Err(SecurityError::ForeignTitle)
            }
            Some(title) => Ok(title),
            None => self.peer(),
        }
    }

    /// As [`seal`](Self::seal), with a header that is authenticated too.
    pub(super) fn seal_with<C: CryptoProvider + ?Sized>(
        &self,
        crypto: &mut C,
        key: dlms_core::crypto::KeyId,
        control: SecurityControl,
        nonce: dlms_core::crypto::Nonce,
        header: &[u8],
        content: &mut [u8],
    ) -> Result<(), SecurityError> {
        if !control.authenticated() {
            return Ok(crypto.apply_keystream(self.suite, key, &nonce, content)?);
        }
        let (plain, tag) = split_tag(content)?;
        let octet = [control.0];
        let [octet, ak, header] = [Part::Bytes(&octet), self.authentication_part(), Part::Bytes(header)];
        *tag = if control.encrypted() {
            crypto.seal(self.suite, key, &nonce, &[octet, ak, header], plain)?
        } else {
            crypto.seal(self.suite, key, &nonce, &[octet, ak, header, Part::Bytes(plain)], &mut [])?
        };
        Ok(())
    }
}
