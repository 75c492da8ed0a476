//! What `decode` prints, `encode` takes back to the same octets.

use crate::command::{call, decode};
use crate::vectors::{entries, key_flags};

/// Octets of what is not written as the standard has it, and so comes back otherwise.
const NOT_CANONICAL: [&str; 6] = [
    // a length in more octets than needed
    "data-types-113",
    // two frames share one flag
    "hdlc-069",
    // several messages in one frame
    "real-meter-025",
    // the first two blocks belong to a message that was broken off
    "real-meter-028",
    // a ciphered P1 telegram is not written
    "real-meter-183",
    // no line end behind the CRC
    "iec62056-21-041",
];

#[test]
fn documents_become_the_same_octets_again() {
    let mut same = 0;
    for file in [
        "data-types",
        "compact-array",
        "xdlms-ln",
        "xdlms-sn",
        "access",
        "initiate",
        "acse",
        "notification",
        "gbt",
        "ciphering",
        "general-ciphering",
        "wrapper",
        "hdlc",
        "real-meter",
        "session-trace",
        "iec62056-21",
    ] {
        for entry in entries(file) {
            let (id, hex) = (entry["id"].as_str().unwrap(), entry["input_hex"].as_str().unwrap());
            let mut flags = key_flags(&entry);
            let keys = flags.clone();
            if entry["kind"] == "axdr-data" {
                flags.extend(["--link", "data"]);
            }
            let decoded = decode(&flags, hex);
            if decoded.status != 0 || NOT_CANONICAL.contains(&id) {
                continue;
            }
            let encoded = call(&[&["encode"], &keys[..], &["-"]].concat(), &decoded.out);
            assert_eq!(encoded.status, 0, "{id} {encoded:?}");
            assert_eq!(encoded.out.replace('\n', ""), hex, "{id}");
            same += 1;
        }
    }
    assert!(same > 320, "{same}");
}

#[test]
fn what_deviates_comes_back_as_the_standard_has_it() {
    for (deviating, standard) in [
        (
            "0F40000000090C07E60102070E2512FF800000020106000010 15",
            "0F400000000C07E60102070E2512FF80000002010600001015",
        ),
        ("0981050102030405", "09050102030405"),
        (
            "0F00000001000202160101010202000100002A0000FF0209024547",
            "0F0000000100020216010101020202031200010906 00002A0000FF0F0209024547",
        ),
    ] {
        let link = if deviating.starts_with("09") { "data" } else { "apdu" };
        let decoded = decode(&["--lenient", "--link", link], deviating);
        let encoded = call(&["encode", "--json", "-"], &decoded.document().to_string());
        assert_eq!(encoded.document()["hex"], standard.replace(' ', ""));
    }
}

#[test]
fn documents_can_be_written_by_hand() {
    for (json, hex) in [
        (r#"{"link":"data","body":{"long-unsigned":10}}"#, "12000A"),
        (
            r#"{"apdu":"get-request","fields":{"type":"normal","cosem-attribute-descriptor":{"class-id":3,
             "instance-id":"1.0.1.8.0.255","attribute-id":2}}}"#,
            "C001C100030100010800FF0200",
        ),
        (
            r#"{"link":"wrapper","saps":{"source":1,"destination":16},"apdu":"exception-response",
             "fields":{"state-error":"service-unknown","service-error":"invocation-counter-error",
             "invocation-counter":42}}"#,
            "0001000100100007D802060000002A",
        ),
        (
            r#"{"link":"hdlc","saps":{"source":1,"destination":16},"apdu":"set-response","invoke-id":1,
             "fields":{"type":"normal","result":"read-write-denied"}}"#,
            "7EA0102103 03",
        ),
    ] {
        let encoded = call(&["encode", "-"], json);
        assert_eq!(encoded.status, 0, "{encoded:?}");
        assert!(encoded.out.starts_with(&hex.replace(' ', "")), "{}", encoded.out);
    }
}

#[test]
fn what_a_document_cannot_say_is_refused() {
    for json in [
        "",
        "{",
        "[]",
        r#"{"link":"data"}"#,
        r#"{"link":"data","body":{"unsigned":256}}"#,
        r#"{"apdu":"get-request","fields":{"type":"normal"}}"#,
        r#"{"apdu":"get-request"}"#,
        r#"{"apdu":"no-request","fields":{}}"#,
        r#"{"link":"wrapper","apdu":"rlrq","fields":{}}"#,
        r#"{"apdu":"set-response","invoke-id":16,"fields":{"type":"normal","result":"success"}}"#,
    ] {
        let encoded = call(&["encode", "--json", "-"], json);
        assert_eq!((encoded.status, encoded.kind().as_str()), (2, "usage"), "{json}");
    }
}
