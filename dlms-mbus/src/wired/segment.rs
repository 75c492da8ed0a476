use dlms_core::buffer::Buffer;

use crate::wired::LongFrame;
use crate::{FrameError, FrameErrorKind};

/// A DLMS message in a wired frame, or a part of one: the transport layer behind the CI fields `00` to `1F`
/// (EN 13757-1, the M-Bus profile of DLMS/COSEM).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Segment<'a> {
    /// Its number, 0 to 15; they go round.
    pub number: u8,
    /// No more segments follow.
    pub is_last: bool,
    /// The sender's service access point (STSAP).
    pub source: u8,
    /// The receiver's service access point (DTSAP).
    pub destination: u8,
    /// Its part of the message.
    pub data: &'a [u8],
}

impl<'a> Segment<'a> {
    /// Octets that stand before the data: CI, STSAP, DTSAP.
    pub const HEADER: usize = 3;

    /// Whether a frame with this CI field carries a DLMS message without a header of the M-Bus.
    #[must_use]
    pub const fn is_carried_by(control_information: u8) -> bool {
        control_information < 0x20
    }

    /// The segment in a frame.
    ///
    /// # Errors
    /// `ControlInformation` if there is none in it; `Truncated`. Offsets count from the CI field.
    pub const fn of(frame: &LongFrame<'a>) -> Result<Self, FrameError> {
        let ci = frame.control_information();
        if !Self::is_carried_by(ci) {
            return Err(FrameErrorKind::ControlInformation(ci).at(0));
        }
        let [source, destination, data @ ..] = frame.data() else {
            return Err(
                FrameErrorKind::Truncated { missing: 2_usize.saturating_sub(frame.data().len()) }.at(1)
            );
        };
        let (number, is_last) = (ci & 0x0f, ci & 0x10 != 0);
        Ok(Self { number, is_last, source: *source, destination: *destination, data })
    }

    /// The CI field, STSAP and DTSAP of it.
    #[must_use]
    pub const fn header(&self) -> [u8; 3] {
        [self.number & 0x0f | if self.is_last { 0x10 } else { 0 }, self.source, self.destination]
    }
}

/// Joins segments to a message, in the caller's buffer.
#[derive(Debug, Clone, Default)]
pub struct Reassembly {
    len: usize,
    /// The next number, and between whom, while more segments are to come.
    open: Option<(u8, [u8; 2])>,
    oversize: bool,
}

/// What a segment made of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Joined {
    /// More segments follow.
    More,
    /// The message is whole.
    Message {
        /// Its length.
        len: usize,
    },
    /// The message ended, and the buffer could not take it.
    Oversize {
        /// Its length.
        needed: usize,
    },
    /// The last segment again: dropped.
    Repeated,
    /// A segment is missing. Nothing is kept; the message comes to nothing.
    Lost {
        /// The number that should have come.
        expected: u8,
    },
}

impl Reassembly {
    /// Nothing joined yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { len: 0, open: None, oversize: false }
    }

    /// Puts a segment behind what was joined before, from octet `keep` of `rx` on. Segment 0 begins a new message.
    pub fn join(&mut self, segment: &Segment<'_>, rx: &mut dyn Buffer, keep: usize) -> Joined {
        let between = [segment.source, segment.destination];
        match self.open {
            Some((next, same)) if same == between && next == segment.number && next != 0 => {}
            // Number 0 follows number 15, or begins a message.
            Some((0, same)) if same == between && segment.number == 0 && self.len > 0 => {}
            Some((next, same))
                if same == between
                    && segment.number == next.wrapping_sub(1) & 0x0f
                    && segment.number != 0 =>
            {
                return Joined::Repeated;
            }
            _ if segment.number == 0 => self.clear(),
            open => {
                self.clear();
                return Joined::Lost { expected: open.map_or(0, |(next, _)| next) };
            }
        }
        let at = keep.saturating_add(self.len);
        self.len = self.len.saturating_add(segment.data.len());
        match rx.reserve(keep.saturating_add(self.len)) {
            Ok(room) => {
                for (slot, octet) in room.get_mut(at..).unwrap_or_default().iter_mut().zip(segment.data) {
                    *slot = *octet;
                }
            }
            Err(_) => self.oversize = true,
        }
        let next = segment.number.wrapping_add(1) & 0x0f;
        self.open = (!segment.is_last).then_some((next, between));
        match self {
            Self { open: Some(_), .. } => Joined::More,
            Self { oversize: true, len, .. } => Joined::Oversize { needed: *len },
            Self { len, .. } => Joined::Message { len: *len },
        }
    }

    /// Whether segments were joined and more have to come.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Forgets the segments joined so far.
    pub const fn clear(&mut self) {
        *self = Self::new();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn segment(number: u8, is_last: bool, data: &[u8]) -> Segment<'_> {
        Segment { number, is_last, source: 1, destination: 103, data }
    }

    #[test]
    fn segments_join_in_sequence_behind_what_is_kept() {
        let (mut join, mut rx) = (Reassembly::new(), [9; 8]);
        assert_eq!(join.join(&segment(0, false, &[1, 2]), &mut rx, 2), Joined::More);
        assert!(join.is_open());
        assert_eq!(join.join(&segment(1, false, &[3]), &mut rx, 2), Joined::More);
        assert_eq!(join.join(&segment(1, false, &[3]), &mut rx, 2), Joined::Repeated);
        assert_eq!(join.join(&segment(2, true, &[4]), &mut rx, 2), Joined::Message { len: 4 });
        assert_eq!(rx, [9, 9, 1, 2, 3, 4, 9, 9]);
        assert_eq!(join.join(&segment(0, true, &[5]), &mut rx, 0), Joined::Message { len: 1 });
    }

    #[test]
    fn a_lost_segment_spoils_one_message_only() {
        let (mut join, mut rx) = (Reassembly::new(), [0; 8]);
        assert_eq!(join.join(&segment(1, true, &[3]), &mut rx, 0), Joined::Lost { expected: 0 });
        assert_eq!(join.join(&segment(0, false, &[1]), &mut rx, 0), Joined::More);
        assert_eq!(join.join(&segment(2, true, &[1]), &mut rx, 0), Joined::Lost { expected: 1 });
        assert_eq!(join.join(&segment(0, false, &[1]), &mut rx, 0), Joined::More);
        // begins anew
        assert_eq!(join.join(&segment(0, false, &[7, 8]), &mut rx, 0), Joined::More);
        assert_eq!(join.join(&segment(1, true, &[9]), &mut rx, 0), Joined::Message { len: 3 });
        assert_eq!(rx[..3], [7, 8, 9]);
    }

    #[test]
    fn numbers_go_round() {
        let (mut join, mut rx) = (Reassembly::new(), [0; 40]);
        for n in 0..17 {
            assert_eq!(join.join(&segment(n & 0x0f, false, &[n]), &mut rx, 0), Joined::More);
        }
        assert_eq!(join.join(&segment(1, true, &[17]), &mut rx, 0), Joined::Message { len: 18 });
        assert_eq!(rx[..18], core::array::from_fn::<u8, 18, _>(|n| u8::try_from(n).unwrap()));
    }

    #[test]
    fn a_message_too_large_is_refused_at_its_end() {
        let (mut join, mut rx) = (Reassembly::new(), [0; 3]);
        assert_eq!(join.join(&segment(0, false, &[1, 2, 3]), &mut rx, 0), Joined::More);
        assert_eq!(join.join(&segment(1, true, &[4]), &mut rx, 0), Joined::Oversize { needed: 4 });
        assert_eq!(join.join(&segment(0, true, &[4]), &mut rx, 0), Joined::Message { len: 1 });
    }

    #[test]
    fn the_header_both_ways() {
        let one = segment(3, true, b"x");
        let [ci, source, destination] = one.header();
        let frame = LongFrame::new(crate::Control::SND_UD, 255, ci, &[1, 103, b'x']).unwrap();
        assert_eq!((ci, source, destination), (0x13, 1, 103));
        assert_eq!(Segment::of(&frame), Ok(one));
        let short = LongFrame::new(crate::Control::SND_UD, 255, ci, &[1]).unwrap();
        assert_eq!(Segment::of(&short).unwrap_err().kind, FrameErrorKind::Truncated { missing: 1 });
    }
}
