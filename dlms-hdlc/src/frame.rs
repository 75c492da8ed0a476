use dlms_core::codec::{Encode, Writer};

use crate::address::AddressProblem;
use crate::format::MAX_FRAME;
use crate::{Address, CheckSequence, Control, Format, FrameError, FrameErrorKind};

/// What stands before and behind every frame; one may do for both.
pub const FLAG: u8 = 0x7e;
/// The most octets of a header: format, two addresses of four octets, control field, HCS.
pub const MAX_HEADER: usize = 13;
/// Octets of one check sequence.
const CHECK_LEN: usize = 2;
/// The shortest frame: format, two addresses of one octet, control field, FCS.
const MIN_FRAME: usize = 7;

/// A frame of format type 3, its information field borrowed from the octets it arrived in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Frame<'a> {
    segmented: bool,
    destination: Address,
    source: Address,
    control: u8,
    information: &'a [u8],
}

/// Which check sequences of a frame hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Checks {
    /// The header check sequence; nothing in a frame without an information field, which has none.
    pub header: Option<bool>,
    /// The frame check sequence.
    pub frame: bool,
}

impl<'a> Frame<'a> {
    /// A frame to send, without an information field and not segmented.
    #[must_use]
    pub const fn new(destination: Address, source: Address, control: Control) -> Self {
        Self { segmented: false, destination, source, control: control.to_octet(), information: &[] }
    }

    /// The same frame with an information field; none if the frame would be longer than 2047 octets.
    #[must_use]
    pub fn with_information(self, information: &'a [u8], segmented: bool) -> Option<Self> {
        let frame = Self { segmented, information, ..self };
        (frame.length() <= MAX_FRAME).then_some(frame)
    }

    /// The frame whose octets between the flags are `octets`, all of them.
    ///
    /// # Errors
    /// Not a frame, or one of its check sequences is wrong: which, and where.
    pub fn decode(octets: &'a [u8]) -> Result<Self, FrameError> {
        let frame = Self::parse(octets)?;
        frame.verify(frame.checks(octets))?;
        Ok(frame)
    }

    /// The same, whatever its check sequences: they are reported instead.
    ///
    /// # Errors
    /// Not a frame.
    pub fn dissect(octets: &'a [u8]) -> Result<(Self, Checks), FrameError> {
        let frame = Self::parse(octets)?;
        Ok((frame, frame.checks(octets)))
    }

    /// More segments of the same APDU follow.
    #[must_use]
    pub const fn is_segmented(&self) -> bool {
        self.segmented
    }

    /// Whom it is for.
    #[must_use]
    pub const fn destination(&self) -> Address {
        self.destination
    }

    /// Where it comes from.
    #[must_use]
    pub const fn source(&self) -> Address {
        self.source
    }

    /// What it is.
    #[must_use]
    pub const fn control(&self) -> Control {
        Control::from_octet(self.control)
    }

    /// The information field; empty if there is none.
    #[must_use]
    pub const fn information(&self) -> &'a [u8] {
        self.information
    }

    /// Octets between the flags: the value of the length field.
    #[must_use]
    pub const fn length(&self) -> usize {
        let header = self.control_offset().wrapping_add(1 + CHECK_LEN);
        match self.information.len() {
            0 => header,
            n => header.wrapping_add(n).wrapping_add(CHECK_LEN),
        }
    }

    /// Where the source address stands, counted from the frame format.
    #[must_use]
    pub const fn source_offset(&self) -> usize {
        self.destination.size().octets().wrapping_add(2)
    }

    /// Where the control field stands, counted from the frame format.
    #[must_use]
    pub const fn control_offset(&self) -> usize {
        self.source_offset().wrapping_add(self.source.size().octets())
    }

    /// Where the information field stands, counted from the frame format.
    #[must_use]
    pub const fn information_offset(&self) -> usize {
        self.control_offset().wrapping_add(1 + CHECK_LEN)
    }

    /// The parts of a frame, its check sequences let alone.
    pub(crate) fn parse(octets: &'a [u8]) -> Result<Self, FrameError> {
        let (header, body) = Header::read(octets)?;
        let length = header.format.length;
        let information = match body.len().checked_sub(2 * CHECK_LEN) {
            None if body.len() == CHECK_LEN => &[],
            Some(n) if n > 0 => body.get(CHECK_LEN..).and_then(|b| b.get(..n)).unwrap_or_default(),
            _ => return Err(FrameErrorKind::Length(length).at(0)),
        };
        if usize::from(length) != octets.len() {
            return Err(FrameErrorKind::Length(length).at(0));
        }
        Ok(Self {
            segmented: header.format.segmented,
            destination: header.destination,
            source: header.source,
            control: header.control,
            information,
        })
    }

    /// Whether the check sequences of this frame, which are in `octets`, hold.
    pub(crate) fn checks(&self, octets: &[u8]) -> Checks {
        let header = self.information_offset();
        let Some((header, rest)) = octets.split_at_checked(header).filter(|(_, rest)| !rest.is_empty())
        else {
            return Checks { header: None, frame: CheckSequence::of(octets).holds() };
        };
        let check = CheckSequence::of(header);
        // A right HCS leaves the same register behind every header: the rest need not wait for it.
        let behind = CheckSequence::after_header().over(rest).holds();
        let intact = check.holds();
        Checks { header: Some(intact), frame: if intact { behind } else { check.over(rest).holds() } }
    }

    /// Whether the check sequences hold.
    pub(crate) const fn verify(&self, checks: Checks) -> Result<(), FrameError> {
        match checks {
            Checks { header: None | Some(true), frame: true } => Ok(()),
            Checks { header: Some(false), .. } => {
                Err(FrameErrorKind::HeaderCheck.at(self.control_offset().wrapping_add(1)))
            }
            Checks { frame: false, .. } => {
                Err(FrameErrorKind::FrameCheck.at(self.length().saturating_sub(CHECK_LEN)))
            }
        }
    }
}

/// Whether the header at the front of `octets`, of which there are enough, can be one; if `checked`, its check
/// sequence has to hold.
pub(crate) fn examine_header(octets: &[u8], checked: bool) -> Result<(), FrameError> {
    let (header, _) = Header::read(octets)?;
    let control =
        2usize.wrapping_add(header.destination.size().octets()).wrapping_add(header.source.size().octets());
    let end = control.wrapping_add(1 + CHECK_LEN);
    let length = usize::from(header.format.length);
    if length < end {
        return Err(FrameErrorKind::Length(header.format.length).at(0));
    }
    match octets.get(..end) {
        Some(header) if checked && length > end && !CheckSequence::of(header).holds() => {
            Err(FrameErrorKind::HeaderCheck.at(control.wrapping_add(1)))
        }
        _ => Ok(()),
    }
}

struct Header {
    format: Format,
    destination: Address,
    source: Address,
    control: u8,
}

impl Header {
    /// The header and what follows the control field.
    fn read(octets: &[u8]) -> Result<(Self, &[u8]), FrameError> {
        let Some((format, rest)) = octets.split_first_chunk::<2>() else {
            return Err(
                FrameErrorKind::Truncated { missing: 2usize.saturating_sub(octets.len()) }.at(octets.len())
            );
        };
        let [first, _] = *format;
        let format = Format::from_octets(*format).ok_or(FrameErrorKind::FormatType(first).at(0))?;
        if usize::from(format.length) < MIN_FRAME {
            return Err(FrameErrorKind::Length(format.length).at(0));
        }
        let (destination, rest) = address(rest, octets.len())?;
        let (source, rest) = address(rest, octets.len())?;
        let [control, rest @ ..] = rest else {
            return Err(FrameErrorKind::Truncated { missing: 1 + CHECK_LEN }.at(octets.len()));
        };
        Ok((Self { format, destination, source, control: *control }, rest))
    }
}

fn address(octets: &[u8], of: usize) -> Result<(Address, &[u8]), FrameError> {
    let problem = match Address::read(octets) {
        Ok(address) => match octets.split_at_checked(address.size().octets()) {
            Some((_, rest)) => return Ok((address, rest)),
            None => AddressProblem::Truncated,
        },
        Err(problem) => problem,
    };
    Err(match problem {
        AddressProblem::Size => FrameErrorKind::Address.at(of.saturating_sub(octets.len())),
        AddressProblem::Truncated => FrameErrorKind::Truncated { missing: 1 }.at(of),
    })
}

/// With both flags and both check sequences.
impl Encode for Frame<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        self.encode_behind(&[], w);
    }
}

impl Frame<'_> {
    /// Writes the frame with `front` put before its information field.
    pub(crate) fn encode_behind(&self, front: &[u8], w: &mut Writer<'_>) {
        let mut length = self.length().wrapping_add(front.len());
        if self.information.is_empty() && !front.is_empty() {
            length = length.wrapping_add(CHECK_LEN);
        }
        let length = u16::try_from(length).unwrap_or(u16::MAX);
        let mut header = [0; MAX_HEADER];
        let mut h = Writer::new(&mut header);
        h.array(Format { segmented: self.segmented, length }.to_octets());
        self.destination.encode(&mut h);
        self.source.encode(&mut h);
        h.u8(self.control);
        let header = h.stored();
        w.u8(FLAG);
        w.bytes(header);
        w.array(CheckSequence::of(header).to_octets());
        if !(front.is_empty() && self.information.is_empty()) {
            w.bytes(front);
            w.bytes(self.information);
            w.array(CheckSequence::after_header().over(front).over(self.information).to_octets());
        }
        w.u8(FLAG);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FrameKind, SequenceNumber};
    use std::vec::Vec;

    fn get_clock() -> Frame<'static> {
        let [send, receive] = [1, 1].map(SequenceNumber::new);
        let information = &[0xe6, 0xe6, 0, 0xc0, 1, 0xc1, 0, 8, 0, 0, 1, 0, 0, 0xff, 2, 0];
        Frame::new(
            Address::one(1).unwrap(),
            Address::one(16).unwrap(),
            Control::last(FrameKind::I { send, receive }),
        )
        .with_information(information, false)
        .unwrap()
    }

    fn line() -> Vec<u8> {
        [
            &[0x7e, 0xa0, 0x19, 0x03, 0x21, 0x32, 0x6f, 0xd8, 0xe6, 0xe6, 0x00, 0xc0, 0x01, 0xc1][..],
            &[0x00, 0x08, 0x00, 0x00, 0x01, 0x00, 0x00, 0xff, 0x02, 0x00, 0x60, 0x1a, 0x7e],
        ]
        .concat()
    }

    #[test]
    fn a_frame_there_and_back() {
        let line = line();
        let frame = get_clock();
        assert_eq!(frame.encode_to_slice(&mut [0; 40]), Ok(&line[..]));
        assert_eq!(Frame::decode(&line[1..line.len() - 1]), Ok(frame));
        assert_eq!(frame.length(), 0x19);
        let at = |n: usize| line[1 + n];
        assert_eq!([at(frame.source_offset()), at(frame.control_offset())], [0x21, 0x32]);
        assert_eq!(at(frame.information_offset()), 0xe6);
    }

    #[test]
    fn every_changed_bit_is_found_and_the_check_sequence_named() {
        let line = line();
        let octets = &line[1..line.len() - 1];
        for bit in 0..octets.len() * 8 {
            let mut changed = octets.to_vec();
            changed[bit / 8] ^= 1 << (bit % 8);
            let error = Frame::decode(&changed).unwrap_err();
            match bit / 8 {
                4..=6 => assert_eq!(error, FrameErrorKind::HeaderCheck.at(5)),
                7.. => assert_eq!(error, FrameErrorKind::FrameCheck.at(23)),
                _ => {}
            }
        }
    }

    #[test]
    fn every_prefix_is_refused() {
        let line = line();
        for end in 1..line.len() - 1 {
            assert!(Frame::decode(&line[1..end]).is_err());
        }
    }

    #[test]
    fn a_wrong_header_check_in_a_right_frame_shows_alone() {
        let mut octets = line();
        octets[6] ^= 1;
        let end = octets.len() - 1;
        let fcs = CheckSequence::of(&octets[1..end - 2]).to_octets();
        octets[end - 2..end].copy_from_slice(&fcs);
        let (frame, checks) = Frame::dissect(&octets[1..end]).unwrap();
        assert_eq!(frame, get_clock());
        assert_eq!(checks, Checks { header: Some(false), frame: true });
        assert_eq!(Frame::decode(&octets[1..end]), Err(FrameErrorKind::HeaderCheck.at(5)));
    }

    #[test]
    fn information_has_its_limit() {
        let octets = [0; 2040];
        let frame = |n| get_clock().with_information(&octets[..n], false);
        assert_eq!(frame(2038).unwrap().length(), 2047);
        assert_eq!(frame(2039), None);
    }
}
