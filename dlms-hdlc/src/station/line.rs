use core::ops::Range;

use dlms_core::buffer::Buffer;
use dlms_core::codec::Writer;
use dlms_core::time::Instant;

use crate::parameters::MAX_INFORMATION;
use crate::station::outgoing::Piece;
use crate::{FINDER_ROOM, Finder, Frame, Llc, MAX_HEADER};

/// Octets of a frame besides its information field, at most: flags, header, FCS.
const OVERHEAD: usize = MAX_HEADER + 4;

/// The octets of the line: frames found in what comes, frames built to go out, in one buffer.
///
/// A frame to send is built behind what is held of one that is coming.
#[derive(Debug, Clone)]
pub(crate) struct Line<F> {
    room: F,
    finder: Finder,
    /// Milliseconds between two octets of a frame.
    inter_octet_time_out: u64,
    /// When the frame that has begun will be given up.
    give_up: Option<Instant>,
}

impl<F: Buffer> Line<F> {
    pub(crate) const fn new(room: F, finder: Finder, inter_octet_time_out: u64) -> Self {
        Self { room, finder, inter_octet_time_out, give_up: None }
    }

    /// Takes octets up to the end of a frame: how many, and the frame.
    pub(crate) fn take(&mut self, octets: &[u8], now: Instant) -> (usize, Option<Range<usize>>) {
        let len = self.room.capacity().min(FINDER_ROOM);
        let Ok(room) = self.room.reserve(len) else { return (octets.len(), None) };
        let found = self.finder.find(octets, room);
        self.give_up = self.finder.is_inside().then(|| now.plus(self.inter_octet_time_out));
        found
    }

    /// The frame that [`take`](Self::take) found.
    pub(crate) fn frame(&self, found: Range<usize>) -> Option<Frame<'_>> {
        Frame::parse(self.room.as_slice().get(found)?).ok()
    }

    /// When the frame that has begun will be given up.
    pub(crate) const fn give_up(&self) -> Option<Instant> {
        self.give_up
    }

    /// Gives up the frame that has begun if its time is over; what it hid shows with the next octets.
    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        if self.give_up.is_some_and(|at| at <= now) {
            self.give_up = None;
            self.finder.abandon(self.room.as_mut_slice());
        }
    }

    /// Builds a frame. Nothing if the buffer is too small for it.
    pub(crate) fn build(&mut self, frame: &Frame<'_>, front: &[u8]) -> Option<Range<usize>> {
        self.finder.drop_given(self.room.as_mut_slice());
        let needed = frame.length().wrapping_add(front.len()).wrapping_add(4);
        if self.finder.held().wrapping_add(needed) > self.room.capacity() {
            self.finder.clear();
            self.give_up = None;
        }
        let start = self.finder.held();
        let room = self.room.reserve(start.wrapping_add(needed)).ok()?;
        let mut w = Writer::new(room.get_mut(start..)?);
        frame.encode_behind(front, &mut w);
        let len = w.finish().ok()?.len();
        Some(start..start.wrapping_add(len))
    }

    /// Builds a frame that carries a piece of an APDU in `tx`.
    pub(crate) fn build_piece(
        &mut self,
        frame: Frame<'_>,
        piece: &Piece,
        llc: Llc,
        tx: &[u8],
    ) -> Option<Range<usize>> {
        let frame = frame.with_information(tx.get(piece.apdu.clone())?, !piece.last)?;
        let llc = llc.to_octets();
        self.build(&frame, if piece.first { &llc } else { &[] })
    }

    /// The octets of a frame that was built.
    pub(crate) fn octets(&self, built: Range<usize>) -> Option<&[u8]> {
        self.room.as_slice().get(built)
    }

    /// Octets of the largest information field there is room for, both ways.
    pub(crate) fn information_room(&self) -> u16 {
        let room = self.room.capacity().saturating_sub(OVERHEAD.wrapping_add(1));
        u16::try_from(room).unwrap_or(MAX_INFORMATION).min(MAX_INFORMATION)
    }

    pub(crate) const fn finder(&self) -> &Finder {
        &self.finder
    }
}
