use dlms_core::codec::Writer;
use nom::Parser;
use nom::bytes::complete::take_while_m_n;
use nom::combinator::{cut, map_opt};
use nom::multi::fold_many_m_n;
use nom::sequence::{preceded, terminated};

use crate::grammar::{self, Parsed, field, is_printable, literal};
use crate::{BaudCharacter, ParseError, ProtocolMode};

/// Characters of the text of an identification at most (IEC 62056-21, 6.3.2).
pub const MAX_TEXT: usize = 16;
/// Escape sequences of an identification at most.
pub const MAX_ESCAPES: usize = 4;

/// How a meter identifies itself: `/`, the maker, the baud character, escape sequences, a text, CR LF.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Identification {
    flag_id: [u8; 3],
    baud: BaudCharacter,
    escapes: Field<MAX_ESCAPES>,
    text: Field<MAX_TEXT>,
}

/// Up to `N` characters.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Field<const N: usize> {
    octets: [u8; N],
    len: usize,
}

impl Identification {
    /// Octets of the longest.
    pub const MAX_LEN: usize = 7 + 2 * MAX_ESCAPES + MAX_TEXT;

    /// The identification of these parts; `escapes` are the characters behind the backslashes.
    ///
    /// # Errors
    /// A part that an identification cannot have; the offset is in the identification as it would be written.
    pub fn new(
        flag_id: [u8; 3],
        baud: BaudCharacter,
        escapes: &[u8],
        text: &[u8],
    ) -> Result<Self, ParseError> {
        let mut out = [0; Self::MAX_LEN + MAX_TEXT];
        let mut w = Writer::new(&mut out);
        write(&mut w, flag_id, baud, escapes, text);
        Self::parse(w.stored())
    }

    /// Reads an identification that is all of `octets`, CR LF included.
    ///
    /// # Errors
    /// What is no identification, and where.
    pub fn parse(octets: &[u8]) -> Result<Self, ParseError> {
        grammar::whole(terminated(Self::head, literal(b"\r\n")), octets)
    }

    /// Three letters of the maker (FLAG association); a small one at the end says that the meter answers fast.
    #[must_use]
    pub const fn flag_id(&self) -> [u8; 3] {
        self.flag_id
    }

    /// The highest rate of the meter, or the mode.
    #[must_use]
    pub const fn baud(&self) -> BaudCharacter {
        self.baud
    }

    /// The characters of the escape sequences, in order.
    #[must_use]
    pub fn escapes(&self) -> &[u8] {
        self.escapes.as_octets()
    }

    /// The maker's text.
    #[must_use]
    pub fn text(&self) -> &str {
        core::str::from_utf8(self.text.as_octets()).unwrap_or_default()
    }

    /// Which mode the meter is in.
    #[must_use]
    pub const fn mode(&self) -> ProtocolMode {
        self.baud.mode()
    }

    /// Whether the meter announces mode E: `\2` and a rate of mode C.
    #[must_use]
    pub fn offers_mode_e(&self) -> bool {
        self.mode() == ProtocolMode::C && self.escapes().contains(&b'2')
    }

    /// The shortest time between what is received and what answers it, in milliseconds, on both sides: 20 with a small
    /// third letter, else 200.
    #[must_use]
    pub const fn reaction_time(&self) -> u64 {
        match self.flag_id {
            [_, _, b'a'..=b'z'] => 20,
            _ => 200,
        }
    }

    /// Writes it.
    pub fn encode(&self, w: &mut Writer<'_>) {
        write(w, self.flag_id, self.baud, self.escapes(), self.text.as_octets());
    }

    fn head(octets: &[u8]) -> Parsed<'_, Self> {
        let (rest, (flag_id, baud, escapes, text)) =
            (flag_id, baud, escapes, map_opt(field(is_text, MAX_TEXT), Field::new)).parse(octets)?;
        Ok((rest, Self { flag_id, baud, escapes, text }))
    }
}

fn flag_id(octets: &[u8]) -> Parsed<'_, [u8; 3]> {
    let letters = (
        take_while_m_n(2, 2, |character: u8| character.is_ascii_alphabetic()),
        take_while_m_n(1, 1, |character: u8| character.is_ascii_alphabetic()),
    );
    let joined = |(first, last): (&[u8], &[u8])| match (first, last) {
        ([a, b], [c]) => Some([*a, *b, *c]),
        _ => None,
    };
    preceded(literal(b"/"), map_opt(letters, joined)).parse(octets)
}

fn baud(octets: &[u8]) -> Parsed<'_, BaudCharacter> {
    let (rest, one) = take_while_m_n(1, 1, is_text).parse(octets)?;
    Ok((rest, BaudCharacter(one.first().copied().unwrap_or_default())))
}

fn escapes(octets: &[u8]) -> Parsed<'_, Field<MAX_ESCAPES>> {
    let one = preceded(literal(b"\\"), cut(take_while_m_n(1, 1, is_text)));
    let add = |mut escapes: Field<MAX_ESCAPES>, one: &[u8]| {
        one.iter().for_each(|character| escapes.push(*character));
        escapes
    };
    fold_many_m_n(0, MAX_ESCAPES, one, || Field::EMPTY, add).parse(octets)
}

/// A character of the text: a backslash begins an escape sequence only.
const fn is_text(character: u8) -> bool {
    is_printable(character) && character != b'\\'
}

fn write(w: &mut Writer<'_>, flag_id: [u8; 3], baud: BaudCharacter, escapes: &[u8], text: &[u8]) {
    w.u8(b'/');
    w.array(flag_id);
    w.u8(baud.0);
    for escape in escapes {
        w.array([b'\\', *escape]);
    }
    w.bytes(text);
    w.bytes(b"\r\n");
}

impl<const N: usize> Field<N> {
    const EMPTY: Self = Self { octets: [0; N], len: 0 };

    fn new(octets: &[u8]) -> Option<Self> {
        let mut field = Self::EMPTY;
        octets.iter().for_each(|octet| field.push(*octet));
        (octets.len() <= N).then_some(field)
    }

    fn push(&mut self, octet: u8) {
        if let Some(slot) = self.octets.get_mut(self.len) {
            *slot = octet;
            self.len = self.len.saturating_add(1);
        }
    }

    fn as_octets(&self) -> &[u8] {
        self.octets.get(..self.len).unwrap_or_default()
    }
}

/// As it is sent, without CR LF.
impl core::fmt::Display for Identification {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "/{}{}", self.flag_id.escape_ascii(), char::from(self.baud.0))?;
        for escape in self.escapes() {
            write!(f, "\\{}", char::from(*escape))?;
        }
        f.write_str(self.text())
    }
}

impl core::fmt::Debug for Identification {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Identification({self})")
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Identification {
    fn format(&self, f: defmt::Formatter<'_>) {
        let (maker, baud, escapes) = (&self.flag_id[..], self.baud.0, self.escapes());
        defmt::write!(f, "/{=[u8]:a} {=u8} {=[u8]:a} {=str}", maker, baud, escapes, self.text());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ParseErrorKind::{TooLong, Trailing, Truncated, Unexpected};
    use std::string::ToString;

    #[test]
    fn parts_and_what_they_mean() {
        let meter = Identification::parse(b"/LGZ5\\2ZMD4104407.B31\r\n").unwrap();
        assert_eq!(
            (meter.flag_id(), meter.baud(), meter.escapes()),
            (*b"LGZ", BaudCharacter(b'5'), &b"2"[..])
        );
        assert_eq!(
            (meter.text(), meter.offers_mode_e(), meter.reaction_time()),
            ("ZMD4104407.B31", true, 200)
        );
        assert_eq!(meter.to_string(), "/LGZ5\\2ZMD4104407.B31");

        let fast = Identification::parse(b"/ISk5MT174-0001\r\n").unwrap();
        assert_eq!((fast.reaction_time(), fast.offers_mode_e()), (20, false));
        let several = Identification::parse(b"/ACE0\\3\\2k260V01.18\r\n").unwrap();
        assert_eq!((several.escapes(), several.offers_mode_e()), (&b"32"[..], true));
        let mode_b = Identification::parse(b"/SIEC\\2WR5\r\n").unwrap();
        assert!(!mode_b.offers_mode_e() && mode_b.mode() == ProtocolMode::B);
    }

    #[test]
    fn what_is_none_is_told_with_its_place() {
        for (octets, kind, offset) in [
            (&b""[..], Truncated, 0),
            (b"ISK5\r\n", Unexpected, 0),
            (b"/?!\r\n", Unexpected, 1),
            (b"/IS55\r\n", Unexpected, 3),
            (b"/ISK", Truncated, 4),
            (b"/ISK5\\", Truncated, 6),
            (b"/ISK5\\2\\2\\2\\2\\2x\r\n", Unexpected, 13),
            (b"/ISK5a\\2\r\n", Unexpected, 6),
            (b"/ISK512345678901234567\r\n", TooLong, 5),
            (b"/ISK5\x02MT\r\n", Unexpected, 5),
            (b"/ISK5MT\r", Truncated, 8),
            (b"/ISK5MT\r\n\n", Trailing, 9),
        ] {
            assert_eq!(Identification::parse(octets), Err(ParseError { kind, offset }), "{octets:?}");
        }
    }

    #[test]
    fn made_of_parts() {
        let made = Identification::new(*b"ISK", BaudCharacter(b'5'), b"2", b"ME372-0001").unwrap();
        assert_eq!(Ok(made), Identification::parse(b"/ISK5\\2ME372-0001\r\n"));
        let long = Identification::new(*b"ISK", BaudCharacter(b'5'), b"22222", b"");
        assert_eq!(long, Err(ParseError { kind: Unexpected, offset: 13 }));
        assert_eq!(
            Identification::new(*b"ISK", BaudCharacter(b'5'), b"", &[b'x'; 40]).unwrap_err().kind,
            TooLong
        );
    }
}
