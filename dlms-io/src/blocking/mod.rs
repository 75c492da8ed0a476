//! Blocking drivers over `std::io`: a thread waits on its connection.

mod channel;
mod connect;
mod datagram;
mod meter;
mod serve;
mod server;
mod services;
mod transport;

pub use connect::{TcpMeter, UdpMeter, connect_tcp, connect_udp};
pub use datagram::Datagram;
pub use meter::Meter;
pub use serve::serve;
pub use server::{Server, Stopper};
pub use transport::Transport;

/// Why a request to a meter failed.
pub type Error = crate::Error<std::io::Error>;
