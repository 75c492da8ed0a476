use core::ops::Range;

use dlms_core::buffer::Buffer;
use dlms_core::buffer::Growing;
use dlms_hdlc::{FINDER_ROOM, FLAG, Finder, Frame, FrameKind, Joined, LLC_LEN, Reassembly, SequenceNumber};

/// Octets of an APDU that are kept to show it.
const APDU: usize = 1 << 20;

/// What went one way over a line of HDLC, told apart.
pub(super) struct Frames {
    finder: Finder,
    room: Vec<u8>,
    reassembly: Reassembly,
    apdu: Growing,
    expected: SequenceNumber,
    /// Since the last frame.
    raw: Vec<u8>,
}

/// What was found there.
pub(super) enum Found<'a> {
    /// Octets that are no frame: of an opening, of a modem, noise.
    Noise(&'a [u8]),
    /// A frame with its flags, and where in it an APDU begins or goes on.
    Frame { octets: &'a [u8], kind: FrameKind, apdu: Option<Range<usize>>, begins: bool, ends: bool },
    /// An APDU that took several frames.
    Apdu(&'a [u8]),
}

impl Frames {
    /// Nothing went over it yet.
    pub(super) fn new() -> Self {
        Self {
            finder: Finder::new(),
            room: vec![0; FINDER_ROOM],
            reassembly: Reassembly::new(),
            apdu: Growing::new(APDU),
            expected: SequenceNumber::new(0),
            raw: Vec::new(),
        }
    }

    /// Takes octets, and tells what they are.
    pub(super) fn take(&mut self, mut octets: &[u8], each: &mut dyn FnMut(Found<'_>)) {
        while !octets.is_empty() {
            let (taken, found) = self.finder.find(octets, &mut self.room);
            let (now, rest) = octets.split_at(taken.min(octets.len()));
            self.raw.extend_from_slice(now);
            octets = rest;
            match found {
                Some(found) => self.frame(found, each),
                None if taken == 0 => break,
                None if !self.finder.is_inside() && self.raw.ends_with(b"\n") => self.noise(0, each),
                None => {}
            }
        }
    }

    /// What came and is no whole frame yet.
    pub(super) fn rest(&self) -> &[u8] {
        &self.raw
    }

    fn noise(&mut self, keep: usize, each: &mut dyn FnMut(Found<'_>)) {
        let noise = self.raw.get(..self.raw.len().saturating_sub(keep)).unwrap_or_default();
        if noise.iter().any(|octet| *octet != FLAG) {
            each(Found::Noise(noise));
        }
        self.raw.clear();
    }

    fn frame(&mut self, found: Range<usize>, each: &mut dyn FnMut(Found<'_>)) {
        self.noise(found.len() + 2, each);
        let octets = self.room.get(found).unwrap_or_default();
        let whole = [&[FLAG], octets, &[FLAG]].concat();
        let Ok(frame) = Frame::decode(octets) else { return };
        let in_sequence = match frame.control().kind {
            FrameKind::Snrm | FrameKind::Ua => {
                self.expected = SequenceNumber::new(0);
                self.reassembly.clear();
                false
            }
            FrameKind::I { send, .. } => send == self.expected,
            FrameKind::Ui => true,
            _ => false,
        };
        let information = frame.information();
        // Behind the information field stand the check sequence and the flag.
        let end = whole.len().saturating_sub(3);
        let mut start = end.saturating_sub(information.len());
        let begins = in_sequence && !self.reassembly.is_open();
        if begins {
            start = start.saturating_add(LLC_LEN).min(end);
        }
        let carries = in_sequence && !information.is_empty();
        let ends = carries && !frame.is_segmented();
        each(Found::Frame {
            octets: &whole,
            kind: frame.control().kind,
            apdu: carries.then_some(start..end),
            begins,
            ends,
        });
        if !carries {
            return;
        }
        if matches!(frame.control().kind, FrameKind::I { .. }) {
            self.expected = self.expected.plus(1);
        }
        if let Joined::Apdu { len, .. } = self.reassembly.join(&frame, &mut self.apdu, 0)
            && !begins
        {
            each(Found::Apdu(self.apdu.as_slice().get(..len).unwrap_or_default()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dlms_core::codec::Encode;
    use dlms_hdlc::{Address, Control};

    fn frame(send: u8, information: &[u8], segmented: bool) -> Vec<u8> {
        let [to, from] = [1, 16].map(|address| Address::one(address).unwrap());
        let kind = FrameKind::I { send: SequenceNumber::new(send), receive: SequenceNumber::new(0) };
        Frame::new(to, from, Control::last(kind))
            .with_information(information, segmented)
            .unwrap()
            .encode_to_vec()
    }

    #[test]
    fn frames_and_what_is_between_them() {
        let line = [
            b"/ABC5\\2METER\r\n".to_vec(),
            frame(0, b"\xe6\xe7\0AB", true),
            frame(0, b"\xe6\xe7\0AB", true),
            b"noise".to_vec(),
            frame(1, b"CD", false),
        ]
        .concat();
        for cut in 1..line.len() {
            let (mut frames, mut found) = (Frames::new(), Vec::new());
            for piece in line.chunks(cut) {
                frames.take(piece, &mut |what| {
                    found.push(match what {
                        Found::Noise(octets) => String::from_utf8_lossy(octets).into_owned(),
                        Found::Frame { octets, apdu, begins, ends, .. } => {
                            let apdu = apdu.map(|range| String::from_utf8_lossy(&octets[range]).into_owned());
                            format!("{apdu:?} {begins} {ends}")
                        }
                        Found::Apdu(octets) => format!("={}", String::from_utf8_lossy(octets)),
                    });
                });
            }
            let expected = [
                "/ABC5\\2METER\r\n",
                "Some(\"AB\") true false",
                "None false false",
                "noise",
                "Some(\"CD\") false true",
                "=ABCD",
            ];
            assert_eq!(found, expected, "{cut}");
        }
    }
}
