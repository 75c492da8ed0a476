//! Telegrams of the consumer port P1 (DSMR, eSMR, e-MUCS and their kin): the readout of mode D with a CRC, sent without
//! being asked for.
//!
//! ```
//! use iec62056_21::p1::{Content, MissingCrc, telegrams};
//!
//! let capture = b"8.0(1)\r\n!A077\r\n/ISK5\\2M550T-1012\r\n\r\n1-0:1.8.1(002130.115*kWh)\r\n!A87E\r\n";
//! let located = telegrams(capture, MissingCrc::Refused).next().unwrap();
//! let telegram = located.telegram.unwrap();
//! assert_eq!((located.offset, telegram.identification().unwrap().text()), (15, "M550T-1012"));
//! let energy = telegram.objects().next().unwrap().unwrap();
//! assert_eq!(energy.obis(), obis::obis!("1-0:1.8.1.255"));
//! let Content::Quantity(quantity) = energy.content() else { panic!() };
//! assert_eq!((quantity.number.to_string().as_str(), quantity.unit), ("2130.115", Some("kWh")));
//! ```

mod content;
mod crc;
mod finder;
mod object;
mod power_failures;
mod scanner;
mod telegram;
mod telegrams;
mod timestamp;

pub use content::{Content, Quantity};
pub use crc::crc;
pub use finder::Finder;
pub use object::{Object, Objects};
pub use power_failures::{PowerFailure, PowerFailures};
pub use telegram::{MissingCrc, Telegram};
pub use telegrams::{Located, Telegrams, telegrams};
pub use timestamp::Timestamp;
