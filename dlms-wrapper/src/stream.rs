use core::ops::Range;

use dlms_core::buffer::Buffer;
use dlms_core::codec::Decode;
use dlms_core::link::{Busy, Delivery, Link, LinkError, LinkEvent, Saps};
use dlms_core::time::Instant;

use crate::outgoing::Outgoing;
use crate::{HEADER_LEN, Header, Role};

/// The wrapper on a TCP stream: APDUs arrive in pieces, several at a time, or with more to come.
#[derive(Debug, Clone)]
pub struct Stream {
    role: Role,
    header: [u8; HEADER_LEN],
    /// Octets of the unit received so far, header included.
    received: usize,
    /// The unit does not fit the receive buffer and is let pass.
    discard: bool,
    outgoing: Outgoing,
}

impl Stream {
    /// This end of a connection that was just made.
    #[must_use]
    pub const fn new(role: Role) -> Self {
        Self { role, header: [0; HEADER_LEN], received: 0, discard: false, outgoing: Outgoing::NOTHING }
    }

    /// Takes octets of the header; the header once it is complete.
    fn take_header(&mut self, bytes: &[u8]) -> Result<(usize, Option<Header>), LinkError> {
        let missing = self.header.get_mut(self.received..).unwrap_or_default();
        let n = missing.len().min(bytes.len());
        for (slot, octet) in missing.iter_mut().zip(bytes) {
            *slot = *octet;
        }
        self.received = self.received.saturating_add(n);
        // A wrong version shows in its two octets: nothing is gained by waiting for the other six.
        let known = self.header.get(..self.received).unwrap_or(&self.header);
        match Header::from_bytes(known) {
            Ok(header) => Ok((n, Some(header))),
            Err(e) if matches!(e.kind, dlms_core::codec::DecodeErrorKind::Truncated { .. }) => Ok((n, None)),
            Err(e) => Err(LinkError::Unframed(e)),
        }
    }
}

impl Link for Stream {
    const HEADROOM: usize = HEADER_LEN;
    const MAX_APDU: usize = 0xffff;

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
        let fresh = self.received < HEADER_LEN;
        let (taken, header) = self.take_header(bytes)?;
        let Some(header) = header else { return Ok((taken, LinkEvent::None)) };
        let len = usize::from(header.length);
        let peer = header.saps(self.role);
        let end = keep.saturating_add(len);
        if fresh {
            self.discard = rx.reserve(end).is_err();
        }
        let done = self.received.saturating_sub(HEADER_LEN);
        let body = bytes.get(taken..).unwrap_or_default();
        let body = body.get(..len.saturating_sub(done)).unwrap_or(body);
        if !self.discard {
            let room =
                rx.as_mut_slice().get_mut(keep..end).and_then(|r| r.get_mut(done..)).unwrap_or_default();
            for (slot, octet) in room.iter_mut().zip(body) {
                *slot = *octet;
            }
        }
        self.received = self.received.saturating_add(body.len());
        let taken = taken.saturating_add(body.len());
        if self.received < HEADER_LEN.saturating_add(len) {
            return Ok((taken, LinkEvent::None));
        }
        self.received = 0;
        let event = match len {
            _ if self.discard => LinkEvent::Oversize { peer, needed: len },
            0 => LinkEvent::None,
            len => LinkEvent::Apdu { peer, len, delivery: Delivery::Confirmed },
        };
        Ok((taken, event))
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
    use std::vec::Vec;

    const A: [u8; 10] = [0, 1, 0, 1, 0, 16, 0, 2, 0xaa, 0xbb];
    const B: [u8; 9] = [0, 1, 0, 1, 0, 16, 0, 1, 0xcc];

    fn apdus(link: &mut Stream, mut bytes: &[u8], rx: &mut dyn Buffer) -> Vec<Vec<u8>> {
        let mut found = Vec::new();
        while !bytes.is_empty() {
            let (n, event) = link.handle_input(bytes, rx, 1, Instant(0)).unwrap();
            bytes = &bytes[n..];
            match event {
                LinkEvent::Apdu { len, .. } => found.push(rx.as_slice()[1..1 + len].to_vec()),
                LinkEvent::Oversize { needed, .. } => found.push(std::vec![0xff; needed]),
                _ => {}
            }
        }
        found
    }

    #[test]
    fn however_the_stream_is_cut_the_apdus_are_the_same() {
        let stream = [&A[..], &B, &A, &[0, 1, 0, 1, 0, 16, 0, 0], &B].concat();
        for cut in 1..=stream.len() {
            let mut link = Stream::new(Role::Client);
            let mut rx = [0u8; 8];
            let found: Vec<_> = stream.chunks(cut).flat_map(|part| apdus(&mut link, part, &mut rx)).collect();
            assert_eq!(found, [&[0xaa, 0xbb][..], &[0xcc], &[0xaa, 0xbb], &[0xcc]], "{cut}");
        }
    }

    #[test]
    fn an_apdu_too_large_for_the_buffer_is_let_pass_and_the_next_one_found() {
        for cut in 1..20 {
            let mut link = Stream::new(Role::Client);
            let mut rx = [0u8; 2];
            let stream = [&A[..], &B].concat();
            let found: Vec<_> = stream.chunks(cut).flat_map(|part| apdus(&mut link, part, &mut rx)).collect();
            assert_eq!(found, [&[0xff, 0xff][..], &[0xcc]]);
        }
    }

    #[test]
    fn another_version_ends_the_stream_at_its_octets() {
        let mut link = Stream::new(Role::Server);
        let error = link.handle_input(&[0, 2], &mut [0u8; 4], 0, Instant(0)).unwrap_err();
        let LinkError::Unframed(e) = error else { panic!("{error}") };
        assert_eq!(e.offset, 0);
    }
}
