use core::ops::{RangeFrom, RangeInclusive, RangeToInclusive};

use dlms_core::data::{Date, DateTime};

use super::TimeBound;

/// A time, both ends included. An end that is left open is before, or after, all rows.
///
/// Times that tell their deviation are moments, whatever the meter's clock shows; times that do not are what it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TimeRange {
    /// Where it begins.
    pub from: Option<TimeBound>,
    /// Where it ends.
    pub to: Option<TimeBound>,
}

impl TimeRange {
    /// The days from `first` to `last` on the meter's clock, whole.
    #[must_use]
    pub fn days(first: Date, last: Date) -> Self {
        Self { from: TimeBound::day(first), to: TimeBound::day(last) }
    }
}

impl From<RangeInclusive<DateTime>> for TimeRange {
    fn from(range: RangeInclusive<DateTime>) -> Self {
        Self { from: TimeBound::at(*range.start()), to: TimeBound::at(*range.end()) }
    }
}

impl From<RangeFrom<DateTime>> for TimeRange {
    fn from(range: RangeFrom<DateTime>) -> Self {
        Self { from: TimeBound::at(range.start), to: None }
    }
}

impl From<RangeToInclusive<DateTime>> for TimeRange {
    fn from(range: RangeToInclusive<DateTime>) -> Self {
        Self { from: None, to: TimeBound::at(range.end) }
    }
}
