//! `dlms decode`, `dlms encode` and `dlms obis` as they are called: what they print, and their exit status.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod captures;
mod command;
mod every_message;
mod explained_codes;
mod hostile_input;
mod in_a_row;
mod keys;
mod mbus;
mod models;
mod p1;
mod round_trip;
mod vectors;
