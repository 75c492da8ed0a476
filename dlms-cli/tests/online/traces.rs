//! What goes over the line, in traces and captures.

use std::fs;

use crate::command::{Scratch, dlms};

#[test]
fn a_trace_shows_frames_and_what_is_in_them_but_no_secrets() {
    let scratch = Scratch::new("trace");
    let file = scratch.file("trace");
    let key = "00112233445566778899AABBCCDDEEFF";
    let ciphered =
        ["read", "1-0:1.8.0.255:3:2", "--ciphering", "ded", "--dedicated-key", key, "--trace", &file];
    assert_eq!(dlms(&ciphered).status, 0);
    let trace = fs::read_to_string(&file).unwrap();
    let arrows = |arrow| trace.lines().filter(|line| line.contains(arrow)).count();
    // AARQ, the third pass, the read, RLRQ.
    assert!(trace.contains("wrapper 1 to 1: 0001"), "{trace}");
    assert!(trace.contains("ded-get-request\n"), "{trace}");
    assert_eq!((arrows('→'), arrows('←')), (4, 4), "{trace}");
    assert!(
        trace.contains("get-request with-list: C0") && trace.contains("get-response with-list: C4"),
        "{trace}"
    );
    assert!(trace.contains(&format!("initiate-request: 010110{}", "**".repeat(16))), "{trace}");
    assert!(!trace.contains(key) && !trace.contains("000102030405060708090A0B0C0D0E0F"));
    let password = ["read", "1-0:1.8.0.255:3:2", "--client", "32", "--trace", &file];
    assert_eq!(dlms(&password).status, 0);
    let trace = fs::read_to_string(&file).unwrap();
    assert!(trace.contains(&"**".repeat(8)) && !trace.contains(&"30".repeat(8)), "{trace}");
}

#[test]
fn a_capture_holds_every_frame_in_a_packet() {
    let scratch = Scratch::new("pcap");
    let file = scratch.file("line.pcap");
    assert_eq!(dlms(&["read", "1-0:1.8.0.255:3:2", "--client", "16", "--pcap", &file]).status, 0);
    let capture = fs::read(&file).unwrap();
    assert_eq!(capture[..4], [0xa1, 0xb2, 0xc3, 0xd4]);
    let mut packets = Vec::new();
    let mut rest = &capture[24..];
    while !rest.is_empty() {
        let length = u32::from_be_bytes(rest[8..12].try_into().unwrap()) as usize;
        packets.push(&rest[16..16 + length]);
        rest = &rest[16 + length..];
    }
    assert_eq!(packets.len(), 6);
    // Behind the headers of IP and TCP, the wrapper and its AARQ, AARE and so on.
    let first: Vec<_> = packets.iter().map(|packet| packet[40 + 8]).collect();
    assert_eq!(first, [0x60, 0x61, 0xc0, 0xc4, 0x62, 0x63]);
}
