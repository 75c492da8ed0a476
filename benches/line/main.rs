//! A load profile read over a serial line under virtual time: `cargo bench -p dlms-bench --bench line`.
//!
//! The figures are the same on every machine. It ends with an error if one of them is not what it has to be.
#![forbid(unsafe_code)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what is measured has to work"
)]

mod model;
mod reading;

use std::process::ExitCode;

use model::{RATE, Settings, octets};

const CONFIGURATIONS: [(u16, u8, u16); 5] =
    [(128, 1, 1024), (128, 7, 1024), (256, 7, 1024), (1024, 7, 4096), (2030, 7, 65_535)];
const TURNAROUNDS: [u16; 3] = [5, 30, 100];

fn main() -> ExitCode {
    // `cargo test --benches` asks for no measurement: fewer rows will do.
    let measure = std::env::args().any(|argument| argument == "--bench");
    let rows = if measure { 5_000 } else { 500 };
    println!(
        "| info / window / PDU | turn-around | seconds | of the raw line | model | ratio | longest silence |"
    );
    println!("|---|--:|--:|--:|--:|--:|--:|");
    let mut missed = 0;
    for (information, window, pdu) in CONFIGURATIONS {
        for turnaround in TURNAROUNDS {
            let settings = Settings { information, window, pdu, turnaround };
            let traffic = reading::read(settings, rows);
            let seconds = traffic.elapsed as f64 / 1e9;
            let raw = octets(rows) / RATE;
            let model = settings.seconds(rows);
            let silence = traffic.longest_silence as f64 / 1e6;
            println!(
                "| {information} / {window} / {pdu} | {turnaround} ms | {seconds:.1} | {:.1} % | {model:.1} | {:.3} | {silence:.1} ms |",
                100.0 * raw / seconds,
                seconds / model,
            );
            let fast = information < 1024 || turnaround > 5 || seconds <= raw / 0.97;
            if measure && (seconds > 1.002 * model || silence > f64::from(turnaround) || !fast) {
                missed += 1;
            }
        }
    }
    if missed > 0 {
        println!("{missed} of them missed what they have to reach");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
