use dlms::server::Connection;
use dlms_core::buffer::Growing;
use dlms_core::limits;
use dlms_core::link::Link;

/// How a server treats its connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerConfig {
    /// Connections at a time; further clients wait to be accepted.
    pub connections: usize,
    /// Octets that each of the two buffers of a connection grows to at most: room for the longest value written.
    pub buffer: usize,
    /// Milliseconds without a message before a connection ends; 0: never.
    pub inactivity_time_out: u64,
}

impl ServerConfig {
    /// Associations in a connection.
    pub(crate) const ASSOCIATIONS: usize = 4;
    const WRITE_TIME_OUT: u64 = 30_000;

    /// Milliseconds that a client may take no octets of an answer.
    pub(crate) const fn write_time_out(&self) -> u64 {
        match self.inactivity_time_out {
            1..Self::WRITE_TIME_OUT => self.inactivity_time_out,
            _ => Self::WRITE_TIME_OUT,
        }
    }

    /// A connection that was just made.
    pub(crate) fn connection<L: Link>(&self, link: L) -> Connection<L, Growing, { Self::ASSOCIATIONS }> {
        Connection::new(link, Growing::new(self.buffer), Growing::new(self.buffer))
            .with_inactivity_time_out(self.inactivity_time_out)
    }
}

impl Default for ServerConfig {
    /// 256 connections with buffers of 1 MiB at most, 180 s of inactivity.
    fn default() -> Self {
        Self { connections: 256, buffer: 1 << 20, inactivity_time_out: limits::INACTIVITY_TIME_OUT_TCP }
    }
}
