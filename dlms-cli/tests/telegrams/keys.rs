//! Ciphered telegrams with their keys, without them, and with others.

use serde_json::{Value, json};

use crate::command::decode;
use crate::vectors::entries;

const EK: &str = "000102030405060708090A0B0C0D0E0F";
const AK: &str = "D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF";
const TITLE: &str = "4D4D4D0000BC614E";
/// The Green Book's glo-get-request, authenticated and encrypted.
const GET: &str = "C81E3001234567411312FF935A47566827C467BC7D825C3BE4A77C3FCC056B6B";

#[test]
fn without_a_key_the_header_is_shown() {
    let called = decode(&[], GET);
    assert_eq!((called.status, called.kind().as_str(), called.out.as_str()), (1, "missing-key", ""));
    let security = &called.failures()[0]["detail"]["security"];
    assert_eq!(security["tag"], json!("glo-get-request"));
    assert_eq!(security["invocation-counter"], json!(0x0123_4567));
    let no_title = decode(&["--ek", EK, "--ak", AK], GET);
    assert_eq!(no_title.kind(), "missing-key");
}

#[test]
fn with_both_keys_it_is_authentic() {
    let document = decode(&["--ek", EK, "--ak", AK, "--system-title", TITLE], GET).document();
    assert_eq!(document["apdu"], json!("get-request"));
    assert_eq!(
        document["security"],
        json!({
            "tag": "glo-get-request", "suite": 0, "authenticated": true, "encrypted": true,
            "security-control": "30", "system-title": TITLE, "invocation-counter": 0x0123_4567,
        })
    );
}

#[test]
fn without_the_authentication_key_it_is_deciphered_and_says_so() {
    let document = decode(&["--ek", EK, "--system-title", TITLE], GET).document();
    assert_eq!(document["apdu"], json!("get-request"));
    assert_eq!(document["security"]["authenticated"], json!(false));
    assert!(document["warnings"][0].as_str().unwrap().starts_with("missing-key"));
}

#[test]
fn another_key_is_a_wrong_key() {
    let other = "FF0102030405060708090A0B0C0D0E0F";
    for flags in [vec!["--ek", other], vec!["--ek", other, "--ak", AK], vec!["--ek", EK, "--ak", other]] {
        let called = decode(&[&flags[..], &["--system-title", TITLE]].concat(), GET);
        assert_eq!((called.status, called.kind().as_str()), (1, "wrong-key"), "{flags:?}");
    }
    for flag in ["--ek", "--ak", "--dedicated-key", "--system-title"] {
        let called = decode(&[flag, "0011"], GET);
        assert_eq!((called.status, called.kind().as_str()), (2, "usage"), "{flag}");
    }
}

#[test]
fn what_is_only_authenticated_can_be_read_by_all() {
    let get = "C81E1001234567C0010000080000010000FF020006725D910F9221D263877516";
    let document = decode(&[], get).document();
    assert_eq!(document["apdu"], json!("get-request"));
    assert_eq!(document["security"]["authenticated"], json!(false));
    assert!(document["warnings"][0].as_str().unwrap().starts_with("missing-key"));
    let document = decode(&["--ek", EK, "--ak", AK, "--system-title", TITLE], get).document();
    assert_eq!((&document["security"]["authenticated"], &document["warnings"]), (&json!(true), &json!([])));
}

#[test]
fn the_initiate_request_in_an_aarq_is_deciphered_too() {
    let aarq = entries("acse").into_iter().find(|entry| entry["id"] == "gb-aarq-ciphered").unwrap();
    let hex = aarq["input_hex"].as_str().unwrap();
    let document = decode(&["--ek", EK, "--ak", AK], hex).document();
    let user = &document["fields"]["user-information"];
    assert_eq!(user["apdu"], json!("initiate-request"));
    assert_eq!(user["security"]["authenticated"], json!(true));
    assert_eq!(user["fields"]["dedicated-key"], json!("00112233445566778899AABBCCDDEEFF"));
    let document = decode(&[], hex).document();
    let user = &document["fields"]["user-information"];
    assert_eq!(user["apdu"], json!("glo-initiate-request"));
    assert!(user["octets"].as_str().unwrap().starts_with("2130"));
    assert_eq!(document["warnings"].as_array().unwrap().len(), 1);
}

#[test]
fn titles_and_dedicated_keys_are_learnt_from_the_association() {
    let sessions: Vec<Value> = entries("session-trace");
    let ciphered: Vec<_> = sessions.iter().filter(|entry| entry["keys"]["ek"].is_string()).collect();
    assert!(!ciphered.is_empty());
    for session in ciphered {
        let keys = [
            "--ek",
            session["keys"]["ek"].as_str().unwrap(),
            "--ak",
            session["keys"]["ak"].as_str().unwrap(),
        ];
        let called = decode(&keys, session["input_hex"].as_str().unwrap());
        assert_eq!(called.status, 0, "{}", called.err);
        let documents = called.documents();
        let protected: Vec<_> =
            documents.iter().filter(|document| document.get("security").is_some()).collect();
        assert!(protected.len() >= 4);
        assert!(protected.iter().all(|document| document["security"]["authenticated"] == json!(true)));
    }
    // the dedicated key of the Green Book's AARQ, then a message under it
    let aarq = entries("acse").into_iter().find(|entry| entry["id"] == "gb-aarq-ciphered").unwrap();
    let plain = json!({
        "apdu": "get-request", "security": {
            "tag": "ded-get-request", "suite": 0, "authenticated": true, "encrypted": true, "system-title": TITLE,
            "invocation-counter": 1,
        },
        "invoke-id": 1,
        "fields": {"type": "next", "block-number": 1},
    });
    let dedicated = "00112233445566778899AABBCCDDEEFF";
    let flags = ["encode", "--ak", AK, "--dedicated-key", dedicated, "-"];
    let message = crate::command::call(&flags, &plain.to_string());
    assert_eq!(message.status, 0, "{message:?}");
    let both = format!("{}{}", aarq["input_hex"].as_str().unwrap(), message.out.trim());
    let documents = decode(&["--ek", EK, "--ak", AK], &both).documents();
    assert_eq!(documents[1]["security"]["tag"], json!("ded-get-request"));
    assert_eq!(documents[1]["fields"]["block-number"], json!(1));
    let alone =
        decode(&["--ek", dedicated, "--ak", AK, "--system-title", TITLE], message.out.trim()).document();
    assert_eq!(alone["security"], documents[1]["security"]);
}

#[test]
fn writing_a_protected_message_needs_its_keys() {
    let document = decode(&["--ek", EK, "--ak", AK, "--system-title", TITLE], GET).document().to_string();
    let encode =
        |flags: &[&str]| crate::command::call(&[&["encode", "--json"], flags, &["-"]].concat(), &document);
    assert_eq!(encode(&[]).kind(), "missing-key");
    assert_eq!(encode(&["--ek", EK]).kind(), "missing-key");
    assert_eq!(encode(&["--ek", EK, "--ak", AK]).document()["hex"], json!(GET));
}

#[test]
fn what_is_not_built_is_refused_by_name() {
    for entry in entries("general-ciphering") {
        if entry["expected"].get("general-ciphering").is_some() {
            let called = decode(&["--ek", EK, "--ak", AK], entry["input_hex"].as_str().unwrap());
            assert_eq!(called.kind(), "unsupported", "{called:?}");
            assert_eq!(called.failures()[0]["detail"]["security"]["tag"], json!("general-ciphering"));
        }
    }
    for entry in entries("general-signing") {
        let document = decode(&[], entry["input_hex"].as_str().unwrap()).document();
        assert_eq!(document["security"]["tag"], json!("general-signing"));
        assert!(document["warnings"][0].as_str().unwrap().contains("not verified"));
    }
}
