#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

mod datagram;
mod header;
mod outgoing;
mod stream;

pub use datagram::Datagram;
pub use header::{HEADER_LEN, Header, PORT};
pub use stream::Stream;

/// Which end of the connection this is: it decides which of the two ports is whose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Role {
    /// The client: what it receives comes from a server.
    Client,
    /// The server: what it receives comes from a client.
    Server,
}
