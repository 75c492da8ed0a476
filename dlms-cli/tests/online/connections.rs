//! Ways to a meter, and ways to say which.

use std::io::{Read, Write};
use std::net::{TcpStream, UdpSocket};
use std::thread;

use serde_json::json;

use crate::command::{Meter, Scratch, dlms, failure, json};

/// Passes datagrams on to a meter that listens on TCP, and its answers back; every second datagram to it is lost
/// where `lossy`.
fn relay(meter: &str, lossy: bool) -> String {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap().to_string();
    let mut stream = TcpStream::connect(meter).unwrap();
    thread::spawn(move || {
        let mut datagram = vec![0; 0xffff];
        let mut count = 0;
        while let Ok((length, client)) = socket.recv_from(&mut datagram) {
            count += 1;
            // The request to associate gets through.
            if lossy && count > 1 && count % 2 == 0 {
                continue;
            }
            stream.write_all(&datagram[..length]).unwrap();
            let mut header = [0; 8];
            stream.read_exact(&mut header).unwrap();
            let mut answer = vec![0; usize::from(u16::from_be_bytes([header[6], header[7]]))];
            stream.read_exact(&mut answer).unwrap();
            socket.send_to(&[&header[..], &answer].concat(), client).unwrap();
        }
    });
    address
}

#[test]
fn a_meter_is_read_by_udp() {
    let meter = Meter::start();
    let relay = relay(&meter.address, false);
    let read = json(&["read", "1-0:1.8.0.255", "--udp", &relay]);
    assert_eq!(read[0]["unit"], "Wh");
}

#[test]
fn a_read_that_was_lost_is_tried_again_if_wanted() {
    let meter = Meter::start();
    let lossy = relay(&meter.address, true);
    let read = ["read", "1-0:1.8.0.255:3:2", "--udp", &lossy, "--timeout", "0.3"];
    assert_eq!(json(&[&read[..], &["--retries", "2"]].concat())[0]["unit"], "Wh");
    let lossy = relay(&meter.address, true);
    let (status, error) = failure(&["read", "1-0:1.8.0.255:3:2", "--udp", &lossy, "--timeout", "0.3"]);
    assert_eq!((status, &error["kind"]), (3, &json!("timeout")));
}

#[test]
fn every_mechanism_that_hashes_a_secret_is_spoken() {
    let meter = Meter::start();
    for auth in ["hls-md5", "hls-sha1", "hls-sha256"] {
        let client = ["read", "1-0:1.8.0.255:3:2", "--client", "5", "--auth", auth];
        let here = ["--tcp", &meter.address, "--password", "00000000", "--system-title", "434C49454E543031"];
        assert_eq!(json(&[&client[..], &here].concat())[0]["unit"], "Wh", "{auth}");
        let wrong = ["--tcp", &meter.address, "--password", "00000001", "--system-title", "434C49454E543031"];
        failure(&[&client[..], &wrong].concat());
        assert_eq!(json(&client)[0]["unit"], "Wh", "{auth} with the built-in meter");
    }
}

#[test]
fn every_protection_and_form_of_ciphering_is_spoken() {
    let meter = Meter::start();
    for security in ["none", "auth", "enc", "auth-enc"] {
        let client = ["read", "1-0:1.8.0.255:3:2", "--security", security];
        // The client that may choose.
        let any = meter.keyed(&client).into_iter().map(|word| if word == "1" { "5" } else { word });
        assert_eq!(json(&any.collect::<Vec<_>>())[0]["unit"], "Wh", "{security}");
    }
    for suite in ["1", "2"] {
        for form in ["glo", "ded", "general-glo", "general-ded", "general"] {
            let read = json(&["read", "1-0:1.8.0.255", "--suite", suite, "--ciphering", form]);
            assert_eq!(read[0]["unit"], "Wh", "suite {suite}: {form}");
        }
    }
    for form in ["glo", "ded", "general-glo", "general-ded", "general"] {
        assert_eq!(
            json(&meter.keyed(&["read", "1-0:1.8.0.255", "--ciphering", form]))[0]["unit"],
            "Wh",
            "{form}"
        );
    }
    let key = ["--ciphering", "ded", "--dedicated-key", "00112233445566778899AABBCCDDEEFF"];
    for _ in 0..2 {
        let read = [&["read", "1-0:1.8.0.255"], &key[..]].concat();
        assert_eq!(json(&meter.keyed(&read))[0]["unit"], "Wh");
    }
}

#[test]
fn a_client_with_a_password_reads_in_small_messages() {
    let meter = Meter::start();
    let reader =
        ["--tcp", &meter.address, "--client", "32", "--auth", "lls", "--password", "hex:3030303030303030"];
    let small = json(&[&["objects", "--pdu-size", "64"], &reader[..]].concat());
    assert_eq!(small, json(&[&["objects"], &reader[..]].concat()));
}

#[test]
fn flags_stand_in_a_file() {
    let (meter, scratch) = (Meter::start(), Scratch::new("config"));
    let file = scratch.file("dlms.toml");
    let text = format!(
        "[flat]\ntcp = '{}'\nclient = 32\nauth = 'lls'\npassword = '00000000'\ntimeout = 3\n\n[broken]\nclient = 'x'\n",
        meter.address
    );
    std::fs::write(&file, text).unwrap();
    let agreed = json(&["associate", "--profile", "flat", "--config", &file]);
    assert_eq!(agreed["mechanism"], "lls");
    let public =
        json(&["associate", "--profile", "flat", "--config", &file, "--client", "16", "--auth", "none"]);
    assert_eq!(public["mechanism"], "none");
    let ended = dlms(&[
        "associate",
        "--profile",
        "flat",
        "--config",
        &file,
        "--demo",
        "--client",
        "1",
        "--auth",
        "hls-gmac",
    ]);
    assert!(ended.status == 0 && ended.stderr.contains("built-in"), "{}", ended.stderr);
    let (status, error) = failure(&["associate", "--profile", "broken", "--config", &file]);
    assert_eq!((status, &error["kind"]), (2, &json!("usage")));
    assert!(error["message"].as_str().unwrap().contains("[broken]"));
}
