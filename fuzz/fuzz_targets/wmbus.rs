//! Wireless M-Bus: frames of every format, and their protection: what is refused stays as it was, what is opened is
//! protected again to the same octets.
#![no_main]

use dlms_core::codec::Encode;
use dlms_core::crypto::{KeyId, KeyKind};
use dlms_fuzz::{Dice, Provider};
use dlms_mbus::layers::{Keys, Layers, protect, unprotect};
use dlms_mbus::record::records;
use dlms_mbus::wireless::{FINDER_ROOM, Finder, Frame, add_checks, remove_checks};
use libfuzzer_sys::fuzz_target;

const KEYS: Keys = Keys {
    own: KeyId { setup: 0, kind: KeyKind::MBus(0) },
    derived: KeyId { setup: 0, kind: KeyKind::MBus(1) },
};

fuzz_target!(|input: &[u8]| {
    let mut octets = input.to_vec();
    if let Ok((format, len)) = remove_checks(&mut octets) {
        let frame = Frame::parse(&octets[..len]).unwrap();
        assert_eq!(frame.encode_to_vec(), octets[..len]);
        let mut out = [0; 400];
        assert_eq!(add_checks(&octets[..len], format, &mut out).unwrap(), input);
        opened(frame);
    } else {
        assert_eq!(octets, input);
    }
    for size in [1, 50] {
        let (mut finder, mut room) = (Finder::new(), [0; FINDER_ROOM]);
        for mut piece in input.chunks(size) {
            loop {
                let (taken, len) = finder.find(piece, &mut room);
                piece = &piece[taken..];
                let Some(len) = len else { break };
                opened(Frame::parse(&room[..len]).unwrap());
            }
            assert!(piece.is_empty());
        }
    }
});

fn opened(frame: Frame<'_>) {
    let mut crypto = Provider::new(Dice(1));
    crypto.set_key(KEYS.own, &[0; 16]).unwrap();
    let mut layers = frame.layers().to_vec();
    if unprotect(&mut crypto, KEYS, Some(frame.address()), &mut layers).is_err() {
        assert_eq!(layers, frame.layers());
        return;
    }
    let plain = Layers::parse(&layers).unwrap();
    assert!(layers.ends_with(plain.payload));
    records(plain.payload).for_each(drop);
    protect(&mut crypto, KEYS, Some(frame.address()), &mut layers).unwrap();
    assert_eq!(layers, frame.layers());
}
