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
mod parameters;
mod probe;
mod rejection;
mod segment;
mod sequence_number;
mod station;
mod timer;

pub use address::{Address, AddressSize};
pub use check_sequence::CheckSequence;
pub use control::{Control, FrameKind};
pub use error::{FrameError, FrameErrorKind};
pub use finder::{FINDER_ROOM, Finder, Frames, Located, frames};
pub use format::{Format, MAX_FRAME};
pub use frame::{Checks, FLAG, Frame, MAX_HEADER};
pub use llc::{LLC_LEN, Llc};
pub use parameters::{MAX_INFORMATION, ParameterForm, Parameters};
pub use probe::{Probe, ProbeOutput, Station};
pub use rejection::{RejectReason, Rejection};
pub use segment::{Joined, Reassembly};
pub use sequence_number::SequenceNumber;
pub use station::{AddressSizes, Primary, PrimarySettings, Quirks, Secondary, SecondarySettings};
