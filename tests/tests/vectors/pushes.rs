//! What real meters push, through the listener as it comes off the line.

use dlms::Output;
use dlms::listener::{Event, Listener, OneKeySet};
use dlms_core::apdu::Apdu;
use dlms_core::codec::Decode;
use dlms_core::crypto::{KeyKind, SecuritySuite};
use dlms_core::time::Instant;
use dlms_hdlc::{Primary, PrimarySettings};
use dlms_security::{Protection, SystemTitle};
use dlms_tests::peer::Peer;
use dlms_tests::tree;
use dlms_tests::vector::{Vector, hex};

/// The plain notifications that a listener makes of octets on a serial line, read in pieces, and how often it refused
/// something.
fn heard(vector: &Vector, piece: usize) -> (Vec<Vec<u8>>, usize) {
    let own = SystemTitle(*b"HES00001");
    let mut end = Peer::new(SecuritySuite::Suite0, own, None);
    for (kind, name) in [(KeyKind::GlobalUnicastEncryption, "ek"), (KeyKind::Authentication, "ak")] {
        if let Some(octets) = vector.key(name) {
            end = end.with_key(kind, &octets);
        }
    }
    let mut keys = OneKeySet::<_, _, 8>::new(end.crypto, end.counters, own);
    keys.minimum = Protection::NONE;
    let link = Primary::new(PrimarySettings::DEFAULT, Vec::new());
    let mut listener = Listener::new(link, Vec::new(), Vec::new());
    let (mut told, mut refused) = (Vec::new(), 0);
    for mut octets in vector.input.chunks(piece) {
        while !octets.is_empty() {
            let taken = listener.handle_input(&mut keys, octets, Instant(0));
            octets = &octets[taken..];
            loop {
                match listener.poll_output(Instant(0)) {
                    Output::Event(Event::Notification(_)) => told.push(listener.apdu().to_vec()),
                    Output::Event(_) => refused += 1,
                    Output::Transmit(_) => panic!("{}: a listener that talks", vector.id),
                    Output::Wait(_) => break,
                }
            }
        }
    }
    (told, refused)
}

/// General blocks that nobody confirms, in UI frames, as Landis+Gyr sends them.
#[test]
fn in_general_blocks() {
    let mut opened = 0;
    for vector in Vector::of_kind("real-meter", "hdlc-capture") {
        let id = &vector.id;
        let Some(expected) = vector.expected["messages"].as_array().unwrap().first() else { continue };
        if expected.get("gbt_blocks").is_none() {
            continue;
        }
        let whole = hex(expected["reassembled"].as_str().unwrap());
        for piece in [1, 7, 139, 10_000] {
            let (told, refused) = heard(&vector, piece);
            let ciphered = whole[0] == 0xdb;
            if ciphered && vector.key("ek").is_none() {
                assert_eq!((told.len(), refused), (0, 1), "{id}");
                continue;
            }
            // One that was cut off begins anew.
            let plain = told.last().unwrap_or_else(|| panic!("{id}: {refused} refused"));
            assert_eq!(told.len(), 1, "{id}");
            if ciphered {
                let tree = tree::apdu(&Apdu::from_bytes(plain).unwrap());
                let inside = &expected["apdu"]["general-glo-ciphering"]["decrypted"];
                assert!(inside.is_null() || tree == *inside, "{id}");
            } else {
                assert_eq!(*plain, whole, "{id}");
            }
            opened += 1;
        }
    }
    assert!(opened >= 20, "{opened}");
}
