//! The wrapper: as a stream, however it is cut, and as a datagram.

use dlms_core::apdu::{Apdu, Leniencies, Leniency};
use dlms_core::codec::{Encode, Reader};
use dlms_core::link::{Delivery, Link, LinkEvent, Saps};
use dlms_core::time::Instant;
use dlms_tests::tree;
use dlms_tests::vector::Vector;
use dlms_wrapper::{Datagram, HEADER_LEN, Role, Stream};

/// Messages that deviate from the standard, and how.
const DEVIATING: [(&str, Leniency); 2] =
    [("wrapper-029", Leniency::TaggedDateTime), ("wrapper-030", Leniency::TaggedDateTime)];

/// What came out of the wrapper: between whom, and which octets.
pub(crate) fn received(link: &mut impl Link, pieces: &[&[u8]]) -> Vec<(Saps, Vec<u8>)> {
    let mut found = Vec::new();
    let mut rx = vec![0; 4];
    for piece in pieces {
        let mut rest = *piece;
        while !rest.is_empty() {
            let (taken, event) = link.handle_input(rest, &mut rx, 4, Instant(0)).unwrap();
            assert!(taken > 0);
            rest = &rest[taken..];
            match event {
                LinkEvent::Apdu { peer, len, delivery: Delivery::Confirmed } => {
                    found.push((peer, rx[4..4 + len].to_vec()));
                }
                LinkEvent::None => {}
                other => panic!("{other:?}"),
            }
        }
    }
    found
}

#[test]
fn every_unit_is_received_and_sent() {
    for vector in Vector::of_kind("wrapper", "wrapper") {
        let (id, expected, unit) = (&vector.id, &vector.expected, &vector.input);
        let sap = |name: &str| u16::try_from(expected[name].as_u64().unwrap()).unwrap();
        let peer = Saps { client: sap("src_wport"), server: sap("dst_wport") };
        let apdu = &unit[HEADER_LEN..];
        assert_eq!(apdu.len() as u64, expected["length"].as_u64().unwrap(), "{id}");
        assert_eq!(received(&mut Datagram::new(Role::Server), &[unit]), [(peer, apdu.to_vec())], "{id}");
        for cut in 0..unit.len() {
            let (head, tail) = unit.split_at(cut);
            let found = received(&mut Stream::new(Role::Server), &[head, tail]);
            assert_eq!(found, [(peer, apdu.to_vec())], "{id}");
        }

        let mut leniencies = Leniencies::all();
        let message = Apdu::decode_with(&mut Reader::new(apdu), &mut leniencies).unwrap();
        assert_eq!(tree::apdu(&message), expected["apdu"], "{id}");
        let deviations: Vec<_> = DEVIATING.iter().filter(|(of, _)| of == id).map(|(_, how)| *how).collect();
        assert_eq!(leniencies.met().collect::<Vec<_>>(), deviations, "{id}");
        if deviations.is_empty() {
            assert_eq!(message.encode_to_vec(), apdu, "{id}");
        }

        let mut tx = [&[0; HEADER_LEN], apdu].concat();
        let mut link = Stream::new(Role::Client);
        link.send(peer, HEADER_LEN..tx.len(), Delivery::Confirmed, Instant(0)).unwrap();
        assert_eq!(link.poll_transmit(&mut tx, Instant(0)), Some(&unit[..]), "{id}");
    }
}
