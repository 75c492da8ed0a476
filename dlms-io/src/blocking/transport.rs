use core::time::Duration;
use std::io::{self, Read, Write};
use std::net::TcpStream;

/// What octets travel over: a socket, a serial line.
pub trait Transport: Read + Write {
    /// Lets a read give up after so long, with `WouldBlock` or `TimedOut`; nothing: never. Never zero.
    ///
    /// # Errors
    /// The transport cannot.
    fn set_read_time_out(&mut self, time_out: Option<Duration>) -> io::Result<()>;

    /// Octets that one read gives at most.
    fn read_size(&self) -> usize {
        4096
    }
}

impl<T: Transport + ?Sized> Transport for &mut T {
    fn set_read_time_out(&mut self, time_out: Option<Duration>) -> io::Result<()> {
        (**self).set_read_time_out(time_out)
    }

    fn read_size(&self) -> usize {
        (**self).read_size()
    }
}

impl<T: Transport + ?Sized> Transport for Box<T> {
    fn set_read_time_out(&mut self, time_out: Option<Duration>) -> io::Result<()> {
        (**self).set_read_time_out(time_out)
    }

    fn read_size(&self) -> usize {
        (**self).read_size()
    }
}

impl Transport for TcpStream {
    fn set_read_time_out(&mut self, time_out: Option<Duration>) -> io::Result<()> {
        self.set_read_timeout(time_out)
    }
}

#[cfg(unix)]
impl Transport for std::os::unix::net::UnixStream {
    fn set_read_time_out(&mut self, time_out: Option<Duration>) -> io::Result<()> {
        self.set_read_timeout(time_out)
    }
}
