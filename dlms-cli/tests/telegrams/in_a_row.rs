//! Every telegram of a real meter that is read at all is read between noise and twice in a row, too.

use serde_json::{Value, json};

use crate::command::{Called, decode};
use crate::vectors::{entries, key_flags};

/// Octets of which no link's frame begins or ends.
const NOISE: &str = "A55AFF13";

/// Captures that are read, each with its flags, and what comes of them.
fn captures() -> Vec<(Value, Called)> {
    let all = ["real-meter", "mbus", "wmbus", "iec62056-21"].into_iter().flat_map(entries);
    let kinds = ["hdlc-capture", "wrapper-capture", "mbus-dlms", "mbus", "wmbus", "p1-telegram", "p1-glo"];
    all.filter(|entry| kinds.iter().any(|kind| entry["kind"] == *kind))
        .map(|entry| {
            let called = decode_entry(&entry, entry["input_hex"].as_str().unwrap());
            (entry, called)
        })
        .filter(|(_, called)| called.status == 0 && !called.out.is_empty())
        .collect()
}

fn decode_entry(entry: &Value, hex: &str) -> Called {
    let mut flags = key_flags(entry);
    flags.push("--lenient");
    decode(&flags, hex)
}

/// The documents, without what is only said about them.
fn documents(called: &Called) -> Vec<Value> {
    let without_warnings = |mut document: Value| {
        document["warnings"] = json!([]);
        document
    };
    called.documents().into_iter().map(without_warnings).collect()
}

#[test]
fn twice_gives_the_same_twice() {
    let mut seen = 0;
    for (entry, once) in captures() {
        // Without a check sequence nothing tells where the next frame begins, and what is left open is joined.
        if entry["expected"]["format"] == "no-crc" || entry["expected"].get("unfinished_segments").is_some() {
            continue;
        }
        let hex = entry["input_hex"].as_str().unwrap();
        let twice = decode_entry(&entry, &format!("{hex}{hex}"));
        let once = documents(&once);
        assert_eq!(
            documents(&twice),
            [once.as_slice(), once.as_slice()].concat(),
            "{} {twice:?}",
            entry["id"]
        );
        seen += 1;
    }
    assert!(seen > 110, "{seen}");
}

#[test]
fn noise_before_and_behind_changes_nothing() {
    let mut seen = 0;
    for (entry, once) in captures() {
        // A stream of wrapped messages has nothing to find its way back by, old telegrams of the P1 port have no CRC.
        let first = &once.documents()[0];
        if first["link"] == "p1" && first["crc"].is_null() {
            continue;
        }
        if entry["expected"]["format"] == "no-crc"
            || entry["kind"] == "wrapper-capture"
            || entry["kind"] == "p1-glo"
        {
            continue;
        }
        let hex = entry["input_hex"].as_str().unwrap();
        let between = decode_entry(&entry, &format!("{NOISE}{hex}{NOISE}"));
        assert_eq!(documents(&between), documents(&once), "{} {between:?}", entry["id"]);
        assert!(between.documents()[0]["warnings"].to_string().contains("noise"), "{}", entry["id"]);
        seen += 1;
    }
    assert!(seen > 100, "{seen}");
}
