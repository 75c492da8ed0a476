#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

mod acknowledgement;
mod baud;
mod error;
mod grammar;
mod identification;
mod line_settings;
mod mode;
mod opening;
pub mod parity;
mod request;

pub use acknowledgement::Acknowledgement;
pub use baud::{BaudCharacter, ProtocolMode};
pub use error::{ParseError, ParseErrorKind};
pub use identification::{Identification, MAX_ESCAPES, MAX_TEXT};
pub use line_settings::{CharacterFormat, LineSettings};
pub use mode::Mode;
pub use opening::{
    Confirmation, Offer, Opened, Opening, OpeningError, OpeningServer, OpeningServerSettings,
    OpeningSettings, Output,
};
pub use request::{DeviceAddress, MAX_ADDRESS, RequestMessage};
