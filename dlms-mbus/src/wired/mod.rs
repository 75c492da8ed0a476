//! Wired M-Bus (EN 13757-2): frames on a two-wire bus, and DLMS messages in them.
//!
//! ```
//! use dlms_mbus::wired::{Frame, Leniency};
//!
//! let octets = [0x68, 0x04, 0x04, 0x68, 0x08, 0x01, 0x70, 0x08, 0x81, 0x16];
//! let (frame, len) = Frame::parse(&octets, Leniency::NONE).unwrap();
//! let Frame::Long(long) = frame else { panic!() };
//! assert_eq!((len, long.address(), long.control_information(), long.data()), (10, 1, 0x70, &[8][..]));
//! ```

mod finder;
mod frame;
mod frames;
mod leniency;
mod long;
mod segment;

pub use finder::{FINDER_ROOM, Finder};
pub use frame::Frame;
pub use frames::{Frames, Located, frames};
pub use leniency::Leniency;
pub use long::{LongFrame, MAX_DATA};
pub use segment::{Joined, Reassembly, Segment};
