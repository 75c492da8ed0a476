//! The wrapper: however a stream is cut, the same APDUs come out of it, and no octet is taken that is not there.
#![no_main]

use dlms_core::buffer::Buffer;
use dlms_core::link::{Delivery, Link, LinkError, LinkEvent, Saps};
use dlms_core::time::Instant;
use dlms_wrapper::{Datagram, HEADER_LEN, Role, Stream};
use libfuzzer_sys::fuzz_target;

/// Octets of the receive buffer that are not the link's.
const KEEP: usize = 3;
/// Octets of an APDU that are taken at most.
const ROOM: usize = 600;
const NOW: Instant = Instant(0);

#[derive(Debug, PartialEq)]
enum Received {
    Apdu(Saps, Vec<u8>),
    Oversize(Saps, usize),
    Unframed(LinkError),
}

fuzz_target!(|input: &[u8]| {
    let whole = received(&mut Stream::new(Role::Server), input.chunks(input.len().max(1)));
    let apart = received(&mut Stream::new(Role::Server), input.chunks(1));
    assert_eq!(whole, apart);
    let cut = input.first().map_or(1, |octet| usize::from(*octet) % 13 + 2);
    assert_eq!(received(&mut Stream::new(Role::Server), input.chunks(cut)), whole);

    for unit in &whole {
        let Received::Apdu(peer, apdu) = unit else { continue };
        let sent = sent(*peer, apdu);
        assert_eq!(sent[HEADER_LEN..], apdu[..]);
        let datagram = received(&mut Datagram::new(Role::Server), [&sent[..]].into_iter());
        assert_eq!(datagram, [Received::Apdu(*peer, apdu.clone())]);
    }
    received(&mut Datagram::new(Role::Client), [input].into_iter());
});

fn received<'i>(link: &mut impl Link, pieces: impl Iterator<Item = &'i [u8]>) -> Vec<Received> {
    let mut rx = [0x5a; KEEP + ROOM];
    let mut found = Vec::new();
    for mut piece in pieces {
        while !piece.is_empty() {
            let (taken, event) = match link.handle_input(piece, &mut rx, KEEP, NOW) {
                Ok(outcome) => outcome,
                Err(error) => {
                    found.push(Received::Unframed(error));
                    return found;
                }
            };
            assert!(0 < taken && taken <= piece.len());
            piece = &piece[taken..];
            assert_eq!(rx[..KEEP], [0x5a; KEEP]);
            match event {
                LinkEvent::Apdu { peer, len, .. } => {
                    assert!(len > 0);
                    found.push(Received::Apdu(peer, rx[KEEP..KEEP + len].to_vec()));
                }
                LinkEvent::Oversize { peer, needed } => {
                    assert!(needed > ROOM);
                    found.push(Received::Oversize(peer, needed));
                }
                _ => {}
            }
        }
    }
    assert_eq!(rx.capacity(), KEEP + ROOM);
    found
}

fn sent(peer: Saps, apdu: &[u8]) -> Vec<u8> {
    let mut tx = [&[0; HEADER_LEN], apdu].concat();
    let mut link = Stream::new(Role::Client);
    link.send(peer, HEADER_LEN..tx.len(), Delivery::Confirmed, NOW).expect("nothing else is being sent");
    link.poll_transmit(&mut tx, NOW).expect("an APDU is to be sent").to_vec()
}
