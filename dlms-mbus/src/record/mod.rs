//! Data records (EN 13757-3): what a meter measured, with its unit, its scale, and which of many values it is.
//!
//! ```
//! use dlms_mbus::record::{Item, Quantity, records};
//!
//! // 123456 Wh, and what it was at the last due date.
//! let octets = [0x04, 0x03, 0x40, 0xe2, 0x01, 0x00, 0x44, 0x03, 0x10, 0x27, 0x00, 0x00];
//! let mut all = records(&octets).map(|item| match item.unwrap() {
//!     Item::Record(record) => record,
//!     _ => panic!(),
//! });
//! let now = all.next().unwrap();
//! assert_eq!((now.quantity(), now.information.storage), (Quantity::Energy, 0));
//! assert_eq!(now.scaled().unwrap().to_string(), "123456");
//! assert_eq!(now.unit().unwrap().to_string(), "Wh");
//! assert_eq!(all.next().unwrap().information.storage, 1);
//! ```

mod data_information;
mod decimal;
mod entry;
mod error;
mod function;
mod modifier;
mod quantity;
mod reader;
mod tables;
mod text;
mod time;
mod unit;
mod value;
mod value_information;

pub use data_information::{Coding, DataInformation};
pub use decimal::Decimal;
pub use entry::Record;
pub use error::{RecordError, RecordErrorKind};
pub use function::Function;
pub use modifier::{Modifier, Modifiers, RecordFault};
pub use quantity::Quantity;
pub use reader::{Item, Records, records};
pub use text::Text;
pub use time::{Time, TimeForm};
pub use unit::Unit;
pub use value::Value;
pub use value_information::{Table, ValueInformation};
