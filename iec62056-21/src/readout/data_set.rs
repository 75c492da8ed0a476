use nom::Parser;
use nom::bytes::complete::take_while;
use nom::combinator::recognize;
use nom::multi::many0_count;
use obis::{ObisCode, ParseObisError};

use super::value::{Value, Values};
use crate::grammar::{Parsed, is_printable};

/// An address and its values: `1.8.0(000123.4*kWh)`.
///
/// Values may go on in the next line, as those of load profiles do. The address may be empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct DataSet<'a> {
    address: &'a str,
    values: &'a [u8],
    offset: usize,
}

impl<'a> DataSet<'a> {
    /// What the values are of, as it was written.
    #[must_use]
    pub const fn address(&self) -> &'a str {
        self.address
    }

    /// The address as an OBIS code, with the usual groups where it leaves them out.
    ///
    /// # Errors
    /// The address is no OBIS code: makers have others.
    pub fn obis(&self) -> Result<ObisCode, ParseObisError> {
        self.address.parse()
    }

    /// The values: at least one.
    #[must_use]
    pub const fn values(&self) -> Values<'a> {
        Values { rest: self.values }
    }

    /// The value, if there is no other.
    #[must_use]
    pub fn value(&self) -> Option<Value<'a>> {
        let mut values = self.values();
        values.next().filter(|_| values.next().is_none())
    }

    /// Offset of the first character in the text that it was read from.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset
    }

    /// The data set at the front of `text`, which begins at `offset`.
    pub(super) fn parse(text: &'a [u8], offset: usize) -> Parsed<'a, Self> {
        let address = take_while(|character| is_printable(character) && !b"()".contains(&character));
        let values = recognize((Value::parse, many0_count(Value::parse_next)));
        let (rest, (address, values)) = (address, values).parse(text)?;
        let address = core::str::from_utf8(address).unwrap_or_default();
        Ok((rest, Self { address, values, offset }))
    }
}
