use core::time::Duration;
use std::io::{self, Read, Write};
use std::net::TcpStream;

use super::Transport;

/// How long one read waits at most.
const TICK: Duration = Duration::from_millis(100);

/// A stream that ends when `is_over` says so.
pub(super) struct Ending<'a, F> {
    pub(super) stream: &'a TcpStream,
    pub(super) is_over: &'a F,
}

impl<F: Fn() -> bool> Read for Ending<'_, F> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if (self.is_over)() { Ok(0) } else { self.stream.read(out) }
    }
}

impl<F> Write for Ending<'_, F> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.stream.write(octets)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

impl<F: Fn() -> bool> Transport for Ending<'_, F> {
    /// Shorter than wanted does no harm.
    fn set_read_time_out(&mut self, time_out: Option<Duration>) -> io::Result<()> {
        self.stream.set_read_timeout(Some(time_out.unwrap_or(TICK).min(TICK)))
    }
}
