use core::ops::Range;

use dlms_core::apdu::{DataNotificationConfirm, LongInvokeIdAndPriority, tag};
use dlms_core::buffer::Buffer;
use dlms_core::codec::{Decode, Encode, Reader, Writer};
use dlms_core::data::Data;
use dlms_core::link::{Delivery, Link, Saps};
use dlms_core::time::Instant;
use dlms_security::{CipheredApdu, Protection, SecurityContext, SecurityError, SystemTitle, Unprotected};

use super::{Event, Listener, ListenerError, Origin, Security, SenderKeys, Senders};
use crate::Notification;

/// Sets of keys that are tried for one message.
const ATTEMPTS: usize = 16;

/// What a plain message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A notification; which one is to be confirmed, if it is.
    Notification(Option<LongInvokeIdAndPriority>),
    /// The telegram of a P1 port.
    #[cfg(feature = "any-link")]
    Telegram,
    /// A value without a message around it.
    Value,
}

impl Kind {
    const fn event(self, origin: Origin) -> Event {
        match self {
            Self::Notification(_) => Event::Notification(origin),
            #[cfg(feature = "any-link")]
            Self::Telegram => Event::Telegram(origin),
            Self::Value => Event::Value(origin),
        }
    }
}

impl<L: Link, B: Buffer> Listener<L, B> {
    /// Where a plain APDU begins in the transmit buffer: room for ciphering and framing stays in front of it.
    const PLAIN: usize = L::HEADROOM + SecurityContext::HEADROOM;

    /// Takes the message at `apdu` in the receive buffer: takes its protection off, and confirms it if it wants that.
    pub(super) fn receive<D: Senders>(
        &mut self,
        senders: &mut D,
        saps: Saps,
        apdu: Range<usize>,
        now: Instant,
    ) -> Result<Event, ListenerError> {
        let first = self.rx.as_slice().get(apdu.start).copied().unwrap_or(0);
        if tag::is_protected(first) {
            return self.receive_protected(senders, saps, apdu, now);
        }
        // What it is, then whether it is taken, then whether it can be read.
        if !Notification::is_tag(first) && !matches!(first, b'/' | 1 | 2) {
            return Err(ListenerError::Unexpected(first));
        }
        if !senders.takes_plain(saps) {
            return Err(SecurityError::WeakerThanPolicy.into());
        }
        let kind = self.kind(apdu.clone())?;
        self.plain = apdu;
        if let Kind::Notification(Some(confirm)) = kind {
            self.confirm(saps, confirm, now, |_, plain| Ok(plain))?;
        }
        Ok(kind.event(Origin { saps, security: None }))
    }

    /// The same of a protected message: every set of keys that may be the sender's is tried.
    fn receive_protected<D: Senders>(
        &mut self,
        senders: &mut D,
        saps: Saps,
        apdu: Range<usize>,
        now: Instant,
    ) -> Result<Event, ListenerError> {
        let title = self.title(senders, saps, apdu.clone())?;
        let unverified = senders.takes_unverified(title);
        let mut refused = ListenerError::UnknownSender;
        for attempt in 0..ATTEMPTS {
            let Some(keys) = senders.keys_to_try(title, attempt) else { break };
            let mut context = SecurityContext::new(keys.suite, keys.setup, keys.own_title);
            context.set_peer_title(Some(title));
            context.set_minimum(keys.minimum);
            let (opened, kind) =
                match self.open(&mut context, keys.crypto, keys.replay, apdu.clone(), unverified) {
                    Ok(opened) => opened,
                    // Another set may be the right one: what is wrong with the first says most.
                    Err(error) if is_of_the_key(&error) => {
                        if refused == ListenerError::UnknownSender {
                            refused = error;
                        }
                        continue;
                    }
                    Err(error) => return Err(error),
                };
            self.plain = opened.plain.clone();
            if let (Kind::Notification(Some(confirm)), false) = (kind, opened.broadcast) {
                let SenderKeys { crypto, counters, .. } = keys;
                let (form, protection) = (opened.form.general(), opened.protection);
                self.confirm(saps, confirm, now, |buffer, plain| {
                    context.protect(crypto, counters, form, protection, buffer, plain)
                })?;
            }
            let protected = opened.protection != Protection::NONE;
            let security = protected.then_some(Security {
                system_title: opened.originator,
                form: opened.form,
                suite: keys.suite,
                protection: opened.protection,
                broadcast: opened.broadcast,
                invocation_counter: opened.invocation_counter,
            });
            return Ok(kind.event(Origin { saps, security }));
        }
        Err(refused)
    }

    /// Takes the protection off; what is refused stays as it was.
    fn open<C, M>(
        &mut self,
        context: &mut SecurityContext,
        crypto: &mut C,
        replay: &mut M,
        apdu: Range<usize>,
        unverified: bool,
    ) -> Result<(Unprotected, Kind), ListenerError>
    where
        C: dlms_core::crypto::CryptoProvider,
        M: dlms_security::ReplayMemory,
    {
        let leniencies = self.leniencies;
        let buffer = self.rx.as_mut_slice();
        let decodes = |plain: &[u8]| Notification::decode_all(plain, leniencies).map(|_| ());
        let result = match context.unprotect_with(crypto, replay, buffer, apdu.clone(), decodes) {
            // A telegram of a P1 port is no message.
            #[cfg(feature = "any-link")]
            Err(SecurityError::Nested | SecurityError::Inconsistent) => {
                context.unprotect_octets(crypto, replay, buffer, apdu.clone())
            }
            result => result,
        };
        let is_unverified = unverified && matches!(result, Err(SecurityError::NoKey(_)));
        let result = match is_unverified {
            true => context.decrypt_unverified(crypto, buffer, apdu.clone()),
            false => result,
        };
        let opened = result?;
        match self.kind(opened.plain.clone()) {
            Ok(kind) => Ok((opened, kind)),
            // Nothing but that it can be read spoke for the key: back to what it was.
            Err(_) if is_unverified => {
                context.decrypt_unverified(crypto, self.rx.as_mut_slice(), apdu)?;
                Err(SecurityError::Inauthentic.into())
            }
            Err(error) => Err(error),
        }
    }

    /// Who sent the protected APDU, by its own words or by where it came from.
    fn title<D: Senders>(
        &self,
        senders: &D,
        saps: Saps,
        apdu: Range<usize>,
    ) -> Result<SystemTitle, ListenerError> {
        let bytes = self.rx.as_slice().get(apdu).unwrap_or_default();
        match bytes.first() {
            Some(&tag::GENERAL_CIPHERING) => {
                return Err(SecurityError::Unsupported("general-ciphering").into());
            }
            Some(&tag::GENERAL_SIGNING) => return Err(SecurityError::Unsupported("general-signing").into()),
            _ => {}
        }
        let view = CipheredApdu::from_bytes(bytes)?;
        let told = view.system_title.and_then(SystemTitle::from_slice);
        told.or_else(|| senders.title_at(saps)).ok_or(ListenerError::Security(SecurityError::NoTitle))
    }

    /// What the plain message is.
    fn kind(&self, plain: Range<usize>) -> Result<Kind, ListenerError> {
        let bytes = self.rx.as_slice().get(plain).unwrap_or_default();
        let first = bytes.first().copied().unwrap_or(0);
        #[cfg(feature = "any-link")]
        if first == b'/' {
            let refused = iec62056_21::p1::MissingCrc::Refused;
            let mut telegrams = iec62056_21::p1::telegrams(bytes, refused);
            return match telegrams.next() {
                Some(located) if located.offset == 0 && located.telegram.is_ok() => Ok(Kind::Telegram),
                _ => Err(ListenerError::Unexpected(first)),
            };
        }
        if !Notification::is_tag(first) {
            let is_value = matches!(first, 1 | 2) && Data::from_bytes(bytes).is_ok();
            return if is_value { Ok(Kind::Value) } else { Err(ListenerError::Unexpected(first)) };
        }
        Ok(match Notification::decode_all(bytes, self.leniencies)? {
            Notification::Data(data) if data.long_invoke_id.is_confirmed() => {
                Kind::Notification(Some(data.long_invoke_id))
            }
            _ => Kind::Notification(None),
        })
    }

    /// Confirms a notification. While the link still sends an earlier confirmation, this one is left out: it comes again.
    fn confirm(
        &mut self,
        saps: Saps,
        long_invoke_id: LongInvokeIdAndPriority,
        now: Instant,
        protect: impl FnOnce(&mut [u8], Range<usize>) -> Result<Range<usize>, SecurityError>,
    ) -> Result<(), SecurityError> {
        if self.link.is_sending() {
            return Ok(());
        }
        let confirm = DataNotificationConfirm { long_invoke_id, date_time: None };
        let end = Self::PLAIN.saturating_add(confirm.encoded_len());
        let room = self.tx.reserve(end.saturating_add(SecurityContext::TAILROOM))?;
        confirm.encode(&mut Writer::new(room.get_mut(Self::PLAIN..).unwrap_or_default()));
        let apdu = protect(room, Self::PLAIN..end)?;
        // The link was asked whether it is free.
        let _ = self.link.send(saps, apdu, Delivery::Unconfirmed, now);
        Ok(())
    }

    /// Where the first message of `apdu` ends, and where another begins behind an LLC header of its own, as some
    /// meters put several into one frame.
    pub(super) fn split(&self, apdu: Range<usize>) -> (Range<usize>, Option<Range<usize>>) {
        let octets = self.rx.as_slice().get(apdu.clone()).unwrap_or_default();
        let Some(len) = message_len(octets) else { return (apdu, None) };
        match octets.get(len..) {
            Some([0xe6, 0xe6 | 0xe7, 0x00, _, ..]) => {
                let end = apdu.start.saturating_add(len);
                (apdu.start..end, Some(end.saturating_add(3)..apdu.end))
            }
            _ => (apdu, None),
        }
    }
}

/// Whether another key may open what this one does not.
const fn is_of_the_key(error: &ListenerError) -> bool {
    matches!(
        error,
        ListenerError::Malformed(_)
            | ListenerError::Unexpected(_)
            | ListenerError::Security(
                SecurityError::Inauthentic
                    | SecurityError::Suite
                    | SecurityError::NoKey(_)
                    | SecurityError::Decode(_)
                    | SecurityError::Nested
                    | SecurityError::Inconsistent
            )
    )
}

/// Octets of the message at the front, if it is one that tells.
fn message_len(octets: &[u8]) -> Option<usize> {
    let mut r = Reader::new(octets);
    match r.peek()? {
        tag::GENERAL_CIPHERING | tag::GENERAL_SIGNING => return None,
        first if tag::is_protected(first) => {
            CipheredApdu::decode(&mut r).ok()?;
        }
        first if Notification::is_tag(first) => {
            Notification::decode_with(&mut r, dlms_core::apdu::Leniencies::all()).ok()?;
        }
        _ => return None,
    }
    Some(r.offset())
}
