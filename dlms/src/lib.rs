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
mod machine;
mod secret;
#[cfg(feature = "server")]
pub mod server;
mod shift;

pub use association::CURRENT_ASSOCIATION;
pub use authentication::Authentication;
pub use machine::Output;
pub use secret::Secret;
