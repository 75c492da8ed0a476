//! Every text form, as a grammar.
//!
//! ```text
//! code       = 12 hexadecimal digits | dotted | designated
//! dotted     = A "." B "." C "." D "." E ("." | "*" | "&") F
//! designated = [A "-"] [B ":"] C "." D ["." E ["." F]] [("*" | "&") F]
//! ```

use core::str::FromStr;

use nom::branch::alt;
use nom::bytes::complete::take_while_m_n;
use nom::character::complete::{char, digit1, one_of};
use nom::combinator::{cut, eof, map_opt, opt, recognize, value};
use nom::error::{ErrorKind, ParseError};
use nom::sequence::{preceded, terminated};
use nom::{IResult, Parser};

use crate::full_text::is_hexadecimal_form;
use crate::{ObisCode, ParseObisError, ParseObisErrorKind};

impl ObisCode {
    /// Reads any text form, with absent groups taken from `absent`.
    ///
    /// A readout that leaves out A and B means the medium and the channel of its meter:
    ///
    /// ```
    /// use obis::{ObisCode, obis};
    ///
    /// let gas_meter = obis!("7-0:0.0.0.255");
    /// assert_eq!(ObisCode::from_text_or("3.0", gas_meter)?, obis!("7-0:3.0.0.255"));
    /// # Ok::<_, obis::ParseObisError>(())
    /// ```
    ///
    /// # Errors
    /// Kind and byte offset of what fits no form.
    pub fn from_text_or(text: &str, absent: Self) -> Result<Self, ParseObisError> {
        read(text).map(|groups| groups.or(absent))
    }
}

/// Any text form. Absent groups: A is 0 (abstract) for C 93 to 99 and 1 (electricity) for any other C, B is 0, E is 0,
/// F is 255. See the crate documentation.
impl FromStr for ObisCode {
    type Err = ParseObisError;

    fn from_str(text: &str) -> Result<Self, ParseObisError> {
        read(text).map(|groups| groups.or(Self::new(groups.usual_medium(), 0, 0, 0, 0, 255)))
    }
}

#[derive(Clone, Copy)]
struct Groups {
    a: Option<u8>,
    b: Option<u8>,
    c: u8,
    d: u8,
    e: Option<u8>,
    f: Option<u8>,
}

impl Groups {
    /// Service entries, errors, lists, profiles, country and consortia codes are abstract objects of any meter.
    const fn usual_medium(self) -> u8 {
        match self.c {
            93..=99 => 0,
            _ => 1,
        }
    }

    const fn or(self, absent: ObisCode) -> ObisCode {
        const fn or(group: Option<u8>, absent: u8) -> u8 {
            match group {
                Some(value) => value,
                None => absent,
            }
        }
        ObisCode {
            a: or(self.a, absent.a),
            b: or(self.b, absent.b),
            c: self.c,
            d: self.d,
            e: or(self.e, absent.e),
            f: or(self.f, absent.f),
        }
    }
}

fn read(text: &str) -> Result<Groups, ParseObisError> {
    let parsed = if is_hexadecimal_form(text.as_bytes()) {
        whole(hexadecimal).parse(text)
    } else {
        alt((whole(dotted), whole(designated))).parse(text)
    };
    match parsed {
        Ok((_, groups)) => Ok(groups),
        Err(nom::Err::Error(failure) | nom::Err::Failure(failure)) => Err(failure.at(text)),
        // Complete parsers never ask for more.
        Err(nom::Err::Incomplete(_)) => {
            Err(ParseObisError { kind: ParseObisErrorKind::Truncated, offset: text.len() })
        }
    }
}

type Parsed<'a, T> = IResult<&'a str, T, Failure<'a>>;

fn whole<'a, T>(
    form: impl Parser<&'a str, Output = T, Error = Failure<'a>>,
) -> impl Parser<&'a str, Output = T, Error = Failure<'a>> {
    terminated(form, eof)
}

fn hexadecimal(text: &str) -> Parsed<'_, Groups> {
    let (rest, (a, b, c, d, e, f)) = (
        hexadecimal_octet,
        hexadecimal_octet,
        hexadecimal_octet,
        hexadecimal_octet,
        hexadecimal_octet,
        hexadecimal_octet,
    )
        .parse(text)?;
    Ok((rest, Groups { a: Some(a), b: Some(b), c, d, e: Some(e), f: Some(f) }))
}

fn hexadecimal_octet(text: &str) -> Parsed<'_, u8> {
    fn digit(text: &str) -> Parsed<'_, &str> {
        take_while_m_n(1, 1, |character: char| character.is_ascii_hexdigit()).parse(text)
    }
    map_opt(recognize((digit, digit)), |digits| u8::from_str_radix(digits, 16).ok()).parse(text)
}

fn dotted(text: &str) -> Parsed<'_, Groups> {
    fn group(text: &str) -> Parsed<'_, u8> {
        terminated(number, char('.')).parse(text)
    }
    let (rest, (a, b, c, d, e, _, f)) =
        (group, group, group, group, number, one_of(".*&"), number).parse(text)?;
    Ok((rest, Groups { a: Some(a), b: Some(b), c, d, e: Some(e), f: Some(f) }))
}

fn designated(text: &str) -> Parsed<'_, Groups> {
    let (rest, a) = opt(terminated(number, char('-'))).parse(text)?;
    let (rest, b) = opt(terminated(number, char(':'))).parse(rest)?;
    let (rest, c) = terminated(quantity, char('.')).parse(rest)?;
    let (rest, d) = quantity.parse(rest)?;
    let (rest, e) = opt(preceded(char('.'), cut(number))).parse(rest)?;
    let (rest, f) = opt(preceded(one_of(if e.is_some() { ".*&" } else { "*&" }), cut(number))).parse(rest)?;
    Ok((rest, Groups { a, b, c, d, e, f }))
}

/// C or D: a number, or the letter that stands for one of 96 to 99.
fn quantity(text: &str) -> Parsed<'_, u8> {
    alt((
        number,
        value(96, one_of("Cc")),
        value(97, one_of("Ff")),
        value(98, one_of("Ll")),
        value(99, one_of("Pp")),
    ))
    .parse(text)
}

fn number(text: &str) -> Parsed<'_, u8> {
    let (rest, digits) = digit1.parse(text)?;
    match digits.parse() {
        Ok(number) => Ok((rest, number)),
        Err(_) => Err(nom::Err::Error(Failure { rest: text, kind: ParseObisErrorKind::TooLarge })),
    }
}

struct Failure<'a> {
    rest: &'a str,
    kind: ParseObisErrorKind,
}

impl Failure<'_> {
    const fn at(&self, text: &str) -> ParseObisError {
        ParseObisError { kind: self.kind, offset: text.len().saturating_sub(self.rest.len()) }
    }
}

impl<'a> ParseError<&'a str> for Failure<'a> {
    fn from_error_kind(rest: &'a str, parser: ErrorKind) -> Self {
        let kind = match parser {
            _ if rest.is_empty() => ParseObisErrorKind::Truncated,
            ErrorKind::Eof => ParseObisErrorKind::Trailing,
            _ => ParseObisErrorKind::Unexpected,
        };
        Self { rest, kind }
    }

    fn append(_: &'a str, _: ErrorKind, other: Self) -> Self {
        other
    }

    /// Of two forms, the one that fits longer says what is wrong.
    fn or(self, other: Self) -> Self {
        if other.rest.len() < self.rest.len() { other } else { self }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use crate::obis;

    #[test]
    fn full_forms_agree() {
        for text in [
            "1.0.1.8.0.255",
            "1-0:1.8.0.255",
            "1-0:1.8.0*255",
            "1-0:1.8.0&255",
            "0100010800FF",
            "0100010800ff",
        ] {
            assert_eq!(text.parse(), Ok(obis!("1-0:1.8.0.255")), "{text}");
        }
        assert_eq!("1-0:1.8.0&01".parse(), Ok(obis!("1-0:1.8.0.1")));
        assert_eq!("000000000000".parse(), Ok(obis!("0-0:0.0.0.0")));
    }

    #[test]
    fn absent_groups_have_their_usual_values() {
        for (text, code) in [
            ("1.8.0", obis!("1-0:1.8.0.255")),
            ("1-0:1.8.0", obis!("1-0:1.8.0.255")),
            ("1-1:1.8.0*04", obis!("1-1:1.8.0.4")),
            ("1.8", obis!("1-0:1.8.0.255")),
            ("1.8*12", obis!("1-0:1.8.0.12")),
            ("1.8.1.12", obis!("1-0:1.8.1.12")),
            ("2:1.8.0", obis!("1-2:1.8.0.255")),
            ("7-3.0", obis!("7-0:3.0.0.255")),
            ("0.9.1", obis!("1-0:0.9.1.255")),
            ("C.1.0", obis!("0-0:96.1.0.255")),
            ("96.1.0", obis!("0-0:96.1.0.255")),
            ("1-1:C.1.0", obis!("1-1:96.1.0.255")),
            ("F.F", obis!("0-0:97.97.0.255")),
            ("L.1", obis!("0-0:98.1.0.255")),
            ("P.01", obis!("0-0:99.1.0.255")),
            ("1-0:P.98", obis!("1-0:99.98.0.255")),
        ] {
            assert_eq!(text.parse(), Ok(code), "{text}");
        }
    }

    #[test]
    fn absent_groups_may_come_from_the_meter() {
        let meter = obis!("7-2:0.0.0.255");
        assert_eq!(ObisCode::from_text_or("3.1*101", meter), Ok(obis!("7-2:3.1.0.101")));
        assert_eq!(ObisCode::from_text_or("0-0:1.0.0", meter), Ok(obis!("0-0:1.0.0.255")));
    }

    #[test]
    fn errors_name_the_place() {
        use ParseObisErrorKind::{TooLarge, Trailing, Truncated, Unexpected};
        for (text, kind, offset) in [
            ("", Truncated, 0),
            ("1", Truncated, 1),
            ("1-0", Truncated, 3),
            ("1-0:1.8.", Truncated, 8),
            ("1-0:1.8.0*", Truncated, 10),
            ("0100010800F", Truncated, 11),
            ("1.0.1.8.0", Truncated, 9),
            ("x.8.0", Unexpected, 0),
            ("1-0:1,8.0", Unexpected, 5),
            ("0100010800FG", Unexpected, 11),
            ("256.8.0", TooLarge, 0),
            ("1-0:1.8.256", TooLarge, 8),
            ("1-0:1.8.0*999999999999", TooLarge, 10),
            ("1-0:1.8.0.255.1", Trailing, 13),
            ("1-0:1.8.0*255 ", Trailing, 13),
            ("0100010800FF0", Trailing, 12),
            ("1.8.0é", Unexpected, 5),
        ] {
            assert_eq!(text.parse::<ObisCode>(), Err(ParseObisError { kind, offset }), "{text}");
        }
    }
}
