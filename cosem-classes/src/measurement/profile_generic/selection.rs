use dlms_core::apdu::{DataAccessResult, SelectiveAccess};
use dlms_core::codec::{Decode, Reader, Writer};
use dlms_core::data::{Data, DataType, tag};

use super::order::is_within;
use super::{EntryDescriptor, RangeDescriptor, RangeDescriptorView};
use crate::model::{CaptureObject, Rows, rows_match};

/// What a client wants of a buffer: which rows, and which columns of them.
///
/// A row is the values of all columns one after the other, each with its tag.
#[derive(Debug, Clone, Copy)]
pub struct Selection<'a> {
    columns: &'a [CaptureObject],
    wanted: Wanted<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Wanted<'a> {
    All,
    Range { column: usize, range: RangeDescriptorView<'a> },
    Entries(EntryDescriptor),
}

impl<'a> Selection<'a> {
    /// What `selection` means in a buffer with these columns.
    ///
    /// # Errors
    /// `type-unmatched`: its parameters are of the wrong type; `other-reason`: a column it names is not there;
    /// `read-write-denied`: there is no such selector.
    pub fn new(
        selection: Option<&SelectiveAccess<'a>>,
        columns: &'a [CaptureObject],
    ) -> Result<Self, DataAccessResult> {
        let wanted = match selection {
            None => Wanted::All,
            Some(SelectiveAccess { selector: RangeDescriptor::SELECTOR, parameters }) => {
                let range = RangeDescriptor::from_data(*parameters)
                    .filter(|range| rows_match(&range.selected_values))
                    .ok_or(DataAccessResult::TypeUnmatched)?;
                let place = |object: &CaptureObject| columns.iter().position(|column| column == object);
                if !range.selected_values.iter().flatten().all(|object| place(&object).is_some()) {
                    return Err(DataAccessResult::OtherReason);
                }
                let column = place(&range.restricting_object).ok_or(DataAccessResult::OtherReason)?;
                Wanted::Range { column, range }
            }
            Some(SelectiveAccess { selector: EntryDescriptor::SELECTOR, parameters }) => Wanted::Entries(
                EntryDescriptor::from_data(*parameters).ok_or(DataAccessResult::TypeUnmatched)?,
            ),
            Some(_) => return Err(DataAccessResult::ReadWriteDenied),
        };
        Ok(Self { columns, wanted })
    }

    /// Which of the rows `first..end` are wanted. `matches` tells of a row number whether the row
    /// [`contains`](Self::contains) what is wanted; it is asked only where the values decide.
    ///
    /// # Errors
    /// Those of `matches`.
    pub fn rows<E>(
        &self,
        first: u32,
        end: u32,
        mut matches: impl FnMut(u32) -> Result<bool, E>,
    ) -> Result<Rows, E> {
        match self.wanted {
            Wanted::All => Ok(Rows::all(first, end)),
            Wanted::Entries(EntryDescriptor { from_entry, to_entry, .. }) => {
                let last = if to_entry == 0 { u32::MAX } else { to_entry };
                let start = first.saturating_add(from_entry.saturating_sub(1)).min(end);
                Ok(Rows::all(start, first.saturating_add(last).min(end).max(start)))
            }
            Wanted::Range { .. } => {
                let mut rows = Rows { first: end, end, count: 0 };
                for row in first..end {
                    if matches(row)? {
                        rows.first = rows.first.min(row);
                        rows.end = row.saturating_add(1);
                        rows.count = rows.count.saturating_add(1);
                    }
                }
                Ok(rows)
            }
        }
    }

    /// Whether a row has what is wanted in the column that decides.
    #[must_use]
    pub fn contains(&self, row: &[u8]) -> bool {
        match &self.wanted {
            Wanted::All | Wanted::Entries(_) => true,
            Wanted::Range { column, range } => {
                value(row, *column).is_some_and(|value| is_within(value, range.from_value, range.to_value))
            }
        }
    }

    /// Writes a row, as a structure of the columns that are wanted.
    pub fn write(&self, row: &[u8], w: &mut Writer<'_>) {
        w.u8(tag::STRUCTURE);
        if self.wants_all() {
            w.length(self.columns.len());
            return w.bytes(row);
        }
        let count = |n: usize, column| n.saturating_add(usize::from(self.wants(column)));
        w.length((0..self.columns.len()).fold(0, count));
        let mut r = Reader::new(row);
        for column in 0..self.columns.len() {
            let before = r.rest();
            if Data::decode(&mut r).is_err() {
                return;
            }
            let used = before.len().saturating_sub(r.remaining());
            if self.wants(column) {
                w.bytes(before.get(..used).unwrap_or_default());
            }
        }
    }

    fn wants_all(&self) -> bool {
        match self.wanted {
            Wanted::All => true,
            Wanted::Range { range, .. } => range.selected_values.is_empty(),
            Wanted::Entries(entries) => entries.from_selected_value <= 1 && entries.to_selected_value == 0,
        }
    }

    fn wants(&self, column: usize) -> bool {
        match self.wanted {
            Wanted::All => true,
            Wanted::Range { range, .. } => {
                let object = self.columns.get(column);
                range.selected_values.is_empty()
                    || range.selected_values.iter().any(|wanted| wanted.ok().as_ref() == object)
            }
            Wanted::Entries(EntryDescriptor { from_selected_value: from, to_selected_value: to, .. }) => {
                let number = column.saturating_add(1);
                number >= usize::from(from) && (to == 0 || number <= usize::from(to))
            }
        }
    }
}

/// The value of column number `column`.
pub(super) fn value(row: &[u8], column: usize) -> Option<Data<'_>> {
    let mut r = Reader::new(row);
    for _ in 0..column {
        Data::decode(&mut r).ok()?;
    }
    Data::decode(&mut r).ok()
}
