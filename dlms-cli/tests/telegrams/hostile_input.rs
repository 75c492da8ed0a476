//! Broken and hostile octets: refused with a reason, soon, and never by a panic.

use core::time::Duration;
use std::time::Instant;

use serde_json::Value;

use crate::command::decode;
use crate::vectors::{entries, key_flags};

/// Inputs that may be taken: the vectors say so, or nothing in them is against the standard for a decoder without a policy.
const MAY_PASS: [&str; 6] =
    ["malformed-039", "malformed-040", "malformed-166", "malformed-170", "malformed-174", "malformed-240"];

fn link(kind: &str) -> Option<&'static str> {
    Some(match kind.rsplit(':').next()? {
        "apdu" | "apdu-capture" => "apdu",
        "axdr-data" => "data",
        "hdlc" | "hdlc-capture" | "hdlc-noise" => "hdlc",
        "wrapper" => "wrapper",
        _ => return None,
    })
}

/// The inputs that an entry stands for.
fn inputs(entry: &Value) -> Vec<String> {
    let hex = entry["input_hex"].as_str().unwrap();
    let kind = entry["kind"].as_str().unwrap();
    if let Some(repeat) = entry.get("input_repeat") {
        let part = |name: &str| repeat[name].as_str().unwrap();
        let count = usize::try_from(repeat["count"].as_u64().unwrap()).unwrap();
        return vec![[part("prefix"), &part("unit").repeat(count), part("suffix")].concat()];
    }
    if kind.starts_with("prefixes:") {
        return (2..hex.len()).step_by(2).map(|length| hex[..length].to_owned()).collect();
    }
    if kind.starts_with("bitflips:") {
        let first = entry["expected"]["first_bit"].as_u64().unwrap();
        let octets: Vec<u8> =
            (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
        let bits = usize::try_from(first).unwrap()..octets.len() * 8;
        return bits
            .map(|bit| {
                let mut octets = octets.clone();
                octets[bit / 8] ^= 0x80 >> (bit % 8);
                octets.iter().map(|octet| format!("{octet:02X}")).collect()
            })
            .collect();
    }
    vec![hex.to_owned()]
}

#[test]
fn malformed_input_is_refused() {
    let mut refused = 0;
    for entry in entries("malformed") {
        let Some(link) = link(entry["kind"].as_str().unwrap()) else { continue };
        let id = entry["id"].as_str().unwrap();
        for input in inputs(&entry) {
            let begun = Instant::now();
            let called = decode(&[&["--link", link], &key_flags(&entry)[..]].concat(), &input);
            assert!(begun.elapsed() < Duration::from_secs(20), "{id}");
            if MAY_PASS.contains(&id) {
                assert_eq!(called.status, 0, "{id} {called:?}");
                continue;
            }
            assert_eq!(called.status, 1, "{id} {input} {called:?}");
            assert!(!called.failures().is_empty(), "{id}");
            refused += 1;
        }
    }
    assert!(refused > 500, "{refused}");
}

#[test]
fn leniencies_open_no_other_door() {
    for entry in entries("malformed") {
        let Some(link) = link(entry["kind"].as_str().unwrap()) else { continue };
        let kind = entry["kind"].as_str().unwrap();
        // Stray octets around good frames are what one of them is for.
        if MAY_PASS.iter().any(|id| entry["id"] == *id) || kind == "hdlc-capture" {
            continue;
        }
        let first = inputs(&entry).swap_remove(0);
        let called = decode(&[&["--lenient", "--link", link], &key_flags(&entry)[..]].concat(), &first);
        assert_eq!(called.status, 1, "{} {called:?}", entry["id"]);
    }
}

#[test]
fn a_few_octets_do_not_become_a_flood() {
    // rows of 120 values out of one octet each: 2^20 values are too many for one document
    let row = format!("0278{}11", "00".repeat(119));
    let array = |octets: usize| format!("13{row}82{octets:04X}{}", "01".repeat(octets));
    assert_eq!(decode(&["--link", "data"], &array(100)).status, 0);
    let many = format!("0110{}", array(8000).repeat(16));
    let called = decode(&["--link", "data"], &many);
    assert_eq!((called.status, called.kind().as_str()), (1, "unsupported"));
    // messages in messages in messages
    let nested = format!("{}C8", "E60000".repeat(10_000));
    assert_eq!(decode(&["--link", "apdu"], &nested).status, 1);
}
