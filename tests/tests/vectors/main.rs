//! Every vector decodes to the value it states, and is written again as it came.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod acse;
mod authentication;
mod captures;
mod ciphering;
mod malformed;
mod messages;
mod values;
mod wrapper;
