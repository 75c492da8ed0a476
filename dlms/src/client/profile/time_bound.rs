use dlms_core::data::{Date, DateTime, Deviation};

const DAY: i64 = 86_400;

/// Where a time begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeBound {
    /// Seconds since 1970-01-01T00:00:00Z.
    Utc(i64),
    /// Seconds since 1970-01-01T00:00:00 on the meter's clock.
    Local(i64),
    /// A day on the meter's clock, by the seconds at its beginning.
    Day(i64),
}

impl TimeBound {
    /// A day on the meter's clock; nothing if `date` names none.
    #[must_use]
    pub fn day(date: Date) -> Option<Self> {
        Some(Self::Day(date.days_since_epoch()?.saturating_mul(DAY)))
    }

    /// A moment, if `time` tells its deviation, else what the meter's clock shows then; nothing for a pattern.
    #[must_use]
    pub fn at(time: DateTime) -> Option<Self> {
        time.utc_seconds().map(Self::Utc).or_else(|| time.local_seconds().map(Self::Local))
    }

    /// Where it begins, on a clock that deviates so much from UTC.
    #[must_use]
    pub fn first(self, deviation: Deviation) -> DateTime {
        self.on(deviation, 0)
    }

    /// Where it ends: a day lasts until a second before the next.
    #[must_use]
    pub fn last(self, deviation: Deviation) -> DateTime {
        self.on(deviation, DAY.saturating_sub(1))
    }

    fn on(self, deviation: Deviation, into_day: i64) -> DateTime {
        let behind = i64::from(deviation.minutes().unwrap_or(0)).saturating_mul(60);
        let utc = match self {
            Self::Utc(seconds) => seconds,
            Self::Local(seconds) => seconds.saturating_add(behind),
            Self::Day(seconds) => seconds.saturating_add(into_day).saturating_add(behind),
        };
        DateTime::from_utc_seconds(utc, deviation)
    }

    /// Whether `time` is before it.
    pub(super) fn is_after(self, time: DateTime) -> bool {
        let (seconds, begin) = match self {
            Self::Utc(begin) => (utc_seconds(time), begin),
            Self::Local(begin) | Self::Day(begin) => (time.local_seconds(), begin),
        };
        seconds.is_some_and(|seconds| seconds < begin)
    }

    /// Whether `time` is after the end of it.
    pub(super) fn is_before(self, time: DateTime) -> bool {
        let (seconds, end) = match self {
            Self::Utc(end) => (utc_seconds(time), end),
            Self::Local(end) => (time.local_seconds(), end),
            Self::Day(begin) => (time.local_seconds(), begin.saturating_add(DAY).saturating_sub(1)),
        };
        seconds.is_some_and(|seconds| seconds > end)
    }
}

/// The moment of a meter's time; where it does not tell its deviation, it counts as UTC.
pub(super) fn utc_seconds(time: DateTime) -> Option<i64> {
    time.utc_seconds().or_else(|| time.local_seconds())
}
