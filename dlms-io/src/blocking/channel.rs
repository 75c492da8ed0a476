use core::time::Duration;
use std::io::{self, ErrorKind};

use dlms_core::time::Instant;

use super::Transport;
use crate::Clock;
use crate::inbox::Inbox;
use crate::watch::Watch;

/// What came of waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Received {
    /// Octets, in the inbox.
    Octets,
    /// Nothing; look at the clock.
    Nothing,
    /// The end of the stream.
    End,
}

/// A transport with its clock, its octets on the way in, and who watches.
#[derive(Debug)]
pub(super) struct Channel<T> {
    pub(super) transport: T,
    pub(super) inbox: Inbox<Vec<u8>>,
    pub(super) watch: Watch,
    clock: Clock,
    /// The read time-out that is set, if one is known to be.
    time_out: Option<Option<Duration>>,
}

impl<T: Transport> Channel<T> {
    pub(super) fn new(transport: T) -> Self {
        let octets = transport.read_size();
        Self::with_read_size(transport, octets)
    }

    /// With so many octets in one read at most.
    pub(super) fn with_read_size(transport: T, octets: usize) -> Self {
        let inbox = Inbox::new(vec![0; octets.max(1)]);
        Self { transport, inbox, watch: Watch::default(), clock: Clock::start(), time_out: None }
    }

    /// With a clock that goes already.
    pub(super) fn with_clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    pub(super) fn now(&self) -> Instant {
        self.clock.now()
    }

    /// Sends one unit of the link.
    pub(super) fn send(&mut self, octets: &[u8]) -> io::Result<()> {
        self.watch.sent(octets);
        let sent = self.transport.write_all(octets).and_then(|()| self.transport.flush());
        sent.map_err(|error| match error.kind() {
            ErrorKind::WouldBlock => io::Error::new(ErrorKind::TimedOut, "the peer takes no octets"),
            _ => error,
        })
    }

    /// Waits for octets, until `until` at most.
    pub(super) fn receive(&mut self, until: Option<Instant>) -> io::Result<Received> {
        self.set_time_out(until)?;
        match self.transport.read(self.inbox.room()) {
            Ok(0) => Ok(Received::End),
            Ok(octets) => {
                self.inbox.fill(octets);
                self.watch.received(self.inbox.rest());
                Ok(Received::Octets)
            }
            Err(error) => match error.kind() {
                ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted => Ok(Received::Nothing),
                _ => Err(error),
            },
        }
    }

    /// Sets the read time-out, unless the one that is set will do: to wake up early does no harm.
    fn set_time_out(&mut self, until: Option<Instant>) -> io::Result<()> {
        let wanted = until.map(|until| until.since(self.now()).max(Duration::from_millis(1)));
        let will_do = match (self.time_out, wanted) {
            (Some(Some(set)), Some(wanted)) => set <= wanted && set >= wanted / 2,
            (set, wanted) => set == Some(wanted),
        };
        if !will_do {
            self.transport.set_read_time_out(wanted)?;
            self.time_out = Some(wanted);
        }
        Ok(())
    }
}
