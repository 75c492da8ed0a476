use nom::Parser;
use nom::bytes::complete::take_while;
use nom::combinator::opt;
use nom::sequence::{delimited, preceded};

use crate::Decimal;
use crate::grammar::{Parsed, line_end, literal};

/// What stands in parentheses: a value, perhaps with its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Value<'a> {
    /// The characters of the value.
    pub text: &'a str,
    /// The characters behind `*`.
    pub unit: Option<&'a str>,
}

impl<'a> Value<'a> {
    /// The value as a number, if it is one.
    #[must_use]
    pub fn number(&self) -> Option<Decimal> {
        Decimal::from_text(self.text)
    }

    /// `(value)` or `(value*unit)`.
    pub(super) fn parse(text: &'a [u8]) -> Parsed<'a, Self> {
        let inside = take_while(|character| matches!(character, b' '..=b'~') && !b"()".contains(&character));
        let split = |inside: &'a [u8]| {
            let inside = core::str::from_utf8(inside).unwrap_or_default();
            match inside.split_once('*') {
                Some((text, unit)) => Self { text, unit: Some(unit) },
                None => Self { text: inside, unit: None },
            }
        };
        delimited(literal(b"("), inside, literal(b")")).map(split).parse(text)
    }

    /// The same, perhaps on the next line.
    pub(super) fn parse_next(text: &'a [u8]) -> Parsed<'a, Self> {
        preceded(opt(line_end), Self::parse).parse(text)
    }
}

/// The values of a data set, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Values<'a> {
    /// Values that were read before.
    pub(super) rest: &'a [u8],
}

impl<'a> Iterator for Values<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Value<'a>> {
        let (rest, value) = Value::parse_next(self.rest).ok()?;
        self.rest = rest;
        Some(value)
    }
}
