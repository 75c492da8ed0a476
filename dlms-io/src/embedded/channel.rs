use dlms_core::time::Instant;
use embedded_io_async::{Read, Write};

use super::Timer;
use crate::either::{Either, either};
use crate::inbox::Inbox;

/// What came of waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Received {
    /// Octets, in the inbox.
    Octets,
    /// Nothing, and it is time.
    Nothing,
    /// The end of the stream.
    End,
}

/// A transport with its clock and its octets on the way in.
#[derive(Debug)]
pub(super) struct Channel<T, M, I> {
    pub(super) transport: T,
    pub(super) inbox: Inbox<I>,
    timer: M,
    /// A unit was begun; if its future was dropped, nobody knows how much of it is sent.
    sending: bool,
}

impl<T: Read + Write, M: Timer, I: AsRef<[u8]> + AsMut<[u8]>> Channel<T, M, I> {
    pub(super) const fn new(transport: T, timer: M, room: I) -> Self {
        Self { transport, inbox: Inbox::new(room), timer, sending: false }
    }

    pub(super) fn now(&self) -> Instant {
        self.timer.now()
    }

    /// Whether the peer was left in the middle of a unit.
    pub(super) const fn is_cut(&self) -> bool {
        self.sending
    }

    /// Sends one unit of the link. Returns whether the transport took it: one that takes nothing never will.
    pub(super) async fn send(&mut self, octets: &[u8]) -> Result<bool, T::Error> {
        self.sending = true;
        let mut rest = octets;
        while !rest.is_empty() {
            match self.transport.write(rest).await? {
                0 => return Ok(false),
                taken => rest = rest.get(taken..).unwrap_or_default(),
            }
        }
        self.transport.flush().await?;
        self.sending = false;
        Ok(true)
    }

    /// Waits for octets, until `until` at most. Octets that are there are had even if it is past.
    pub(super) async fn receive(&mut self, until: Option<Instant>) -> Result<Received, T::Error> {
        let read = self.transport.read(self.inbox.room());
        let octets = match until {
            Some(until) => match either(read, self.timer.until(until)).await {
                Either::First(octets) => octets?,
                Either::Second(()) => return Ok(Received::Nothing),
            },
            None => read.await?,
        };
        if octets == 0 {
            return Ok(Received::End);
        }
        self.inbox.fill(octets);
        Ok(Received::Octets)
    }
}
