//! Laws: what was written reads as it was, a part is never the whole, and no octets do harm.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod acse;
mod local_exchange;
mod messages;
mod moments;
mod noise;
mod protection;
mod types;
mod values;
mod wrapper;

use proptest::test_runner::{Config, RngSeed};

/// So many cases, the same at every run, and no files left behind. With `PROPTEST_CASES` and `PROPTEST_RNG_SEED` in the
/// environment, as many and as different ones as they say.
fn cases(cases: u32) -> Config {
    let asked = Config::default();
    let chosen = |name| std::env::var_os(name).is_some();
    Config {
        cases: if chosen("PROPTEST_CASES") { asked.cases } else { cases },
        rng_seed: if chosen("PROPTEST_RNG_SEED") { asked.rng_seed } else { RngSeed::Fixed(62056) },
        failure_persistence: None,
        ..asked
    }
}
