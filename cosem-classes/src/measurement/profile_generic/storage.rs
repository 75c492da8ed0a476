use dlms_core::apdu::{ActionResult, DataAccessResult};

/// Why rows could not be read or stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum StorageError {
    /// There is no row of that number, or no longer.
    #[error("no such row")]
    NoRow,
    /// The row is longer than the place for it.
    #[error("row too long")]
    TooLong,
    /// The storage appends only.
    #[error("rows cannot be inserted")]
    AppendOnly,
    /// The memory failed.
    #[error("memory failed")]
    Memory,
}

impl From<StorageError> for DataAccessResult {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::NoRow => Self::LongGetAborted,
            StorageError::Memory => Self::HardwareFault,
            StorageError::TooLong | StorageError::AppendOnly => Self::OtherReason,
        }
    }
}

impl From<StorageError> for ActionResult {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Memory => Self::HardwareFault,
            StorageError::NoRow | StorageError::TooLong | StorageError::AppendOnly => Self::OtherReason,
        }
    }
}

/// Where a profile keeps its rows: in RAM, in flash, in a file.
///
/// Rows have absolute numbers, one after the other from [`first`](Self::first) up to but without
/// [`end`](Self::end): a number stands for the same row as long as it stands for any, so that a long read goes on
/// undisturbed while rows come and go.
pub trait Storage {
    /// Whether [`insert`](Self::insert) works: without it, profiles are unsorted.
    const INSERTS: bool = false;

    /// The number of the first row.
    fn first(&self) -> u32;

    /// The number after that of the last row.
    fn end(&self) -> u32;

    /// How many rows there is room for.
    fn capacity(&self) -> u32;

    /// Hands the octets of row number `row` to `read`.
    ///
    /// # Errors
    /// There is no such row, or the memory failed.
    fn read<T>(&self, row: u32, read: impl FnOnce(&[u8]) -> T) -> Result<T, StorageError>;

    /// Adds a row at the end; where there is no room, the first row goes.
    ///
    /// # Errors
    /// The row is too long, or the memory failed; all rows are as they were.
    fn append(&mut self, row: &[u8]) -> Result<(), StorageError>;

    /// Adds a row before row number `before`; where there is no room, the last row goes. All rows get new numbers,
    /// which they never had before.
    ///
    /// # Errors
    /// As [`append`](Self::append); the storage only appends.
    fn insert(&mut self, before: u32, row: &[u8]) -> Result<(), StorageError> {
        let _ = (before, row);
        Err(StorageError::AppendOnly)
    }

    /// Forgets the rows before number `first` and from number `end` on.
    ///
    /// # Errors
    /// The memory failed.
    fn keep(&mut self, first: u32, end: u32) -> Result<(), StorageError>;
}
