use core::ops::Range;

use dlms_core::apdu::{DataNotificationConfirm, LongInvokeIdAndPriority, tag};
use dlms_core::buffer::Buffer;
use dlms_core::codec::{Decode, DecodeError, Encode, Writer};
use dlms_core::link::{Delivery, Link, Saps};
use dlms_core::time::Instant;
use dlms_security::{CipheredApdu, Protection, SecurityContext, SecurityError, SystemTitle};

use super::{Listener, ListenerError, Origin, Security, Senders};
use crate::Notification;

impl<L: Link, B: Buffer> Listener<L, B> {
    /// Where a plain APDU begins in the transmit buffer: room for ciphering and framing stays in front of it.
    const PLAIN: usize = L::HEADROOM + SecurityContext::HEADROOM;

    /// Takes the APDU at `apdu` in the receive buffer: takes its protection off, and confirms it if it wants that.
    pub(super) fn receive<D: Senders>(
        &mut self,
        senders: &mut D,
        saps: Saps,
        apdu: Range<usize>,
        now: Instant,
    ) -> Result<Origin, ListenerError> {
        let first = self.rx.as_slice().get(apdu.start).copied().unwrap_or(0);
        if !tag::is_protected(first) {
            if !Notification::is_tag(first) {
                return Err(ListenerError::Unexpected(first));
            }
            if !senders.takes_plain(saps) {
                return Err(SecurityError::WeakerThanPolicy.into());
            }
            let confirm = self.check(apdu.clone())?;
            self.plain = apdu;
            if let Some(confirm) = confirm {
                self.confirm(saps, confirm, now, |_, plain| Ok(plain))?;
            }
            return Ok(Origin { saps, security: None });
        }
        let title = self.title(senders, saps, apdu.clone())?;
        let keys = senders.keys(title).ok_or(ListenerError::UnknownSender)?;
        let mut context = SecurityContext::new(keys.suite, keys.setup, keys.own_title);
        context.set_peer_title(Some(title));
        context.set_minimum(keys.minimum);
        let buffer = self.rx.as_mut_slice();
        let opened = context.unprotect_with(keys.crypto, keys.replay, buffer, apdu, decodes)?;
        let inner = self.rx.as_slice().get(opened.plain.start).copied().unwrap_or(0);
        if !Notification::is_tag(inner) {
            return Err(ListenerError::Unexpected(inner));
        }
        let confirm = self.check(opened.plain.clone())?;
        self.plain = opened.plain;
        if let (Some(confirm), false) = (confirm, opened.broadcast) {
            let (form, protection) = (opened.form.general(), opened.protection);
            self.confirm(saps, confirm, now, |buffer, plain| {
                context.protect(keys.crypto, keys.counters, form, protection, buffer, plain)
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
        Ok(Origin { saps, security })
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

    /// Reads the plain notification; which one is to be confirmed, if it is.
    fn check(&self, plain: Range<usize>) -> Result<Option<LongInvokeIdAndPriority>, DecodeError> {
        let bytes = self.rx.as_slice().get(plain).unwrap_or_default();
        Ok(match Notification::from_bytes(bytes)? {
            Notification::Data(data) if data.long_invoke_id.is_confirmed() => Some(data.long_invoke_id),
            _ => None,
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
}

/// Tries to read a notification that was only encrypted: nothing else speaks for it.
fn decodes(plain: &[u8]) -> Result<(), DecodeError> {
    Notification::from_bytes(plain).map(|_| ())
}
