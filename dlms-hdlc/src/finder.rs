use core::ops::Range;

use crate::format::MAX_FRAME;
use crate::frame::{FLAG, MAX_HEADER, examine_header};
use crate::{Frame, FrameError, FrameErrorKind};

/// The room a [`Finder`] can make use of: the longest frame with its flags.
pub const FINDER_ROOM: usize = MAX_FRAME + 2;
/// A frame without an information field, with its flags: less room is none.
const LEAST_ROOM: usize = 9;

/// Finds frames in octets from the line, in whatever pieces they come.
///
/// The length field alone delimits a frame: flags may be shared, doubled, or stand inside it. What is not a frame is
/// searched again from the octet behind its flag, so that nothing that follows noise is lost with it. The octets are
/// kept in room of the caller's, the same at every call.
#[derive(Debug, Clone, Default)]
pub struct Finder {
    /// Octets held at the front of the room; the first is a flag.
    held: usize,
    /// Octets of a frame that was handed out, its closing flag not counted.
    given: usize,
    header_examined: bool,
    tolerant: bool,
    damaged: u32,
    tolerated: u32,
}

impl Finder {
    /// Nothing held.
    #[must_use]
    pub const fn new() -> Self {
        Self { held: 0, given: 0, header_examined: false, tolerant: false, damaged: 0, tolerated: 0 }
    }

    /// Takes frames with a wrong header check sequence, too, if the frame check sequence is right, and counts them.
    #[must_use]
    pub const fn tolerating_header_checks(self) -> Self {
        Self { tolerant: true, ..self }
    }

    /// Takes octets up to the end of the first frame: how many, and where in `room` the frame is, flags not counted.
    /// Call again with the rest, even if it is empty, until there is no frame.
    pub fn find(&mut self, mut octets: &[u8], room: &mut [u8]) -> (usize, Option<Range<usize>>) {
        let offered = octets.len();
        if room.len() < LEAST_ROOM {
            return (offered, None);
        }
        self.drop_given(room);
        loop {
            let held = room.get(..self.held).unwrap_or_default();
            match judge(held, room.len(), &mut self.header_examined, self.tolerant) {
                Ok(Verdict::Frame { frame, tolerated }) => {
                    let end = frame.length().wrapping_add(1);
                    self.given = end;
                    self.tolerated = self.tolerated.saturating_add(u32::from(tolerated));
                    return (offered.saturating_sub(octets.len()), Some(1..end));
                }
                Ok(Verdict::More(needed)) => {
                    if self.held == 0 {
                        let flag = octets.iter().position(|o| *o == FLAG);
                        octets = flag.and_then(|at| octets.get(at..)).unwrap_or_default();
                    }
                    let missing = needed.saturating_sub(self.held);
                    let (piece, rest) = octets.split_at_checked(missing).unwrap_or((octets, &[]));
                    if piece.is_empty() {
                        return (offered.saturating_sub(rest.len()), None);
                    }
                    for (slot, octet) in room.iter_mut().skip(self.held).zip(piece) {
                        *slot = *octet;
                    }
                    self.held = self.held.wrapping_add(piece.len());
                    octets = rest;
                }
                Err(error) => {
                    if begins_frame(error) {
                        self.damaged = self.damaged.saturating_add(1);
                    }
                    self.resume(room);
                }
            }
        }
    }

    /// Whether a frame has begun and not ended: its next octet has to come within the inter-octet time-out.
    #[must_use]
    pub const fn is_inside(&self) -> bool {
        self.held.saturating_sub(self.given) > 1
    }

    /// The frame that has begun will not be completed. What followed its flag is searched again: call
    /// [`find`](Self::find), without octets, until there is no frame.
    pub fn abandon(&mut self, room: &mut [u8]) {
        self.drop_given(room);
        if self.is_inside() {
            self.damaged = self.damaged.saturating_add(1);
            self.resume(room);
        }
    }

    /// Forgets everything held.
    pub const fn clear(&mut self) {
        (self.held, self.given, self.header_examined) = (0, 0, false);
    }

    /// Octets at the front of the room that are in use.
    #[must_use]
    pub const fn held(&self) -> usize {
        self.held
    }

    /// How many times a frame began and none came of it.
    #[must_use]
    pub const fn damaged(&self) -> u32 {
        self.damaged
    }

    /// How many frames with a wrong header check sequence were let pass.
    #[must_use]
    pub const fn tolerated(&self) -> u32 {
        self.tolerated
    }

    /// Lets go of the frame handed out; its closing flag may open the next.
    pub(crate) fn drop_given(&mut self, room: &mut [u8]) {
        if self.given > 0 {
            self.shift(self.given, room);
            self.given = 0;
        }
    }

    /// Goes on to the next flag behind the first.
    fn resume(&mut self, room: &mut [u8]) {
        let behind = room.get(1..self.held).unwrap_or_default();
        let next = behind.iter().position(|o| *o == FLAG).map_or(self.held, |n| n.wrapping_add(1));
        self.shift(next, room);
    }

    fn shift(&mut self, by: usize, room: &mut [u8]) {
        dlms_core::buffer::shift_down(room.get_mut(..self.held).unwrap_or_default(), by);
        self.held = self.held.saturating_sub(by);
        self.header_examined = false;
    }
}

/// The frames in one slice; see [`frames`].
#[derive(Debug, Clone)]
pub struct Frames<'a> {
    octets: &'a [u8],
    at: usize,
    tolerant: bool,
}

/// A frame in a slice, or what began as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Located<'a> {
    /// Where its opening flag stands.
    pub offset: usize,
    /// The frame, or why there is none and where in the slice that shows.
    pub frame: Result<Frame<'a>, FrameError>,
    /// The header check sequence is wrong, and that was tolerated.
    pub tolerated: bool,
}

/// All frames in a capture, and what began as one and is none: behind that the search goes on at the next flag.
///
/// Octets outside of frames and frames of other format types are passed over.
#[must_use]
pub const fn frames(octets: &[u8]) -> Frames<'_> {
    Frames { octets, at: 0, tolerant: false }
}

impl Frames<'_> {
    /// Takes frames with a wrong header check sequence, too, if the frame check sequence is right.
    #[must_use]
    pub const fn tolerating_header_checks(self) -> Self {
        Self { tolerant: true, ..self }
    }
}

impl<'a> Iterator for Frames<'a> {
    type Item = Located<'a>;

    fn next(&mut self) -> Option<Located<'a>> {
        loop {
            let rest = self.octets.get(self.at..)?;
            let flag = rest.iter().position(|o| *o == FLAG)?;
            let rest = rest.get(flag..)?;
            let offset = self.at.wrapping_add(flag);
            let inside = offset.wrapping_add(1);
            self.at = inside;
            let error = match judge(rest, FINDER_ROOM, &mut true, self.tolerant) {
                Ok(Verdict::Frame { frame, tolerated }) => {
                    self.at = inside.wrapping_add(frame.length());
                    return Some(Located { offset, frame: Ok(frame), tolerated });
                }
                Ok(Verdict::More(_)) if rest.len() == 1 => return None,
                Ok(Verdict::More(needed)) => {
                    FrameErrorKind::Truncated { missing: needed.saturating_sub(rest.len()) }
                        .at(rest.len().saturating_sub(1))
                }
                Err(error) => error,
            };
            if begins_frame(error) {
                return Some(Located { offset, frame: Err(error.within(inside)), tolerated: false });
            }
        }
    }
}

enum Verdict<'a> {
    Frame {
        frame: Frame<'a>,
        tolerated: bool,
    },
    /// Not to be said before there are so many octets.
    More(usize),
}

/// What `held`, which begins with a flag, is; offsets of errors count from behind it.
fn judge<'a>(
    held: &'a [u8],
    room: usize,
    header_examined: &mut bool,
    tolerant: bool,
) -> Result<Verdict<'a>, FrameError> {
    let [_, octets @ ..] = held else { return Ok(Verdict::More(1)) };
    // The type shows in the first octet: another flag is not to wait for a third.
    let Some(first) = octets.first() else { return Ok(Verdict::More(2)) };
    if first & 0xf0 != 0xa0 {
        return Err(FrameErrorKind::FormatType(*first).at(0));
    }
    let [high, low, ..] = octets else { return Ok(Verdict::More(3)) };
    let length = u16::from(high & 0x07) << 8 | u16::from(*low);
    let len = usize::from(length);
    let whole = len.wrapping_add(2);
    if whole > room {
        return Err(FrameErrorKind::TooLong(length).at(0));
    }
    let (Some(frame), Some(closing)) = (octets.get(..len), octets.get(len)) else {
        if *header_examined {
            return Ok(Verdict::More(whole));
        }
        // Noise that looks like a frame shows in its header, long before the octets it announces have come.
        let header = len.min(MAX_HEADER);
        let Some(octets) = octets.get(..header) else { return Ok(Verdict::More(header.wrapping_add(1))) };
        examine_header(octets, !tolerant)?;
        *header_examined = true;
        return Ok(Verdict::More(whole));
    };
    if *closing != FLAG {
        return Err(FrameErrorKind::Flag.at(len));
    }
    let (frame, octets) = (Frame::parse(frame)?, frame);
    let checks = frame.checks(octets);
    let tolerated = tolerant && checks.frame && checks.header == Some(false);
    if !tolerated {
        frame.verify(checks)?;
    }
    Ok(Verdict::Frame { frame, tolerated })
}

/// Whether what followed the flag was meant to be a frame.
const fn begins_frame(error: FrameError) -> bool {
    !matches!(error.kind, FrameErrorKind::FormatType(_))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Address, Control, FrameKind};
    use dlms_core::codec::Encode;
    use std::vec::Vec;

    fn frame(information: &[u8]) -> Vec<u8> {
        let [to, from] = [1, 16].map(|a| Address::one(a).unwrap());
        let frame = Frame::new(to, from, Control::last(FrameKind::Ui));
        let mut line = [0; 300];
        frame.with_information(information, false).unwrap().encode_to_slice(&mut line).unwrap().to_vec()
    }

    fn found(finder: &mut Finder, mut octets: &[u8], room: &mut [u8]) -> Vec<Vec<u8>> {
        let mut found = Vec::new();
        loop {
            let (taken, frame) = finder.find(octets, room);
            octets = &octets[taken..];
            let Some(frame) = frame else { break };
            found.push(Frame::decode(&room[frame]).unwrap().information().to_vec());
        }
        assert_eq!(octets, []);
        found
    }

    /// Cut into pieces of every size, and as one slice: the frames are those that were sent.
    fn carries(line: &[u8], information: &[&[u8]]) {
        for cut in 1..=line.len() {
            let (mut finder, mut room) = (Finder::new(), [0; 310]);
            let all: Vec<_> =
                line.chunks(cut).flat_map(|piece| found(&mut finder, piece, &mut room)).collect();
            assert_eq!(all, information, "{cut}");
        }
        let all: Vec<_> =
            frames(line).filter_map(|f| f.frame.ok()).map(|f| f.information().to_vec()).collect();
        assert_eq!(all, information);
    }

    #[test]
    fn flags_may_be_shared_doubled_and_inside() {
        let (a, b) = (frame(&[0x7e, 0x7e, 1]), frame(b"b"));
        carries(&[&a[..], &b[1..]].concat(), &[&[0x7e, 0x7e, 1], b"b"]);
        carries(&[&a[..], &b].concat(), &[&[0x7e, 0x7e, 1], b"b"]);
        carries(&[&[0x7e, 0x7e][..], &a, &[0x7e; 9], &b].concat(), &[&[0x7e, 0x7e, 1], b"b"]);
    }

    #[test]
    fn noise_before_between_and_behind() {
        let (a, b) = (frame(b"a"), frame(b"b"));
        let noise: &[&[u8]] = &[
            b"/?!\r\n",
            &[0x7e],
            &[0x7e, 0xa0],
            &[0x7e, 0xa0, 0x0b],
            &[0x7e, 0xa0, 3, 1],
            &[0x00, 0xff, 0xa7],
        ];
        for one in noise {
            for other in noise {
                carries(&[*one, &a, *other, &b, one].concat(), &[b"a", b"b"]);
            }
        }
    }

    #[test]
    fn a_false_start_does_not_take_what_follows_along() {
        // Announces more octets than come, and its header check cannot hold.
        let line = [&[0x7e, 0xa1, 0x00, 0x03, 0x21, 0x13][..], &frame(b"a"), &frame(b"b")].concat();
        carries(&line, &[b"a", b"b"]);
    }

    #[test]
    fn a_frame_cut_short_ends_with_the_time_out() {
        let (a, b) = (frame(&[7; 40]), frame(b"b"));
        let (mut finder, mut room) = (Finder::new(), [0; 60]);
        let cut = [&a[..30], &b[..5]].concat();
        assert_eq!(found(&mut finder, &cut, &mut room), [[]; 0]);
        assert!(finder.is_inside());
        finder.abandon(&mut room);
        assert!(finder.is_inside());
        assert_eq!(found(&mut finder, &b[5..], &mut room), [b"b"]);
        assert!(!finder.is_inside());
        assert_eq!(finder.damaged(), 1);
    }

    #[test]
    fn a_frame_longer_than_the_room_is_let_pass() {
        let (mut finder, mut room) = (Finder::new(), [0; 20]);
        let line = [frame(&[7; 40]), frame(b"b")].concat();
        assert_eq!(found(&mut finder, &line, &mut room), [b"b"]);
        assert_eq!(found(&mut Finder::new(), &line, &mut [0; 8]), [[]; 0]);
    }

    #[test]
    fn a_wrong_header_check_is_let_pass_on_demand_and_counted() {
        let mut line = frame(&[5; 20]);
        line[6] ^= 1;
        let end = line.len() - 3;
        let fcs = crate::CheckSequence::of(&line[1..end]).to_octets();
        line[end..end + 2].copy_from_slice(&fcs);
        let mut room = [0; 40];
        assert_eq!(found(&mut Finder::new(), &line, &mut room), [[]; 0]);
        let (taken, frame) = Finder::new().tolerating_header_checks().find(&line, &mut room);
        assert_eq!((taken, frame), (line.len(), Some(1..line.len() - 1)));
        let located: Vec<_> = frames(&line).tolerating_header_checks().collect();
        assert!(located.len() == 1 && located[0].tolerated);
    }

    #[test]
    fn a_capture_says_what_was_wrong_where() {
        let mut line = [&frame(b"a")[..], &frame(b"b")].concat();
        let second = line.len() / 2;
        line[second + 9] ^= 0x10;
        let located: Vec<_> = frames(&line).map(|l| (l.offset, l.frame.err())).collect();
        let wrong = FrameErrorKind::FrameCheck.at(second + 9);
        assert_eq!(located, [(0, None), (second, Some(wrong))]);
        let cut: Vec<_> = frames(&line[..5]).map(|l| l.frame.unwrap_err().kind).collect();
        assert_eq!(cut, [FrameErrorKind::Truncated { missing: 7 }]);
    }

    #[test]
    fn any_octets_at_all_come_to_an_end() {
        let mut seed = 7u32;
        for _ in 0..2000 {
            let octets: Vec<u8> = (0..200)
                .map(|_| {
                    seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    [0x7e, 0xa0, 0x0b, 0x03, 0x21, 0x10, seed.to_be_bytes()[1]][(seed >> 28) as usize % 7]
                })
                .collect();
            found(&mut Finder::new(), &octets, &mut [0; 64]);
            frames(&octets).for_each(drop);
        }
    }
}
