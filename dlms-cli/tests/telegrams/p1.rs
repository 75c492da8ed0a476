//! Telegrams of the P1 port, and data readouts.

use serde_json::{Value, json};

use crate::command::{call, decode};
use crate::vectors::{entries, key_flags};

const BODY: &str = "/ISK5\\2M550T-1012\r\n\r\n1-0:1.8.1(002130.115*kWh)\r\n!";
/// The CRC of the body.
const CRC: &str = "A87E";

fn hex(text: &str) -> String {
    text.bytes().map(|octet| format!("{octet:02X}")).collect()
}

fn warnings(document: &Value) -> Vec<&str> {
    let warnings = document["warnings"].as_array().unwrap();
    warnings.iter().map(|warning| warning.as_str().unwrap().split(':').next().unwrap()).collect()
}

#[test]
fn a_document_has_the_members_of_the_contract() {
    let telegram = hex(&format!("{BODY}{CRC}\r\n"));
    let expected = concat!(
        r#"{"link":"p1","identification":"/ISK5\\2M550T-1012","crc":"A87E","lines":["1-0:1.8.1(002130.115*kWh)"],"#,
        r#""readings":[{"obis":"1-0:1.8.1.255","value":{"visible-string":"002130.115"},"unit":"kWh","#,
        r#""scaled":2130.115}],"warnings":[]}"#,
        "\n"
    );
    for flags in [&[][..], &["--link", "p1"]] {
        assert_eq!(decode(flags, &telegram).out, expected);
    }
    let people = call(&["decode", "-"], &telegram).out;
    assert!(people.contains("1-0:1.8.1.255  2130.115 kWh  active energy import, rate 1"), "{people}");
}

#[test]
fn every_vector_is_read_as_far_as_it_can_be_trusted() {
    let mut read = 0;
    for entry in entries("iec62056-21").iter().filter(|entry| entry["kind"] == "p1-telegram") {
        let (id, expected) = (&entry["id"], &entry["expected"]);
        let octets = entry["input_hex"].as_str().unwrap();
        let strict = decode(&[], octets);
        let called = decode(&["--lenient"], octets);
        match expected["crc_ok"].as_bool() {
            Some(true) => assert_eq!((strict.status, &strict.out), (0, &called.out), "{id}"),
            Some(false) => {
                assert_eq!(strict.failures()[0]["kind"], json!("bad-checksum"), "{id}");
                assert!(called.out.is_empty(), "{id}: a wrong CRC is never tolerated");
                continue;
            }
            None => {
                assert_eq!(strict.failures()[0]["detail"], json!({"lenient": "missing-crc"}), "{id}");
                assert_eq!(warnings(&called.documents()[0])[0], "missing-crc", "{id}");
            }
        }
        let document = &called.documents()[0];
        let readings = document["readings"].as_array().unwrap();
        assert_eq!(readings.len(), expected["objects"].as_array().unwrap().len(), "{id}");
        read += readings.iter().filter(|reading| reading["scaled"].is_number()).count();
    }
    assert!(read > 200, "{read}");
}

#[test]
fn what_an_object_means_is_told() {
    let lines = [
        "0-0:1.0.0(200426223325S)",
        "0-2:24.2.1(200426223001S)(00246.138*m3)",
        "0-1:24.3.0(161107190000)(00)(60)(1)(0-1:24.2.1)(m3)\r\n(00001.001)",
        "1-0:99.97.0(1)(0-0:96.7.19)(190326095015W)(0000002014*s)",
        "0-0:98.1.0(1)(1-0:1.6.0)(2*kW)",
    ];
    let text = format!("/ISK5x\r\n\r\n{}\r\n!\r\n", lines.join("\r\n"));
    let document = decode(&["--lenient=missing-crc"], &hex(&text)).document();
    let text = |text: &str| json!({"visible-string": text});
    let failure = json!({"structure": [text("2019-03-26T09:50:15"), {"double-long-unsigned": 2014}]});
    let expected = json!([
        {"obis": "0-0:1.0.0.255", "value": text("200426223325S"), "text": "2020-04-26T22:33:25"},
        {"obis": "0-2:24.2.1.255", "value": text("00246.138"), "captured": "2020-04-26T22:30:01", "unit": "m3",
         "scaled": 246.138},
        {"obis": "0-1:24.3.0.255", "value": text("00001.001"), "captured": "2016-11-07T19:00:00", "unit": "m3",
         "scaled": 1.001},
        {"obis": "1-0:99.97.0.255", "value": {"array": [failure]}},
        {"obis": "0-0:98.1.0.255", "value": {"array": [text("1"), text("1-0:1.6.0"), text("2*kW")]}},
    ]);
    assert_eq!(document["readings"], expected);
}

#[test]
fn a_readout_with_a_block_check_character() {
    let octets =
        "2F41424335780D0A02312D303A312E382E302A32353528303030383034382E3337352A6B5768290D0A210D0A0341";
    let document = decode(&[], octets).document();
    assert_eq!(document["block-check"], json!("41"));
    assert_eq!(document["readings"][0]["scaled"].to_string(), "8048.375");
    let again = call(&["encode", "-"], &document.to_string());
    assert_eq!(again.out.trim(), octets);
    // without an identification only when told, for 02 begins a structure, too
    let bare = octets.strip_prefix("2F41424335780D0A").unwrap();
    assert_eq!(decode(&["--link", "p1"], bare).document()["readings"], document["readings"]);
    let wrong = decode(&[], &octets.replace("0341", "0342"));
    assert_eq!((wrong.kind().as_str(), &wrong.failures()[0]["offset"]), ("bad-checksum", &json!(45)));
}

#[test]
fn several_telegrams_and_what_stands_between() {
    let whole = format!("{BODY}{CRC}\r\n");
    let damaged = whole.replace("2130", "2131");
    let called = decode(&[], &hex(&[whole.as_str(), "noise", &damaged, &whole].concat()));
    assert_eq!((called.status, called.documents().len()), (1, 2));
    assert_eq!(warnings(&called.documents()[1]), ["noise"]);
    let failures = called.failures();
    assert_eq!(failures[0]["kind"], json!("bad-checksum"));
    assert_eq!(failures[0]["offset"], json!(whole.len() + 5 + BODY.len()));

    let called = decode(&["--lenient=noise"], &hex(&[whole.as_str(), &damaged, &whole, "rest"].concat()));
    assert_eq!((called.status, called.documents().len()), (0, 2));
    assert_eq!(decode(&[], &hex(&[whole.as_str(), "rest"].concat())).kind(), "decode");
    assert_eq!(decode(&["--link", "p1"], "3030").kind(), "decode");
    assert_eq!(decode(&["--link", "p1"], "2F").kind(), "decode");
}

#[test]
fn deviations_are_accepted_by_name() {
    let text =
        "/KMP5 KA6U001660100213\r\n\r\n1-0:1.8.1(1*kWh)\r\n1-0:4:24.7.0(2)\r\n1-0:2.8.1(3*kWh)\r\n!\r\n";
    let names = ["missing-crc", "identification", "data-line"];
    for (n, name) in names.iter().enumerate() {
        let called = decode(&[&format!("--lenient={}", names[..n].join(","))[..]][..n.min(1)], &hex(text));
        assert_eq!(called.failures()[0]["detail"], json!({"lenient": name}));
    }
    let document = decode(&[&format!("--lenient={}", names.join(","))], &hex(text)).document();
    assert_eq!(document["readings"].as_array().unwrap().len(), 2);
    let mut accepted = warnings(&document);
    accepted.sort_unstable();
    assert_eq!(accepted, ["data-line", "identification", "missing-crc"]);
}

/// The ciphered telegrams among the captures.
fn ciphered(id: &str) -> Value {
    entries("real-meter").into_iter().find(|entry| entry["id"] == id).unwrap()
}

#[test]
fn a_ciphered_telegram_is_read() {
    let entry = ciphered("real-meter-183");
    let hex = entry["input_hex"].as_str().unwrap();
    for link in ["auto", "p1", "apdu"] {
        let flags = [&["--link", link], key_flags(&entry).as_slice()].concat();
        let document = decode(&flags, hex).document();
        assert_eq!(document["link"], json!("p1"));
        assert_eq!(document["security"]["authenticated"], json!(true));
        assert_eq!(document["warnings"], json!([]));
        let plain = entry["expected"]["general-glo-ciphering"]["plaintext"].as_str().unwrap();
        let in_the_clear = decode(&["--link", "p1"], plain).document();
        for member in ["identification", "crc", "lines", "readings"] {
            assert_eq!(document[member], in_the_clear[member]);
        }
    }
    // The CRC tells a right key, where the tag cannot.
    let key = entry["keys"]["ek"].as_str().unwrap();
    let document = decode(&["--ek", key], hex).document();
    assert_eq!(document["security"]["authenticated"], json!(false));
    assert_eq!(decode(&["--ek", "000102030405060708090A0B0C0D0E0F"], hex).kind(), "wrong-key");
}

#[test]
fn a_wrong_tag_is_accepted_only_by_name_and_with_a_right_crc() {
    let entry = ciphered("real-meter-018");
    let (hex, flags) = (entry["input_hex"].as_str().unwrap(), key_flags(&entry));
    assert_eq!(decode(&flags, hex).kind(), "wrong-key");
    let document = decode(&[&["--lenient=unverified-tag"], flags.as_slice()].concat(), hex).document();
    assert_eq!(document["security"]["authenticated"], json!(false));
    assert!(document["warnings"][0].as_str().unwrap().starts_with("unverified-tag"));
    let obis = "1-0:1.8.0.255";
    let import =
        document["readings"].as_array().unwrap().iter().find(|reading| reading["obis"] == obis).unwrap();
    assert_eq!((&import["scaled"], &import["unit"]), (&json!(7_112_944), &json!("Wh")));
    // A digit that was changed on the way is no reading, whatever is accepted.
    let mut changed = hex.to_owned();
    changed.replace_range(200..201, if &hex[200..201] == "0" { "1" } else { "0" });
    assert_eq!(decode(&[&["--lenient"], flags.as_slice()].concat(), &changed).kind(), "wrong-key");
}
