use core::time::Duration;
use std::io::{self, ErrorKind, Read, Write};

use super::Transport;
use crate::echo::Echo;

/// A transport that may bring back what was sent before anything else, as two-wire adapters and optical heads do: the
/// echo is left out. Whether there is one shows with the first frames.
#[derive(Debug)]
pub struct EchoCancelling<T> {
    transport: T,
    echo: Echo,
}

impl<T> EchoCancelling<T> {
    /// Over a transport with an echo.
    pub fn new(transport: T) -> Self {
        Self { transport, echo: Echo::default() }
    }

    /// The transport.
    pub fn into_inner(self) -> T {
        self.transport
    }

    pub(super) const fn transport_mut(&mut self) -> &mut T {
        &mut self.transport
    }
}

impl<T: Read> Read for EchoCancelling<T> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let ready = self.echo.read(out);
        if ready > 0 || out.is_empty() {
            return Ok(ready);
        }
        let octets = self.transport.read(out)?;
        if octets == 0 {
            return Ok(0);
        }
        self.echo.received(out.get(..octets).unwrap_or_default());
        match self.echo.read(out) {
            // Not the end of the stream.
            0 => Err(ErrorKind::WouldBlock.into()),
            octets => Ok(octets),
        }
    }
}

impl<T: Write> Write for EchoCancelling<T> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        let written = self.transport.write(octets)?;
        self.echo.sent(octets.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.transport.flush()
    }
}

impl<T: Transport> Transport for EchoCancelling<T> {
    fn set_read_time_out(&mut self, time_out: Option<Duration>) -> io::Result<()> {
        self.transport.set_read_time_out(time_out)
    }

    fn read_size(&self) -> usize {
        self.transport.read_size()
    }
}
