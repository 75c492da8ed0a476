#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]

#[cfg(feature = "blocking")]
pub mod blocking;
#[cfg(any(feature = "serial", feature = "tokio-serial"))]
mod characters;
#[cfg(feature = "std")]
mod clock;
#[cfg(any(feature = "blocking", feature = "tokio"))]
mod clock_form;
#[cfg(any(feature = "blocking", feature = "tokio"))]
mod disconnection;
#[cfg(any(feature = "blocking", feature = "tokio"))]
mod echo;
#[cfg(any(feature = "tokio", feature = "embedded"))]
mod either;
#[cfg(feature = "embedded")]
pub mod embedded;
mod error;
#[cfg(any(feature = "blocking", feature = "tokio"))]
mod growing;
#[cfg(any(feature = "blocking", feature = "tokio"))]
mod habits;
#[cfg(any(feature = "blocking", feature = "tokio"))]
mod hdlc_client;
#[cfg(any(feature = "blocking", feature = "tokio"))]
mod heard;
#[cfg(any(feature = "blocking", feature = "tokio", feature = "embedded"))]
mod inbox;
#[cfg(any(feature = "blocking", feature = "tokio"))]
mod notified;
#[cfg(feature = "std")]
mod observer;
mod open_error;
#[cfg(any(feature = "blocking", feature = "tokio"))]
mod progress;
#[cfg(any(feature = "blocking", feature = "tokio"))]
mod push_failure;
#[cfg(any(feature = "blocking", feature = "tokio"))]
pub mod recipe;
#[cfg(any(feature = "blocking", feature = "tokio"))]
mod recount;
#[cfg(any(feature = "blocking", feature = "tokio"))]
mod server_config;
mod shared;
#[cfg(any(feature = "blocking", feature = "tokio"))]
mod sources;
#[cfg(any(feature = "blocking", feature = "tokio"))]
mod synchronisation;
#[cfg(feature = "tokio")]
pub mod tokio;
#[cfg(any(feature = "blocking", feature = "tokio"))]
mod watch;

#[cfg(feature = "std")]
pub use clock::{Clock, SystemClock};
pub use error::Error;
#[cfg(any(feature = "blocking", feature = "tokio"))]
pub use habits::Habits;
#[cfg(any(feature = "blocking", feature = "tokio"))]
pub use heard::Heard;
#[cfg(feature = "std")]
pub use observer::{Observer, Traffic};
pub use open_error::OpenError;
#[cfg(any(feature = "blocking", feature = "tokio"))]
pub use push_failure::PushFailure;
#[cfg(any(feature = "blocking", feature = "tokio"))]
pub use server_config::ServerConfig;
pub use shared::Shared;
#[cfg(any(feature = "blocking", feature = "tokio"))]
pub use synchronisation::{Correction, Synchronisation, SynchronisationPolicy};
