//! `dlms obis`.

use serde_json::json;

use crate::command::call;

#[test]
fn a_code_is_read_in_every_form_and_explained() {
    for form in ["1-0:1.8.0.255", "1.0.1.8.0.255", "1-0:1.8.0*255", "0100010800FF", "1.8.0"] {
        let document = call(&["obis", "--json", form], "").document();
        assert_eq!(document["obis"], json!("1-0:1.8.0.255"), "{form}");
        assert_eq!(document["name"], json!("active energy import, total"));
        assert_eq!(document["forms"]["hex"], json!("0100010800FF"));
        assert_eq!(document["groups"]["A"], json!({"value": 1, "meaning": "electricity"}));
        assert_eq!(document["groups"]["D"], json!({"value": 8, "meaning": "time integral 1"}));
        assert_eq!(document["classes"][0], json!({"class": 3, "name": "Register"}));
        assert_eq!(document["unit"], json!("Wh"));
    }
    let text = call(&["obis", "1-0:32.7.0.255"], "").out;
    assert!(text.starts_with("1-0:32.7.0.255  L1 voltage, instantaneous\n"), "{text}");
}

#[test]
fn what_is_no_code_is_wrong_usage() {
    let called = call(&["obis", "--json", "1-0:1.8.256"], "");
    assert_eq!((called.status, called.kind().as_str()), (2, "usage"));
    let called = call(&["obis", "--json"], "");
    assert_eq!((called.status, called.kind().as_str()), (2, "usage"));
}

#[test]
fn help_shows_an_example() {
    for subcommand in ["decode", "encode", "obis"] {
        let called = call(&[subcommand, "--help"], "");
        assert_eq!(called.status, 0);
        assert!(called.out.contains(&format!("Example: dlms {subcommand} ")), "{}", called.out);
    }
}
