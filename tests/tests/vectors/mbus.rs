//! Wired M-Bus: frames, records and DLMS messages in segments.

use dlms_core::codec::Encode;
use dlms_mbus::layers::Layers;
use dlms_mbus::record::{Item, Record, Value, records};
use dlms_mbus::wired::{
    FINDER_ROOM, Finder, Frame, Joined, Leniency, LongFrame, Reassembly, Segment, frames,
};
use dlms_tests::vector::Vector;
use serde_json::Value as Json;

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02X}")).collect()
}

fn long<'a>(vector: &Vector, octets: &'a [u8]) -> LongFrame<'a> {
    let (Frame::Long(frame), len) = Frame::parse(octets, Leniency::NONE).unwrap() else {
        panic!("{}: no long frame", vector.id);
    };
    assert_eq!(len, octets.len(), "{}", vector.id);
    let mut again = [0; 300];
    assert_eq!(frame.encode_to_slice(&mut again).unwrap(), octets, "{}", vector.id);
    frame
}

/// The CI field and what follows it.
fn layers(frame: &LongFrame<'_>) -> Vec<u8> {
    [&[frame.control_information()], frame.data()].concat()
}

/// A record is what the vector says, and is written again as it came.
fn same_record(id: &str, record: &Record<'_>, payload: &[u8], expected: &Json) {
    let label = format!("{id} {expected}");
    let mut room = [0; 300];
    let octets = record.encode_to_slice(&mut room).unwrap();
    // Some meters extend a field by an octet of zeros.
    if !payload[record.offset..].starts_with(octets) {
        let Some(Ok(Item::Record(again))) = records(octets).next() else { panic!("{label}") };
        assert_eq!(
            (again.information, again.value_information, again.data),
            (record.information, record.value_information, record.data),
            "{label}"
        );
    }
    assert_eq!(hex(record.data), expected["raw"].as_str().unwrap(), "{label}");
    let information = record.information;
    assert_eq!(information.storage, expected["storage"].as_u64().unwrap(), "{label}");
    assert_eq!(u64::from(information.tariff), expected["tariff"].as_u64().unwrap(), "{label}");
    assert_eq!(u64::from(information.subunit), expected["subunit"].as_u64().unwrap(), "{label}");
    let function = match expected["function"].as_str().unwrap() {
        "inst" => "instantaneous",
        "max" => "maximum",
        "min" => "minimum",
        _ => "in error",
    };
    assert_eq!(information.function.to_string(), function, "{label}");
    if let Some(unit) = expected["unit_text"].as_str() {
        assert_eq!(record.value_information.text().unwrap().to_string(), unit, "{label}");
    }
    let integer = expected["int"].as_i64();
    match record.value() {
        Value::None => assert_eq!(expected["raw"], "", "{label}"),
        Value::Integer(number) => {
            assert_eq!(Some(number), expected["bcd"].as_i64().or(integer), "{label}");
        }
        Value::Unsigned(number) | Value::Bits(number) => {
            let octets = number.to_le_bytes();
            assert_eq!(octets[..record.data.len()], *record.data, "{label}");
            assert!(integer.is_some(), "{label}");
        }
        Value::Real(number) => assert_eq!(Some(f64::from(number)), expected["float"].as_f64(), "{label}"),
        Value::Text(text) => assert_eq!(text.to_string(), expected["text"].as_str().unwrap(), "{label}"),
        Value::Time(_) => assert!(integer.is_some(), "{label}"),
        Value::Digits(_) => assert!(expected["bcd_invalid"].is_string(), "{label}"),
        // A profile has the length octet of a text.
        Value::Octets(octets) => {
            assert_eq!(Some(octets.len()), expected["text"].as_str().map(|t| t.chars().count()))
        }
        Value::Invalid => assert!(integer.is_some_and(i64::is_negative), "{label}"),
        other => panic!("{label}: {other:?}"),
    }
}

/// The records of a payload are those of the vector, all of them.
pub(crate) fn same_records(id: &str, payload: &[u8], expected: &Json) {
    let all: Vec<_> =
        records(payload).map(|item| item.unwrap_or_else(|error| panic!("{id}: {error}"))).collect();
    let expected = expected["records"].as_array().unwrap();
    assert_eq!(all.len(), expected.len(), "{id}");
    for (item, expected) in all.iter().zip(expected) {
        match item {
            Item::Record(record) => same_record(id, record, payload, expected),
            Item::Manufacturer { data, more, .. } => {
                assert_eq!(hex(data), expected["manufacturer-specific"].as_str().unwrap(), "{id}");
                assert_eq!(*more, expected["more"].as_bool().unwrap(), "{id}");
            }
            other => panic!("{id}: {other:?}"),
        }
    }
}

#[test]
fn long_frames() {
    let vectors = Vector::of_kind("mbus", "mbus");
    assert_eq!(vectors.len(), 20);
    for vector in vectors {
        let (id, expected) = (&vector.id, &vector.expected);
        let frame = long(&vector, &vector.input);
        assert_eq!(hex(&[frame.control().0]), expected["C"].as_str().unwrap(), "{id}");
        assert_eq!(hex(&[frame.address()]), expected["A"].as_str().unwrap(), "{id}");
        assert_eq!(hex(&[frame.control_information()]), expected["CI"].as_str().unwrap(), "{id}");
        if let Some(data) = expected["data"].as_str() {
            assert_eq!(hex(frame.data()), data, "{id}");
            continue;
        }
        let octets = layers(&frame);
        let layers = Layers::parse(&octets).unwrap();
        assert_eq!(layers.encode_to_vec(), octets, "{id}");
        let header = layers.transport.unwrap();
        let address = header.address.unwrap();
        let number = u32::from_le_bytes(address.identification);
        assert_eq!(format!("{number:08X}"), expected["id"].as_str().unwrap(), "{id}");
        assert_eq!(address.manufacturer.to_string(), expected["M"].as_str().unwrap(), "{id}");
        assert_eq!(
            hex(&[address.version, address.medium.0]),
            format!("{}{}", expected["version"].as_str().unwrap(), expected["type"].as_str().unwrap())
        );
        assert_eq!(u64::from(header.access_number), expected["ACC"].as_u64().unwrap(), "{id}");
        assert_eq!(hex(&[header.status.0]), expected["STS"].as_str().unwrap(), "{id}");
        assert_eq!(hex(&header.configuration.field.to_le_bytes()), expected["CF"].as_str().unwrap(), "{id}");
        same_records(id, layers.payload, expected);
    }
}

#[test]
fn short_frames() {
    for vector in Vector::of_kind("mbus", "mbus-short") {
        let (frame, len) = Frame::parse(&vector.input, Leniency::NONE).unwrap();
        assert_eq!(len, vector.input.len());
        assert_eq!(frame.encode_to_vec(), vector.input, "{}", vector.id);
        match frame {
            Frame::Acknowledge => assert_eq!(vector.expected["type"], "ack"),
            Frame::Short { control, address } => {
                assert_eq!(hex(&[control.0]), vector.expected["C"].as_str().unwrap());
                assert_eq!(hex(&[address]), vector.expected["A"].as_str().unwrap());
            }
            Frame::Long(_) => panic!("{}", vector.id),
        }
    }
}

/// The DLMS messages in octets from a line that came in pieces of `size`, and whether one was left open.
fn messages(octets: &[u8], size: usize, leniency: Leniency) -> (Vec<Vec<u8>>, bool) {
    let (mut finder, mut room) = (Finder::new(leniency), [0; FINDER_ROOM]);
    let (mut join, mut rx, mut all) = (Reassembly::new(), Vec::new(), Vec::new());
    for mut piece in octets.chunks(size) {
        loop {
            let (taken, len) = finder.find(piece, &mut room);
            piece = &piece[taken..];
            let Some(len) = len else { break };
            let (Frame::Long(frame), _) = Frame::parse(&room[..len], leniency).unwrap() else { continue };
            match join.join(&Segment::of(&frame).unwrap(), &mut rx, 0) {
                Joined::Message { len } => all.push(rx[..len].to_vec()),
                Joined::More => {}
                other => panic!("{other:?}"),
            }
        }
    }
    (all, join.is_open())
}

#[test]
fn messages_in_segments() {
    let vectors = Vector::of_kind("real-meter", "mbus-dlms");
    assert_eq!(vectors.len(), 13);
    for vector in vectors {
        let (id, expected) = (&vector.id, &vector.expected);
        let found: Vec<_> =
            frames(&vector.input, Leniency::ALL).map(|located| located.frame.unwrap()).collect();
        let segments: Vec<_> = found
            .iter()
            .map(|frame| match frame {
                Frame::Long(frame) => Segment::of(frame).unwrap(),
                other => panic!("{id}: {other:?}"),
            })
            .collect();
        let stated = expected["frames"].as_array().unwrap();
        assert_eq!(segments.len(), stated.len(), "{id}");
        for (segment, stated) in segments.iter().zip(stated) {
            assert_eq!(u64::from(segment.number), stated["seq"].as_u64().unwrap());
            assert_eq!(segment.is_last, stated["fin"].as_bool().unwrap());
            assert_eq!(u64::from(segment.source), stated["stsap"].as_u64().unwrap());
            assert_eq!(u64::from(segment.destination), stated["dtsap"].as_u64().unwrap());
            assert_eq!(segment.data.len() as u64 + 5, stated["length"].as_u64().unwrap());
        }
        let wrapped = stated.iter().any(|frame| frame["length"].as_u64() > Some(255));
        let whole = messages(&vector.input, vector.input.len(), Leniency::ALL);
        assert_eq!(whole.0.len(), expected["messages"].as_array().unwrap().len(), "{id}");
        assert_eq!(whole.1, expected["unfinished_segments"].is_string(), "{id}");
        for size in [1, 7, 100] {
            assert_eq!(messages(&vector.input, size, Leniency::ALL), whole, "{id}");
        }
        if !wrapped {
            assert_eq!(messages(&vector.input, 1, Leniency::NONE), whole, "{id}");
        }
        for (message, stated) in whole.0.iter().zip(expected["messages"].as_array().unwrap()) {
            let ciphered = stated["apdu"]["general-glo-ciphering"]["ciphered"].as_str().unwrap();
            assert!(hex(message).ends_with(ciphered), "{id}");
        }
    }
}
