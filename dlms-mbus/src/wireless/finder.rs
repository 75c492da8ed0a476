use super::format::{begins_format_a, remove};
use super::{Format, HEADER_LEN};
use crate::Control;

/// The room a [`Finder`] can make use of: the longest frame with its check sequences.
pub const FINDER_ROOM: usize = 290;

/// Finds frames with their check sequences in octets from a receiver, in whatever pieces they come.
///
/// The first check sequence of format A, or the length and those of format B, tell that a frame begins: frames without
/// check sequences cannot be found in a stream, for nothing tells where they begin. What is no frame is searched again
/// from its second octet on. The octets are kept in room of the caller's, the same at every call.
#[derive(Debug, Clone, Default)]
pub struct Finder {
    /// Octets held at the front of the room, less `given` octets that moved together.
    held: usize,
    /// Octets of the room that a frame handed out had before its check sequences were removed.
    given: usize,
    skipped: u32,
}

enum Verdict {
    Frame(Format, usize),
    More(usize),
    None,
}

impl Finder {
    /// Nothing held.
    #[must_use]
    pub const fn new() -> Self {
        Self { held: 0, given: 0, skipped: 0 }
    }

    /// Takes octets up to the end of the first frame: how many, and the length of the frame at the front of `room`, its
    /// check sequences removed, if there is one. Call again with the rest, even if it is empty, until there is no frame.
    pub fn find(&mut self, mut octets: &[u8], room: &mut [u8]) -> (usize, Option<usize>) {
        let offered = octets.len();
        let given = core::mem::take(&mut self.given);
        self.shift(given, room);
        loop {
            let needed = match judge(room.get(..self.held).unwrap_or_default()) {
                Verdict::Frame(format, len) => {
                    self.given = len;
                    let left = remove(format, room.get_mut(..len).unwrap_or_default());
                    return (offered.saturating_sub(octets.len()), Some(left));
                }
                Verdict::More(needed) if needed <= room.len() => needed,
                Verdict::More(_) | Verdict::None => {
                    if self.held == 0 {
                        return (offered, None);
                    }
                    self.skipped = self.skipped.saturating_add(1);
                    self.shift(1, room);
                    continue;
                }
            };
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

    /// Whether a frame may have begun and not ended.
    #[must_use]
    pub const fn is_inside(&self) -> bool {
        self.held > self.given
    }

    /// The frame that has begun will not be completed. What followed its first octet is searched again: call
    /// [`find`](Self::find), without octets, until there is no frame.
    pub fn abandon(&mut self, room: &mut [u8]) {
        let given = core::mem::take(&mut self.given);
        self.shift(given, room);
        if self.held > 0 {
            self.skipped = self.skipped.saturating_add(1);
            self.shift(1, room);
        }
    }

    /// How many octets belonged to no frame.
    #[must_use]
    pub const fn skipped(&self) -> u32 {
        self.skipped
    }

    fn shift(&mut self, by: usize, room: &mut [u8]) {
        dlms_core::buffer::shift_down(room.get_mut(..self.held).unwrap_or_default(), by);
        self.held = self.held.saturating_sub(by);
    }
}

/// What `held` begins with.
fn judge(held: &[u8]) -> Verdict {
    let Some(length) = held.first().copied() else { return Verdict::More(1) };
    let Some(a) = Format::A.frame_len(length) else { return Verdict::None };
    let Some(control) = held.get(1).copied() else { return Verdict::More(2) };
    if Control(control).name().is_none() {
        return Verdict::None;
    }
    let first_block = HEADER_LEN.wrapping_add(2);
    if held.len() < first_block {
        return Verdict::More(first_block);
    }
    if begins_format_a(held) {
        return whole(held, Format::A, a);
    }
    match Format::B.frame_len(length) {
        Some(b) => whole(held, Format::B, b),
        None => Verdict::None,
    }
}

fn whole(held: &[u8], format: Format, len: usize) -> Verdict {
    match held.get(..len) {
        None => Verdict::More(len),
        Some(frame) if format.check(frame).is_ok() => Verdict::Frame(format, len),
        Some(_) => Verdict::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wireless::add_checks;
    use std::vec::Vec;

    fn plain(len: u8) -> Vec<u8> {
        [&[len, 0x44][..], &[0x5a; 255]].concat()[..=usize::from(len)].to_vec()
    }

    #[test]
    fn frames_of_both_formats_between_noise_in_pieces() {
        let mut line = Vec::new();
        let mut expected = Vec::new();
        for (len, format) in [(40, Format::A), (200, Format::B), (9, Format::A), (20, Format::B)] {
            let mut out = [0; 300];
            line.extend([0x0a, 0x44, 0x30, 0xff]);
            line.extend_from_slice(add_checks(&plain(len), format, &mut out).unwrap());
            expected.push(plain(len));
        }
        line.extend([0; 300]);
        for cut in [1, 2, 7, 50, line.len()] {
            let (mut finder, mut room, mut found) = (Finder::new(), [0; FINDER_ROOM], Vec::new());
            for mut piece in line.chunks(cut) {
                loop {
                    let (taken, len) = finder.find(piece, &mut room);
                    piece = &piece[taken..];
                    let Some(len) = len else { break };
                    found.push(room[..len].to_vec());
                }
                assert!(piece.is_empty());
            }
            assert_eq!(found, expected, "{cut}");
        }
    }
}
