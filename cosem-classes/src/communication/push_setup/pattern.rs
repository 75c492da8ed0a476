//! Moments that match a date-time with fields left open: local seconds since 1970-01-01T00:00:00.

use dlms_core::data::{Date, DateTime, Time};

const DAY: i64 = 86_400;
/// Days to look for a match: a leap day comes within eight years, everything else within one.
const DAYS: i64 = 366;

/// Whether nothing of the pattern says when.
pub(super) fn is_open(pattern: DateTime) -> bool {
    let (date, time) = (pattern.date, pattern.time);
    let fields = [date.month, date.day_of_month, date.day_of_week, time.hour, time.minute, time.second];
    date.year == 0xffff && fields.iter().all(|field| *field == 0xff)
}

/// The last moment that matches, `now` included.
pub(super) fn last(pattern: DateTime, now: i64) -> Option<i64> {
    if let Some(day) = pattern.date.days_since_epoch() {
        let limit = now.saturating_sub(day.saturating_mul(DAY)).min(DAY - 1);
        return time_until(pattern.time, limit).map(|time| day.saturating_mul(DAY).saturating_add(time));
    }
    let today = now.div_euclid(DAY);
    for back in 0..=DAYS {
        let day = today.saturating_sub(back);
        if matches(pattern.date, day) {
            let limit = if back == 0 { now.rem_euclid(DAY) } else { DAY - 1 };
            if let Some(time) = time_until(pattern.time, limit) {
                return Some(day.saturating_mul(DAY).saturating_add(time));
            }
        }
    }
    None
}

/// The next moment that matches, after `now`.
pub(super) fn next(pattern: DateTime, now: i64) -> Option<i64> {
    let after = now.saturating_add(1);
    if let Some(day) = pattern.date.days_since_epoch() {
        let from = after.saturating_sub(day.saturating_mul(DAY)).max(0);
        return time_from(pattern.time, from).map(|time| day.saturating_mul(DAY).saturating_add(time));
    }
    let today = after.div_euclid(DAY);
    for ahead in 0..=DAYS {
        let day = today.saturating_add(ahead);
        if matches(pattern.date, day) {
            let from = if ahead == 0 { after.rem_euclid(DAY) } else { 0 };
            if let Some(time) = time_from(pattern.time, from) {
                return Some(day.saturating_mul(DAY).saturating_add(time));
            }
        }
    }
    None
}

fn matches(pattern: Date, day: i64) -> bool {
    let date = Date::from_days_since_epoch(day);
    let month_in = |days: i64| Date::from_days_since_epoch(day.saturating_add(days)).month;
    let any_week_day = pattern.day_of_week == 0xff;
    // Of the days of the month, or of its Sundays.
    let step = if any_week_day { 1 } else { 7 };
    let day_of_month = match pattern.day_of_month {
        0xff => true,
        0xfe => month_in(step) != date.month,
        0xfd => month_in(step) == date.month && month_in(step.saturating_mul(2)) != date.month,
        day if any_week_day => day == date.day_of_month,
        // The first such day of the week from that day of the month on.
        day => (day..day.saturating_add(7)).contains(&date.day_of_month),
    };
    day_of_month
        && (pattern.year == 0xffff || pattern.year == date.year)
        && (pattern.month == 0xff || pattern.month == date.month)
        && (any_week_day || pattern.day_of_week == date.day_of_week)
}

/// The last second of a day that matches, up to `limit`.
fn time_until(pattern: Time, limit: i64) -> Option<i64> {
    if limit < 0 {
        return None;
    }
    let (hours, minutes, seconds) = (limit / 3_600, limit / 60 % 60, limit % 60);
    let fits = |field: u8, value: i64| field == 0xff || i64::from(field) == value;
    for hour in (0..=hours).rev().filter(|hour| fits(pattern.hour, *hour)) {
        let most = if hour == hours { minutes } else { 59 };
        for minute in (0..=most).rev().filter(|minute| fits(pattern.minute, *minute)) {
            let most = if hour == hours && minute == minutes { seconds } else { 59 };
            if let Some(second) = (0..=most).rev().find(|second| fits(pattern.second, *second)) {
                return Some(seconds_of(hour, minute, second));
            }
        }
    }
    None
}

/// The first second of a day that matches, from `from` on.
fn time_from(pattern: Time, from: i64) -> Option<i64> {
    let (hours, minutes, seconds) = (from / 3_600, from / 60 % 60, from % 60);
    let fits = |field: u8, value: i64| field == 0xff || i64::from(field) == value;
    for hour in (hours..24).filter(|hour| fits(pattern.hour, *hour)) {
        let least = if hour == hours { minutes } else { 0 };
        for minute in (least..60).filter(|minute| fits(pattern.minute, *minute)) {
            let least = if hour == hours && minute == minutes { seconds } else { 0 };
            if let Some(second) = (least..60).find(|second| fits(pattern.second, *second)) {
                return Some(seconds_of(hour, minute, second));
            }
        }
    }
    None
}

const fn seconds_of(hour: i64, minute: i64, second: i64) -> i64 {
    hour.saturating_mul(60).saturating_add(minute).saturating_mul(60).saturating_add(second)
}

#[cfg(test)]
mod tests {
    use super::*;
    use dlms_core::data::Deviation;

    fn pattern(month: u8, day_of_month: u8, day_of_week: u8, hour: u8, minute: u8) -> DateTime {
        DateTime {
            date: Date { year: 0xffff, month, day_of_month, day_of_week },
            time: Time { hour, minute, second: 0, hundredths: 0xff },
            ..DateTime::NOT_SPECIFIED
        }
    }

    fn text(moment: Option<i64>) -> std::string::String {
        moment.map_or_else(
            || "never".into(),
            |moment| std::format!("{}", DateTime::from_utc_seconds(moment, Deviation(0))),
        )
    }

    #[test]
    fn moments_before_and_after_are_found() {
        // 2024-02-28T12:30:00, a Wednesday.
        let now = 1_709_123_400;
        let around = |pattern| (text(last(pattern, now)), text(next(pattern, now)));
        for (pattern, before, after) in [
            (pattern(0xff, 0xff, 0xff, 12, 30), "2024-02-28T12:30:00Z", "2024-02-29T12:30:00Z"),
            (pattern(0xff, 0xff, 0xff, 0xff, 31), "2024-02-28T11:31:00Z", "2024-02-28T12:31:00Z"),
            (pattern(0xff, 0xff, 7, 2, 0), "2024-02-25T02:00:00Z", "2024-03-03T02:00:00Z"),
            (pattern(0xff, 0xfe, 0xff, 0, 0), "2024-01-31T00:00:00Z", "2024-02-29T00:00:00Z"),
            (pattern(0xff, 0xfe, 5, 0, 0), "2024-02-23T00:00:00Z", "2024-03-29T00:00:00Z"),
            (pattern(0xff, 0xfd, 7, 0, 0), "2024-02-18T00:00:00Z", "2024-03-24T00:00:00Z"),
            (pattern(2, 1, 0xff, 0, 0), "2024-02-01T00:00:00Z", "2025-02-01T00:00:00Z"),
            (pattern(2, 30, 0xff, 0, 0), "never", "never"),
        ] {
            assert_eq!(around(pattern), (before.into(), after.into()), "{pattern}");
        }
        let mut once = pattern(3, 1, 0xff, 6, 0);
        once.date.year = 2020;
        assert_eq!(around(once), ("2020-03-01T06:00:00Z".into(), "never".into()));
        once.date.year = 2030;
        assert_eq!(around(once), ("never".into(), "2030-03-01T06:00:00Z".into()));
        assert!(is_open(DateTime::NOT_SPECIFIED) && !is_open(once));
    }
}
