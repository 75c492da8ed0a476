use dlms_core::apdu::DataAccessResult;
use dlms_core::codec::{Encode, Writer};

/// The rows of an array attribute, by absolute number: a long read resumes at a row, and rows that are added
/// while it lasts do not move the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Rows {
    /// The first row to ask for.
    pub first: u32,
    /// The row after the last one to ask for.
    pub end: u32,
    /// How many of them will be written; rows that the selection leaves out write nothing.
    pub count: u32,
}

impl Rows {
    /// All of `first..end`.
    #[must_use]
    pub const fn all(first: u32, end: u32) -> Self {
        Self { first, end, count: end.saturating_sub(first) }
    }

    /// The first `count` rows.
    #[must_use]
    pub const fn first(count: u32) -> Self {
        Self::all(0, count)
    }

    /// One row for each element of a slice.
    #[must_use]
    pub fn of<T>(elements: &[T]) -> Self {
        Self::first(u32::try_from(elements.len()).unwrap_or(u32::MAX))
    }

    /// Writes the element of that number.
    ///
    /// # Errors
    /// `long-get-aborted`: there are not that many any more.
    pub fn write<T: Encode>(elements: &[T], row: u32, w: &mut Writer<'_>) -> Result<(), DataAccessResult> {
        let element = usize::try_from(row).ok().and_then(|row| elements.get(row));
        element.ok_or(DataAccessResult::LongGetAborted)?.encode(w);
        Ok(())
    }
}
