//! Drivers for tokio, with tokio's clock.

mod channel;
mod connect;
mod datagram;
mod meter;
mod serve;
mod server;
mod services;

pub use connect::{TcpMeter, UdpMeter, connect_tcp, connect_udp};
pub use datagram::Datagram;
pub use meter::Meter;
pub use serve::serve;
pub use server::Server;

/// Why a request to a meter failed.
pub type Error = crate::Error<std::io::Error>;
