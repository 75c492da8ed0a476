//! The listener: takes what meters push without an association.

mod error;
mod event;
#[cfg(feature = "general-block-transfer")]
mod gather;
mod receive;
mod senders;

pub use error::ListenerError;
pub use event::{Event, Origin, Security};
pub use senders::{OneKeySet, SenderKeys, Senders};

use core::ops::Range;

use dlms_core::buffer::Buffer;
use dlms_core::codec::{Decode, DecodeError};
#[cfg(feature = "general-block-transfer")]
use dlms_core::link::Saps;
use dlms_core::link::{Link, LinkEvent};
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
            event: None,
            closed: false,
        }
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
        Notification::from_bytes(self.apdu())
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
        let wait = self.link.poll_timeout();
        match self.link.poll_transmit(self.tx.as_mut_slice(), now) {
            Some(bytes) => Output::Transmit(bytes),
            None => Output::Wait(wait),
        }
    }

    fn handle_link<D: Senders>(&mut self, senders: &mut D, event: LinkEvent, now: Instant) {
        match event {
            LinkEvent::Apdu { peer, len, .. } => {
                let apdu = self.kept..self.kept.saturating_add(len);
                #[cfg(feature = "general-block-transfer")]
                let apdu = match self.gather(peer, apdu) {
                    Ok(Some(whole)) => whole,
                    Ok(None) => return,
                    Err(error) => {
                        self.event = Some(Event::Refused(peer, error));
                        return;
                    }
                };
                self.event = Some(match self.receive(senders, peer, apdu, now) {
                    Ok(origin) => Event::Notification(origin),
                    Err(error) => Event::Refused(peer, error),
                });
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
}
