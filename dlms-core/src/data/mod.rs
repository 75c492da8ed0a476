//! COSEM values (IEC 62056-6-2, common data types; A-XDR of IEC 61334-6).
//!
//! A received value is a view: [`Data`] borrows from the octets it arrived in, arrays and structures are checked
//! once and walked lazily. What has to outlive its octets is kept as `DataBuf` (feature `alloc`), which is those
//! octets.

mod bit_string;
mod compact_array;
mod date_time;
mod elements;
mod kind;
#[cfg(feature = "alloc")]
mod owned;
mod scalar;
mod structure;
mod time_policy;
mod token;
mod value;

pub use bit_string::BitString;
pub use compact_array::{CompactArray, CompactElements, CompactValue, Described, TypeDescription};
pub use date_time::{ClockStatus, Date, DateTime, Deviation, Time};
pub use elements::{Elements, ElementsIter};
pub use kind::{
    Any, Array, ArrayView, Bits, DataType, OctetString, Octets, Utf8, Utf8String, Visible, VisibleString,
};
#[cfg(feature = "alloc")]
pub use owned::DataBuf;
#[doc(hidden)]
pub use structure::{enum_code, kebab, kebab_len, members, structure_header};
pub use time_policy::{DeviationSign, TimePolicy};
pub use token::{Token, Tokens};
pub use value::Data;

/// The tags of the Data CHOICE.
pub mod tag {
    #![allow(missing_docs, reason = "the standard's names")]
    pub const NULL_DATA: u8 = 0;
    pub const ARRAY: u8 = 1;
    pub const STRUCTURE: u8 = 2;
    pub const BOOLEAN: u8 = 3;
    pub const BIT_STRING: u8 = 4;
    pub const DOUBLE_LONG: u8 = 5;
    pub const DOUBLE_LONG_UNSIGNED: u8 = 6;
    pub const OCTET_STRING: u8 = 9;
    pub const VISIBLE_STRING: u8 = 10;
    pub const UTF8_STRING: u8 = 12;
    pub const BCD: u8 = 13;
    pub const INTEGER: u8 = 15;
    pub const LONG: u8 = 16;
    pub const UNSIGNED: u8 = 17;
    pub const LONG_UNSIGNED: u8 = 18;
    pub const COMPACT_ARRAY: u8 = 19;
    pub const LONG64: u8 = 20;
    pub const LONG64_UNSIGNED: u8 = 21;
    pub const ENUM: u8 = 22;
    pub const FLOAT32: u8 = 23;
    pub const FLOAT64: u8 = 24;
    pub const DATE_TIME: u8 = 25;
    pub const DATE: u8 = 26;
    pub const TIME: u8 = 27;
    pub const DELTA_INTEGER: u8 = 28;
    pub const DELTA_LONG: u8 = 29;
    pub const DELTA_DOUBLE_LONG: u8 = 30;
    pub const DELTA_UNSIGNED: u8 = 31;
    pub const DELTA_LONG_UNSIGNED: u8 = 32;
    pub const DELTA_DOUBLE_LONG_UNSIGNED: u8 = 33;
    pub const DONT_CARE: u8 = 255;
}
