#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]

mod code;
mod error;
mod full_text;
#[cfg(feature = "text")]
mod text;

pub use code::ObisCode;
pub use error::{ParseObisError, ParseObisErrorKind};
