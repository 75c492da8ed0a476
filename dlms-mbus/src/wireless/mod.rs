//! Wireless M-Bus (EN 13757-4): frames of the formats A and B, with and without the check sequences of their blocks.
//!
//! ```
//! use dlms_mbus::wireless::{Format, Frame, remove_checks};
//!
//! let mut octets = [
//!     0x14, 0x44, 0xae, 0x0c, 0x78, 0x56, 0x34, 0x12, 0x01, 0x07, 0x8c, 0x20, 0x27, 0x78, 0x0b, 0x13, 0x43, 0x65,
//!     0x87, 0x7a, 0xc5,
//! ];
//! let (format, len) = remove_checks(&mut octets).unwrap();
//! let frame = Frame::parse(&octets[..len]).unwrap();
//! assert_eq!((format, frame.address().to_string().as_str()), (Format::B, "CEN 12345678 01 water"));
//! ```

mod check_sequence;
mod finder;
mod format;
mod frame;

pub use check_sequence::CheckSequence;
pub use finder::{FINDER_ROOM, Finder};
pub use format::{Format, add_checks, begins_format_a, remove_checks};
pub use frame::{Frame, HEADER_LEN};
