//! Wired M-Bus: the same frames are found in a stream, however it is cut, as in the whole; records are read or refused.
#![no_main]

use dlms_core::codec::Encode;
use dlms_mbus::layers::Layers;
use dlms_mbus::record::{Item, Value, records};
use dlms_mbus::wired::{FINDER_ROOM, Finder, Frame, Joined, Leniency, Reassembly, Segment, frames};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    items(input);
    for leniency in [Leniency::NONE, Leniency::ALL] {
        let mut whole = Vec::new();
        let mut end = 0;
        for located in frames(input, leniency) {
            assert!(end <= located.offset && located.offset + located.len <= input.len());
            end = located.offset + located.len;
            match located.frame {
                Ok(frame) => {
                    assert_eq!(frame.encode_to_vec(), input[located.offset..end]);
                    whole.push(frame);
                }
                Err(error) => {
                    assert!(located.offset <= error.offset && error.offset <= input.len(), "{error}")
                }
            }
        }
        let (mut join, mut rx) = (Reassembly::new(), [0; 600]);
        for frame in &whole {
            let Frame::Long(frame) = frame else { continue };
            let octets = [&[frame.control_information()], frame.data()].concat();
            if let Ok(layers) = Layers::parse(&octets) {
                assert!(octets.ends_with(layers.payload));
                items(layers.payload);
            }
            let Ok(segment) = Segment::of(frame) else { continue };
            match join.join(&segment, &mut rx, 0) {
                Joined::Message { len } => assert!(len <= rx.len() && !join.is_open()),
                Joined::Oversize { needed } => assert!(needed > rx.len()),
                _ => {}
            }
        }
        for size in [1, 7, input.len().max(1)] {
            let (mut finder, mut room, mut n) = (Finder::new(leniency), [0; FINDER_ROOM], 0);
            for mut piece in input.chunks(size) {
                loop {
                    let (taken, len) = finder.find(piece, &mut room);
                    piece = &piece[taken..];
                    let Some(len) = len else { break };
                    let (frame, whole_len) = Frame::parse(&room[..len], leniency).unwrap();
                    assert_eq!(whole_len, len);
                    assert_eq!(Some(&frame), whole.get(n));
                    n += 1;
                }
                assert!(piece.is_empty());
            }
            // A false start may wait for octets that a capture does not have.
            assert!(n == whole.len() || finder.is_inside());
        }
    }
});

fn items(payload: &[u8]) {
    for item in records(payload) {
        match item {
            Err(error) => assert!(error.offset <= payload.len()),
            Ok(Item::Record(record)) => {
                let octets = record.encode_to_vec();
                // Extensions of nothing but zeros are left out.
                let Some(Ok(Item::Record(again))) = records(&octets).next() else { panic!("{record:?}") };
                assert_eq!((again.information, again.data), (record.information, record.data));
                let _ = (record.to_f64(), record.unit(), record.fault());
                if let Some(scaled) = record.scaled() {
                    assert!(!scaled.to_string().is_empty());
                }
                match record.value() {
                    Value::Text(text) => drop(text.to_string()),
                    Value::Time(time) => drop(time.to_string()),
                    _ => {}
                }
            }
            Ok(_) => {}
        }
    }
}
