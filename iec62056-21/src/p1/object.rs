use obis::ObisCode;

use super::{Content, content};
use crate::{DataSet, DataSets, ParseError, ParseErrorKind, Values};

/// What a telegram says of one object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Object<'a> {
    obis: ObisCode,
    set: DataSet<'a>,
}

impl<'a> Object<'a> {
    /// Which object; groups that the telegram leaves out have their usual values.
    #[must_use]
    pub const fn obis(&self) -> ObisCode {
        self.obis
    }

    /// The channel of the M-Bus device that the object belongs to, from 1 on; nothing for the meter's own.
    #[must_use]
    pub const fn channel(&self) -> Option<u8> {
        match self.obis {
            ObisCode { a: 0, b: 0, .. } => None,
            ObisCode { a: 0, b, .. } => Some(b),
            _ => None,
        }
    }

    /// What its values mean.
    #[must_use]
    pub fn content(&self) -> Content<'a> {
        content::of(self.obis, self.set.values())
    }

    /// Its values as they were written.
    #[must_use]
    pub const fn values(&self) -> Values<'a> {
        self.set.values()
    }

    /// Offset of its first character in the telegram.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.set.offset()
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Object<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "{}", self.set);
    }
}

/// The objects of a telegram. What is none is an error; the next one is sought behind it.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Objects<'a> {
    sets: DataSets<'a>,
}

impl<'a> Objects<'a> {
    /// The objects in data sets.
    #[must_use]
    pub const fn new(sets: DataSets<'a>) -> Self {
        Self { sets }
    }
}

impl<'a> Iterator for Objects<'a> {
    type Item = Result<Object<'a>, ParseError>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(self.sets.next()?.and_then(|set| match set.obis() {
            Ok(obis) => Ok(Object { obis, set }),
            Err(error) => Err(ParseErrorKind::Obis.at(error.offset).within(set.offset())),
        }))
    }
}
