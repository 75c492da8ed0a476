use core::cmp::Ordering;

use dlms_core::apdu::{ActionResult, DataAccessResult, SelectiveAccess};
use dlms_core::codec::{Decode, Reader, Writer};
use dlms_core::data::{ArrayView, Data};
use obis::ObisCode;

use super::order::{compare, compare_magnitudes};
use super::selection::value;
use super::{Selection, Serve, SortMethod, Storage, StorageError};
use crate::model::{Answer, CaptureObject, CaptureTarget, Effect, Rows};
use crate::time::period_at;

/// A profile that keeps its rows in a [`Storage`], and has at most `COLUMNS` columns.
///
/// Method `capture` asks the device to capture, which hands the row to [`CaptureTarget::capture`]. When the clock
/// asks for one, [`is_due`](Self::is_due) tells.
#[derive(Debug, Clone)]
pub struct StoredProfile<S, const COLUMNS: usize> {
    storage: S,
    columns: [CaptureObject; COLUMNS],
    width: usize,
    capture_period: u32,
    capture_periods: &'static [u32],
    sort_method: SortMethod,
    sort_object: CaptureObject,
    profile_entries: u32,
}

/// No column: what sort_object is while the rows are not sorted.
const NO_COLUMN: CaptureObject = CaptureObject {
    class_id: 0,
    logical_name: ObisCode::from_octets([0; 6]),
    attribute_index: 0,
    data_index: 0,
};

impl<S: Storage, const COLUMNS: usize> StoredProfile<S, COLUMNS> {
    /// A profile of these columns, as many as there is room for, over what `storage` holds; first in, first out.
    #[must_use]
    pub fn new(storage: S, columns: &[CaptureObject], capture_period: u32) -> Self {
        let mut own = [NO_COLUMN; COLUMNS];
        for (slot, column) in own.iter_mut().zip(columns) {
            *slot = *column;
        }
        Self {
            profile_entries: storage.capacity(),
            storage,
            columns: own,
            width: columns.len().min(COLUMNS),
            capture_period,
            capture_periods: &[],
            sort_method: SortMethod::Fifo,
            sort_object: NO_COLUMN,
        }
    }

    /// The same profile where clients may set the capture period to one of these only.
    #[must_use]
    pub fn with_capture_periods(self, capture_periods: &'static [u32]) -> Self {
        Self { capture_periods, ..self }
    }

    /// The columns.
    #[must_use]
    pub fn columns(&self) -> &[CaptureObject] {
        self.columns.get(..self.width).unwrap_or_default()
    }

    /// Where the rows are.
    #[must_use]
    pub const fn storage(&self) -> &S {
        &self.storage
    }

    /// Whether the clock passed a multiple of the capture period on its way from `before` to `now`: local times, in
    /// seconds since a midnight.
    #[must_use]
    pub fn is_due(&self, before: i64, now: i64) -> bool {
        let period = i64::from(self.capture_period);
        matches!((period_at(before, period), period_at(now, period)), (Some(before), Some(now)) if before < now)
    }

    /// Forgets all rows.
    ///
    /// # Errors
    /// The memory failed.
    pub fn clear(&mut self) -> Result<(), StorageError> {
        let end = self.storage.end();
        self.storage.keep(end, end)
    }

    /// Adds a row: the values of all columns one after the other, each with its tag.
    ///
    /// # Errors
    /// It is too long for the storage, or the memory failed.
    pub fn add(&mut self, row: &[u8]) -> Result<(), StorageError> {
        let (first, end) = (self.storage.first(), self.storage.end());
        let full = end.saturating_sub(first) >= self.profile_entries;
        let Some(column) = self.sort_column() else {
            self.storage.append(row)?;
            let first = self.storage.end().saturating_sub(self.profile_entries);
            return self.storage.keep(first.max(self.storage.first()), self.storage.end());
        };
        let before = self.place(column, row)?;
        if full {
            if before >= end {
                return Ok(());
            }
            self.storage.keep(first, end.saturating_sub(1))?;
        }
        self.storage.insert(before, row)
    }

    /// The number of the first stored row that comes after `row`.
    fn place(&self, column: usize, row: &[u8]) -> Result<u32, StorageError> {
        let Some(new) = value(row, column) else { return Ok(self.storage.end()) };
        for number in self.storage.first()..self.storage.end() {
            let order = self.storage.read(number, |row| {
                value(row, column).map_or(Ordering::Equal, |old| match self.sort_method {
                    SortMethod::Largest => compare(old, new),
                    SortMethod::FarestFromZero => compare_magnitudes(old, new),
                    SortMethod::NearestToZero => compare_magnitudes(new, old),
                    _ => compare(new, old),
                })
            })?;
            if order == Ordering::Less {
                return Ok(number);
            }
        }
        Ok(self.storage.end())
    }

    fn sort_column(&self) -> Option<usize> {
        let column = self.columns().iter().position(|column| *column == self.sort_object);
        column.filter(|_| self.sort_method.is_sorted())
    }

    /// From the number of a stored row to that of a row of the buffer, and back: where the newest row is the first,
    /// numbers count backwards.
    const fn mirror(&self, row: u32) -> u32 {
        match self.sort_method {
            SortMethod::Lifo => (u32::MAX - 1).saturating_sub(row),
            _ => row,
        }
    }

    fn matches(&self, selection: &Selection<'_>, row: u32) -> Result<bool, DataAccessResult> {
        Ok(self.storage.read(self.mirror(row), |row| selection.contains(row))?)
    }
}

impl<S: Storage, const COLUMNS: usize> Serve for StoredProfile<S, COLUMNS> {
    fn buffer(&self, selection: Option<&SelectiveAccess<'_>>) -> Result<Rows, DataAccessResult> {
        let selection = Selection::new(selection, self.columns())?;
        let (first, end) = (self.storage.first(), self.storage.end());
        let (first, end) = match self.sort_method {
            SortMethod::Lifo => (self.mirror(end).saturating_add(1), self.mirror(first).saturating_add(1)),
            _ => (first, end),
        };
        selection.rows(first, end, |row| self.matches(&selection, row))
    }

    fn buffer_row(
        &self,
        selection: Option<&SelectiveAccess<'_>>,
        row: u32,
        w: &mut Writer<'_>,
    ) -> Result<(), DataAccessResult> {
        let selection = Selection::new(selection, self.columns())?;
        Ok(self.storage.read(self.mirror(row), |row| {
            if selection.contains(row) {
                selection.write(row, w);
            }
        })?)
    }

    fn capture_objects(&self) -> Result<Rows, DataAccessResult> {
        Ok(Rows::of(self.columns()))
    }

    fn capture_object(&self, row: u32, w: &mut Writer<'_>) -> Result<(), DataAccessResult> {
        Rows::write(self.columns(), row, w)
    }

    fn set_capture_objects(
        &mut self,
        value: ArrayView<'_, CaptureObject>,
    ) -> Result<Effect, DataAccessResult> {
        if value.len() > COLUMNS {
            return Err(DataAccessResult::OtherReason);
        }
        self.clear()?;
        self.width = value.len();
        for (slot, column) in self.columns.iter_mut().zip(value.iter().flatten()) {
            *slot = column;
        }
        Ok(Effect::None)
    }

    fn capture_period(&self) -> Answer<'_, u32> {
        Ok(self.capture_period)
    }

    fn set_capture_period(&mut self, value: u32) -> Result<Effect, DataAccessResult> {
        if !self.capture_periods.is_empty() && !self.capture_periods.contains(&value) {
            return Err(DataAccessResult::OtherReason);
        }
        self.capture_period = value;
        Ok(Effect::None)
    }

    fn sort_method(&self) -> Answer<'_, SortMethod> {
        Ok(self.sort_method)
    }

    fn set_sort_method(&mut self, value: SortMethod) -> Result<Effect, DataAccessResult> {
        let possible = if value.is_sorted() { S::INSERTS } else { !matches!(value, SortMethod::Other(_)) };
        if !possible {
            return Err(DataAccessResult::OtherReason);
        }
        if value != self.sort_method {
            self.clear()?;
            self.sort_method = value;
        }
        Ok(Effect::None)
    }

    fn sort_object(&self) -> Answer<'_, CaptureObject> {
        Ok(self.sort_object)
    }

    fn set_sort_object(&mut self, value: CaptureObject) -> Result<Effect, DataAccessResult> {
        if value != NO_COLUMN && !self.columns().contains(&value) {
            return Err(DataAccessResult::OtherReason);
        }
        if value != self.sort_object {
            self.clear()?;
            self.sort_object = value;
        }
        Ok(Effect::None)
    }

    fn entries_in_use(&self) -> Answer<'_, u32> {
        Ok(self.storage.end().saturating_sub(self.storage.first()))
    }

    fn profile_entries(&self) -> Answer<'_, u32> {
        Ok(self.profile_entries)
    }

    fn set_profile_entries(&mut self, value: u32) -> Result<Effect, DataAccessResult> {
        if value == 0 || value > self.storage.capacity() {
            return Err(DataAccessResult::OtherReason);
        }
        let (first, end) = (self.storage.first(), self.storage.end());
        if self.sort_method.is_sorted() {
            self.storage.keep(first, end.min(first.saturating_add(value)))?;
        } else {
            self.storage.keep(first.max(end.saturating_sub(value)), end)?;
        }
        self.profile_entries = value;
        Ok(Effect::None)
    }

    fn reset(&mut self) -> Result<Effect, ActionResult> {
        self.clear()?;
        Ok(Effect::None)
    }

    fn capture(&mut self) -> Result<Effect, ActionResult> {
        Ok(Effect::Capture)
    }

    fn capture_target(&mut self) -> Option<&mut dyn CaptureTarget> {
        Some(self)
    }
}

impl<S: Storage, const COLUMNS: usize> CaptureTarget for StoredProfile<S, COLUMNS> {
    fn column(&self, index: usize) -> Option<CaptureObject> {
        self.columns().get(index).copied()
    }

    fn capture(&mut self, row: &[u8]) -> Result<(), ActionResult> {
        if self.columns().is_empty() {
            return Err(ActionResult::OtherReason);
        }
        let mut r = Reader::new(row);
        for _ in self.columns() {
            Data::decode(&mut r).map_err(|_| ActionResult::OtherReason)?;
        }
        r.finish().map_err(|_| ActionResult::OtherReason)?;
        Ok(self.add(row)?)
    }
}
