//! What the tests across the crates of the DLMS/COSEM suite share.
//!
//! | module | what it is |
//! |---|---|
//! | [`vector`] | the entries of `vectors/*.json` |
//! | [`tree`] | messages and values in the form that the vectors expect them in |
//! | [`arbitrary`] | generated messages and values of every kind |
//! | [`laws`] | what holds for every type that is read and written |
//! | [`bus`] | a serial line under virtual time, and what is connected to it |
//! | [`peer`] | one end of a protected association |
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a wrong test stops")]

pub mod arbitrary;
pub mod bus;
pub mod laws;
pub mod peer;
pub mod tree;
pub mod vector;
