#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

mod address;
mod check_sequence;
mod control;
mod error;
mod finder;
mod format;
mod frame;
mod llc;
mod segment;
mod sequence_number;

pub use address::{Address, AddressSize};
pub use check_sequence::CheckSequence;
pub use control::{Control, FrameKind};
pub use error::{FrameError, FrameErrorKind};
pub use finder::{FINDER_ROOM, Finder, Frames, Located, frames};
pub use format::{Format, MAX_FRAME};
pub use frame::{Checks, FLAG, Frame, MAX_HEADER};
pub use llc::{LLC_LEN, Llc};
pub use segment::{Joined, Reassembly};
pub use sequence_number::SequenceNumber;
