//! What goes wrong, and what it is called.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use serde_json::json;

use crate::command::{Meter, dlms, failure};

#[test]
fn a_refusal_is_told_in_the_standards_words() {
    let (status, error) = failure(&["read", "0-0:96.1.9.255:1:2"]);
    assert_eq!((status, &error["kind"]), (1, &json!("refused")));
    assert_eq!(error["detail"], json!({"service": "get", "result": "read-write-denied"}));
    let (_, error) = failure(&["read", "0-0:96.1.77.255:1:2"]);
    assert_eq!(error["detail"]["result"], "object-undefined");
    let (status, error) = failure(&["read", "0-0:96.1.77.255"]);
    assert_eq!((status, &error["detail"]["result"]), (1, &json!("object-undefined")));
    let (_, error) = failure(&["write", "1-0:1.8.0.255:3:2", r#"{"double-long-unsigned":1}"#]);
    assert_eq!(error["detail"], json!({"service": "set", "result": "read-write-denied"}));
    let (_, error) = failure(&["invoke", "0-0:96.3.10.255:70:9"]);
    assert_eq!((&error["kind"], &error["detail"]["service"]), (&json!("refused"), &json!("action")));
}

#[test]
fn one_refusal_among_values_does_not_hide_them() {
    let ended = dlms(&["read", "0-0:42.0.0.255:1:2", "0-0:96.1.9.255:1:2", "--json"]);
    assert_eq!(ended.status, 1);
    let read: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    assert!(read[0]["value"]["octet-string"].is_string());
    assert_eq!(read[1]["error"]["detail"]["result"], "read-write-denied");
    assert!(ended.stderr.contains("1 of 2"), "{}", ended.stderr);
}

#[test]
fn an_association_is_rejected() {
    let (status, error) = failure(&["associate", "--client", "32", "--password", "wrong"]);
    assert_eq!((status, &error["kind"]), (1, &json!("association-rejected")));
    assert_eq!(error["detail"]["result"], "rejected-permanent");
    let (_, error) = failure(&["associate", "--client", "99", "--auth", "none"]);
    assert_eq!(error["kind"], "association-rejected");
    let meter = Meter::start();
    let wrong = meter
        .keyed(&["associate"])
        .into_iter()
        .map(|word| word.strip_suffix("DF").map_or(word, |_| "00112233445566778899AABBCCDDEEFF"));
    let (status, error) = failure(&wrong.collect::<Vec<_>>());
    assert_eq!(status, 1);
    assert!(error["kind"] == "association-rejected" || error["kind"] == "exception", "{error}");
}

#[test]
fn a_policy_is_kept() {
    let (status, error) = failure(&["read", "1-0:1.8.0.255:3:2", "--security", "auth"]);
    assert_eq!((status, &error["kind"]), (1, &json!("association-rejected")), "{error}");
    assert!(error["detail"]["service-error"].is_string());
}

#[test]
fn what_is_misused_is_a_usage_error() {
    for arguments in [
        &["read"][..],
        &["read", "energy"],
        &["read", "1-0:1.8.0.255", "--tcp", "a:1", "--udp", "a:1"],
        &["read", "1-0:1.8.0.255", "--client", "one"],
        &["write", "1-0:1.8.0.255:3:2", "7"],
        &["write", "1-0:1.8.0.255", "{}"],
        &["profile", "1-0:99.1.0.255", "--from", "soon"],
        &["profile", "1-0:99.1.0.255", "--columns", "9:9"],
        &["associate", "--tcp", "a:1", "--auth", "lls"],
        &["associate", "--tcp", "no-port"],
        &["associate", "--profile", "absent", "--config", "/nonexistent"],
    ] {
        let (status, error) = failure(arguments);
        assert_eq!((status, &error["kind"]), (2, &json!("usage")), "{arguments:?}: {error}");
    }
}

#[test]
fn what_is_missing_or_not_built_is_named() {
    let (status, error) =
        failure(&["associate", "--tcp", "a:1", "--auth", "hls-gmac", "--system-title", "434C49454E543031"]);
    assert_eq!((status, &error["kind"]), (1, &json!("missing-key")));
    let (status, error) = failure(&["associate", "--auth", "hls-manufacturer"]);
    assert_eq!((status, &error["kind"]), (1, &json!("unsupported")));
    assert!(error["message"].as_str().unwrap().contains("--auth hls-manufacturer"));
    let (_, error) = failure(&["profile", "1-0:99.1.0.255", "--format", "parquet"]);
    assert_eq!(error["kind"], "unsupported");
}

#[test]
fn nobody_there_and_nobody_answering_are_told_apart() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let (status, error) = failure(&["associate", "--tcp", &closed]);
    assert_eq!((status, &error["kind"]), (3, &json!("link")));
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap().to_string();
    let (status, error) = failure(&["associate", "--tcp", &address, "--timeout", "0.2"]);
    assert_eq!((status, &error["kind"]), (3, &json!("timeout")));
}

/// A peer that answers the first message with this, and ends the connection then.
fn answering(answer: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 1024];
        let _ = stream.read(&mut request).unwrap();
        stream.write_all(answer).unwrap();
    });
    address
}

const KEYS: [&str; 6] = [
    "--ek",
    "000102030405060708090A0B0C0D0E0F",
    "--ak",
    "D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF",
    "--system-title",
    "434C49454E543031",
];

#[test]
fn an_answer_protected_less_than_required_is_not_taken() {
    // An AARE that accepts, with an InitiateResponse in the clear.
    let address = answering(
        b"\0\x01\0\x01\0\x10\0\x2b\x61\x29\xa1\x09\x06\x07\x60\x85\x74\x05\x08\x01\x03\xa2\x03\x02\x01\0\xa3\x05\xa1\x03\x02\x01\0\
          \xbe\x10\x04\x0e\x08\0\x06\x5f\x1f\x04\0\x40\x5e\x1d\x04\0\0\x07",
    );
    let (status, error) = failure(&[&["associate", "--tcp", &address], &KEYS[..]].concat());
    assert_eq!((status, &error["kind"]), (1, &json!("weaker-than-policy")), "{error}");
}

#[test]
fn octets_that_are_no_answer_are_a_decode_error() {
    let address = answering(b"\0\x01\0\x01\0\x10\0\x03\x61\x05\0");
    let (status, error) = failure(&["associate", "--tcp", &address]);
    assert_eq!((status, &error["kind"]), (1, &json!("decode")), "{error}");
    assert!(error["offset"].is_u64());
    let hangs_up = answering(b"");
    let (status, error) = failure(&["associate", "--tcp", &hangs_up]);
    assert_eq!((status, &error["kind"]), (3, &json!("link")), "{error}");
}
