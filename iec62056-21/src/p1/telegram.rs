use super::{Objects, crc};
use crate::grammar::find;
use crate::{DataSets, Identification, ParseError, ParseErrorKind};

/// What becomes of a telegram without a CRC: meters before DSMR 4 send none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum MissingCrc {
    /// It is refused.
    Refused,
    /// It is accepted.
    Tolerated,
}

/// One telegram: `/`, an identification, data lines, `!` and a CRC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Telegram<'a> {
    /// From `/` to `!`.
    octets: &'a [u8],
    /// Behind the identification and its line end.
    lines: usize,
    crc: Option<u16>,
}

impl<'a> Telegram<'a> {
    /// Reads a telegram that is all of `octets`, with or without a line end behind it. Its data lines are read when
    /// they are asked for.
    ///
    /// # Errors
    /// What is no telegram, and where; `Crc` and `NoCrc` behind `!`.
    pub fn parse(octets: &'a [u8], missing: MissingCrc) -> Result<Self, ParseError> {
        let truncated = ParseErrorKind::Truncated.at(octets.len());
        match octets {
            [] => return Err(truncated),
            [b'/', ..] => {}
            _ => return Err(ParseErrorKind::Unexpected.at(0)),
        }
        let end = find(octets, b"\n!").ok_or(truncated)?;
        let (octets, tail) = octets.split_at_checked(end.saturating_add(2)).ok_or(truncated)?;
        let crc = stated(tail.strip_suffix(b"\r\n").unwrap_or(tail)).map_err(|e| e.within(octets.len()))?;
        let calculated = crc::crc(octets);
        let kind = match crc {
            None if missing == MissingCrc::Refused => Some(ParseErrorKind::NoCrc),
            Some(found) if found != calculated => Some(ParseErrorKind::Crc { found, calculated }),
            _ => None,
        };
        if let Some(kind) = kind {
            return Err(kind.at(octets.len()));
        }
        let line_feed = octets.iter().position(|octet| *octet == b'\n').unwrap_or(octets.len());
        Ok(Self { octets, lines: line_feed.saturating_add(1), crc })
    }

    /// From `/` to `!`.
    #[must_use]
    pub const fn as_octets(&self) -> &'a [u8] {
        self.octets
    }

    /// The identification of the meter.
    ///
    /// # Errors
    /// The first line is none.
    pub fn identification(&self) -> Result<Identification, ParseError> {
        Identification::parse(self.octets.get(..self.lines).unwrap_or_default())
    }

    /// The CRC, if it has one, which then is right.
    #[must_use]
    pub const fn crc(&self) -> Option<u16> {
        self.crc
    }

    /// Its data sets; offsets are those in the telegram.
    #[must_use]
    pub fn data_sets(&self) -> DataSets<'a> {
        DataSets::at(self.octets.get(self.lines..).unwrap_or_default(), self.lines)
    }

    /// Its objects; offsets are those in the telegram.
    #[must_use]
    pub fn objects(&self) -> Objects<'a> {
        Objects::new(self.data_sets())
    }
}

/// The CRC behind `!`, if anything is there.
fn stated(tail: &[u8]) -> Result<Option<u16>, ParseError> {
    if tail.is_empty() {
        return Ok(None);
    }
    let digits = tail.get(..4).unwrap_or(tail);
    let mut crc = 0;
    for (at, octet) in digits.iter().enumerate() {
        let digit = char::from(*octet).to_digit(16).and_then(|digit| u16::try_from(digit).ok());
        crc = crc << 4 | digit.ok_or(ParseErrorKind::Unexpected.at(at))?;
    }
    match tail.len() {
        4 => Ok(Some(crc)),
        0..4 => Err(ParseErrorKind::Truncated.at(tail.len())),
        _ => Err(ParseErrorKind::Trailing.at(4)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ParseErrorKind::{Crc, NoCrc, Trailing, Truncated, Unexpected};
    use std::format;

    const BODY: &str = "/ISK5\\2M550T-1012\r\n\r\n1-0:1.8.1(002130.115*kWh)\r\n!";

    #[test]
    fn with_and_without_a_crc() {
        let crc = crc::crc(BODY.as_bytes());
        for tail in [format!("{crc:04X}\r\n"), format!("{crc:04x}")] {
            let octets = format!("{BODY}{tail}");
            let telegram = Telegram::parse(octets.as_bytes(), MissingCrc::Refused).unwrap();
            assert_eq!((telegram.crc(), telegram.as_octets()), (Some(crc), BODY.as_bytes()));
            assert_eq!(telegram.identification().unwrap().text(), "M550T-1012");
            let set = telegram.data_sets().next().unwrap().unwrap();
            assert_eq!((set.address(), set.offset()), ("1-0:1.8.1", 21));
        }
        for tail in ["", "\r\n"] {
            let octets = format!("{BODY}{tail}");
            let refused = Telegram::parse(octets.as_bytes(), MissingCrc::Refused);
            assert_eq!(refused, Err(NoCrc.at(BODY.len())));
            let telegram = Telegram::parse(octets.as_bytes(), MissingCrc::Tolerated).unwrap();
            assert_eq!((telegram.crc(), telegram.objects().count()), (None, 1));
        }
    }

    #[test]
    fn what_is_none_is_told_with_its_place() {
        let end = BODY.len();
        let found = crc::crc(BODY.as_bytes()) ^ 0x1000;
        for (tail, kind, offset) in [
            (format!("{found:04X}"), Crc { found, calculated: found ^ 0x1000 }, end),
            ("12".into(), Truncated, end + 2),
            ("12x4".into(), Unexpected, end + 2),
            ("12345".into(), Trailing, end + 4),
        ] {
            let octets = format!("{BODY}{tail}");
            let wrong = Telegram::parse(octets.as_bytes(), MissingCrc::Tolerated);
            assert_eq!(wrong, Err(kind.at(offset)), "{tail}");
        }
        for (octets, kind, offset) in [
            (&b""[..], Truncated, 0),
            (b"x/\r\n!", Unexpected, 0),
            (b"/ISK5", Truncated, 5),
            (b"/!", Truncated, 2),
        ] {
            assert_eq!(Telegram::parse(octets, MissingCrc::Tolerated), Err(kind.at(offset)));
        }
    }
}
