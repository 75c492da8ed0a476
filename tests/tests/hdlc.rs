//! HDLC frames, captures of real pushes and damaged ones: the framing of every vector.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use dlms_core::codec::Encode;
use dlms_hdlc::{Address, AddressSize, Finder, Frame, FrameKind, Joined, Llc, Reassembly, frames};
use serde_json::Value;

fn vectors(name: &str) -> Vec<Value> {
    let path = format!("{}/vectors/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn of_kind(name: &str, kind: &str) -> Vec<Value> {
    let all: Vec<_> = vectors(name).into_iter().filter(|e| e["kind"] == kind).collect();
    assert!(!all.is_empty(), "{name} has no {kind}");
    all
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap()).collect()
}

fn input(entry: &Value) -> Vec<u8> {
    let Some(repeat) = entry.get("input_repeat") else { return hex(entry["input_hex"].as_str().unwrap()) };
    let part = |name: &str| hex(repeat[name].as_str().unwrap());
    let count = usize::try_from(repeat["count"].as_u64().unwrap()).unwrap();
    [part("prefix"), part("unit").repeat(count), part("suffix")].concat()
}

/// The frames of a capture, as one slice and octet by octet: both ways the same.
fn all_frames(line: &[u8]) -> Vec<Frame<'_>> {
    let whole: Vec<_> = frames(line).filter_map(|located| located.frame.ok()).collect();
    let (mut finder, mut room) = (Finder::new(), [0; dlms_hdlc::FINDER_ROOM]);
    let mut apart = whole.iter();
    for octet in line {
        let (taken, found) = finder.find(std::slice::from_ref(octet), &mut room);
        assert_eq!(taken, 1);
        if let Some(found) = found {
            assert_eq!(Frame::decode(&room[found]).as_ref(), Ok(apart.next().unwrap()));
        }
    }
    // What a damaged frame still announces may lie behind the end of the capture.
    while finder.is_inside() {
        finder.abandon(&mut room);
        while let (_, Some(found)) = finder.find(&[], &mut room) {
            assert_eq!(Frame::decode(&room[found]).as_ref(), Ok(apart.next().unwrap()));
        }
    }
    assert_eq!(apart.next(), None);
    whole
}

fn address(expected: &Value) -> Address {
    let part = |name: &str| u16::try_from(expected[name].as_u64().unwrap_or(0)).unwrap();
    let size = match expected["bytes"].as_u64() {
        Some(1) => AddressSize::One,
        Some(2) => AddressSize::Two,
        _ => AddressSize::Four,
    };
    Address::new(size, part("upper"), part("lower")).unwrap()
}

fn check_frame(frame: &Frame<'_>, expected: &Value, id: &str) {
    assert_eq!(frame.length() as u64, expected["length"].as_u64().unwrap(), "{id}");
    assert_eq!(Value::from(frame.is_segmented()), expected["segmented"], "{id}");
    assert_eq!(frame.destination(), address(&expected["dst"]), "{id}");
    assert_eq!(frame.source(), address(&expected["src"]), "{id}");
    let (control, kind) = (&expected["control"], frame.control().kind);
    assert_eq!(control["type"], kind.name(), "{id}");
    assert_eq!(control["pf"], frame.control().poll_final, "{id}");
    let number = |name: &str| control.get(name).map(|v| v.as_u64().unwrap());
    assert_eq!(kind.receive().map(|n| u64::from(n.value())), number("nr"), "{id}");
    let send = if let FrameKind::I { send, .. } = kind { Some(u64::from(send.value())) } else { None };
    assert_eq!(send, number("ns"), "{id}");
    assert_eq!(expected["fcs_ok"], true, "{id}");
    let header_check = (!frame.information().is_empty()).then_some(true);
    assert_eq!(expected.get("hcs_ok").and_then(Value::as_bool), header_check, "{id}");
    if let Some(information) = expected.get("info") {
        assert_eq!(frame.information(), hex(information.as_str().unwrap()), "{id}");
    }
}

/// The APDUs that the frames carry, each with its LLC header; the second is what an unfinished one has so far.
fn units(frames: &[Frame<'_>]) -> (Vec<(Option<Llc>, Vec<u8>)>, Option<usize>) {
    let (mut reassembly, mut rx) = (Reassembly::new(), Vec::new());
    let (mut units, mut unfinished) = (Vec::new(), None);
    for frame in frames {
        let carries = matches!(frame.control().kind, FrameKind::I { .. } | FrameKind::Ui);
        if !carries || frame.information().is_empty() {
            continue;
        }
        match reassembly.join(frame, &mut rx, 0) {
            Joined::More => unfinished = Some(frame.information().len()),
            Joined::Apdu { len, llc } => {
                units.push((llc, rx[..len].to_vec()));
                unfinished = None;
            }
            Joined::Oversize { .. } => panic!("a vector has no bound"),
        }
    }
    (units, unfinished)
}

fn with_llc((llc, apdu): &(Option<Llc>, Vec<u8>)) -> Vec<u8> {
    let header = llc.map(Llc::to_octets);
    [header.as_ref().map_or(&[][..], |h| h), apdu].concat()
}

#[test]
fn every_frame_is_read_and_written_back() {
    for entry in of_kind("hdlc", "hdlc") {
        let (id, line) = (entry["id"].as_str().unwrap(), input(&entry));
        let found = all_frames(&line);
        let expected = entry["expected"]["frames"].as_array().unwrap();
        assert_eq!(found.len(), expected.len(), "{id}");
        for (frame, expected) in found.iter().zip(expected) {
            check_frame(frame, expected, id);
        }
        // Two frames share a flag in one vector.
        let mut written = vec![0x7e];
        for frame in &found {
            written.extend_from_slice(&frame.encode_to_vec()[1..]);
        }
        assert_eq!(written, line, "{id}");
        let (units, unfinished) = units(&found);
        let raw: Vec<_> = units.iter().map(with_llc).collect();
        let expected = entry["expected"].get("messages").and_then(Value::as_array);
        let expected: Vec<_> =
            expected.into_iter().flatten().map(|m| hex(m["raw"].as_str().unwrap())).collect();
        assert_eq!(raw, expected, "{id}");
        let incomplete = entry["expected"].get("incomplete_message");
        assert_eq!(unfinished, incomplete.map(|m| m.as_str().unwrap().len() / 2), "{id}");
    }
}

#[test]
fn every_real_push_is_found_and_joined() {
    let mut segmented = 0;
    for entry in of_kind("real-meter", "hdlc-capture") {
        let (id, line) = (entry["id"].as_str().unwrap(), input(&entry));
        let found = all_frames(&line);
        assert!(frames(&line).all(|located| located.frame.is_ok()), "{id}");
        let expected = entry["expected"]["frames"].as_array().unwrap();
        assert_eq!(found.len(), expected.len(), "{id}");
        for (frame, expected) in found.iter().zip(expected) {
            check_frame(frame, expected, id);
            segmented += usize::from(frame.is_segmented());
        }
        let (units, unfinished) = units(&found);
        assert_eq!(unfinished, None, "{id}");
        assert_eq!(units.len(), found.iter().filter(|f| !f.is_segmented()).count(), "{id}");
        let messages = entry["expected"]["messages"].as_array().unwrap();
        if messages.iter().any(|m| m.get("gbt_blocks").is_some()) {
            // One unit a block; the LLC header stands before the first of a chain only.
            assert_eq!(units[0].0, Some(Llc::Response), "{id}");
            assert!(units.iter().all(|(llc, apdu)| llc.is_some() || apdu[0] == 0xe0), "{id}");
            continue;
        }
        let llc: Vec<_> = messages.iter().map(|m| m["llc"].as_str().unwrap()).collect();
        assert!(llc.iter().all(|llc| *llc == "E6E700"), "{id}");
        assert!(units.iter().all(|(llc, _)| *llc == Some(Llc::Response)), "{id}");
        // One capture has three APDUs, each with its LLC header, in one information field.
        let inside = |(_, apdu): &(_, Vec<u8>)| apdu.windows(4).filter(|w| *w == [0xe6, 0xe7, 0, 0x0f]).count();
        assert_eq!(units.iter().map(|u| 1 + inside(u)).sum::<usize>(), messages.len(), "{id}");
    }
    assert!(segmented > 5);
}

#[test]
fn every_dialogue_is_a_row_of_frames() {
    for entry in of_kind("session-trace", "hdlc-session") {
        let (id, line) = (entry["id"].as_str().unwrap(), input(&entry));
        let found = all_frames(&line);
        let steps = entry["expected"]["steps"].as_array().unwrap();
        assert_eq!(found.len(), steps.len(), "{id}");
        for (frame, step) in found.iter().zip(steps) {
            assert_eq!(frame.encode_to_vec(), hex(step["frame"].as_str().unwrap()), "{id}");
            assert_eq!(step["control"]["type"], frame.control().kind.name(), "{id}");
            assert_eq!(frame.destination(), address(&step["dst"]), "{id}");
            assert_eq!(frame.source(), address(&step["src"]), "{id}");
        }
    }
}

#[test]
fn what_is_damaged_is_no_frame() {
    for entry in of_kind("malformed", "hdlc") {
        let (id, line) = (entry["id"].as_str().unwrap(), input(&entry));
        let (found, must) = (all_frames(&line), entry["expected"]["must"].as_str().unwrap());
        // In these the frame is right and what it carries is wrong.
        let inside = must.contains("clamp") || must.contains("report a decode error");
        assert_eq!(found.len(), usize::from(inside), "{id}");
    }
    for entry in of_kind("malformed", "hdlc-noise") {
        assert_eq!(all_frames(&input(&entry)), []);
    }
    for entry in of_kind("malformed", "prefixes:hdlc") {
        let line = input(&entry);
        for end in 0..line.len() {
            assert_eq!(all_frames(&line[..end]), []);
        }
        assert_eq!(all_frames(&line).len(), 1);
    }
    for entry in of_kind("malformed", "hdlc-capture") {
        // In three, some stray octets behind a right frame are all the damage.
        let line = input(&entry);
        let framed: usize = all_frames(&line).iter().map(|f| f.length() + 2).sum();
        assert!(framed == 0 || (1..5).contains(&(line.len() - framed)), "{}", entry["id"]);
    }
}
