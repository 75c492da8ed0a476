use crate::wired::Leniency;
use crate::wired::frame::{LONG, Verdict, is_start, judge};

/// The room a [`Finder`] can make use of: the longest frame, one of wrapped length.
pub const FINDER_ROOM: usize = 264;

/// Finds frames in octets from the line, in whatever pieces they come.
///
/// Hunts for the start octets; what is no frame is searched again from the octet behind them, so that nothing that
/// follows noise is lost with it. The octets are kept in room of the caller's, the same at every call.
#[derive(Debug, Clone, Default)]
pub struct Finder {
    /// Octets held at the front of the room.
    held: usize,
    /// Octets of a frame that was handed out.
    given: usize,
    leniency: Leniency,
    damaged: u32,
    skipped: u32,
}

impl Finder {
    /// Nothing held.
    #[must_use]
    pub const fn new(leniency: Leniency) -> Self {
        Self { held: 0, given: 0, leniency, damaged: 0, skipped: 0 }
    }

    /// Takes octets up to the end of the first frame: how many, and the length of the frame at the front of `room`, if
    /// there is one. Call again with the rest, even if it is empty, until there is no frame.
    pub fn find(&mut self, mut octets: &[u8], room: &mut [u8]) -> (usize, Option<usize>) {
        let offered = octets.len();
        self.drop_given(room);
        loop {
            let held = room.get(..self.held).unwrap_or_default();
            let needed = match judge(held, self.leniency) {
                Ok(Verdict::Frame { len, .. }) => {
                    self.given = len;
                    return (offered.saturating_sub(octets.len()), Some(len));
                }
                Ok(Verdict::More(needed)) if needed <= room.len() => needed,
                Ok(Verdict::More(_)) | Err(_) => {
                    if self.held == 0 {
                        return (offered, None);
                    }
                    let has_begun = matches!(held, [LONG, _, _, LONG, ..]);
                    self.damaged = self.damaged.saturating_add(u32::from(has_begun));
                    self.resume(room);
                    continue;
                }
            };
            if self.held == 0 {
                let start = octets.iter().position(|octet| is_start(*octet)).unwrap_or(octets.len());
                self.skip(start);
                octets = octets.get(start..).unwrap_or_default();
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
    }

    /// Whether a frame has begun and not ended.
    #[must_use]
    pub const fn is_inside(&self) -> bool {
        self.held > self.given
    }

    /// The frame that has begun will not be completed. What followed its start is searched again: call
    /// [`find`](Self::find), without octets, until there is no frame.
    pub fn abandon(&mut self, room: &mut [u8]) {
        self.drop_given(room);
        if self.held > 0 {
            self.damaged = self.damaged.saturating_add(1);
            self.resume(room);
        }
    }

    /// How many times a long frame began and none came of it.
    #[must_use]
    pub const fn damaged(&self) -> u32 {
        self.damaged
    }

    /// How many octets belonged to no frame.
    #[must_use]
    pub const fn skipped(&self) -> u32 {
        self.skipped
    }

    fn drop_given(&mut self, room: &mut [u8]) {
        if self.given > 0 {
            self.shift(self.given, room);
            self.given = 0;
        }
    }

    /// Goes on to the next start octet behind the first octet.
    fn resume(&mut self, room: &mut [u8]) {
        let behind = room.get(1..self.held).unwrap_or_default();
        let next = behind.iter().position(|o| is_start(*o)).map_or(self.held, |n| n.wrapping_add(1));
        self.skip(next);
        self.shift(next, room);
    }

    fn skip(&mut self, octets: usize) {
        self.skipped = self.skipped.saturating_add(u32::try_from(octets).unwrap_or(u32::MAX));
    }

    fn shift(&mut self, by: usize, room: &mut [u8]) {
        dlms_core::buffer::shift_down(room.get_mut(..self.held).unwrap_or_default(), by);
        self.held = self.held.saturating_sub(by);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Control;
    use crate::wired::{Frame, LongFrame, frames};
    use dlms_core::codec::Encode;
    use std::vec::Vec;

    fn frame(data: &[u8]) -> Vec<u8> {
        let mut room = [0; 300];
        let long = LongFrame::new(Control::SND_UD, 0xff, 0, data).unwrap();
        long.encode_to_slice(&mut room).unwrap().to_vec()
    }

    fn data(frame: &Frame<'_>) -> Option<Vec<u8>> {
        match frame {
            Frame::Long(long) => Some(long.data().to_vec()),
            _ => None,
        }
    }

    fn found(finder: &mut Finder, mut octets: &[u8], room: &mut [u8]) -> Vec<Vec<u8>> {
        let mut found = Vec::new();
        loop {
            let (taken, len) = finder.find(octets, room);
            octets = &octets[taken..];
            let Some(len) = len else { break };
            let (frame, whole) = Frame::parse(&room[..len], Leniency::ALL).unwrap();
            assert_eq!(whole, len);
            found.extend(data(&frame));
        }
        assert_eq!(octets, []);
        found
    }

    fn carries(line: &[u8], datas: &[&[u8]]) {
        for cut in 1..=line.len() {
            let (mut finder, mut room) = (Finder::new(Leniency::NONE), [0; FINDER_ROOM]);
            let all: Vec<_> =
                line.chunks(cut).flat_map(|piece| found(&mut finder, piece, &mut room)).collect();
            assert_eq!(all, datas, "{cut}");
        }
        let all: Vec<_> =
            frames(line, Leniency::NONE).filter_map(|l| l.frame.ok()).filter_map(|f| data(&f)).collect();
        assert_eq!(all, datas);
    }

    #[test]
    fn noise_before_between_and_behind() {
        let (a, b) = (frame(b"a"), frame(&[0x68, 0x16, 0xe5, 0x10]));
        let noise: &[&[u8]] = &[
            b"",
            &[0x16],
            &[0xe5],
            &[0x68],
            &[0x68, 4, 4],
            &[0x10, 0x40],
            &[0, 0xff],
            &[0x68, 4, 4, 0x68, 1],
        ];
        for one in noise {
            for other in noise {
                let line = [*one, &a, *other, &b, one].concat();
                // A false start takes up what it announces, and is then searched again.
                carries(&[&line[..], &[0; 300]].concat(), &[b"a", &[0x68, 0x16, 0xe5, 0x10]]);
            }
        }
    }

    #[test]
    fn a_frame_cut_short_ends_with_the_time_out() {
        let (a, b) = (frame(&[7; 40]), frame(b"b"));
        let (mut finder, mut room) = (Finder::new(Leniency::NONE), [0; FINDER_ROOM]);
        assert_eq!(found(&mut finder, &[&a[..30], &b].concat(), &mut room), [[]; 0]);
        assert!(finder.is_inside());
        finder.abandon(&mut room);
        assert_eq!(found(&mut finder, &[], &mut room), [b"b"]);
        assert!(!finder.is_inside());
        assert_eq!(finder.damaged(), 1);
    }

    #[test]
    fn a_frame_longer_than_the_room_is_let_pass() {
        let line = [frame(&[7; 40]), frame(b"b")].concat();
        let mut room = [0; 20];
        assert_eq!(found(&mut Finder::new(Leniency::NONE), &line, &mut room), [b"b"]);
        assert_eq!(found(&mut Finder::new(Leniency::NONE), &line, &mut []), [[]; 0]);
    }

    #[test]
    fn a_capture_says_what_was_wrong_where() {
        let mut line = [frame(b"a"), frame(b"b"), frame(b"c")[..6].to_vec()].concat();
        line[7] ^= 1;
        let located: Vec<_> = frames(&line, Leniency::NONE).map(|l| (l.offset, l.frame.is_ok())).collect();
        assert_eq!(located, [(0, false), (10, true), (20, false)]);
    }
}
