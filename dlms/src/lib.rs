#![cfg_attr(all(feature = "client", feature = "server"), doc = include_str!("../README.md"))]
#![cfg_attr(not(all(feature = "client", feature = "server")), doc = "DLMS/COSEM peers as machines.")]
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
pub mod gateway;
#[cfg(all(feature = "general-block-transfer", any(feature = "client", feature = "server")))]
#[cfg_attr(not(all(feature = "client", feature = "server")), allow(dead_code, reason = "each needs a part"))]
mod general_blocks;
#[cfg(feature = "client")]
pub mod listener;
#[cfg(any(feature = "client", feature = "server"))]
mod machine;
#[cfg(any(feature = "client", feature = "server"))]
mod notification;
pub mod reading;
mod referencing;
mod secret;
#[cfg(feature = "server")]
pub mod server;

pub use association::CURRENT_ASSOCIATION;
pub use authentication::Authentication;
#[cfg(any(feature = "client", feature = "server"))]
pub use machine::Output;
#[cfg(any(feature = "client", feature = "server"))]
pub use notification::Notification;
pub use referencing::Referencing;
pub use secret::Secret;
