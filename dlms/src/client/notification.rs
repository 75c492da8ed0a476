use core::ops::Range;

#[cfg(feature = "general-block-transfer")]
use dlms_core::apdu::{Conformance, GeneralBlockTransfer};
use dlms_core::apdu::{DataNotificationConfirm, LongInvokeIdAndPriority, tag};
use dlms_core::buffer::Buffer;
use dlms_core::codec::{Decode, DecodeError, Encode, Writer};
use dlms_core::crypto::CryptoProvider;
use dlms_core::link::{Delivery, Link};
use dlms_core::time::Instant;
use dlms_security::{CounterStore, Protection};

#[cfg(feature = "general-block-transfer")]
use super::Misbehaviour;
use super::{Client, ClientError, Event, Misuse, Phase};
use crate::Notification;
#[cfg(feature = "general-block-transfer")]
use crate::general_blocks::{Gathered, Gathering, aborts};

/// Whether notifications are told; else they are let pass.
const NOTIFIED: bool = cfg!(feature = "notifications");

/// What the server sent unasked.
#[derive(Debug, Clone, Default)]
pub(super) struct Notified {
    /// The last one, plain, in the receive buffer.
    plain: Range<usize>,
    /// Which one is to be confirmed.
    confirm: Option<LongInvokeIdAndPriority>,
    /// One that comes in blocks; what of it came lies at the front of the receive buffer.
    #[cfg(feature = "general-block-transfer")]
    gathering: Gathering,
    /// There was no place for that: its other blocks are let pass.
    #[cfg(feature = "general-block-transfer")]
    homeless: bool,
}

/// A notification that did not come whole.
#[cfg(feature = "general-block-transfer")]
const INTERRUPTED: Misbehaviour = Misbehaviour::Missing("a block of the notification");

/// Whether an APDU of this tag can only be a notification.
pub(super) const fn notifies(first: u8) -> bool {
    match tag::plain_of(first) {
        Some(plain) => Notification::is_tag(plain),
        None => Notification::is_tag(first),
    }
}

/// Whether an APDU of this tag may be anything: what it is shows when it is deciphered.
pub(super) const fn is_general(first: u8) -> bool {
    matches!(
        first,
        tag::GENERAL_GLO_CIPHERING
            | tag::GENERAL_DED_CIPHERING
            | tag::GENERAL_CIPHERING
            | tag::GENERAL_SIGNING
    )
}

impl<L: Link, C: CryptoProvider, S: CounterStore, B: Buffer> Client<L, C, S, B> {
    /// The notification that the last [`Event::Notification`] speaks of, until more octets are taken.
    ///
    /// # Errors
    /// There is none.
    pub fn notification(&self) -> Result<Notification<'_>, ClientError> {
        let bytes = self.rx.as_slice().get(self.notified.plain.clone()).unwrap_or_default();
        if bytes.is_empty() {
            return Err(Misuse::NoResult.into());
        }
        Ok(Notification::from_bytes(bytes)?)
    }

    /// Forgets the notification: its place in the receive buffer is needed.
    pub(super) fn forget_notification(&mut self) {
        self.notified.plain = 0..0;
    }

    /// Takes the APDU at `apdu` if it can be nothing but a notification. Whatever is wrong with one, the request that is
    /// pending goes on.
    pub(super) fn take_notification(&mut self, first: u8, apdu: &Range<usize>) -> bool {
        if !NOTIFIED {
            return false;
        }
        let waits = !self.awaits_answer() || self.outgoing.is_some();
        #[cfg(feature = "general-block-transfer")]
        if first == tag::GENERAL_BLOCK_TRANSFER {
            return self.take_block_of_notification(apdu, waits);
        }
        if !(notifies(first) || waits && is_general(first)) {
            return false;
        }
        if self.phase == Phase::Associated {
            self.open_notification(first, apdu.clone());
        }
        true
    }

    /// Tells of the notification that lies protected at `apdu`.
    fn open_notification(&mut self, first: u8, apdu: Range<usize>) {
        match self.unseal(first, apdu) {
            Ok(plain) => self.notify(plain),
            Err(error) => self.refuse_notification(error),
        }
    }

    /// Takes the block at `apdu` if it is of a notification: of a message that nobody is to confirm, and that is no
    /// answer by its first octet, or because none is awaited. A notification of which a block is missing is told of.
    #[cfg(feature = "general-block-transfer")]
    fn take_block_of_notification(&mut self, apdu: &Range<usize>, waits: bool) -> bool {
        let octets = self.rx.as_slice().get(apdu.clone()).unwrap_or_default();
        let Ok(block) = GeneralBlockTransfer::from_bytes(octets) else { return false };
        let agreed = self.offered(Conformance::GENERAL_BLOCK_TRANSFER).is_ok();
        if block.window != 0 || !agreed || self.phase != Phase::Associated || aborts(&block) {
            return false;
        }
        let (number, last) = (block.block_number, block.last_block);
        let first = block.block_data.first().copied().unwrap_or(0);
        let raw = apdu.end.saturating_sub(block.block_data.len())..apdu.end;
        let answered_so = self.ciphers().is_some_and(|(form, _)| form.is_general());
        let begins = number == 1 && (waits || notifies(first) || is_general(first) && !answered_so);
        let (under_way, taken) = (self.gathers(), self.notified.gathering.is_under_way());
        if !begins && (number == 1 || !taken) {
            // Nothing is left of what it belongs to.
            return !self.awaits_answer();
        }
        let gathered = self.notified.gathering.take(number);
        if begins && !under_way {
            // An answer that is coming has the place.
            self.notified.homeless = self.kept > 0;
            if self.notified.homeless {
                self.refuse_notification(INTERRUPTED.into());
            }
        }
        if self.notified.homeless {
            if last {
                self.notified.gathering = Gathering::default();
            }
            return gathered != Gathered::Useless;
        }
        match gathered {
            Gathered::Repeated => return true,
            Gathered::Useless => {
                self.kept = 0;
                self.refuse_notification(INTERRUPTED.into());
                return true;
            }
            Gathered::First => self.kept = 0,
            Gathered::Next => {}
        }
        self.keep(raw);
        if last {
            let whole = 0..self.kept;
            self.stop_gathering();
            let first = self.rx.as_slice().first().copied().unwrap_or(0);
            self.open_notification(first, whole);
        }
        true
    }

    /// Whether a notification is coming in blocks.
    #[cfg(feature = "general-block-transfer")]
    pub(super) const fn gathers(&self) -> bool {
        self.notified.gathering.is_under_way() && !self.notified.homeless
    }

    /// Gives up the notification that is coming in blocks: its place in the receive buffer is needed.
    #[cfg(feature = "general-block-transfer")]
    pub(super) fn interrupt_gathering(&mut self) {
        if self.gathers() {
            self.stop_gathering();
            self.refuse_notification(INTERRUPTED.into());
        }
    }

    #[cfg(feature = "general-block-transfer")]
    fn stop_gathering(&mut self) {
        self.notified.gathering = Gathering::default();
        self.kept = 0;
    }

    /// Whether what is wrong with an APDU in a general form leaves the request that is pending alone: anybody may have
    /// sent it, or the answer would come in another form.
    pub(super) fn is_no_answer(&self, first: u8, error: &ClientError) -> bool {
        let general = self.ciphers().is_some_and(|(form, _)| form.is_general());
        let insecure = matches!(error, ClientError::Security(_));
        NOTIFIED && is_general(first) && self.phase == Phase::Associated && (insecure || !general)
    }

    /// A plain notification lies at `plain`; anything else there is a late answer to what was given up.
    pub(super) fn notify(&mut self, plain: Range<usize>) {
        let bytes = self.rx.as_slice().get(plain.clone()).unwrap_or_default();
        if !NOTIFIED || !bytes.first().is_some_and(|first| Notification::is_tag(*first)) {
            return;
        }
        match Notification::from_bytes(bytes) {
            Ok(notification) => {
                if let Notification::Data(data) = notification
                    && data.long_invoke_id.is_confirmed()
                {
                    self.notified.confirm = Some(data.long_invoke_id);
                }
                self.notified.plain = plain;
                self.event = Some(Event::Notification);
            }
            Err(error) => self.refuse_notification(error.into()),
        }
    }

    /// Tells that a notification was not taken, unless there is more important news.
    pub(super) fn refuse_notification(&mut self, error: ClientError) {
        let _ = self.event.get_or_insert(Event::NotificationRefused(error));
    }

    /// Sends the confirmation that is due.
    pub(super) fn flush_confirmation(&mut self, now: Instant) {
        let saps = self.config.saps;
        if !NOTIFIED || self.notified.confirm.is_none() || self.link.is_sending() || !self.link.is_open(saps)
        {
            return;
        }
        let Some(long_invoke_id) = self.notified.confirm.take() else { return };
        match self.seal_confirmation(long_invoke_id) {
            Ok(apdu) => {
                self.statistics.sent = self.statistics.sent.saturating_add(apdu.len() as u64);
                // Nobody answers it; and the link is free, so it cannot be busy.
                let _ = self.link.send(saps, apdu, Delivery::Unconfirmed, now);
            }
            Err(error) => self.refuse_notification(error),
        }
    }

    /// Puts a confirmation where blocks are put together: what waits for an answer lies behind, or was sent.
    fn seal_confirmation(
        &mut self,
        long_invoke_id: LongInvokeIdAndPriority,
    ) -> Result<Range<usize>, ClientError> {
        let confirm = DataNotificationConfirm { long_invoke_id, date_time: None };
        let end = Self::PLAIN.saturating_add(confirm.encoded_len());
        let room = self.tx.reserve(end.saturating_add(self.behind()))?;
        confirm.encode(&mut Writer::new(room.get_mut(Self::PLAIN..).unwrap_or_default()));
        let Some((form, protection)) = self.ciphers().filter(|(_, p)| *p != Protection::NONE) else {
            return Ok(Self::PLAIN..end);
        };
        self.security.set_broadcast(false);
        // A transaction of its own would take the place of the one that waits for its answer.
        let sealed = self.security.protect(
            &mut self.crypto,
            &mut self.counters,
            form.untransacted().general(),
            protection.ciphering(),
            self.tx.as_mut_slice(),
            Self::PLAIN..end,
        );
        Ok(sealed?)
    }
}

/// Tries to read a notification that was only encrypted; nothing if it is none.
pub(super) fn decodes(plain: &[u8]) -> Option<Result<(), DecodeError>> {
    let is = NOTIFIED && plain.first().is_some_and(|first| Notification::is_tag(*first));
    is.then(|| Notification::from_bytes(plain).map(|_| ()))
}
