//! What the grammars of the crate share: a failure that knows its place.

use nom::bytes::complete::take_while;
use nom::combinator::verify;
use nom::error::{ErrorKind, ParseError as NomError};
use nom::{IResult, Parser};

use crate::{ParseError, ParseErrorKind};

pub(crate) type Parsed<'a, T> = IResult<&'a [u8], T, Failure<'a>>;

/// What is wrong, and the text from there on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Failure<'a> {
    rest: &'a [u8],
    kind: ParseErrorKind,
}

impl<'a> NomError<&'a [u8]> for Failure<'a> {
    fn from_error_kind(rest: &'a [u8], parser: ErrorKind) -> Self {
        let kind = match parser {
            ErrorKind::Eof => ParseErrorKind::Truncated,
            _ if rest.is_empty() => ParseErrorKind::Truncated,
            ErrorKind::Verify => ParseErrorKind::TooLong,
            _ => ParseErrorKind::Unexpected,
        };
        Self { rest, kind }
    }

    fn append(_: &'a [u8], _: ErrorKind, other: Self) -> Self {
        other
    }

    /// Of two forms, the one that fits longer says what is wrong.
    fn or(self, other: Self) -> Self {
        if other.rest.len() < self.rest.len() { other } else { self }
    }
}

/// What `parser` makes of `text`, and what it leaves of it.
pub(crate) fn begin<'a, T>(
    mut parser: impl Parser<&'a [u8], Output = T, Error = Failure<'a>>,
    text: &'a [u8],
) -> Result<(&'a [u8], T), ParseError> {
    match parser.parse(text) {
        Ok(parsed) => Ok(parsed),
        Err(nom::Err::Error(Failure { kind: ParseErrorKind::Truncated, .. })) => {
            Err(ParseErrorKind::Truncated.at(text.len()))
        }
        Err(nom::Err::Error(failure) | nom::Err::Failure(failure)) => {
            Err(failure.kind.at(text.len().saturating_sub(failure.rest.len())))
        }
        // Complete parsers never ask for more.
        Err(nom::Err::Incomplete(_)) => Err(ParseErrorKind::Truncated.at(text.len())),
    }
}

/// What `parser` makes of all of `text`.
pub(crate) fn whole<'a, T>(
    parser: impl Parser<&'a [u8], Output = T, Error = Failure<'a>>,
    text: &'a [u8],
) -> Result<T, ParseError> {
    match begin(parser, text)? {
        ([], value) => Ok(value),
        (rest, _) => Err(ParseErrorKind::Trailing.at(text.len().saturating_sub(rest.len()))),
    }
}

/// These characters; `Truncated` where the text ends with the first of them.
pub(crate) fn literal<'a>(
    characters: &'static [u8],
) -> impl Parser<&'a [u8], Output = (), Error = Failure<'a>> {
    move |text: &'a [u8]| match text.strip_prefix(characters) {
        Some(rest) => Ok((rest, ())),
        None => {
            let kind = if characters.starts_with(text) { ErrorKind::Eof } else { ErrorKind::Tag };
            Err(nom::Err::Error(Failure::from_error_kind(text, kind)))
        }
    }
}

/// CR LF.
pub(crate) fn line_end(text: &[u8]) -> Parsed<'_, ()> {
    literal(b"\r\n").parse(text)
}

/// As many characters as `of` allows; `TooLong` if those are more than `most`.
pub(crate) fn field<'a>(
    of: fn(u8) -> bool,
    most: usize,
) -> impl Parser<&'a [u8], Output = &'a [u8], Error = Failure<'a>> {
    verify(take_while(of), move |field: &[u8]| field.len() <= most)
}

/// Where the first of these characters stand.
pub(crate) fn find(text: &[u8], characters: &[u8]) -> Option<usize> {
    let mut rest = text;
    while !rest.starts_with(characters) {
        rest = rest.get(1..)?;
    }
    Some(text.len().saturating_sub(rest.len()))
}

/// A character of an identification or an address: printable, and no delimiter.
pub(crate) const fn is_printable(character: u8) -> bool {
    matches!(character, b' '..=b'~') && !matches!(character, b'/' | b'!')
}
