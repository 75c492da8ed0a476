//! Keys that come from a file, and who else may read it.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::command::{Meter, Scratch, dlms, failure, json};

const KEYS: &str = r#"
[any]
ek = "FF0102030405060708090A0B0C0D0E0F"
ak = "D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF"
system-title = "434C49454E543031"

["4D41430000000001"]
ek = "000102030405060708090A0B0C0D0E0F"
ak = "D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF"
system-title = "434C49454E543031"
"#;

fn written(scratch: &Scratch, name: &str, text: &str, mode: u32) -> String {
    let file = scratch.file(name);
    fs::write(&file, text).unwrap();
    fs::set_permissions(&file, Permissions::from_mode(mode)).unwrap();
    file
}

#[test]
fn the_keys_of_a_meter_come_from_a_file() {
    let (scratch, meter) = (Scratch::new("key-file"), Meter::start());
    let file = written(&scratch, "keys.toml", KEYS, 0o600);
    let client = ["counter", "--tcp", &meter.address, "--client", "1", "--auth", "hls-gmac", "--keys", &file];
    let of_meter = [&client[..], &["--meter", "4D41430000000001"]].concat();
    assert!(json(&of_meter)["invocation-counter"].as_u64().is_some());
    // Without the title, those of any meter: here others.
    assert_eq!(failure(&client).1["kind"], "association-rejected");
    let unknown = [&client[..], &["--meter", "00"]].concat();
    assert_eq!(failure(&unknown).1["kind"], "usage");
    // What is given comes first.
    let given = [&client[..], &["--ek", "000102030405060708090A0B0C0D0E0F"]].concat();
    assert!(json(&given)["invocation-counter"].as_u64().is_some());
}

#[test]
fn a_key_file_that_others_may_read_is_refused() {
    let scratch = Scratch::new("exposed-key-file");
    for mode in [0o640, 0o604, 0o620, 0o666] {
        let file = written(&scratch, "keys.toml", KEYS, mode);
        for command in [
            &["counter", "--tcp", "127.0.0.1:1", "--keys", &file][..],
            &["listen", "--tcp", "127.0.0.1:0", "--keys", &file],
        ] {
            let (status, error) = failure(command);
            assert_eq!((status, error["kind"].as_str()), (2, Some("exposed-key-file")), "{mode:o}");
            let message = error["message"].as_str().unwrap();
            assert!(message.contains(&file) && message.contains("chmod 600"), "{message}");
        }
    }
}

#[test]
fn a_shared_key_file_is_taken_where_that_is_said() {
    let (scratch, meter) = (Scratch::new("shared-key-file"), Meter::start());
    let file = written(&scratch, "keys.toml", KEYS, 0o644);
    let mut command = Command::new(env!("CARGO_BIN_EXE_dlms"));
    command.env("DLMS_SHARED_KEY_FILES", "1").args(["counter", "--tcp", &meter.address, "--client", "1"]);
    command.args(["--auth", "hls-gmac", "--keys", &file, "--meter", "4D41430000000001"]);
    assert!(command.output().unwrap().status.success());
}

#[test]
fn a_configuration_with_keys_that_others_may_read_is_warned_of() {
    let (scratch, meter) = (Scratch::new("exposed-configuration"), Meter::start());
    let toml = format!("[m]\ntcp = '{}'\nclient = 32\nauth = 'lls'\npassword = '00000000'", meter.address);
    let read = |mode| {
        let file = written(&scratch, "dlms.toml", &toml, mode);
        let ended = dlms(&["clock", "--profile", "m", "--config", &file]);
        assert_eq!(ended.status, 0, "{}", ended.stderr);
        ended.stderr
    };
    assert!(read(0o644).contains("chmod 600"));
    assert_eq!(read(0o600), "");
}

#[test]
fn a_mistake_in_a_key_file_is_told_without_what_is_in_it() {
    let scratch = Scratch::new("key-file-mistake");
    for (text, named) in [
        ("[any]\nek = \"000102030405060708090A0B0C0D0E\"", "ek"),
        ("[any]\nek = \"000102030405060708090A0B0C0D0E0F", "keys.toml"),
        ("[any]\nkey = \"000102030405060708090A0B0C0D0E0F\"", "key"),
        ("[meter]\nek = \"000102030405060708090A0B0C0D0E0F\"", "meter"),
        ("ek = \"000102030405060708090A0B0C0D0E0F\"", "ek"),
    ] {
        let file = written(&scratch, "keys.toml", text, 0o600);
        let (status, error) = failure(&["counter", "--tcp", "127.0.0.1:1", "--keys", &file]);
        assert_eq!((status, error["kind"].as_str()), (2, Some("usage")), "{text}");
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(named) && !message.contains("000102"), "{message}");
    }
}
