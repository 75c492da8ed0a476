//! One line of the catalogue.

use crate::ObisCode;

/// A name for all codes whose groups lie between two codes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) low: ObisCode,
    pub(crate) high: ObisCode,
    pub(crate) name: &'static str,
    pub(crate) classes: &'static [u16],
    unit: &'static str,
    pub(crate) origin: Origin,
}

/// Who gave a code its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Origin {
    /// IEC 62056-6-1 and the Blue Book.
    Standard,
    /// The IDIS package 2 companion specification.
    Idis,
    /// The ST402 meter of the examples.
    St402,
}

impl Entry {
    pub(super) const fn new(
        low: [u8; 6],
        high: [u8; 6],
        name: &'static str,
        classes: &'static [u16],
        unit: &'static str,
        origin: Origin,
    ) -> Self {
        Self {
            low: ObisCode::from_octets(low),
            high: ObisCode::from_octets(high),
            name,
            classes,
            unit,
            origin,
        }
    }

    pub(super) fn unit(&self) -> Option<&'static str> {
        (!self.unit.is_empty()).then_some(self.unit)
    }

    pub(super) fn covers(&self, code: ObisCode) -> bool {
        let (low, high) = (self.low.to_octets(), self.high.to_octets());
        low.iter().zip(&high).zip(&code.to_octets()).all(|((low, high), group)| low <= group && group <= high)
    }
}
