use core::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

use dlms::client::profile::TimeBound;
use dlms_core::data::{DateTime, Deviation};
use jiff::civil;
use jiff::{SpanRelativeTo, Timestamp};

/// A time that somebody names.
///
/// | text | means |
/// |---|---|
/// | `2024-12-31T23:59:30+01:00`, `…Z` | that moment |
/// | `2024-12-31T23:59:30`, `2024-12-31 23:59` | by the meter's clock |
/// | `2024-12-31` | that day by the meter's clock, its begin or its end |
/// | `now`, `-2d`, `90 minutes ago` | as seen from now |
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// Seconds since 1970-01-01T00:00:00Z.
    Utc(i64),
    /// Seconds since 1970-01-01T00:00:00 on the meter's clock.
    Local(i64),
    /// A day on the meter's clock, by the seconds at its beginning.
    Day(i64),
}

impl Moment {
    /// Where the moment begins, on a clock that deviates so much from UTC.
    pub(crate) fn first(self, deviation: Deviation) -> DateTime {
        TimeBound::from(self).first(deviation)
    }
}

impl From<Moment> for TimeBound {
    fn from(moment: Moment) -> Self {
        match moment {
            Moment::Utc(seconds) => Self::Utc(seconds),
            Moment::Local(seconds) => Self::Local(seconds),
            Moment::Day(seconds) => Self::Day(seconds),
        }
    }
}

/// Seconds since 1970-01-01T00:00:00Z, by this computer's clock.
pub(crate) fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_secs()).unwrap_or(i64::MAX)
}

/// The moment of a meter's time; where it does not tell its deviation, it counts as UTC.
pub(crate) fn utc_seconds(time: DateTime) -> Option<i64> {
    time.utc_seconds().or_else(|| time.local_seconds())
}

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "now" {
            return Ok(Self::Utc(now()));
        }
        if let Ok(moment) = text.parse::<Timestamp>() {
            return Ok(Self::Utc(moment.as_second()));
        }
        if let Some(Ok(day)) = (!text.contains(':')).then(|| text.parse::<civil::Date>()) {
            return Ok(Self::Day(local_seconds(day.at(0, 0, 0, 0))));
        }
        if let Ok(time) = text.parse::<civil::DateTime>() {
            return Ok(Self::Local(local_seconds(time)));
        }
        let span = text.parse::<jiff::Span>().ok();
        let span = span.and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()).ok());
        match span {
            Some(span) => Ok(Self::Utc(now().saturating_add(span.as_secs()))),
            None => Err("a time is wanted, as 2024-12-31T23:59:30+01:00, 2024-12-31, now, or -2d".to_owned()),
        }
    }
}

fn local_seconds(time: civil::DateTime) -> i64 {
    let epoch = civil::date(1970, 1, 1).at(0, 0, 0, 0);
    time.duration_since(epoch).as_secs()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(text: &str) -> String {
        text.parse::<Moment>().unwrap().first(Deviation(-60)).to_string()
    }

    fn last(text: &str) -> String {
        TimeBound::from(text.parse::<Moment>().unwrap()).last(Deviation(-60)).to_string()
    }

    #[test]
    fn a_moment_is_the_same_everywhere() {
        assert_eq!(first("2024-12-31T23:59:30Z"), "2025-01-01T00:59:30+01:00");
        assert_eq!(last("2026-01-02T00:00:00+02:00"), "2026-01-01T23:00:00+01:00");
    }

    #[test]
    fn what_has_no_offset_is_by_the_meters_clock() {
        assert_eq!(first("2024-12-31T23:59:30"), "2024-12-31T23:59:30+01:00");
        assert_eq!(first("2024-12-31 23:59"), "2024-12-31T23:59:00+01:00");
        assert_eq!(first("2024-12-31"), "2024-12-31T00:00:00+01:00");
        assert_eq!(last("2024-12-31"), "2024-12-31T23:59:59+01:00");
    }

    #[test]
    fn what_is_relative_counts_from_now() {
        for (text, seconds) in
            [("now", 0), ("-2d", -2 * 86_400), ("90 minutes ago", -5_400), ("-P1DT1H", -90_000)]
        {
            let Moment::Utc(moment) = text.parse().unwrap() else { panic!("{text}") };
            assert!((moment - now() - seconds).abs() < 10, "{text}");
        }
        assert!("soon".parse::<Moment>().is_err());
    }

    #[test]
    fn a_clock_without_deviation_counts_as_utc() {
        let time = DateTime {
            deviation: Deviation::NOT_SPECIFIED,
            ..DateTime::from_utc_seconds(1_000_000, Deviation(0))
        };
        assert_eq!(utc_seconds(time), Some(1_000_000));
    }
}
