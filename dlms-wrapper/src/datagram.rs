use core::ops::Range;

use dlms_core::buffer::Buffer;
use dlms_core::codec::{Decode, Reader};
use dlms_core::link::{Busy, Delivery, Link, LinkError, LinkEvent, Saps};
use dlms_core::time::Instant;

use crate::outgoing::Outgoing;
use crate::{HEADER_LEN, Header, Role};

/// The wrapper on UDP: one APDU in each datagram, never more or less.
///
/// Each call of [`handle_input`](Link::handle_input) is one datagram; one that is not a header and exactly the
/// octets it announces is dropped.
#[derive(Debug, Clone)]
pub struct Datagram {
    role: Role,
    outgoing: Outgoing,
}

impl Datagram {
    /// This end of an exchange of datagrams.
    #[must_use]
    pub const fn new(role: Role) -> Self {
        Self { role, outgoing: Outgoing::NOTHING }
    }
}

impl Link for Datagram {
    const HEADROOM: usize = HEADER_LEN;
    const MAX_APDU: usize = 0xffff - 8 - HEADER_LEN;

    fn open(&mut self, _: Saps, _: Instant) {}

    fn is_open(&self, _: Saps) -> bool {
        true
    }

    fn close(&mut self, _: Saps, _: Instant) -> bool {
        false
    }

    fn handle_input(
        &mut self,
        bytes: &[u8],
        rx: &mut dyn Buffer,
        keep: usize,
        _: Instant,
    ) -> Result<(usize, LinkEvent), LinkError> {
        let mut r = Reader::new(bytes);
        let event = match Header::decode(&mut r) {
            Ok(header) if usize::from(header.length) == r.remaining() && !r.is_empty() => {
                let (peer, len) = (header.saps(self.role), r.remaining());
                match rx.reserve(keep.saturating_add(len)) {
                    Ok(room) => {
                        for (slot, octet) in room.iter_mut().skip(keep).zip(r.rest()) {
                            *slot = *octet;
                        }
                        LinkEvent::Apdu { peer, len, delivery: Delivery::Confirmed }
                    }
                    Err(_) => LinkEvent::Oversize { peer, needed: len },
                }
            }
            _ => LinkEvent::None,
        };
        Ok((bytes.len(), event))
    }

    fn send(&mut self, peer: Saps, apdu: Range<usize>, _: Delivery, _: Instant) -> Result<(), Busy> {
        self.outgoing.put(self.role, peer, apdu)
    }

    fn is_sending(&self) -> bool {
        self.outgoing.is_waiting()
    }

    fn poll_transmit<'t>(&'t mut self, tx: &'t mut [u8], _: Instant) -> Option<&'t [u8]> {
        self.outgoing.frame(tx)
    }

    fn handle_timeout(&mut self, _: Instant) -> Result<LinkEvent, LinkError> {
        Ok(LinkEvent::None)
    }

    fn poll_timeout(&self) -> Option<Instant> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_datagram_with_another_length_is_dropped() {
        let mut link = Datagram::new(Role::Server);
        let whole = [0, 1, 0, 16, 0, 1, 0, 2, 0xaa, 0xbb];
        let mut rx = [0u8; 4];
        let mut event = |bytes| link.handle_input(bytes, &mut rx, 0, Instant(0)).unwrap();
        for len in 0..whole.len() {
            assert_eq!(event(&whole[..len]), (len, LinkEvent::None));
        }
        let longer = [&whole[..], &[0]].concat();
        assert_eq!(event(&longer), (11, LinkEvent::None));
        let peer = Saps { client: 16, server: 1 };
        assert_eq!(event(&whole), (10, LinkEvent::Apdu { peer, len: 2, delivery: Delivery::Confirmed }));
    }
}
