use core::time::Duration;
use std::io::{self, ErrorKind, Read, Write};
use std::net::UdpSocket;

use super::Transport;

/// A UDP socket as a transport: each read is one datagram, each write sends one. For the link
/// [`dlms_wrapper::Datagram`].
#[derive(Debug)]
pub struct Datagram(UdpSocket);

impl Datagram {
    /// Over a socket that is connected to its peer.
    #[must_use]
    pub const fn new(socket: UdpSocket) -> Self {
        Self(socket)
    }

    /// The socket.
    #[must_use]
    pub const fn socket(&self) -> &UdpSocket {
        &self.0
    }
}

impl Read for Datagram {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self.0.recv(out) {
            // An empty datagram says nothing; least of all that the stream ended.
            Ok(0) if !out.is_empty() => Err(ErrorKind::Interrupted.into()),
            result => result,
        }
    }
}

impl Write for Datagram {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.0.send(octets)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Transport for Datagram {
    fn set_read_time_out(&mut self, time_out: Option<Duration>) -> io::Result<()> {
        self.0.set_read_timeout(time_out)
    }

    fn read_size(&self) -> usize {
        0xffff
    }
}
