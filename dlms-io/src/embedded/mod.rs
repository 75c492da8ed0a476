//! Drivers over `embedded-io-async`, without std and heap: buffers, clock and transport are the caller's.

#[cfg(feature = "access")]
mod access;
mod channel;
mod meter;
mod serve;
mod services;
mod timer;

pub use meter::Meter;
pub use serve::serve;
pub use timer::Timer;
