//! M-Bus by wire and by radio: the published telegrams, damage, keys.

use serde_json::{Value, json};

use crate::command::decode;
use crate::vectors::{entries, key_flags};

/// Whether a reading is the record that the vector has: its place, and its number before any scale.
fn is_record(reading: &Value, record: &Value) -> bool {
    if !record["manufacturer-specific"].is_null() {
        return reading["quantity"] == json!("manufacturer-specific")
            && reading["value"]["octet-string"] == record["manufacturer-specific"];
    }
    let place = ["storage", "tariff", "subunit"].iter().all(|name| reading[name] == record[name]);
    let number = ["long64", "long64-unsigned"].iter().find_map(|kind| reading["value"].get(kind));
    let expected = ["int", "bcd"].iter().find_map(|kind| record.get(kind));
    place && number.zip(expected).is_none_or(|(number, expected)| number.as_i64() == expected.as_i64())
}

fn records_are(document: &Value, entry: &Value) {
    let expected = &entry["expected"];
    for (ours, theirs) in
        [("manufacturer", "M"), ("identification", "id"), ("version", "version"), ("medium-code", "type")]
    {
        if !expected["id"].is_null() {
            assert_eq!(document["meter"][ours], expected[theirs], "{}", entry["id"]);
        }
    }
    let Some(records) = expected["records"].as_array() else { return };
    let readings = document["readings"].as_array().unwrap_or_else(|| panic!("{} {document}", entry["id"]));
    let readings: Vec<_> =
        readings.iter().filter(|reading| reading["quantity"] != "global-readout").collect();
    assert_eq!(readings.len(), records.len(), "{} {document:#}", entry["id"]);
    for (reading, record) in readings.iter().zip(records) {
        assert!(is_record(reading, record), "{} {reading} {record}", entry["id"]);
    }
}

#[test]
fn published_telegrams_are_read() {
    let (mut read, mut without_key) = (0, 0);
    for entry in [entries("mbus"), entries("wmbus")].concat() {
        let kind = entry["kind"].as_str().unwrap();
        if kind == "crypto" || kind == "mbus-app" {
            continue;
        }
        let (hex, expected) = (entry["input_hex"].as_str().unwrap(), &entry["expected"]);
        let called = decode(&key_flags(&entry), hex);
        if called.status != 0 {
            let kind = called.kind();
            // Encrypted in a way that is history, or without a key: published as it is, or after somebody deciphered it.
            let mode = expected["tpl"]["mode"].as_u64();
            let refusal =
                if mode.is_none_or(|mode| [0, 5, 7].contains(&mode)) { "missing-key" } else { "unsupported" };
            assert!(entry["keys"].is_null() && kind == refusal, "{} {called:?}", entry["id"]);
            assert!(called.failures()[0]["detail"]["meter"].is_object());
            without_key += 1;
            if expected["plaintext"].is_string() {
                let flags = [&key_flags(&entry)[..], &["--lenient=deciphered"]].concat();
                records_are(&decode(&flags, hex).document(), &entry);
                read += 1;
            }
            continue;
        }
        let document = called.document();
        assert_eq!(document["link"], entry["category"], "{}", entry["id"]);
        records_are(&document, &entry);
        read += 1;
    }
    assert!(read > 55 && without_key > 2, "{read} {without_key}");
}

#[test]
fn messages_in_segments_are_joined() {
    let mut read = 0;
    for entry in entries("real-meter").into_iter().filter(|entry| entry["kind"] == "mbus-dlms") {
        let keys = key_flags(&entry);
        let hex = entry["input_hex"].as_str().unwrap();
        let called = decode(&[&["--lenient"], keys.as_slice()].concat(), hex);
        let frames = entry["expected"]["frames"].as_array().unwrap();
        let Some(values) = entry["expected"]["values"].as_array() else {
            let kinds: Vec<_> = called.failures().iter().map(|failure| failure["kind"].clone()).collect();
            assert!(
                !kinds.is_empty() && kinds.iter().all(|kind| kind == "missing-key" || kind == "decode"),
                "{called:?}"
            );
            continue;
        };
        let document = called.document();
        assert_eq!(document["frames"], json!(frames.len()), "{}", entry["id"]);
        assert_eq!(document["saps"], json!({"source": 1, "destination": 103}));
        let readings = document["readings"].as_array().unwrap();
        for value in values {
            let found = readings.iter().any(|reading| {
                reading["obis"] == value["obis"]
                    && (value["scaled"].is_null() || reading["scaled"].as_f64() == value["scaled"].as_f64())
            });
            assert!(found, "{} {value}", entry["id"]);
        }
        read += 1;
    }
    assert_eq!(read, 3);
}

#[test]
fn every_changed_bit_of_a_frame_is_found() {
    let entry = entries("mbus").into_iter().find(|entry| entry["id"] == "mbus-009").unwrap();
    let hex = entry["input_hex"].as_str().unwrap();
    for (at, digit) in hex.char_indices().step_by(7) {
        let mut changed = hex.to_owned();
        let other = format!("{:X}", digit.to_digit(16).unwrap() ^ 1);
        changed.replace_range(at..=at, &other);
        let called = decode(&["--link", "mbus"], &changed);
        assert_eq!(called.status, 1, "{at}");
    }
    let damaged = hex.replace("7254029904", "7254029905");
    let failure = &decode(&[], &damaged).failures()[0];
    assert_eq!(failure["kind"], json!("bad-checksum"));
    assert_eq!(failure["offset"], json!(hex.len() / 2 - 2));
}

#[test]
fn noise_and_several_frames() {
    let entries = entries("wmbus");
    let by = |id: &str| {
        let entry = entries.iter().find(|entry| entry["id"] == id).unwrap();
        entry["input_hex"].as_str().unwrap().to_owned()
    };
    // Check sequences tell where a frame begins.
    let (a, b) = (by("wmbus-050"), by("wmbus-056"));
    let key = "0102030405060708090A0B0C0D0E0F11";
    let called = decode(&["--link", "wmbus", "--ek", key], &format!("ABCD{a}{a}"));
    assert_eq!(called.documents().len(), 2, "{called:?}");
    assert!(called.documents()[0]["warnings"][0].as_str().unwrap().starts_with("noise"));
    assert_eq!(called.documents()[0]["wmbus"][0]["format"], json!("A"));
    assert_eq!(
        decode(&["--link", "wmbus"], &b)
            .documents()
            .first()
            .map(|d| d["wmbus"][0]["format"].clone())
            .unwrap_or(json!("B")),
        json!("B")
    );
    assert_eq!(
        decode(&["--link", "wmbus", "--ek", "00112233445566778899AABBCCDDEEFF"], &a).kind(),
        "wrong-key"
    );
    let truncated = decode(&["--link", "wmbus"], &a[..40]);
    assert_eq!(truncated.kind(), "decode");
}
