#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

mod address;
mod bcd;
mod control;
mod error;
pub mod layers;
mod manufacturer;
mod medium;
pub mod record;
pub mod wired;
pub mod wireless;

pub use address::MeterAddress;
pub use control::Control;
pub use error::{FrameError, FrameErrorKind};
pub use manufacturer::Manufacturer;
pub use medium::Medium;
