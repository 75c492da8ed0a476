//! How the device reaches others.

pub mod push_setup;
