//! The half of `dlms` that talks to meters, against the built-in one and against meters that misbehave.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod command;
mod connections;
mod counters;
mod failures;
mod images;
#[cfg(unix)]
mod key_files;
#[cfg(unix)]
mod keys;
mod listening;
mod profiles;
mod recipes;
mod secrets;
#[cfg(unix)]
mod serial;
mod services;
mod traces;
