use super::{CheckSequence, HEADER_LEN};
use crate::{FrameError, FrameErrorKind};

/// How the check sequences lie in a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Format {
    /// One behind the first ten octets and one behind every sixteen that follow; the length does not count them.
    A,
    /// One behind at most 126 octets, another at the end of what is longer; the length counts them.
    B,
    /// None: the receiver has checked and removed them.
    Removed,
}

/// Octets of a check sequence.
const CHECK: usize = 2;
/// Octets of the blocks of format A but the first.
const BLOCK_A: usize = 16;
/// Octets of the first two blocks of format B, which have one check sequence.
const BLOCK_B: usize = 126;

impl Format {
    /// How many octets a frame of this format has whose length field is `length`; nothing if none has so few.
    #[must_use]
    pub const fn frame_len(self, length: u8) -> Option<usize> {
        let octets = (length as usize).wrapping_add(1);
        let least = match self {
            Self::A | Self::Removed => HEADER_LEN,
            Self::B => HEADER_LEN.wrapping_add(CHECK),
        };
        if octets < least {
            return None;
        }
        Some(match self {
            Self::A => {
                let blocks = octets.wrapping_sub(HEADER_LEN).div_ceil(BLOCK_A).wrapping_add(1);
                octets.wrapping_add(blocks.wrapping_mul(CHECK))
            }
            Self::B | Self::Removed => octets,
        })
    }

    /// Checks and removes the check sequences of a whole frame of this format, in place. Gives how many octets are left;
    /// the length field then counts these but itself.
    ///
    /// # Errors
    /// `Length` if the input is not as long as its length field says; `Crc`; `Truncated`.
    pub fn remove_checks(self, octets: &mut [u8]) -> Result<usize, FrameError> {
        let length = octets.first().copied().unwrap_or_default();
        match self.frame_len(length) {
            Some(needed) if needed == octets.len() => {}
            Some(needed) if needed > octets.len() => {
                let missing = needed.saturating_sub(octets.len());
                return Err(FrameErrorKind::Truncated { missing }.at(octets.len()));
            }
            _ => return Err(FrameErrorKind::Length(length).at(0)),
        }
        self.check(octets)?;
        Ok(remove(self, octets))
    }

    /// Octets of the block that begins with octet `at` of a frame of which `left` are left, its check sequence not
    /// counted.
    const fn block(self, at: usize, left: usize) -> usize {
        let most = match (self, at) {
            (Self::A, 0) => HEADER_LEN,
            (Self::A, _) => BLOCK_A,
            (Self::B, 0) => BLOCK_B,
            (Self::B, _) | (Self::Removed, _) => left,
        };
        let check = if matches!(self, Self::Removed) { 0 } else { CHECK };
        let left = left.saturating_sub(check);
        if most < left { most } else { left }
    }

    /// Checks every block of a whole frame, and changes nothing.
    ///
    /// # Errors
    /// `Crc`; `Truncated`.
    pub fn check(self, octets: &[u8]) -> Result<(), FrameError> {
        if matches!(self, Self::Removed) {
            return Ok(());
        }
        let mut at = 0;
        while at < octets.len() {
            let rest = octets.get(at..).unwrap_or_default();
            let len = self.block(at, rest.len());
            let (block, behind) = rest.split_at_checked(len).unwrap_or((rest, &[]));
            let [high, low, ..] = behind else {
                return Err(FrameErrorKind::Truncated { missing: CHECK }.at(octets.len()));
            };
            let (found, calculated) = (u16::from_be_bytes([*high, *low]), CheckSequence::of(block).value());
            if found != calculated {
                return Err(FrameErrorKind::Crc { found, calculated }.at(at.saturating_add(len)));
            }
            at = at.saturating_add(len).saturating_add(CHECK);
        }
        Ok(())
    }
}

/// Checks and removes the check sequences of a whole frame, in place. Gives its format and how many octets are left;
/// the length field then counts these but itself.
///
/// Which format it is, its check sequences tell. A frame that has the length of one without is taken for that if they
/// do not hold: nothing else tells a damaged frame of format B from it. Who knows the format calls
/// [`Format::remove_checks`].
///
/// # Errors
/// The length is that of no format, or the check sequences do not hold.
pub fn remove_checks(octets: &mut [u8]) -> Result<(Format, usize), FrameError> {
    let Some(length) = octets.first().copied() else {
        return Err(FrameErrorKind::Truncated { missing: HEADER_LEN }.at(0));
    };
    let mut wrong = None;
    let begins_format_a = begins_format_a(octets);
    for format in [Format::A, Format::B, Format::Removed] {
        if begins_format_a && format == Format::Removed {
            continue;
        }
        if format.frame_len(length) != Some(octets.len()) {
            continue;
        }
        match format.check(octets) {
            Ok(()) => return Ok((format, remove(format, octets))),
            Err(error) => {
                wrong.get_or_insert(error);
            }
        }
    }
    let least = if begins_format_a { Format::A } else { Format::Removed };
    Err(wrong.unwrap_or_else(|| match least.frame_len(length) {
        Some(needed) if needed > octets.len() => {
            FrameErrorKind::Truncated { missing: needed.saturating_sub(octets.len()) }.at(octets.len())
        }
        _ => FrameErrorKind::Length(length).at(0),
    }))
}

/// Whether the octets begin with a first block and its check sequence, as only frames of format A do.
#[must_use]
pub fn begins_format_a(octets: &[u8]) -> bool {
    match octets.split_at_checked(HEADER_LEN) {
        Some((header, [high, low, ..])) => CheckSequence::of(header).to_octets() == [*high, *low],
        _ => false,
    }
}

/// Moves the blocks together, and tells how many octets they have.
pub(super) fn remove(format: Format, octets: &mut [u8]) -> usize {
    let (mut from, mut to) = (0usize, 0usize);
    while from < octets.len() {
        let len = format.block(from, octets.len().saturating_sub(from));
        if len == 0 {
            break;
        }
        let end = from.saturating_add(len);
        // Blocks only ever move towards the front.
        for at in from..end {
            let octet = octets.get(at).copied().unwrap_or_default();
            if let Some(slot) = octets.get_mut(to) {
                *slot = octet;
            }
            to = to.saturating_add(1);
        }
        from = end.saturating_add(if matches!(format, Format::Removed) { 0 } else { CHECK });
    }
    if let (Format::B, Some(length)) = (format, octets.first_mut()) {
        *length = u8::try_from(to.saturating_sub(1)).unwrap_or(u8::MAX);
    }
    to
}

/// Writes a frame without check sequences into `out` with those of `format`, and gives what was written.
///
/// # Errors
/// `Length` if the frame is none, or too long for the format; `TooLong` if `out` is too small.
pub fn add_checks<'o>(frame: &[u8], format: Format, out: &'o mut [u8]) -> Result<&'o [u8], FrameError> {
    let length = frame.first().copied().unwrap_or_default();
    let fault = FrameErrorKind::Length(length).at(0);
    if Format::Removed.frame_len(length) != Some(frame.len()) {
        return Err(fault);
    }
    let checks = match format {
        Format::A | Format::Removed => 0,
        Format::B if frame.len() <= BLOCK_B => CHECK,
        Format::B => CHECK.wrapping_mul(2),
    };
    let length = u8::try_from(usize::from(length).saturating_add(checks)).map_err(|_| fault)?;
    let whole = format.frame_len(length).ok_or(fault)?;
    let Some(out) = out.get_mut(..whole) else { return Err(FrameErrorKind::TooLong(whole).at(0)) };
    let (mut from, mut to) = (0usize, 0usize);
    while to < whole {
        let len = format.block(to, whole.saturating_sub(to));
        let (start, end) = (to, to.saturating_add(len));
        for (slot, octet) in out.iter_mut().skip(to).zip(frame.iter().skip(from).take(len)) {
            *slot = *octet;
        }
        if let (0, Some(first)) = (to, out.first_mut()) {
            *first = length;
        }
        (from, to) = (from.saturating_add(len), end);
        if !matches!(format, Format::Removed) {
            let check = CheckSequence::of(out.get(start..end).unwrap_or_default()).to_octets();
            for (slot, octet) in out.iter_mut().skip(end).zip(check) {
                *slot = octet;
            }
            to = end.saturating_add(CHECK);
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn frame(len: u8) -> Vec<u8> {
        (0..=len).map(|n| if n == 0 { len } else { n.wrapping_mul(7) }).collect()
    }

    #[test]
    fn every_length_in_every_format() {
        for len in 9..=255 {
            let plain = frame(len);
            for format in [Format::A, Format::B, Format::Removed] {
                let mut out = [0; 300];
                let Ok(sent) = add_checks(&plain, format, &mut out) else {
                    assert!(format == Format::B && len > 251, "{len}");
                    continue;
                };
                let mut received = sent.to_vec();
                let (found, left) = remove_checks(&mut received).unwrap();
                assert_eq!((found, &received[..left]), (format, &plain[..]), "{len}");
            }
        }
    }

    #[test]
    fn damage_shows() {
        for format in [Format::A, Format::B] {
            let mut out = [0; 300];
            let sent = add_checks(&frame(200), format, &mut out).unwrap().to_vec();
            for at in 1..sent.len() {
                let mut bad = sent.clone();
                bad[at] ^= 0x20;
                match remove_checks(&mut bad) {
                    Err(error) => assert!(matches!(error.kind, FrameErrorKind::Crc { .. }), "{at} {error}"),
                    // Nothing tells it from a frame without check sequences.
                    Ok((found, _)) => assert_eq!((format, found), (Format::B, Format::Removed)),
                }
            }
            for len in 0..sent.len() {
                assert!(remove_checks(&mut sent[..len].to_vec()).is_err());
            }
        }
        let short = |octets: &[u8]| remove_checks(&mut octets.to_vec()).unwrap_err().kind;
        assert_eq!(short(&[]), FrameErrorKind::Truncated { missing: 10 });
        assert_eq!(short(&[8; 9]), FrameErrorKind::Length(8));
        assert_eq!(short(&[20; 30]), FrameErrorKind::Length(20));
    }
}
