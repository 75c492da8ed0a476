#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]

mod code;
mod error;
mod full_text;
mod groups;
#[cfg(feature = "names")]
mod names;
#[cfg(feature = "serde")]
mod serde;
#[cfg(feature = "text")]
mod text;

pub use code::ObisCode;
pub use error::{ParseObisError, ParseObisErrorKind};
pub use groups::{
    Angle, BillingPeriod, Channel, Classification, Dip, Harmonic, Limit, Loss, LossKind, Medium, Phase,
    PhasePoint, Processing, Quantity,
};
#[cfg(feature = "names")]
pub use names::{Description, Name, Origin};
