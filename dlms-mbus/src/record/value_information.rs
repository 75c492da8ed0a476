use dlms_core::codec::{Reader, Writer};

use super::data_information::MAX_EXTENSIONS;
use super::modifier::Modifiers;
use super::tables::{Meaning, first_extension, primary, second_extension};
use super::{Quantity, RecordError, RecordErrorKind, Text};

/// The value information of a record (VIF and VIFEs): what its data are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct ValueInformation<'a> {
    table: Table,
    code: u8,
    text: Option<Text<'a>>,
    /// The extensions behind the code.
    extensions: &'a [u8],
}

/// The tables of codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Table {
    /// The primary one.
    Primary,
    /// The first extension, behind `FB`.
    First,
    /// The second extension, behind `FD`.
    Second,
}

impl<'a> ValueInformation<'a> {
    /// A code of a table, without extensions.
    #[must_use]
    pub const fn new(table: Table, code: u8) -> Self {
        Self { table, code: code & 0x7f, text: None, extensions: &[] }
    }

    /// Reads all of it.
    pub(super) fn decode(r: &mut Reader<'a>) -> Result<Self, RecordError> {
        let mut code = r.u8()?;
        let mut table = Table::Primary;
        let mut left = MAX_EXTENSIONS;
        if code == 0xfb || code == 0xfd {
            table = if code == 0xfb { Table::First } else { Table::Second };
            code = r.u8()?;
            left = left.saturating_sub(1);
        }
        // The text stands in front of the extensions.
        let text = match (table, code & 0x7f) {
            (Table::Primary, 0x7c) => {
                let len = r.u8()?;
                Some(Text(r.take(len.into())?))
            }
            _ => None,
        };
        let all = r.rest();
        let mut n = 0usize;
        let mut more = code & 0x80 != 0;
        while more {
            if n >= left {
                return Err(RecordErrorKind::ValueExtensions.at(r.offset()));
            }
            more = r.u8()? & 0x80 != 0;
            n = n.wrapping_add(1);
        }
        Ok(Self { table, code: code & 0x7f, text, extensions: all.get(..n).unwrap_or_default() })
    }

    /// The table of its code.
    #[must_use]
    pub const fn table(&self) -> Table {
        self.table
    }

    /// Its code in that table, without the bit that says that extensions follow.
    #[must_use]
    pub const fn code(&self) -> u8 {
        self.code
    }

    /// The unit as a text, where the meter gives one.
    #[must_use]
    pub const fn text(&self) -> Option<Text<'a>> {
        self.text
    }

    /// The extensions behind its code, as they were sent.
    #[must_use]
    pub const fn extensions(&self) -> &'a [u8] {
        self.extensions
    }

    /// What the extensions say. Those of a manufacturer's code are the manufacturer's.
    #[must_use]
    pub const fn modifiers(&self) -> Modifiers<'a> {
        match self.meaning().quantity {
            Quantity::ManufacturerSpecific | Quantity::Reserved => Modifiers::new(&[]),
            _ => Modifiers::new(self.extensions),
        }
    }

    pub(super) const fn meaning(&self) -> Meaning {
        match self.table {
            Table::Primary => primary(self.code),
            Table::First => first_extension(self.code),
            Table::Second => second_extension(self.code),
        }
    }

    pub(super) fn encode(&self, w: &mut Writer<'_>) {
        match self.table {
            Table::Primary => {}
            Table::First => w.u8(0xfb),
            Table::Second => w.u8(0xfd),
        }
        w.u8(self.code | if self.extensions.is_empty() { 0 } else { 0x80 });
        if let Some(Text(octets)) = self.text {
            w.u8(u8::try_from(octets.len()).unwrap_or(u8::MAX));
            w.bytes(octets);
        }
        w.bytes(self.extensions);
    }
}
