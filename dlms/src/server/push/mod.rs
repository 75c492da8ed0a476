mod body;
mod error;
mod event;

pub use error::PushError;
pub use event::PushEvent;

use core::ops::Range;

use dlms_core::apdu::{DataNotification, DataNotificationConfirm, LongInvokeIdAndPriority, tag};
use dlms_core::buffer::Buffer;
use dlms_core::codec::{Decode, DecodeError, Encode, Writer};
use dlms_core::data::{Data, DateTime};
use dlms_core::limits;
use dlms_core::link::{Delivery, Link, LinkError, LinkEvent, Saps};
use dlms_core::time::Instant;
use dlms_security::{Protection, SecurityContext, ServiceCiphering, overhead};
use obis::ObisCode;

use super::LogicalDevice;
use super::site::Site;
#[cfg(feature = "general-block-transfer")]
use crate::general_blocks::{Cut, Layout, Unconfirmed};
use crate::machine::{Output, earlier};

/// Octets of the receive buffer that one object is read into, at most.
const SCRATCH: usize = 4096;

/// One push: what of it the Push setup object does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Push {
    /// The Push setup object, which lists what is sent.
    pub setup: ObisCode,
    /// The logical device that pushes, and the client it is for.
    pub saps: Saps,
    /// Which push, and whether it is to be confirmed. A repetition has the same.
    pub long_invoke_id: LongInvokeIdAndPriority,
    /// When it was made.
    pub date_time: Option<DateTime>,
    /// How it is protected at least, in the form general-glo-ciphering; the security policy and the rights of what is
    /// sent may demand more.
    pub protection: Protection,
    /// Which set of the provider's keys protects it.
    pub key_set: u8,
    /// Whether the broadcast key does.
    pub broadcast: bool,
    /// The largest APDU that the client takes; 0: it states no limit.
    pub max_pdu_size: u16,
    /// Whether what is longer goes in general blocks that nobody confirms, as of real meters; else it is not sent.
    #[cfg(feature = "general-block-transfer")]
    pub in_blocks: bool,
    /// Milliseconds to wait for the confirmation.
    pub confirmation_time_out: u64,
}

impl Push {
    /// An unprotected push of the management logical device.
    #[must_use]
    pub const fn new(setup: ObisCode, client: u16, long_invoke_id: LongInvokeIdAndPriority) -> Self {
        Self {
            setup,
            saps: Saps { client, server: 1 },
            long_invoke_id,
            date_time: None,
            protection: Protection::NONE,
            key_set: 0,
            broadcast: false,
            max_pdu_size: 0,
            #[cfg(feature = "general-block-transfer")]
            in_blocks: true,
            confirmation_time_out: limits::RESPONSE_TIME_OUT,
        }
    }
}

/// What a push waits for.
#[derive(Debug, Clone, Copy)]
struct Pending {
    saps: Saps,
    long_invoke_id: LongInvokeIdAndPriority,
    protection: Protection,
    key_set: u8,
    time_out: u64,
    /// It was handed over to the transport.
    sent: bool,
}

/// Pushes without an association, over a link of its own: a machine without sockets, clock or heap.
///
/// `L` is the link, seen from the server's end, `B` the buffers: that to send holds one notification, that to receive a
/// confirmation and, while a notification is put together, one attribute of which an element is pushed. See [`Output`]
/// for the order of calls.
#[derive(Debug)]
pub struct Pusher<L, B> {
    link: L,
    rx: B,
    tx: B,
    pending: Option<Pending>,
    /// How the last one was protected.
    protection: Protection,
    /// What is on its way in blocks.
    #[cfg(feature = "general-block-transfer")]
    blocks: Option<Unconfirmed>,
    deadline: Option<Instant>,
    event: Option<PushEvent>,
}

impl<L: Link, B: Buffer> Pusher<L, B> {
    /// Where a plain APDU begins in the transmit buffer: room for ciphering and framing stays in front of it.
    const PLAIN: usize = L::HEADROOM + SecurityContext::HEADROOM;

    /// One that has not pushed yet.
    #[must_use]
    pub const fn new(link: L, rx: B, tx: B) -> Self {
        Self {
            link,
            rx,
            tx,
            pending: None,
            protection: Protection::NONE,
            #[cfg(feature = "general-block-transfer")]
            blocks: None,
            deadline: None,
            event: None,
        }
    }

    /// The link, for what it has to tell.
    #[must_use]
    pub const fn link(&self) -> &L {
        &self.link
    }

    /// Puts together what the Push setup object lists, from the objects as they are now, and starts to send it. What the
    /// client may not read goes as null-data. An event follows.
    ///
    /// # Errors
    /// Nothing is sent; no invocation counter is used but with `Security(Provider)`.
    pub fn push<D: LogicalDevice>(
        &mut self,
        devices: &mut [D],
        push: &Push,
        now: Instant,
    ) -> Result<(), PushError> {
        if self.pending.is_some() || self.link.is_sending() {
            return Err(PushError::Busy);
        }
        let mut site = Site::find(devices, push.saps.server).ok_or(PushError::NoDevice)?;
        let max = match usize::from(push.max_pdu_size) {
            0 => L::MAX_APDU,
            max => max.min(L::MAX_APDU),
        };
        match self.put(&mut site, push, Self::PLAIN, max) {
            Ok(apdu) => {
                self.link.send(push.saps, apdu, Delivery::Unconfirmed, now).map_err(|_| PushError::Busy)?
            }
            #[cfg(feature = "general-block-transfer")]
            Err(PushError::TooLong { .. }) if push.in_blocks => self.put_in_blocks(&mut site, push, max)?,
            Err(error) => return Err(error),
        }
        self.pending = Some(Pending {
            saps: push.saps,
            long_invoke_id: push.long_invoke_id,
            protection: self.protection,
            key_set: push.key_set,
            time_out: push.confirmation_time_out,
            sent: false,
        });
        Ok(())
    }

    /// Puts the notification, protected, into the transmit buffer, where `start` is the place of its first plain octet,
    /// if it takes no more than `max` octets: where it is.
    fn put<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        push: &Push,
        start: usize,
        max: usize,
    ) -> Result<Range<usize>, PushError> {
        let scratch = self.rx.reserve(SCRATCH.min(self.rx.capacity())).map_err(|_| PushError::NoRoom)?;
        let end = start.saturating_add(max).saturating_add(SecurityContext::TAILROOM);
        let buffer = self.tx.reserve(end.min(self.tx.capacity())).map_err(|_| PushError::NoRoom)?;
        let size = buffer.len().saturating_sub(start).saturating_sub(SecurityContext::TAILROOM).min(max);
        let room = buffer.get_mut(start..start.saturating_add(size)).unwrap_or_default();
        let mut w = Writer::new(room);
        let Push { long_invoke_id, date_time, .. } = *push;
        DataNotification { long_invoke_id, date_time, body: Data::NullData }.encode(&mut w);
        w.seek(w.len().saturating_sub(1));
        let demanded = body::write(site, push, scratch, &mut w, size)?;
        let parts = &mut site.parts;
        let protection = push.protection.union(parts.policy.response).union(demanded);
        let form = ServiceCiphering::GeneralGlobal;
        let plain = w.len();
        let needed = plain.saturating_add(overhead(form, protection, plain));
        if plain > size || needed > max {
            return Err(PushError::TooLong { needed, max: size.min(max) });
        }
        self.protection = protection;
        let mut context = SecurityContext::new(parts.config.suite, push.key_set, parts.config.system_title);
        context.set_broadcast(push.broadcast);
        let plain = start..start.saturating_add(plain);
        let (crypto, counters) = (&mut *parts.crypto, &mut *parts.counters);
        Ok(context.protect(crypto, counters, form, protection, buffer, plain)?)
    }

    /// Puts the notification, protected, behind the room that its blocks are put together in. A buffer that grows grows
    /// as far as it has to.
    #[cfg(feature = "general-block-transfer")]
    fn put_in_blocks<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        push: &Push,
        max: usize,
    ) -> Result<(), PushError> {
        let capacity = self.tx.capacity();
        let Layout { size, message } = Layout::new(max, capacity, L::HEADROOM).ok_or(PushError::NoRoom)?;
        let start = message.saturating_add(SecurityContext::HEADROOM);
        let most = capacity.saturating_sub(start).saturating_sub(SecurityContext::TAILROOM);
        let mut room = SCRATCH.min(most);
        let sealed = loop {
            match self.put(site, push, start, room) {
                Err(PushError::TooLong { .. }) if room < most => room = room.saturating_mul(4).min(most),
                put => break put?,
            }
        };
        let too_long = PushError::TooLong { needed: sealed.len(), max: size.saturating_mul(0xfffe) };
        self.blocks = Some(Unconfirmed::new(Cut { message: sealed, size }).ok_or(too_long)?);
        Ok(())
    }

    /// Sends the next block, if the link is free. Whether there was one.
    #[cfg(feature = "general-block-transfer")]
    fn send_block(&mut self, now: Instant) -> bool {
        let (Some(blocks), Some(pending)) = (&mut self.blocks, self.pending) else { return false };
        if self.link.is_sending() {
            return true;
        }
        match blocks.next(self.tx.as_mut_slice(), L::HEADROOM) {
            Some(block) => self.link.send(pending.saps, block, Delivery::Unconfirmed, now).is_ok(),
            None => {
                self.blocks = None;
                false
            }
        }
    }

    /// Takes octets from the line, up to the end of the first complete APDU. Returns how many: drain the pusher, then
    /// offer the rest.
    pub fn handle_input<D: LogicalDevice>(&mut self, devices: &mut [D], bytes: &[u8], now: Instant) -> usize {
        match self.link.handle_input(bytes, &mut self.rx, 0, now) {
            Ok((taken, LinkEvent::Apdu { peer, len, .. })) => {
                if self.confirms(devices, peer, 0..len) {
                    self.finish(PushEvent::Confirmed);
                }
                taken
            }
            Ok((taken, _)) => taken,
            Err(error) => {
                self.fail(PushError::Link(error));
                bytes.len()
            }
        }
    }

    /// The time came that `Wait` named.
    pub fn handle_timeout(&mut self, now: Instant) {
        if let Err(error) = self.link.handle_timeout(now) {
            self.fail(PushError::Link(error));
        }
        if self.deadline.is_some_and(|deadline| now >= deadline) {
            self.fail(PushError::NotConfirmed);
        }
    }

    /// The transport failed or ended: what was not sent, or not confirmed, failed.
    pub fn handle_closed(&mut self) {
        self.fail(PushError::Link(LinkError::Disconnected));
    }

    /// What to do next; again until it says `Wait`.
    pub fn poll_output(&mut self, now: Instant) -> Output<'_, PushEvent> {
        #[cfg(feature = "general-block-transfer")]
        let goes_on = self.send_block(now);
        #[cfg(not(feature = "general-block-transfer"))]
        let goes_on = false;
        if let Some(pending) = &mut self.pending
            && !goes_on
            && !pending.sent
            && !self.link.is_sending()
        {
            pending.sent = true;
            let confirmed = pending.long_invoke_id.is_confirmed();
            self.deadline = Some(now.plus(pending.time_out));
            if !confirmed {
                self.finish(PushEvent::Sent);
            }
        }
        if let Some(event) = self.event.take() {
            return Output::Event(event);
        }
        let wait = earlier(self.deadline, self.link.poll_timeout());
        match self.link.poll_transmit(self.tx.as_mut_slice(), now) {
            Some(bytes) => Output::Transmit(bytes),
            None => Output::Wait(wait),
        }
    }

    fn fail(&mut self, error: PushError) {
        if self.pending.is_some() {
            self.finish(PushEvent::Failed(error));
        }
    }

    fn finish(&mut self, event: PushEvent) {
        self.pending = None;
        #[cfg(feature = "general-block-transfer")]
        {
            self.blocks = None;
        }
        self.deadline = None;
        self.event = Some(event);
    }

    /// Whether the APDU at `apdu` confirms what was pushed, protected as well as that. Anything else is let pass.
    fn confirms<D: LogicalDevice>(&mut self, devices: &mut [D], peer: Saps, apdu: Range<usize>) -> bool {
        let sent = !self.link.is_sending();
        #[cfg(feature = "general-block-transfer")]
        let sent = sent && self.blocks.as_ref().is_none_or(Unconfirmed::is_sent);
        let Some(pending) = self.pending.filter(|pending| sent && pending.saps == peer) else {
            return false;
        };
        let Some(site) = Site::find(devices, peer.server) else { return false };
        let first = self.rx.as_slice().get(apdu.start).copied().unwrap_or(0);
        let mut plain = apdu.clone();
        if tag::is_protected(first) {
            let (parts, buffer) = (site.parts, self.rx.as_mut_slice());
            let title = parts.config.system_title;
            let mut context = SecurityContext::new(parts.config.suite, pending.key_set, title);
            context.set_minimum(pending.protection);
            match context.unprotect_with(parts.crypto, parts.replay, buffer, apdu, decodes) {
                Ok(opened) => plain = opened.plain,
                Err(_) => return false,
            }
        } else if pending.protection != Protection::NONE {
            return false;
        }
        let confirm = self.rx.as_slice().get(plain).map(DataNotificationConfirm::from_bytes);
        matches!(confirm, Some(Ok(confirm)) if confirm.long_invoke_id.id() == pending.long_invoke_id.id())
    }
}

/// Tries to read a confirmation that was only encrypted: nothing else speaks for it.
fn decodes(plain: &[u8]) -> Result<(), DecodeError> {
    DataNotificationConfirm::from_bytes(plain).map(|_| ())
}
