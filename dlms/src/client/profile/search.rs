use dlms_core::data::DateTime;

use super::bounds::Bounds;

/// Looks for the rows of a range by number, halving what is left, in a meter that does not choose by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Search {
    count: u32,
    oldest: Option<DateTime>,
    forwards: bool,
    /// The first row of the range, once it is found.
    first: Option<u32>,
    /// Where the row looked for is: not before `low`, not after `high`.
    low: u32,
    high: u32,
    at_end: bool,
}

/// How a search goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// The time of this row has to be known.
    Look(u32),
    /// These are the rows; none if the last is before the first.
    Found { first: u32, last: u32 },
}

impl Search {
    /// Among so many rows.
    pub(super) const fn new(count: u32) -> Self {
        let high = count.saturating_add(1);
        Self { count, oldest: None, forwards: true, first: None, low: 1, high, at_end: false }
    }

    pub(super) const fn next(&self) -> Next {
        match (self.oldest, self.first) {
            _ if self.count == 0 => Next::Found { first: 1, last: 0 },
            (None, _) => Next::Look(1),
            (Some(_), _) if !self.at_end => Next::Look(self.count),
            (_, Some(first)) if self.low >= self.high => {
                Next::Found { first, last: self.low.saturating_sub(1) }
            }
            _ => Next::Look(self.low.midpoint(self.high)),
        }
    }

    /// The row that was looked at has this time.
    pub(super) fn handle_time(&mut self, time: DateTime, bounds: &Bounds) {
        let Some(oldest) = self.oldest else {
            self.oldest = Some(time);
            return;
        };
        if !self.at_end {
            self.at_end = true;
            self.forwards = oldest.local_seconds() <= time.local_seconds();
            return;
        }
        let middle = self.low.midpoint(self.high);
        let (skipped, beyond) = if self.forwards {
            (bounds.is_before(time), bounds.is_after(time))
        } else {
            (bounds.is_after(time), bounds.is_before(time))
        };
        let is_further = if self.first.is_none() { skipped } else { !beyond };
        if is_further {
            self.low = middle.saturating_add(1);
        } else {
            self.high = middle;
        }
        if self.first.is_none() && self.low >= self.high {
            self.first = Some(self.low);
            self.high = self.count.saturating_add(1);
        }
    }
}
