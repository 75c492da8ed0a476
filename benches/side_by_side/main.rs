//! The suite and its peers from crates.io at the same work: `cargo bench -p dlms-bench [-- FILTER]`.
#![forbid(unsafe_code)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what is measured has to work"
)]

mod ciphering;
mod curves;
mod decoding;
mod dice;
mod encoding;
mod frames;
mod messages;
mod pair;
mod peer_pair;
mod sessions;
mod tcp;

use dlms_bench::{Comparison, Report};

fn main() {
    // A server that is compared holds values of 300 kB on the stack, several at a time.
    std::thread::Builder::new().stack_size(1 << 26).spawn(run).unwrap().join().unwrap();
}

fn run() {
    let filters: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let wanted =
        |comparison: &Comparison<'_>| filters.is_empty() || filters.iter().any(|f| comparison.matches(f));
    // `cargo test --benches` asks for no measurement: only that everybody still gives the same results.
    let measure = std::env::args().any(|argument| argument == "--bench");
    let mut report = Report::default();
    let all = [
        decoding::comparisons(),
        encoding::comparisons(),
        messages::comparisons(),
        frames::comparisons(),
        ciphering::comparisons(),
        curves::comparisons(),
        sessions::comparisons(),
        tcp::comparisons(),
    ];
    for mut comparison in all.into_iter().flatten().filter(wanted) {
        if measure {
            report.add(&comparison.measure());
        } else {
            comparison.check();
        }
    }
    if measure {
        println!("{report}");
    }
}
