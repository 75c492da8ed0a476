//! Several telegrams in a row, noise, damage, and which link it is.

use serde_json::json;

use crate::command::{call, decode};
use crate::vectors::entries;

const PUSH: &str = "0F00000001000202060000000112000A";

/// A frame with a push in it, its value this octet.
fn frame(value: u8) -> String {
    let document = json!({
        "link": "hdlc", "saps": {"source": 1, "destination": 16}, "apdu": "data-notification", "invoke-id": 1,
        "fields": {}, "body": {"unsigned": value},
    });
    let encoded = call(&["encode", "-"], &document.to_string());
    encoded.out.trim().into()
}

fn values(called: &crate::command::Called) -> Vec<u64> {
    called.documents().iter().map(|document| document["body"]["unsigned"].as_u64().unwrap()).collect()
}

#[test]
fn the_link_is_found_by_the_first_octets() {
    for (hex, link) in [
        (PUSH, "apdu"),
        (&format!("E6E700{PUSH}"), "apdu"),
        (&format!("0001000100100010{PUSH}"), "wrapper"),
        (&frame(1), "hdlc"),
        (&format!("3F3F{}", frame(1)), "hdlc"),
        ("0202060000000112000A", "data"),
    ] {
        assert_eq!(decode(&[], hex).document()["link"], json!(link), "{hex}");
    }
    assert_eq!(decode(&[], "00").kind(), "decode");
}

#[test]
fn a_document_has_the_members_of_the_contract() {
    let called = decode(&[], &format!("0001000100670010{PUSH}"));
    assert_eq!(
        called.out,
        concat!(
            r#"{"link":"wrapper","frames":1,"saps":{"source":1,"destination":103},"apdu":"data-notification","#,
            r#""invoke-id":1,"fields":{"service-class":"unconfirmed","priority":"normal","#,
            r#""processing-option":"continue","self-descriptive":false},"#,
            r#""body":{"structure":[{"double-long-unsigned":1},{"long-unsigned":10}]},"warnings":[]}"#,
            "\n"
        )
    );
    let moment = decode(&[], "0F000000010C07E80C1F02173B1E00FFC40000").document();
    assert_eq!(moment["date-time"], json!({"date-time": "07E80C1F02173B1E00FFC400"}));
    assert_eq!(moment["text"], json!("2024-12-31T23:59:30+01:00"));
    let reading = decode(&[], "0F0000000100 0203 09060100200700FF 120921 02020FFF1623");
    assert_eq!(
        reading.document()["readings"].to_string(),
        r#"[{"obis":"1-0:32.7.0.255","value":{"long-unsigned":2337},"unit":"V","scaled":233.7}]"#
    );
}

#[test]
fn several_telegrams_give_a_line_each() {
    let all = [frame(1), frame(2), frame(3)].concat();
    assert_eq!(values(&decode(&[], &all)), [1, 2, 3]);
    // flags between frames, and one for two
    let all = format!("{}7E7E{}", frame(1), frame(2).strip_prefix("7E").unwrap());
    assert_eq!(values(&decode(&[], &all)), [1, 2]);
    let all = ["0F0000000100", "1101", "0F0000000200", "1102", "C401C10011 03"].concat();
    assert_eq!(values(&decode(&[], &all)), [1, 2, 3]);
    let wrapped = format!("0001000100100008{}0001000100100008{}", "0F00000001001101", "0F00000001001102");
    assert_eq!(values(&decode(&[], &wrapped)), [1, 2]);
}

#[test]
fn noise_between_frames_is_a_warning_and_behind_them_a_failure() {
    let called = decode(&[], &format!("{}3F3F3F{}", frame(1), frame(2)));
    assert_eq!((called.status, values(&called)), (0, vec![1, 2]));
    assert!(called.documents()[1]["warnings"][0].as_str().unwrap().starts_with("noise: 3 byte(s)"));
    let called = decode(&[], &format!("{}3F3F3F", frame(1)));
    assert_eq!((called.status, values(&called), called.kind().as_str()), (1, vec![1], "decode"));
    let called = decode(&["--lenient=noise"], &format!("{}3F3F3F", frame(1)));
    assert_eq!((called.status, values(&called)), (0, vec![1]));
}

#[test]
fn a_damaged_frame_says_where_and_does_not_hide_the_others() {
    let damaged = frame(2).replace("1102", "1182");
    let called = decode(&[], &[frame(1), damaged, frame(3)].concat());
    assert_eq!((called.status, values(&called)), (1, vec![1, 3]));
    let failure = &called.failures()[0];
    assert_eq!(failure["kind"], json!("bad-checksum"));
    // two frames of 22 octets, of the second the last three are a check sequence and a flag
    let length = frame(1).len() / 2;
    assert_eq!(failure["offset"], json!(2 * length - 3));
}

#[test]
fn segments_are_joined_and_the_offset_of_a_failure_is_that_in_the_capture() {
    let segmented = entries("real-meter").into_iter().find(|entry| entry["id"] == "real-meter-001").unwrap();
    let hex = segmented["input_hex"].as_str().unwrap();
    let document = decode(&[], hex).document();
    assert_eq!(document["frames"], json!(3));
    assert_eq!(document["hdlc"][0]["segmented"], json!(true));
    assert_eq!(document["readings"].as_array().unwrap().len(), 16);
    // the last frame alone is the end of nothing
    let last = hex.rfind("7EA02D").unwrap();
    let called = decode(&[], &hex[..last]);
    assert_eq!(called.kind(), "decode");
    assert_eq!(called.out, "");
}

#[test]
fn blocks_are_joined_and_a_repeated_one_is_dropped() {
    // general-block-transfer of 0F 00000001 00 02 02 11 07 11 08 in two blocks
    let (first, second) = ("E04000010000060F00000001 00", "E0800002000006020211071108");
    let document = decode(&[], &format!("{first}{second}")).document();
    assert_eq!(document["apdu"], json!("data-notification"));
    assert_eq!(document["blocks"].as_array().unwrap().len(), 2);
    assert_eq!(document["body"]["structure"][1], json!({"unsigned": 8}));
    let repeated = decode(&[], &format!("{first}{first}{second}")).document();
    assert_eq!(repeated["body"], document["body"]);
    // a new first block begins anew; blocks of a message that never ends are shown as they are
    let anew = decode(&[], &format!("E0400001000002AABB{first}{second}")).document();
    assert!(anew["warnings"][0].as_str().unwrap().contains("not completed"));
    let never = decode(&[], first).document();
    assert_eq!(never["apdu"], json!("general-block-transfer"));
    assert_eq!(never["fields"]["block-data"], json!("0F0000000100"));
}

#[test]
fn frames_of_the_connection_are_told_with_their_parameters() {
    let ua = entries("hdlc").into_iter().find(|entry| entry["id"] == "hdlc-014").unwrap();
    let document = decode(&[], ua["input_hex"].as_str().unwrap()).document();
    assert_eq!(document["hdlc"][0]["control"], json!({"type": "UA", "poll-final": true}));
    assert!(document["fields"]["max-info-field-length-transmit"].is_number());
    assert!(document.get("apdu").is_none());
}

#[test]
fn deviations_are_failures_that_name_the_leniency() {
    let tagged = "0F40000000090C07E60102070E2512FF80000002010600001015";
    let strict = decode(&[], tagged);
    assert_eq!(strict.status, 1);
    assert_eq!(strict.failures()[0]["detail"]["lenient"], json!("tagged-date-time"));
    for lenient in ["--lenient", "--lenient=tagged-date-time", "--lenient=noise,tagged-date-time"] {
        let document = decode(&[lenient], tagged).document();
        assert!(document["warnings"][0].as_str().unwrap().starts_with("tagged-date-time"));
    }
    assert_eq!(decode(&["--lenient=noise"], tagged).status, 1);
    let unknown = decode(&["--lenient=everything"], tagged);
    assert_eq!((unknown.status, unknown.kind().as_str()), (2, "usage"));
}

#[test]
fn input_is_hex_or_octets_from_a_file() {
    let path = std::env::temp_dir().join(format!("dlms-decode-{}.bin", std::process::id()));
    let argument = format!("@{}", path.display());
    for content in [b"12 00\n0A\n".to_vec(), vec![0x12, 0, 0x0a]] {
        std::fs::write(&path, content).unwrap();
        let called = call(&["decode", "--link", "data", "--json", &argument], "");
        assert_eq!(called.document()["body"], json!({"long-unsigned": 10}));
    }
    std::fs::remove_file(&path).unwrap();
    let gone = call(&["decode", "--json", &argument], "");
    assert_eq!((gone.status, gone.kind().as_str()), (2, "usage"));
    let no_hex = call(&["decode", "--json", "0G"], "");
    assert_eq!((no_hex.status, no_hex.kind().as_str()), (2, "usage"));
}

#[test]
fn people_get_a_tree_with_names() {
    let called = call(&["decode", "0F0000000100020309060100200700FF12092102020FFF1623"], "");
    assert_eq!(called.status, 0);
    assert!(called.out.starts_with("data-notification\n"), "{}", called.out);
    assert!(called.out.contains("1-0:32.7.0.255  233.7 V  L1 voltage, instantaneous\n"), "{}", called.out);
    let failed = call(&["decode", "C8"], "");
    assert_eq!((failed.status, failed.err.as_str()), (1, "error: input ends 1 byte(s) early at byte 1\n"));
}
