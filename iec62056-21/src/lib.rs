#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

mod acknowledgement;
mod baud;
mod block_check;
mod clock;
mod control;
mod decimal;
mod error;
mod exchange;
mod grammar;
mod identification;
mod line_settings;
mod mode;
mod opening;
pub mod p1;
pub mod parity;
mod programming;
mod readout;
mod request;

pub use acknowledgement::Acknowledgement;
pub use baud::{BaudCharacter, ProtocolMode};
pub use block_check::block_check;
pub use decimal::Decimal;
pub use error::{ParseError, ParseErrorKind};
pub use exchange::Exchange;
pub use identification::{Identification, MAX_ESCAPES, MAX_TEXT};
pub use line_settings::{CharacterFormat, LineSettings};
pub use mode::Mode;
pub use opening::{
    Confirmation, Offer, Opened, Opening, OpeningError, OpeningServer, OpeningServerSettings,
    OpeningSettings, Output,
};
pub use programming::{
    Command, CommandMessage, DataMessage, Programming, ProgrammingBusy, ProgrammingError, ProgrammingEvent,
    ProgrammingSettings,
};
pub use readout::{
    DataSet, DataSets, Readout, ReadoutError, ReadoutEvent, ReadoutReceiver, ReadoutSettings, Value, Values,
};
pub use request::{DeviceAddress, MAX_ADDRESS, RequestMessage};
