use core::ops::{RangeFrom, RangeInclusive};

use super::TimeRange;

/// Which rows of a profile are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WantedRows {
    /// All of them.
    All,
    /// Those captured in a time.
    Within(TimeRange),
    /// Those with these numbers.
    Entries {
        /// The first, counted from 1.
        first: u32,
        /// The last; 0: the last there is.
        last: u32,
    },
}

impl From<TimeRange> for WantedRows {
    fn from(range: TimeRange) -> Self {
        Self::Within(range)
    }
}

impl From<RangeInclusive<u32>> for WantedRows {
    fn from(numbers: RangeInclusive<u32>) -> Self {
        let (first, last) = numbers.into_inner();
        // 0 would mean the last there is.
        Self::Entries { first, last: last.max(1) }
    }
}

impl From<RangeFrom<u32>> for WantedRows {
    fn from(numbers: RangeFrom<u32>) -> Self {
        Self::Entries { first: numbers.start, last: 0 }
    }
}
