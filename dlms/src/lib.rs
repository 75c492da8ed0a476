//! DLMS/COSEM client and server as machines: bytes in, bytes out, time as an argument.
#![no_std]
#![forbid(unsafe_code)]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(test)]
extern crate std;

mod association;
mod authentication;
#[cfg(feature = "client")]
pub mod client;
#[cfg(any(feature = "client", feature = "server"))]
mod machine;
mod secret;
#[cfg(feature = "server")]
pub mod server;

pub use association::CURRENT_ASSOCIATION;
pub use authentication::Authentication;
#[cfg(any(feature = "client", feature = "server"))]
pub use machine::Output;
pub use secret::Secret;
