//! The listener: takes what meters push without an association.

#[cfg(feature = "any-link")]
mod any_link;
mod error;
mod event;
#[cfg(feature = "general-block-transfer")]
mod gather;
mod receive;
mod senders;

#[cfg(feature = "any-link")]
pub use any_link::{ANY_LINK_ROOM, AnyLink, Carrier};
pub use error::ListenerError;
pub use event::{Event, Origin, Security};
pub use senders::{OneKeySet, SenderKeys, Senders};

use core::ops::Range;

use dlms_core::apdu::Leniencies;
use dlms_core::buffer::Buffer;
use dlms_core::codec::DecodeError;
use dlms_core::link::{Link, LinkEvent, Saps};
use dlms_core::time::Instant;

#[cfg(feature = "general-block-transfer")]
use crate::general_blocks::Gathering;
use crate::{Notification, Output};

/// A link on which meters push: a machine without sockets, clock or heap.
///
/// `L` is the link, seen from the client's end, `B` the buffers. What is known of those who push is shared by all
/// links, so that every call that needs it is given it. A confirmed notification is confirmed after its event was told.
/// One that comes again because its confirmation got lost is told again, with the same long-invoke-id. One in general
/// blocks is put together in the receive buffer, one at a time: a block that is missing makes it worthless. See
/// [`Output`] for the order of calls.
#[derive(Debug)]
pub struct Listener<L, B> {
    link: L,
    rx: B,
    tx: B,
    /// The last notification, plain, in the receive buffer.
    plain: Range<usize>,
    /// One that comes in blocks, and from where; what of it came lies at the front of the receive buffer.
    #[cfg(feature = "general-block-transfer")]
    gathering: Option<(Saps, Gathering)>,
    /// Octets of that.
    kept: usize,
    /// Messages behind the last one in the receive buffer, and from where.
    behind: Option<(Saps, Range<usize>)>,
    leniencies: Leniencies,
    event: Option<Event>,
    closed: bool,
}

impl<L: Link, B: Buffer> Listener<L, B> {
    /// A listener on a link on which nothing happened yet, with buffers for what is received and for confirmations.
    #[must_use]
    pub const fn new(link: L, rx: B, tx: B) -> Self {
        Self {
            link,
            rx,
            tx,
            plain: 0..0,
            #[cfg(feature = "general-block-transfer")]
            gathering: None,
            kept: 0,
            behind: None,
            leniencies: Leniencies::none(),
            event: None,
            closed: false,
        }
    }

    /// With notifications that break the standard in these.
    #[must_use]
    pub fn with_leniencies(self, leniencies: Leniencies) -> Self {
        Self { leniencies, ..self }
    }

    /// The link, for what it has to tell.
    #[must_use]
    pub const fn link(&self) -> &L {
        &self.link
    }

    /// The link, to go on with as a client of the meter that connected.
    pub fn into_link(self) -> L {
        self.link
    }

    /// Whether the connection is of no more use.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        self.closed
    }

    /// Whether part of a notification came, in general blocks, and more has to come.
    #[must_use]
    pub const fn is_gathering(&self) -> bool {
        self.kept > 0
    }

    /// The notification that the last [`Event::Notification`] speaks of, until more octets are taken.
    ///
    /// # Errors
    /// There is none.
    pub fn notification(&self) -> Result<Notification<'_>, DecodeError> {
        Notification::decode_all(self.apdu(), self.leniencies)
    }

    /// The same as the octets of its plain APDU; none if there is no notification.
    #[must_use]
    pub fn apdu(&self) -> &[u8] {
        self.rx.as_slice().get(self.plain.clone()).unwrap_or_default()
    }

    /// Takes octets from the line, up to the end of the first complete APDU. Returns how many: drain the listener, then
    /// offer the rest.
    pub fn handle_input<D: Senders>(&mut self, senders: &mut D, bytes: &[u8], now: Instant) -> usize {
        self.plain = 0..0;
        if self.closed {
            return bytes.len();
        }
        if let Some((saps, behind)) = self.behind.take() {
            self.take(senders, saps, behind, now);
            return 0;
        }
        match self.link.handle_input(bytes, &mut self.rx, self.kept, now) {
            Ok((taken, event)) => {
                self.handle_link(senders, event, now);
                taken
            }
            Err(error) => {
                self.event = Some(Event::Line(error));
                self.closed = true;
                bytes.len()
            }
        }
    }

    /// The time came that `Wait` named.
    pub fn handle_timeout<D: Senders>(&mut self, senders: &mut D, now: Instant) {
        if let Some((saps, behind)) = self.behind.take() {
            self.plain = 0..0;
            return self.take(senders, saps, behind, now);
        }
        match self.link.handle_timeout(now) {
            Ok(event) => self.handle_link(senders, event, now),
            Err(error) => self.event = Some(Event::Line(error)),
        }
    }

    /// The transport ended.
    pub const fn handle_closed(&mut self) {
        self.closed = true;
    }

    /// What to do next; again until it says `Wait`.
    pub fn poll_output(&mut self, now: Instant) -> Output<'_, Event> {
        if let Some(event) = self.event.take() {
            return Output::Event(event);
        }
        // What lies behind waits for nothing.
        let wait = if self.behind.is_some() { Some(now) } else { self.link.poll_timeout() };
        match self.link.poll_transmit(self.tx.as_mut_slice(), now) {
            Some(bytes) => Output::Transmit(bytes),
            None => Output::Wait(wait),
        }
    }

    fn handle_link<D: Senders>(&mut self, senders: &mut D, event: LinkEvent, now: Instant) {
        match event {
            LinkEvent::Apdu { peer, len, .. } => {
                self.take(senders, peer, self.kept..self.kept.saturating_add(len), now);
            }
            LinkEvent::Oversize { peer, needed } => {
                let needed = self.kept.saturating_add(needed);
                #[cfg(feature = "general-block-transfer")]
                self.stop_gathering();
                self.event = Some(Event::Refused(peer, ListenerError::TooLong { needed }));
            }
            _ => {}
        }
    }

    /// Takes the first of the messages at `apdu` in the receive buffer.
    fn take<D: Senders>(&mut self, senders: &mut D, saps: Saps, apdu: Range<usize>, now: Instant) {
        let (apdu, behind) = self.split(apdu);
        self.behind = behind.map(|behind| (saps, behind));
        #[cfg(feature = "general-block-transfer")]
        let apdu = match self.gather(saps, apdu) {
            Ok(Some(whole)) => whole,
            Ok(None) => return,
            Err(error) => {
                self.event = Some(Event::Refused(saps, error));
                return;
            }
        };
        let received = self.receive(senders, saps, apdu, now);
        self.event = Some(received.unwrap_or_else(|error| Event::Refused(saps, error)));
    }
}
