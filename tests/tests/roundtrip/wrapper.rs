//! The wrapper: however a stream is cut, the APDUs are those that were sent.

use dlms_core::link::{Delivery, Link, LinkEvent, Saps};
use dlms_core::time::Instant;
use dlms_tests::arbitrary;
use dlms_tests::laws::{End, there_and_back};
use dlms_wrapper::{Datagram, HEADER_LEN, Header, Role, Stream};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::cases;

const NOW: Instant = Instant(0);

/// Octets of the receive buffer that are not to be touched.
const KEPT: [u8; 3] = [1, 2, 3];

fn saps() -> impl Strategy<Value = Saps> {
    any::<[u16; 2]>().prop_map(|[client, server]| Saps { client, server })
}

fn units() -> impl Strategy<Value = Vec<(Saps, &'static [u8])>> {
    vec((saps(), arbitrary::some_octets(60)), 0..8)
}

/// The octets that a link puts on the line for an APDU.
fn sent(link: &mut impl Link, peer: Saps, apdu: &[u8]) -> Vec<u8> {
    let mut tx = [&[0xee; 11], apdu].concat();
    link.send(peer, 11..tx.len(), Delivery::Confirmed, NOW).unwrap();
    assert!(link.is_sending() && link.send(peer, 11..12, Delivery::Confirmed, NOW).is_err());
    let octets = link.poll_transmit(&mut tx, NOW).unwrap().to_vec();
    assert!(!link.is_sending() && link.poll_transmit(&mut tx, NOW).is_none());
    octets
}

/// What comes out of a link; the length alone of what found no room.
fn received(link: &mut impl Link, mut octets: &[u8], room: usize) -> Vec<(Saps, Result<Vec<u8>, usize>)> {
    let mut rx = [&KEPT, &vec![0; room][..]].concat();
    let (mut found, rx) = (Vec::new(), &mut &mut rx[..]);
    while !octets.is_empty() {
        let (taken, event) = link.handle_input(octets, rx, KEPT.len(), NOW).unwrap();
        assert!(0 < taken && taken <= octets.len());
        octets = &octets[taken..];
        match event {
            LinkEvent::Apdu { peer, len, .. } => found.push((peer, Ok(rx[KEPT.len()..][..len].to_vec()))),
            LinkEvent::Oversize { peer, needed } => found.push((peer, Err(needed))),
            LinkEvent::None => {}
            other => panic!("{other:?}"),
        }
        assert_eq!(rx[..KEPT.len()], KEPT);
    }
    found
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn a_header(peer in saps(), length in any::<u16>()) {
        for role in [Role::Client, Role::Server] {
            let header = Header::outgoing(role, peer, length);
            there_and_back(&header, End::Measured);
            let other = if role == Role::Client { Role::Server } else { Role::Client };
            prop_assert_eq!(header.saps(other), peer);
        }
    }

    #[test]
    fn a_stream_cut_anywhere(units in units(), cuts in vec(1usize..40, 1..20), room in 0usize..70) {
        let (mut client, mut server) = (Stream::new(Role::Client), Stream::new(Role::Server));
        let line: Vec<u8> = units.iter().flat_map(|(peer, apdu)| sent(&mut client, *peer, apdu)).collect();
        let (mut rest, mut found) = (&line[..], Vec::new());
        for cut in cuts.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (piece, others) = rest.split_at((*cut).min(rest.len()));
            rest = others;
            // A buffer that is the same at every call, as the machines have it.
            found.push(piece);
        }
        let mut rx = vec![0; KEPT.len() + room];
        let mut apdus = Vec::new();
        for mut piece in found {
            while !piece.is_empty() {
                let mut buffer = &mut rx[..];
                let (taken, event) = server.handle_input(piece, &mut buffer, KEPT.len(), NOW).unwrap();
                prop_assert!(taken > 0);
                piece = &piece[taken..];
                match event {
                    LinkEvent::Apdu { peer, len, .. } => apdus.push((peer, Ok(rx[KEPT.len()..][..len].to_vec()))),
                    LinkEvent::Oversize { peer, needed } => apdus.push((peer, Err(needed))),
                    _ => {}
                }
            }
        }
        let expected: Vec<_> = units
            .iter()
            .map(|(peer, apdu)| (*peer, if apdu.len() <= room { Ok(apdu.to_vec()) } else { Err(apdu.len()) }))
            .collect();
        prop_assert_eq!(apdus, expected);
    }

    #[test]
    fn datagrams(units in units(), room in 0usize..70) {
        for (peer, apdu) in units {
            let octets = sent(&mut Datagram::new(Role::Server), peer, apdu);
            prop_assert_eq!(octets.len(), HEADER_LEN + apdu.len());
            let found = received(&mut Datagram::new(Role::Client), &octets, room);
            let expected = if apdu.len() <= room { Ok(apdu.to_vec()) } else { Err(apdu.len()) };
            prop_assert_eq!(found, [(peer, expected)]);
            for end in 0..octets.len() {
                prop_assert_eq!(received(&mut Datagram::new(Role::Client), &octets[..end], room), []);
            }
        }
    }
}
