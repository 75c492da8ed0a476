use core::time::Duration;
use std::io::{self, Read, Write};

use dlms_io::Observer;
use dlms_io::blocking::{Line, Transport};
use iec62056_21::LineSettings;

/// A line whose octets are shown to somebody, before there is a meter at it.
pub(crate) struct Watched<'a, T> {
    line: T,
    observer: &'a mut dyn Observer,
}

impl<'a, T> Watched<'a, T> {
    /// Shows what goes over `line` to `observer`.
    pub(crate) fn new(line: T, observer: &'a mut dyn Observer) -> Self {
        Self { line, observer }
    }
}

impl<T: Read> Read for Watched<'_, T> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let octets = self.line.read(out)?;
        self.observer.received(out.get(..octets).unwrap_or_default());
        Ok(octets)
    }
}

impl<T: Write> Write for Watched<'_, T> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        let written = self.line.write(octets)?;
        self.observer.sent(octets.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.line.flush()
    }
}

impl<T: Transport> Transport for Watched<'_, T> {
    fn set_read_time_out(&mut self, time_out: Option<Duration>) -> io::Result<()> {
        self.line.set_read_time_out(time_out)
    }

    fn read_size(&self) -> usize {
        self.line.read_size()
    }
}

impl<T: Line> Line for Watched<'_, T> {
    fn set_line(&mut self, settings: LineSettings) -> io::Result<()> {
        self.line.set_line(settings)
    }
}
