//! Laws: what was written reads as it was, a part is never the whole, and no octets do harm.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod acse;
mod messages;
mod moments;
mod noise;
mod protection;
mod types;
mod values;
mod wrapper;

use proptest::test_runner::{Config, FileFailurePersistence};

/// The same number of cases whatever the environment says, and no files left behind.
fn cases(cases: u32) -> Config {
    Config { cases, failure_persistence: Some(Box::new(FileFailurePersistence::Off)), ..Config::default() }
}
