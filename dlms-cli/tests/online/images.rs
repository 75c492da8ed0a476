//! `dlms image` against the virtual meter.

use std::fs;

use serde_json::json;

use crate::command::{Meter, Scratch, dlms, failure, json};

const NAME: &str = "MAC-ST402D-LR-HW1.0-FW3.1.12";

fn crc32(octets: &[u8]) -> u32 {
    let mut crc = !0u32;
    for octet in octets {
        crc ^= u32::from(*octet);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    !crc
}

/// A file with an image that the virtual meter takes.
fn image(scratch: &Scratch, name: &str, octets: u32) -> String {
    let content: Vec<u8> = (0..octets).map(|i| (i * 7).to_le_bytes()[0]).collect();
    let path = scratch.file(name);
    fs::write(&path, [&content[..], &crc32(&content).to_be_bytes()].concat()).unwrap();
    path
}

#[test]
fn an_image_is_transferred_verified_and_activated() {
    let (meter, scratch) = (Meter::start(), Scratch::new("image"));
    let file = image(&scratch, &format!("{NAME}.bin"), 2_000);
    let keyed = |arguments: &[&str]| json(&meter.keyed(arguments));
    let done = keyed(&["image", &file, "--poll", "0.1", "--activate", "later"]);
    let verified = json!({
        "identifier": NAME, "size": 2_004, "blocks": 11, "sent": 11, "status": "image verification successful",
    });
    assert_eq!(done, verified);
    let done = keyed(&["image", &file, "--poll", "0.1"]);
    assert_eq!((&done["sent"], &done["status"]), (&json!(0), &json!("image activation successful")));
    // The meter shows what it runs now.
    std::thread::sleep(core::time::Duration::from_millis(300));
    let version = json(&["read", "1-0:0.2.0.255:1:2", "--tcp", &meter.address]);
    assert_eq!(version[0]["value"], json!({"octet-string": "56303330313132"}));
    let again = dlms(&meter.keyed(&["image", &file, "--anew", "--poll", "0.1", "--gbt", "4"]));
    assert_eq!(again.status, 0, "{}", again.stderr);
    assert_eq!(
        again.stdout,
        format!("{NAME}: 2004 bytes in 11 blocks, 11 sent; image activation successful\n")
    );
    assert_eq!(again.stderr, "", "nobody watches");
}

#[test]
fn what_the_meter_will_not_have_is_said() {
    let (meter, scratch) = (Meter::start(), Scratch::new("bad-image"));
    let bad = scratch.file("bad.bin");
    fs::write(&bad, [7; 500]).unwrap();
    let refused =
        |arguments: &[&str]| failure(&meter.keyed(&[&["image", &bad, "--poll", "0.1"], arguments].concat()));
    let (status, error) = refused(&[]);
    assert_eq!((status, &error["kind"]), (1, &json!("refused")));
    assert_eq!(error["detail"], json!({"service": "action", "result": "other-reason"}));
    let (status, error) = refused(&["--identifier", NAME]);
    assert_eq!((status, &error["kind"]), (1, &json!("refused")));
    assert_eq!(error["detail"], json!({"service": "image-transfer", "result": "image verification failed"}));
    // The public client may look, and no more.
    let (_, error) = failure(&["image", &bad, "--tcp", &meter.address]);
    assert_eq!((&error["kind"], &error["detail"]["service"]), (&json!("refused"), &json!("action")));
    let empty = scratch.file("empty.bin");
    fs::write(&empty, []).unwrap();
    assert_eq!(failure(&["image", &empty]).0, 2);
    assert_eq!(failure(&["image", &scratch.file("none.bin")]).1["kind"], "io");
}
