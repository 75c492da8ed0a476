//! Whatever the octets: a value, or an error at an octet there is.

use dlms_core::buffer::Growing;
use dlms_core::codec::{Decode, Encode};
use dlms_core::crypto::{KeyKind, SecuritySuite};
use dlms_core::link::Link;
use dlms_core::time::Instant;
use dlms_hdlc::{Finder, Frame, frames};
use dlms_security::{CipheredApdu, GeneralCiphering, GeneralSigning};
use dlms_tests::arbitrary;
use dlms_tests::laws::no_harm;
use dlms_tests::peer::{CLIENT, Peer, SERVER};
use dlms_wrapper::{Datagram, Role, Stream};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::cases;

/// One way to damage a message.
#[derive(Debug, Clone)]
enum Damage {
    Change(Index, u8),
    Insert(Index, u8),
    Remove(Index),
    Cut(Index),
    Repeat(Index, Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    // Octets that mean something: counts, lengths, tags.
    let octet =
        || prop_oneof![any::<u8>(), proptest::sample::select(&[0u8, 1, 2, 0x7f, 0x80, 0x81, 0x84, 0xff][..])];
    prop_oneof![
        4 => (any::<Index>(), octet()).prop_map(|(at, octet)| Damage::Change(at, octet)),
        2 => (any::<Index>(), octet()).prop_map(|(at, octet)| Damage::Insert(at, octet)),
        2 => any::<Index>().prop_map(Damage::Remove),
        1 => any::<Index>().prop_map(Damage::Cut),
        1 => any::<(Index, Index)>().prop_map(|(from, to)| Damage::Repeat(from, to)),
    ]
}

fn damaged(mut octets: Vec<u8>, damages: &[Damage]) -> &'static [u8] {
    for damage in damages {
        let n = octets.len();
        if n == 0 {
            break;
        }
        match damage {
            Damage::Change(at, octet) => octets[at.index(n)] = *octet,
            Damage::Insert(at, octet) => octets.insert(at.index(n + 1), *octet),
            Damage::Remove(at) => drop(octets.remove(at.index(n))),
            Damage::Cut(at) => octets.truncate(at.index(n + 1)),
            Damage::Repeat(from, to) => {
                let (a, b) = (from.index(n), to.index(n));
                let piece = octets[a.min(b)..a.max(b)].to_vec();
                octets.splice(b..b, piece);
            }
        }
    }
    octets.leak()
}

fn noise(max: usize) -> impl Strategy<Value = &'static [u8]> {
    let likely = proptest::sample::select(&[0u8, 1, 2, 9, 18, 19, 0x80, 0x82, 0xc0, 0xc4, 0xff][..]);
    vec(prop_oneof![any::<u8>(), likely], 0..max).prop_map(|octets| &*octets.leak())
}

proptest! {
    #![proptest_config(cases(1500))]

    #[test]
    fn octets_at_all(octets in noise(80)) {
        no_harm(octets);
    }

    #[test]
    fn octets_behind_a_tag(tag in any::<u8>(), octets in noise(60)) {
        no_harm([&[tag], octets].concat().leak());
    }

    #[test]
    fn damaged_messages(message in arbitrary::apdu(), damages in vec(damage(), 1..6)) {
        no_harm(damaged(message.encode_to_vec(), &damages));
    }

    #[test]
    fn damaged_values(sample in arbitrary::sample(), damages in vec(damage(), 1..6)) {
        no_harm(damaged(sample.octets, &damages));
    }

    #[test]
    fn protected_messages(tag in 0x20u8.., octets in noise(60)) {
        let apdu: &[u8] = &[&[tag], octets].concat();
        let errors = [
            CipheredApdu::from_bytes(apdu).err(),
            GeneralCiphering::from_bytes(apdu).err(),
            GeneralSigning::from_bytes(apdu).err(),
        ];
        prop_assert!(errors.iter().flatten().all(|e| e.offset <= apdu.len()), "{:?}", errors);
        let mut receiver = Peer::new(SecuritySuite::Suite0, CLIENT, Some(SERVER))
            .with_key(KeyKind::GlobalUnicastEncryption, &[1; 16])
            .with_key(KeyKind::Authentication, &[2; 16]);
        if let Ok((_, unprotected)) = receiver.unprotect(apdu) {
            prop_assert!(!unprotected.protection.authenticated);
        }
    }

    #[test]
    fn units_of_the_wrapper(octets in noise(120), version in any::<bool>()) {
        let octets = if version { [&[0, 1], octets].concat() } else { octets.to_vec() };
        let mut rx = Growing::new(70);
        let (mut stream, mut rest) = (Stream::new(Role::Client), &octets[..]);
        while !rest.is_empty() {
            let Ok((taken, _)) = stream.handle_input(rest, &mut rx, 3, Instant(0)) else { break };
            prop_assert!(0 < taken && taken <= rest.len());
            rest = &rest[taken..];
        }
        let (taken, _) = Datagram::new(Role::Client).handle_input(&octets, &mut rx, 3, Instant(0)).unwrap();
        prop_assert_eq!(taken, octets.len());
    }

    /// What is found in a stream, however it is cut, is what is found in the whole.
    #[test]
    fn frames_of_hdlc(pieces in vec(prop_oneof![
        noise(30).prop_map(<[u8]>::to_vec),
        Just(vec![0x7e]),
        Just(vec![0x7e, 0xa0, 0x07, 0x03, 0x21, 0x93, 0x0f, 0x01, 0x7e]),
        Just(vec![0x7e, 0xa0, 0x0b, 0x03, 0x21]),
    ], 0..8), cut in 1usize..20) {
        let line: Vec<u8> = pieces.concat();
        let whole: Vec<Frame<'_>> = frames(&line).filter_map(|located| located.frame.ok()).collect();
        let (mut finder, mut room) = (Finder::new(), [0; dlms_hdlc::FINDER_ROOM]);
        let mut found = Vec::new();
        for piece in line.chunks(cut) {
            let mut piece = piece;
            loop {
                let (taken, frame) = finder.find(piece, &mut room);
                piece = &piece[taken..];
                let Some(frame) = frame else { break };
                found.push(room[frame].to_vec());
            }
            prop_assert!(piece.is_empty());
        }
        while finder.is_inside() {
            finder.abandon(&mut room);
            while let (_, Some(frame)) = finder.find(&[], &mut room) {
                found.push(room[frame].to_vec());
            }
        }
        let written: Vec<_> = whole.iter().map(|f| f.encode_to_vec()[1..=f.length()].to_vec()).collect();
        prop_assert_eq!(found, written);
    }
}
