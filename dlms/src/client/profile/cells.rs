use alloc::vec::Vec;
use core::ops::Range;

use dlms_core::codec::{Decode, Encode, Writer};
use dlms_core::data::Data;

/// The values of a row one after the other, each with its tag.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Cells {
    octets: Vec<u8>,
    ends: Vec<usize>,
}

impl Cells {
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// How many octets they take.
    pub(super) fn size(&self) -> usize {
        self.octets.len()
    }

    /// The encoding of a value.
    pub(super) fn octets(&self, place: usize) -> Option<&[u8]> {
        let end = *self.ends.get(place)?;
        let start = place.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.octets.get(start..end)
    }

    pub(super) fn value(&self, place: usize) -> Option<Data<'_>> {
        // Cannot fail: only values were put in.
        Data::from_bytes(self.octets(place)?).ok()
    }

    pub(super) fn values(&self) -> impl Iterator<Item = Data<'_>> {
        (0..self.len()).filter_map(|place| self.value(place))
    }

    /// Adds a value by its encoding, which was checked.
    pub(super) fn push_octets(&mut self, octets: &[u8]) {
        self.octets.extend_from_slice(octets);
        self.ends.push(self.octets.len());
    }

    pub(super) fn push(&mut self, value: &dyn Encode) {
        let start = self.octets.len();
        self.octets.resize(start.saturating_add(value.encoded_len()), 0);
        value.encode(&mut Writer::new(self.octets.get_mut(start..).unwrap_or_default()));
        self.ends.push(self.octets.len());
    }

    /// Some of them.
    pub(super) fn part(&self, places: Range<usize>) -> Self {
        let mut part = Self::default();
        places.filter_map(|place| self.octets(place)).for_each(|octets| part.push_octets(octets));
        part
    }
}
