use super::scanner::{Scanned, Scanner};
use super::{MissingCrc, Telegram};
use crate::{ParseError, ParseErrorKind};

/// The telegrams of a capture, with whatever stands between them; those that began and came to nothing, too.
#[must_use]
pub const fn telegrams(capture: &[u8], missing: MissingCrc) -> Telegrams<'_> {
    Telegrams { capture, at: 0, missing }
}

/// What [`telegrams`] gives.
#[derive(Debug, Clone)]
pub struct Telegrams<'a> {
    capture: &'a [u8],
    at: usize,
    missing: MissingCrc,
}

/// A telegram and where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Located<'a> {
    /// Offset of its first octet.
    pub offset: usize,
    /// How many octets it has, without the line end behind it.
    pub len: usize,
    /// The telegram; offsets in it begin with it, that of an error is one in the capture.
    pub telegram: Result<Telegram<'a>, ParseError>,
}

impl<'a> Iterator for Telegrams<'a> {
    type Item = Located<'a>;

    fn next(&mut self) -> Option<Located<'a>> {
        let (mut scanner, mut begin) = (Scanner::Outside, None);
        let mut behind = self.at;
        for octet in self.capture.get(self.at..).unwrap_or_default() {
            let at = behind;
            behind = behind.saturating_add(1);
            match (scanner.push(*octet), begin) {
                (Scanned::First, None) => begin = Some(at),
                (Scanned::First, Some(start)) => return Some(self.cut(start, at)),
                (Scanned::Broken, Some(start)) => {
                    self.at = behind;
                    let telegram = Err(ParseErrorKind::Unexpected.at(at));
                    return Some(Located { offset: start, len: at.saturating_sub(start), telegram });
                }
                (Scanned::Last, Some(start)) => return Some(self.whole(start, behind)),
                (Scanned::Behind, Some(start)) => return Some(self.whole(start, at)),
                _ => {}
            }
        }
        let end = self.capture.len();
        self.at = self.at.max(begin.unwrap_or(end));
        let start = begin?;
        match scanner {
            Scanner::Crc(0) => Some(self.whole(start, end)),
            _ => Some(self.cut(start, end)),
        }
    }
}

impl<'a> Telegrams<'a> {
    fn whole(&mut self, start: usize, end: usize) -> Located<'a> {
        self.at = end;
        let octets = self.capture.get(start..end).unwrap_or_default();
        let telegram = Telegram::parse(octets, self.missing).map_err(|error| error.within(start));
        Located { offset: start, len: octets.len(), telegram }
    }

    /// A telegram without an end.
    const fn cut(&mut self, start: usize, end: usize) -> Located<'a> {
        self.at = end;
        let telegram = Err(ParseErrorKind::Truncated.at(end));
        Located { offset: start, len: end.saturating_sub(start), telegram }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn every_telegram_and_what_is_wrong_with_it() {
        let capture = b"x\r\n!AAAA\r\n/B\r\n!\r\n\xff\n/C\r\n/D\r\n!123x/E\r\n!0000/F\r\n!";
        let found: Vec<_> = telegrams(capture, MissingCrc::Tolerated)
            .map(|located| {
                (
                    located.offset,
                    located.len,
                    located.telegram.map(|t| t.crc()).map_err(|e| (e.kind, e.offset)),
                )
            })
            .collect();
        let calculated = super::super::crc(b"/E\r\n!");
        assert_eq!(
            found,
            [
                (10, 5, Ok(None)),
                (19, 4, Err((ParseErrorKind::Truncated, 23))),
                (23, 8, Err((ParseErrorKind::Unexpected, 31))),
                (32, 9, Err((ParseErrorKind::Crc { found: 0, calculated }, 37))),
                (41, 5, Ok(None)),
            ]
        );
        let refused = telegrams(capture, MissingCrc::Refused).filter(|located| located.telegram.is_ok());
        assert_eq!(refused.count(), 0);
    }
}
