//! Drivers over `embedded-io-async`, without std and heap: buffers, clock and transport are the caller's.

#[cfg(feature = "access")]
mod access;
mod channel;
mod line;
mod meter;
mod opening;
mod serve;
mod services;
mod timer;

pub use line::Line;
pub use meter::Meter;
pub use opening::{open, wait_for_opening};
pub use serve::serve;
pub use timer::Timer;
