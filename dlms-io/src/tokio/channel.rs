use core::time::Duration;
use std::io::{self, ErrorKind};

use dlms_core::time::Instant;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::{timeout, timeout_at};

use crate::inbox::Inbox;
use crate::watch::Watch;

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

/// A transport with its clock, its octets on the way in and out, and who watches. Every future of it may be dropped:
/// the octets stay here.
#[derive(Debug)]
pub(super) struct Channel<T> {
    pub(super) transport: T,
    pub(super) inbox: Inbox<Vec<u8>>,
    pub(super) watch: Watch,
    /// Octets to send, of which so many are sent already.
    outbox: Vec<u8>,
    sent: usize,
    flushed: bool,
    epoch: tokio::time::Instant,
    /// How long the peer may take no octets.
    write_time_out: Duration,
}

impl<T: AsyncRead + AsyncWrite + Unpin> Channel<T> {
    /// Octets that one read of a stream gives at most.
    pub(super) const READ_SIZE: usize = 4096;

    pub(super) fn new(transport: T, write_time_out: u64) -> Self {
        Self {
            transport,
            inbox: Inbox::new(vec![0; Self::READ_SIZE]),
            watch: Watch::default(),
            outbox: Vec::new(),
            sent: 0,
            flushed: true,
            epoch: tokio::time::Instant::now(),
            write_time_out: Duration::from_millis(write_time_out.max(1)),
        }
    }

    /// With a clock that goes already, since `epoch`.
    pub(super) fn with_epoch(self, epoch: tokio::time::Instant) -> Self {
        Self { epoch, ..self }
    }

    pub(super) fn now(&self) -> Instant {
        Instant::default() + self.epoch.elapsed()
    }

    /// Takes one unit of the link, to be sent with the next [`flush`](Self::flush).
    pub(super) fn put(&mut self, octets: &[u8]) {
        self.watch.sent(octets);
        self.outbox.extend_from_slice(octets);
        self.flushed = false;
    }

    /// Sends what was put.
    pub(super) async fn flush(&mut self) -> io::Result<()> {
        if self.flushed {
            return Ok(());
        }
        match timeout(self.write_time_out, self.write()).await {
            Ok(written) => written,
            Err(_) => Err(io::Error::new(ErrorKind::TimedOut, "the peer takes no octets")),
        }
    }

    async fn write(&mut self) -> io::Result<()> {
        while let Some(rest) = self.outbox.get(self.sent..).filter(|rest| !rest.is_empty()) {
            match self.transport.write(rest).await? {
                0 => return Err(ErrorKind::WriteZero.into()),
                octets => self.sent = self.sent.saturating_add(octets),
            }
        }
        self.outbox.clear();
        self.sent = 0;
        self.transport.flush().await?;
        self.flushed = true;
        Ok(())
    }

    /// Waits for octets, until `until` at most. Octets that are there are had even if it is past.
    pub(super) async fn receive(&mut self, until: Option<Instant>) -> io::Result<Received> {
        let read = self.transport.read(self.inbox.room());
        let octets = match until.map(|until| self.epoch.checked_add(until.since(Instant::default()))) {
            Some(Some(until)) => match timeout_at(until, read).await {
                Ok(octets) => octets?,
                Err(_) => return Ok(Received::Nothing),
            },
            _ => read.await?,
        };
        if octets == 0 {
            return Ok(Received::End);
        }
        self.inbox.fill(octets);
        self.watch.received(self.inbox.rest());
        Ok(Received::Octets)
    }
}
