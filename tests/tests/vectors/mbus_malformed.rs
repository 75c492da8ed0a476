//! What of M-Bus is broken, hostile or forged: refused, at an octet there is.

use dlms_mbus::layers::{Content, Layers, SecurityError};
use dlms_mbus::record::{Item, records};
use dlms_mbus::wired::{Frame, Joined, Leniency, Reassembly, Segment, frames};
use dlms_mbus::wireless::{Frame as WirelessFrame, remove_checks};
use dlms_tests::vector::Vector;

use crate::wmbus::opened;

/// Inputs that are read although the vector wants them refused, and why.
const READ: [(&str, &str); 3] = [
    (
        "malformed-094",
        "as short as it is, it is for its manufacturer to refuse what a manufacturer's CI field announces",
    ),
    ("malformed-124", "nothing is as good as anything where the manufacturer says what follows"),
    ("malformed-125", "what announces that more follow begins the manufacturer's data all the same"),
];

fn must_be_refused(vector: &Vector, refusal: Option<String>) {
    let id = vector.id.as_str();
    let Some(must) = vector.must() else { panic!("{id}") };
    if must.starts_with("reject") {
        assert_eq!(refusal.is_none(), READ.iter().any(|(other, _)| *other == id), "{id}: {refusal:?}");
    }
}

/// Why the records of a payload cannot be read.
fn record_refusal(id: &str, payload: &[u8]) -> Option<String> {
    let errors: Vec<_> = records(payload).filter_map(Result::err).collect();
    assert!(errors.iter().all(|error| error.offset <= payload.len()), "{id}: {errors:?}");
    errors.first().map(ToString::to_string)
}

#[test]
fn wired_frames() {
    for vector in Vector::of_kind("malformed", "mbus") {
        let id = &vector.id;
        let refusal = match Frame::parse(&vector.input, Leniency::ALL) {
            Err(error) => {
                assert!(error.offset <= vector.input.len(), "{id}: {error}");
                Some(error.to_string())
            }
            Ok((Frame::Long(frame), _)) => {
                let octets = [&[frame.control_information()], frame.data()].concat();
                match Layers::parse(&octets) {
                    Err(error) => Some(error.to_string()),
                    Ok(layers) => record_refusal(id, layers.payload),
                }
            }
            Ok(_) => None,
        };
        must_be_refused(&vector, refusal);
    }
}

#[test]
fn payloads_of_records() {
    for vector in Vector::of_kind("malformed", "mbus-app") {
        must_be_refused(&vector, record_refusal(&vector.id, &vector.input));
    }
}

#[test]
fn messages_in_segments() {
    for vector in Vector::of_kind("malformed", "mbus-dlms") {
        let (mut join, mut rx, mut messages) = (Reassembly::new(), Vec::new(), 0);
        for located in frames(&vector.input, Leniency::NONE) {
            let Ok(Frame::Long(frame)) = located.frame else { continue };
            let Ok(segment) = Segment::of(&frame) else { continue };
            messages += usize::from(matches!(join.join(&segment, &mut rx, 0), Joined::Message { .. }));
        }
        must_be_refused(&vector, (messages == 0).then(|| "no message".into()));
    }
}

#[test]
fn wireless_frames() {
    for vector in Vector::of_kind("malformed", "wmbus") {
        let mut octets = vector.input.clone();
        let refusal = match remove_checks(&mut octets) {
            Err(error) => Some(error.to_string()),
            Ok((_, len)) => match opened(&vector, &octets[..len]) {
                Err(SecurityError::Malformed(error)) => {
                    assert!(error.offset <= len, "{}: {error}", vector.id);
                    Some(error.to_string())
                }
                Err(error) => Some(error.to_string()),
                Ok((layers, _)) => {
                    let layers = Layers::parse(&layers).unwrap();
                    let has_records = layers.content() == Some(Content::Records);
                    has_records.then(|| record_refusal(&vector.id, layers.payload)).flatten()
                }
            },
        };
        must_be_refused(&vector, refusal);
    }
}

/// Every bit changed and every octet left out: read or refused, and nothing else.
#[test]
fn mutations_of_all_that_is_sound() {
    let read = |octets: &[u8]| {
        for item in records(octets).flatten() {
            if let Item::Record(record) = item {
                let _ = (record.value(), record.scaled(), record.to_f64(), record.unit(), record.fault());
            }
        }
    };
    for vector in Vector::of_kind("mbus", "mbus").into_iter().chain(Vector::of_kind("wmbus", "wmbus")) {
        for bit in 0..vector.input.len() * 8 {
            let mut octets = vector.input.clone();
            octets[bit / 8] ^= 1 << (bit % 8);
            if let Ok((Frame::Long(frame), _)) = Frame::parse(&octets, Leniency::ALL) {
                read(frame.data());
            }
            if let Ok((_, len)) = remove_checks(&mut octets)
                && let Ok(frame) = WirelessFrame::parse(&octets[..len])
                && let Ok(layers) = Layers::parse(frame.layers())
            {
                read(layers.payload);
            }
        }
        for len in 0..vector.input.len() {
            read(&vector.input[len..]);
            assert!(vector.kind != "mbus" || Frame::parse(&vector.input[..len], Leniency::NONE).is_err());
        }
    }
}
