//! HDLC frames, captures of real pushes and damaged ones: the framing of every vector.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use dlms_core::codec::Encode;
use dlms_core::codec::Writer;
use dlms_core::link::{Delivery, Link, LinkEvent, Saps};
use dlms_core::time::Instant;
use dlms_hdlc::{
    Address, AddressSize, Finder, Frame, FrameKind, Joined, Llc, ParameterForm, Parameters, Primary,
    PrimarySettings, Quirks, Reassembly, frames,
};
use dlms_tests::vector::{Vector, hex};
use serde_json::Value;

/// The frames of a capture, as one slice and octet by octet: both ways the same.
fn all_frames(line: &[u8]) -> Vec<Frame<'_>> {
    let whole: Vec<_> = frames(line).filter_map(|located| located.frame.ok()).collect();
    let (mut finder, mut room) = (Finder::new(), [0; dlms_hdlc::FINDER_ROOM]);
    let mut apart = whole.iter();
    for octet in line {
        let (taken, found) = finder.find(core::slice::from_ref(octet), &mut room);
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

/// An APDU and the LLC header that stood before it.
type Unit = (Option<Llc>, Vec<u8>);

/// The APDUs that the frames carry, each with its LLC header; the second is what an unfinished one has so far.
fn units(frames: &[Frame<'_>]) -> (Vec<Unit>, Option<usize>) {
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

fn with_llc((llc, apdu): &Unit) -> Vec<u8> {
    let header = llc.map(Llc::to_octets);
    [header.as_ref().map_or(&[][..], |h| h), apdu].concat()
}

#[test]
fn every_frame_is_read_and_written_back() {
    for entry in Vector::of_kind("hdlc", "hdlc") {
        let (id, line) = (&*entry.id, &entry.input[..]);
        let found = all_frames(line);
        let expected = entry.expected["frames"].as_array().unwrap();
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
        let expected = entry.expected.get("messages").and_then(Value::as_array);
        let expected: Vec<_> =
            expected.into_iter().flatten().map(|m| hex(m["raw"].as_str().unwrap())).collect();
        assert_eq!(raw, expected, "{id}");
        let incomplete = entry.expected.get("incomplete_message");
        assert_eq!(unfinished, incomplete.map(|m| m.as_str().unwrap().len() / 2), "{id}");
    }
}

#[test]
fn every_real_push_is_found_and_joined() {
    let mut segmented = 0;
    for entry in Vector::of_kind("real-meter", "hdlc-capture") {
        let (id, line) = (&*entry.id, &entry.input[..]);
        let found = all_frames(line);
        assert!(frames(line).all(|located| located.frame.is_ok()), "{id}");
        let expected = entry.expected["frames"].as_array().unwrap();
        assert_eq!(found.len(), expected.len(), "{id}");
        for (frame, expected) in found.iter().zip(expected) {
            check_frame(frame, expected, id);
            segmented += usize::from(frame.is_segmented());
        }
        let (units, unfinished) = units(&found);
        assert_eq!(unfinished, None, "{id}");
        assert_eq!(units.len(), found.iter().filter(|f| !f.is_segmented()).count(), "{id}");
        let messages = entry.expected["messages"].as_array().unwrap();
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
        let inside = |(_, apdu): &Unit| apdu.windows(4).filter(|w| *w == [0xe6, 0xe7, 0, 0x0f]).count();
        assert_eq!(units.iter().map(|u| 1 + inside(u)).sum::<usize>(), messages.len(), "{id}");
    }
    assert!(segmented > 5);
}

#[test]
fn every_dialogue_is_a_row_of_frames() {
    for entry in Vector::of_kind("session-trace", "hdlc-session") {
        let (id, line) = (&*entry.id, &entry.input[..]);
        let found = all_frames(line);
        let steps = entry.expected["steps"].as_array().unwrap();
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
fn every_negotiation_is_read_and_written_back() {
    let mut written_back = 0;
    for entry in Vector::of_kind("hdlc", "hdlc") {
        let (id, line) = (&*entry.id, &entry.input[..]);
        let Some(expected) = entry.expected.get("negotiation") else { continue };
        let frame = all_frames(line)[0];
        let number = |name: &str| expected[name].as_u64().unwrap();
        let parameters = Parameters {
            max_info_field_length_transmit: u16::try_from(number("max_info_tx")).unwrap(),
            max_info_field_length_receive: u16::try_from(number("max_info_rx")).unwrap(),
            window_size_transmit: u8::try_from(number("window_tx")).unwrap(),
            window_size_receive: u8::try_from(number("window_rx")).unwrap(),
        };
        assert_eq!(Parameters::decode(frame.information()), Ok(parameters), "{id}");
        written_back += [false, true]
            .into_iter()
            .filter(|two_octet_lengths| {
                let form =
                    ParameterForm { two_octet_lengths: *two_octet_lengths, ..ParameterForm::default() };
                let mut out = [0; 40];
                let mut w = Writer::new(&mut out);
                parameters.encode(form, &mut w);
                w.finish().unwrap() == frame.information()
            })
            .count();
    }
    assert!(written_back >= 9, "{written_back}");
}

#[test]
fn a_bad_negotiation_is_refused_or_moved_into_range() {
    for entry in Vector::of_kind("malformed", "hdlc") {
        if !entry.must().unwrap().contains("clamp") {
            continue;
        }
        let line = &entry.input[..];
        if let Ok(p) = Parameters::decode(all_frames(line)[0].information()) {
            assert!((1..=7).contains(&p.window_size_transmit) && (1..=7).contains(&p.window_size_receive));
            assert!(p.max_info_field_length_transmit <= 2030 && p.max_info_field_length_receive <= 2030);
        }
    }
}

/// Our client in the place of the recorded one says the same, frame by frame.
#[test]
fn a_recorded_dialogue_can_be_had_again() {
    let mut said = 0;
    for entry in Vector::of_kind("session-trace", "hdlc-session") {
        let id = &*entry.id;
        let steps = entry.expected["steps"].as_array().unwrap();
        let first = address(&steps[0]["dst"]);
        let settings = PrimarySettings {
            address_size: first.size(),
            device_address: first.lower().unwrap(),
            parameters: Parameters::DEFAULT,
            quirks: Quirks { disconnect_first: true, ..Quirks::default() },
            ..PrimarySettings::DEFAULT
        };
        let (mut client, mut tx, mut rx) = (Primary::new(settings, [0; 300]), Vec::new(), [0; 600]);
        let now = Instant(0);
        let mut peer = Saps { client: 0, server: 0 };
        for step in steps {
            let octets = hex(step["frame"].as_str().unwrap());
            let frame = all_frames(&octets)[0];
            if step["dir"] == "server->client" {
                let (taken, event) = client.handle_input(&octets, &mut rx, 0, now).unwrap();
                assert_eq!(taken, octets.len());
                if let Some((_, apdu)) = Llc::split(frame.information()) {
                    let expected = LinkEvent::Apdu { peer, len: apdu.len(), delivery: Delivery::Confirmed };
                    assert_eq!(event, expected, "{id}");
                    assert_eq!(&rx[..apdu.len()], apdu, "{id}");
                }
                continue;
            }
            match frame.control().kind {
                FrameKind::Disc if client.is_open(peer) && peer.client == frame.source().upper() => {
                    assert!(client.close(peer, now));
                }
                FrameKind::Disc => {
                    peer = Saps { client: frame.source().upper(), server: frame.destination().upper() };
                    client.open(peer, now);
                }
                FrameKind::I { .. } => {
                    tx = Llc::split(frame.information()).unwrap().1.to_vec();
                    client.send(peer, 0..tx.len(), Delivery::Confirmed, now).unwrap();
                }
                _ => {}
            }
            assert_eq!(client.poll_transmit(&mut tx, now), Some(&octets[..]), "{id}");
            assert_eq!(client.poll_transmit(&mut tx, now), None, "{id}");
            said += 1;
        }
    }
    assert!(said > 30, "{said}");
}

#[test]
fn what_is_damaged_is_no_frame() {
    for entry in Vector::of_kind("malformed", "hdlc") {
        let (id, line) = (&*entry.id, &entry.input[..]);
        let (found, must) = (all_frames(line), entry.must().unwrap());
        // In these the frame is right and what it carries is wrong.
        let inside = must.contains("clamp") || must.contains("report a decode error");
        assert_eq!(found.len(), usize::from(inside), "{id}");
    }
    for entry in Vector::of_kind("malformed", "hdlc-noise") {
        assert_eq!(all_frames(&entry.input), []);
    }
    for entry in Vector::of_kind("malformed", "prefixes:hdlc") {
        let line = &entry.input[..];
        for end in 0..line.len() {
            assert_eq!(all_frames(&line[..end]), []);
        }
        assert_eq!(all_frames(line).len(), 1);
    }
    for entry in Vector::of_kind("malformed", "hdlc-capture") {
        // In three, some stray octets behind a right frame are all the damage.
        let line = &entry.input[..];
        let framed: usize = all_frames(line).iter().map(|f| f.length() + 2).sum();
        assert!(framed == 0 || (1..5).contains(&(line.len() - framed)), "{}", entry.id);
    }
}
