use super::DataSets;
use crate::control::{ETX, STX};
use crate::grammar::find;
use crate::{Identification, ParseError, ParseErrorKind, block_check};

/// A data readout (IEC 62056-21, 6.3.4): `STX data ! CR LF ETX BCC`, or `data ! CR LF` alone as in mode D; in front
/// of either the identification, in modes where they come in one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Readout<'a> {
    identification: Option<&'a [u8]>,
    block: &'a [u8],
    offset: usize,
    is_checked: bool,
}

/// What a block of data lines ends with.
const END: &[u8] = b"!\r\n";

impl<'a> Readout<'a> {
    /// Reads a readout that is all of `octets`. Its data lines are read when they are asked for.
    ///
    /// # Errors
    /// What is no readout, and where; `BlockCheck` at the block check character.
    pub fn parse(octets: &'a [u8]) -> Result<Self, ParseError> {
        let (identification, mut rest) = match octets {
            [b'/', ..] => {
                let end = find(octets, b"\r\n").ok_or(ParseErrorKind::Truncated.at(octets.len()))?;
                let (line, rest) = octets.split_at_checked(end.saturating_add(2)).unwrap_or_default();
                (Some(line), rest)
            }
            _ => (None, octets),
        };
        while let Some(behind) = rest.strip_prefix(b"\r\n") {
            rest = behind;
        }
        let start = octets.len().saturating_sub(rest.len());
        match rest {
            [STX, framed @ ..] => {
                let offset = start.saturating_add(1);
                let block = framed_block(framed).map_err(|error| error.within(offset))?;
                Ok(Self { identification, block, offset, is_checked: true })
            }
            _ => {
                let end = end_of_lines(rest).ok_or(ParseErrorKind::Truncated.at(octets.len()))?;
                match rest.split_at_checked(end) {
                    Some((block, [])) => Ok(Self { identification, block, offset: start, is_checked: false }),
                    _ => Err(ParseErrorKind::Trailing.at(start.saturating_add(end))),
                }
            }
        }
    }

    /// The identification in front of it, if there is one.
    ///
    /// # Errors
    /// The line is no identification.
    pub fn identification(&self) -> Result<Option<Identification>, ParseError> {
        self.identification.map(Identification::parse).transpose()
    }

    /// Its data sets; offsets are those in the whole readout.
    #[must_use]
    pub const fn data_sets(&self) -> DataSets<'a> {
        DataSets::at(self.block, self.offset)
    }

    /// Whether it has a block check character, which then is right.
    #[must_use]
    pub const fn is_checked(&self) -> bool {
        self.is_checked
    }
}

/// The data lines of `data ! CR LF ETX BCC`.
fn framed_block(octets: &[u8]) -> Result<&[u8], ParseError> {
    let truncated = ParseErrorKind::Truncated.at(octets.len());
    let end = octets.iter().position(|octet| *octet == ETX).ok_or(truncated)?;
    let check_at = end.saturating_add(1);
    let (checked, check) = octets.split_at_checked(check_at).ok_or(truncated)?;
    match check {
        [] => return Err(truncated),
        [found] => block_check::verify(checked, *found, check_at)?,
        _ => return Err(ParseErrorKind::Trailing.at(check_at.saturating_add(1))),
    }
    let block = octets.get(..end).unwrap_or_default();
    if block == END || block.ends_with(b"\r\n!\r\n") {
        Ok(block)
    } else {
        Err(ParseErrorKind::Unexpected.at(end))
    }
}

/// Where data lines end, behind the line that is `!`.
fn end_of_lines(octets: &[u8]) -> Option<usize> {
    if octets.starts_with(END) {
        return Some(END.len());
    }
    let last = b"\r\n!\r\n";
    find(octets, last).map(|at| at.saturating_add(last.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ParseErrorKind::{BlockCheck, Trailing, Truncated, Unexpected};

    const FRAMED: &[u8] = b"\x021-0:1.8.0*255(0008048.375*kWh)\r\n!\r\n\x03A";

    #[test]
    fn with_and_without_frame_and_identification() {
        let plain = FRAMED[1..].strip_suffix(b"\x03A").unwrap();
        for (head, identified) in
            [(&b""[..], false), (b"/ACE0k260V01.18\r\n", true), (b"/ABC4x\r\n\r\n", true)]
        {
            for (rest, is_checked) in [(FRAMED, true), (plain, false)] {
                let octets = [head, rest].concat();
                let readout = Readout::parse(&octets).unwrap();
                assert_eq!(readout.identification().unwrap().is_some(), identified);
                assert_eq!(readout.is_checked(), is_checked);
                let sets: std::vec::Vec<_> = readout.data_sets().map(Result::unwrap).collect();
                assert_eq!((sets.len(), sets[0].address()), (1, "1-0:1.8.0*255"));
                assert!(octets[sets[0].offset()..].starts_with(b"1-0"));
            }
        }
        assert_eq!(Readout::parse(b"!\r\n").unwrap().data_sets().count(), 0);
    }

    #[test]
    fn every_wrong_octet_shows() {
        for at in 1..FRAMED.len() {
            let mut octets = FRAMED.to_vec();
            octets[at] ^= 0x10;
            assert!(Readout::parse(&octets).is_err(), "{at}");
        }
        let mut octets = FRAMED.to_vec();
        octets[5] ^= 1;
        let kind = BlockCheck { found: b'A', calculated: b'A' ^ 1 };
        assert_eq!(Readout::parse(&octets), Err(kind.at(FRAMED.len() - 1)));
    }

    #[test]
    fn what_is_none_is_told_with_its_place() {
        for len in 0..FRAMED.len() {
            assert_eq!(Readout::parse(&FRAMED[..len]), Err(Truncated.at(len)));
        }
        for (octets, kind, offset) in [
            (&b"/ABC4x"[..], Truncated, 6),
            (b"1.8.0(1)\r\n!\r\n!", Trailing, 13),
            (b"\x021.8.0(1)\r\n\x03\r", Unexpected, 11),
            (b"\x02!\r\n\x03%x", Trailing, 6),
        ] {
            assert_eq!(Readout::parse(octets), Err(kind.at(offset)), "{octets:?}");
        }
    }
}
