use dlms_core::data::{Date, DateTime};

use crate::time::day_of_rule;

/// When the clock is set on for the summer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct DaylightSaving {
    /// When it begins: in normal time, unless it says its deviation.
    pub begin: DateTime,
    /// When it ends: in daylight saving time, unless it says its deviation.
    pub end: DateTime,
    /// Minutes by which the clock is set on.
    pub deviation: i8,
    /// Whether there is daylight saving at all.
    pub enabled: bool,
}

impl DaylightSaving {
    /// No daylight saving.
    pub const NONE: Self =
        Self { begin: DateTime::NOT_SPECIFIED, end: DateTime::NOT_SPECIFIED, deviation: 0, enabled: false };

    /// Whether it is active at `utc` (seconds since 1970-01-01T00:00:00Z), where normal time is `time_zone` minutes
    /// short of UTC.
    #[must_use]
    pub fn is_active(&self, utc: i64, time_zone: i16) -> bool {
        if !self.enabled {
            return false;
        }
        let normal = utc.saturating_sub(i64::from(time_zone) * 60);
        let year = Date::from_days_since_epoch(normal.div_euclid(86_400)).year;
        let daylight = time_zone.saturating_sub(i16::from(self.deviation));
        let (Some(begin), Some(end)) =
            (moment(self.begin, year, time_zone), moment(self.end, year, daylight))
        else {
            return false;
        };
        let every_year = self.begin.date.year == 0xffff && self.end.date.year == 0xffff;
        if begin > end && every_year {
            // South of the equator it is winter in the middle of the year.
            return utc >= begin || utc < end;
        }
        (begin..end).contains(&utc)
    }
}

/// What a rule means in `year`, in seconds since 1970-01-01T00:00:00Z.
fn moment(rule: DateTime, year: u16, deviation: i16) -> Option<i64> {
    let midnight = day_of_rule(rule.date, year)?.saturating_mul(86_400);
    let local = midnight.saturating_add(rule.time.seconds_of_day().unwrap_or(0));
    Some(local.saturating_add(i64::from(rule.deviation.minutes().unwrap_or(deviation)) * 60))
}

#[cfg(test)]
mod tests {
    use super::*;
    use dlms_core::data::Deviation;

    fn rule(octets: [u8; 12]) -> DateTime {
        DateTime::from_octets(octets)
    }

    fn utc(year: u16, month: u8, day_of_month: u8, hour: u8, minute: u8) -> i64 {
        let date = Date { year, month, day_of_month, day_of_week: 0xff };
        date.days_since_epoch().unwrap() * 86_400 + i64::from(hour) * 3_600 + i64::from(minute) * 60
    }

    const EUROPE: DaylightSaving = DaylightSaving {
        begin: DateTime::from_octets([0xff, 0xff, 3, 0xfe, 7, 2, 0, 0, 0, 0x80, 0, 0]),
        end: DateTime::from_octets([0xff, 0xff, 10, 0xfe, 7, 3, 0, 0, 0, 0x80, 0, 0]),
        deviation: 60,
        enabled: true,
    };

    #[test]
    fn central_europe_changes_at_one_utc() {
        let active = |utc| EUROPE.is_active(utc, -60);
        assert!(!active(utc(2024, 3, 31, 0, 59)));
        assert!(active(utc(2024, 3, 31, 1, 0)));
        assert!(active(utc(2024, 10, 27, 0, 59)));
        assert!(!active(utc(2024, 10, 27, 1, 0)));
        assert!(!active(utc(2024, 12, 31, 23, 30)));
        let stated = DaylightSaving {
            begin: DateTime { deviation: Deviation(-60), ..EUROPE.begin },
            end: DateTime { deviation: Deviation(-120), ..EUROPE.end },
            ..EUROPE
        };
        assert!(
            stated.is_active(utc(2024, 10, 27, 0, 59), -60)
                && !stated.is_active(utc(2024, 10, 27, 1, 0), -60)
        );
        assert!(!DaylightSaving { enabled: false, ..EUROPE }.is_active(utc(2024, 7, 1, 0, 0), -60));
    }

    #[test]
    fn the_southern_summer_spans_the_new_year() {
        let sydney = DaylightSaving {
            begin: rule([0xff, 0xff, 10, 1, 7, 2, 0, 0, 0, 0x80, 0, 0]),
            end: rule([0xff, 0xff, 4, 1, 7, 3, 0, 0, 0, 0x80, 0, 0]),
            deviation: 60,
            enabled: true,
        };
        let active = |utc| sydney.is_active(utc, -600);
        assert!(active(utc(2024, 12, 31, 23, 0)) && active(utc(2025, 1, 1, 0, 0)));
        assert!(active(utc(2025, 4, 5, 15, 59)) && !active(utc(2025, 4, 5, 16, 0)));
        assert!(!active(utc(2025, 10, 4, 15, 59)) && active(utc(2025, 10, 4, 16, 0)));
    }

    #[test]
    fn a_rule_for_one_year_is_for_that_year() {
        let once = DaylightSaving {
            begin: rule([0x07, 0xe8, 3, 31, 0xff, 2, 0, 0, 0, 0x80, 0, 0]),
            end: rule([0x07, 0xe8, 10, 27, 0xff, 3, 0, 0, 0, 0x80, 0, 0]),
            ..EUROPE
        };
        assert!(once.is_active(utc(2024, 7, 1, 0, 0), -60));
        assert!(!once.is_active(utc(2025, 7, 1, 0, 0), -60));
        let never = DaylightSaving { begin: DateTime::NOT_SPECIFIED, ..EUROPE };
        assert!(!never.is_active(utc(2024, 7, 1, 0, 0), -60));
    }
}
