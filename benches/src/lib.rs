//! Measuring the DLMS/COSEM suite side by side with its peers: the same octets and the same results for everybody, in
//! one run.
//!
//! | item | what it is |
//! |---|---|
//! | [`Comparison`] | one piece of work, and all who do it |
//! | [`Report`] | the table |
//! | [`load_profile`] | the octets of a load profile |
//! | [`talk_until`] | a wire between a client and meters that costs nothing |
#![forbid(unsafe_code)]

mod comparison;
pub mod load_profile;
mod report;
mod wire;

pub use comparison::{Comparison, Contender, Measured, Target};
pub use report::Report;
pub use wire::talk_until;
