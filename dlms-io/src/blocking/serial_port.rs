use core::fmt;
use core::time::Duration;
use std::io::{self, Read, Write};

use iec62056_21::LineSettings;

use super::{Line, Transport};
use crate::characters;

/// A serial port of the host.
pub struct SerialPort {
    port: Box<dyn serialport::SerialPort>,
    read_time_out: Duration,
}

impl SerialPort {
    /// What a read without a time-out waits at most before it looks at the clock again.
    const LONG: Duration = Duration::from_secs(3600);
    /// What a write waits for room: the slowest line empties a buffer of the host's in that time.
    const WRITE: Duration = Duration::from_secs(180);

    /// The port at `path`, to which nobody else has access then.
    ///
    /// # Errors
    /// There is no such port, it is in use, or it cannot be so.
    pub fn open(path: &str, settings: LineSettings) -> io::Result<Self> {
        let (data, parity) = characters::of(settings.format);
        let port = serialport::new(path, settings.baud).data_bits(data).parity(parity).timeout(Self::LONG);
        Ok(Self { port: port.open()?, read_time_out: Self::LONG })
    }
}

impl Read for SerialPort {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.port.set_timeout(self.read_time_out)?;
        self.port.read(out)
    }
}

impl Write for SerialPort {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.port.set_timeout(Self::WRITE)?;
        self.port.write(octets)
    }

    /// Waits until everything has left: time-outs begin when the last octet is on the line.
    fn flush(&mut self) -> io::Result<()> {
        self.port.flush()
    }
}

impl Transport for SerialPort {
    fn set_read_time_out(&mut self, time_out: Option<Duration>) -> io::Result<()> {
        self.read_time_out = time_out.map_or(Self::LONG, |time_out| time_out.min(Self::LONG));
        Ok(())
    }
}

impl Line for SerialPort {
    fn set_line(&mut self, settings: LineSettings) -> io::Result<()> {
        self.port.flush()?;
        let (data, parity) = characters::of(settings.format);
        self.port.set_baud_rate(settings.baud)?;
        self.port.set_data_bits(data)?;
        Ok(self.port.set_parity(parity)?)
    }
}

impl fmt::Debug for SerialPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SerialPort").field(&self.port.name()).finish()
    }
}
