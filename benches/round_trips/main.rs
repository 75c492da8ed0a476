//! What it costs to read twenty registers, by each strategy: `cargo bench -p dlms-bench --bench round_trips`.
//!
//! The figures are the same on every machine. It ends with an error if a strategy takes more round trips than the standard
//! lets it take.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "what is measured has to work")]

mod reading;

use std::process::ExitCode;

use reading::{Cost, Reading, Strategy};

const STRATEGIES: [(&str, Strategy); 5] = [
    ("GET, one by one", Strategy::Gets),
    ("GET with list", Strategy::List),
    ("ACCESS", Strategy::Access),
    ("ACCESS, release by the end of the connection", Strategy::AccessUnreleased),
    ("Read by short names", Strategy::ShortNames),
];

fn main() -> ExitCode {
    println!(
        "| associate, 20 registers, release | security | round trips | least | octets sent | received |"
    );
    println!("|---|---|--:|--:|--:|--:|");
    let mut missed = false;
    for ciphered in [false, true] {
        for (name, strategy) in STRATEGIES {
            let Cost { round_trips, sent, received } = Reading::new(strategy, ciphered).run();
            // The association, pass three of HLS, the requests, the release.
            let least = 1 + u32::from(ciphered) + strategy.requests() + strategy.releases();
            let security = if ciphered { "HLS-GMAC, ciphered" } else { "none" };
            println!("| {name} | {security} | {round_trips} | {least} | {sent} | {received} |");
            missed |= round_trips > least;
        }
    }
    if missed {
        println!("some take more than they have to");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
