use dlms_core::codec::{Encode, Writer};

use crate::wired::{Leniency, LongFrame};
use crate::{Control, FrameError, FrameErrorKind};

/// The one octet of an acknowledgement.
pub(super) const ACKNOWLEDGE: u8 = 0xe5;
/// What a short frame begins with.
pub(super) const SHORT: u8 = 0x10;
/// What a long frame begins with, twice.
pub(super) const LONG: u8 = 0x68;
/// What short and long frames end with.
pub(super) const STOP: u8 = 0x16;

/// A frame on the bus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Frame<'a> {
    /// The single octet `E5`: what was sent is confirmed.
    Acknowledge,
    /// Control field and address only.
    Short {
        /// What the frame is for.
        control: Control,
        /// The primary address.
        address: u8,
    },
    /// User data.
    Long(LongFrame<'a>),
}

impl<'a> Frame<'a> {
    /// The frame that `octets` begin with, and how many of them it has.
    ///
    /// # Errors
    /// They do not begin with a whole frame.
    pub fn parse(octets: &'a [u8], leniency: Leniency) -> Result<(Self, usize), FrameError> {
        match judge(octets, leniency)? {
            Verdict::Frame { frame, len } => Ok((frame, len)),
            Verdict::More(needed) => {
                let missing = needed.saturating_sub(octets.len());
                Err(FrameErrorKind::Truncated { missing }.at(octets.len()))
            }
        }
    }
}

impl Encode for Frame<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        match self {
            Self::Acknowledge => w.u8(ACKNOWLEDGE),
            Self::Short { control, address } => {
                w.array([SHORT, control.0, *address, control.0.wrapping_add(*address), STOP]);
            }
            Self::Long(long) => long.encode(w),
        }
    }
}

/// The checksum of octets.
pub(super) fn sum(octets: &[u8]) -> u8 {
    octets.iter().fold(0, |sum, octet| sum.wrapping_add(*octet))
}

/// What octets begin with.
pub(super) enum Verdict<'a> {
    Frame {
        frame: Frame<'a>,
        len: usize,
    },
    /// Not to be said before there are so many octets.
    More(usize),
}

/// Whether a frame can begin with this octet.
pub(super) const fn is_start(octet: u8) -> bool {
    matches!(octet, ACKNOWLEDGE | SHORT | LONG)
}

/// What `octets` begin with.
pub(super) fn judge(octets: &[u8], leniency: Leniency) -> Result<Verdict<'_>, FrameError> {
    match octets {
        [] => Ok(Verdict::More(1)),
        [ACKNOWLEDGE, ..] => Ok(Verdict::Frame { frame: Frame::Acknowledge, len: 1 }),
        [SHORT, control, address, checksum, stop, ..] => {
            check(control.wrapping_add(*address), *checksum, *stop, 3)?;
            let frame = Frame::Short { control: Control(*control), address: *address };
            Ok(Verdict::Frame { frame, len: 5 })
        }
        [SHORT, ..] => Ok(Verdict::More(5)),
        [LONG, rest @ ..] => long(rest, leniency),
        [first, ..] => Err(FrameErrorKind::Start(*first).at(0)),
    }
}

/// `octets` follow the first start octet. Noise that looks like one shows as soon as it can.
fn long(octets: &[u8], leniency: Leniency) -> Result<Verdict<'_>, FrameError> {
    let Some(first) = octets.first().copied() else { return Ok(Verdict::More(4)) };
    let length = match first {
        0..=2 if leniency.wrapped_length => usize::from(first).wrapping_add(256),
        0..=2 => return Err(FrameErrorKind::Length(first).at(1)),
        _ => usize::from(first),
    };
    let Some(second) = octets.get(1).copied() else { return Ok(Verdict::More(4)) };
    if first != second {
        return Err(FrameErrorKind::LengthFields { first, second }.at(1));
    }
    match octets.get(2) {
        None => return Ok(Verdict::More(4)),
        Some(&LONG) => {}
        Some(other) => return Err(FrameErrorKind::Start(*other).at(3)),
    }
    let len = length.wrapping_add(6);
    let behind = octets.get(3..).unwrap_or_default();
    let Some((content, [checksum, stop, ..])) = behind.split_at_checked(length) else {
        return Ok(Verdict::More(len));
    };
    check(sum(content), *checksum, *stop, length.wrapping_add(4))?;
    match LongFrame::from_content(content) {
        Some(frame) => Ok(Verdict::Frame { frame: Frame::Long(frame), len }),
        None => Err(FrameErrorKind::Length(first).at(1)),
    }
}

/// Checks what a frame ends with, at offset `at`.
fn check(calculated: u8, found: u8, stop: u8, at: usize) -> Result<(), FrameError> {
    if stop != STOP {
        return Err(FrameErrorKind::Stop(stop).at(at.wrapping_add(1)));
    }
    if calculated != found {
        return Err(FrameErrorKind::Checksum { found, calculated }.at(at));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn encoded(frame: Frame<'_>) -> Vec<u8> {
        let mut room = [0; 300];
        frame.encode_to_slice(&mut room).unwrap().to_vec()
    }

    #[test]
    fn every_form_both_ways() {
        let long = |data| Frame::Long(LongFrame::new(Control::RSP_UD, 1, 0x72, data).unwrap());
        let reset = Frame::Short { control: Control::SND_NKE, address: 0xfe };
        assert_eq!(encoded(reset), [0x10, 0x40, 0xfe, 0x3e, 0x16]);
        for frame in [Frame::Acknowledge, reset, long(&[]), long(&[1; 252])] {
            let octets = encoded(frame);
            assert_eq!(Frame::parse(&octets, Leniency::NONE), Ok((frame, octets.len())));
            for n in 0..octets.len() {
                let kind = Frame::parse(&octets[..n], Leniency::ALL).unwrap_err().kind;
                assert!(matches!(kind, FrameErrorKind::Truncated { .. }), "{n}: {kind}");
            }
        }
        assert_eq!(LongFrame::new(Control::RSP_UD, 1, 0x72, &[0; 253]), None);
    }

    #[test]
    fn what_is_wrong_where() {
        let kind = |octets: &[u8]| {
            let error = Frame::parse(octets, Leniency::NONE).unwrap_err();
            (error.kind, error.offset)
        };
        let good = encoded(Frame::Long(LongFrame::new(Control::RSP_UD, 1, 0x70, &[8]).unwrap()));
        let with = |at: usize, octet: u8| {
            let mut bad = good.clone();
            bad[at] = octet;
            bad
        };
        assert_eq!(kind(&with(2, 5)), (FrameErrorKind::LengthFields { first: 4, second: 5 }, 1));
        assert_eq!(kind(&with(3, 5)), (FrameErrorKind::Start(5), 3));
        assert_eq!(kind(&with(7, 9)), (FrameErrorKind::Checksum { found: 0x81, calculated: 0x82 }, 8));
        assert_eq!(kind(&with(9, 0x17)), (FrameErrorKind::Stop(0x17), 9));
        assert_eq!(kind(&[0x68, 2]), (FrameErrorKind::Length(2), 1));
        assert_eq!(kind(&[0x2f]), (FrameErrorKind::Start(0x2f), 0));
    }

    #[test]
    fn a_length_that_wrapped_round() {
        let content = [&[0x53, 0xff, 0][..], &[7; 254]].concat();
        let octets = [&[0x68, 1, 1, 0x68][..], &content, &[sum(&content), 0x16]].concat();
        assert_eq!(Frame::parse(&octets, Leniency::NONE).unwrap_err().kind, FrameErrorKind::Length(1));
        let (Frame::Long(long), 263) = Frame::parse(&octets, Leniency::ALL).unwrap() else { panic!() };
        assert!(long.is_wrapped());
        assert_eq!(encoded(Frame::Long(long)), octets);
    }
}
