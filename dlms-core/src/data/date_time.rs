use core::fmt;

/// A date, with every field as it came: values that mean "not specified" or "last day" included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Date {
    /// 0..=65534; 0xFFFF: not specified.
    pub year: u16,
    /// 1..=12; 0xFD: daylight saving ends, 0xFE: begins, 0xFF: not specified.
    pub month: u8,
    /// 1..=31; 0xFD: second last day of the month, 0xFE: last day, 0xFF: not specified.
    pub day_of_month: u8,
    /// 1 (Monday)..=7; 0xFF: not specified.
    pub day_of_week: u8,
}

impl Date {
    /// No field specified.
    pub const NOT_SPECIFIED: Self = Self { year: 0xffff, month: 0xff, day_of_month: 0xff, day_of_week: 0xff };

    /// From the five octets of the wire.
    #[must_use]
    pub const fn from_octets(octets: [u8; 5]) -> Self {
        let [y1, y0, month, day_of_month, day_of_week] = octets;
        Self { year: u16::from_be_bytes([y1, y0]), month, day_of_month, day_of_week }
    }

    /// To the five octets of the wire.
    #[must_use]
    pub const fn to_octets(self) -> [u8; 5] {
        let [y1, y0] = self.year.to_be_bytes();
        [y1, y0, self.month, self.day_of_month, self.day_of_week]
    }

    /// Days since 1970-01-01, if year, month and day name one day of the calendar.
    #[must_use]
    pub fn days_since_epoch(self) -> Option<i64> {
        let (year, month, day) = (self.year, self.month, self.day_of_month);
        if year == 0xffff || !(1..=12).contains(&month) || day == 0 || day > days_in_month(year, month) {
            return None;
        }
        // The year begins in March, so that the leap day is its last.
        let year = i64::from(year) - i64::from(month <= 2);
        let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let month_from_march = (i64::from(month) + 9) % 12;
        let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(day) - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Some(era * 146_097 + day_of_era - 719_468)
    }

    /// The day that many days after 1970-01-01, its day of week included; years outside 0..=65534 are clipped.
    #[must_use]
    pub fn from_days_since_epoch(days: i64) -> Self {
        let days = days.clamp(-719_468, 23_000_000);
        let shifted = days.wrapping_add(719_468);
        let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = (month_from_march + 2) % 12 + 1;
        let year = era.wrapping_mul(400).wrapping_add(year_of_era).wrapping_add(i64::from(month <= 2));
        let octet = |v: i64| u8::try_from(v).unwrap_or(0xff);
        Self {
            year: u16::try_from(year).unwrap_or(0xffff),
            month: octet(month),
            day_of_month: octet(day),
            day_of_week: octet(days.wrapping_add(3).rem_euclid(7) + 1),
        }
    }

    /// Whether every field has a value that the standard defines.
    #[must_use]
    pub const fn is_valid(self) -> bool {
        matches!(self.month, 1..=12 | 0xfd..=0xff)
            && matches!(self.day_of_month, 1..=31 | 0xfd..=0xff)
            && matches!(self.day_of_week, 1..=7 | 0xff)
    }
}

const fn days_in_month(year: u16, month: u8) -> u8 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// A time of day, with every field as it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Time {
    /// 0..=23; 0xFF: not specified.
    pub hour: u8,
    /// 0..=59; 0xFF: not specified.
    pub minute: u8,
    /// 0..=59; 0xFF: not specified.
    pub second: u8,
    /// 0..=99; 0xFF: not specified.
    pub hundredths: u8,
}

impl Time {
    /// No field specified.
    pub const NOT_SPECIFIED: Self = Self { hour: 0xff, minute: 0xff, second: 0xff, hundredths: 0xff };

    /// From the four octets of the wire.
    #[must_use]
    pub const fn from_octets(octets: [u8; 4]) -> Self {
        let [hour, minute, second, hundredths] = octets;
        Self { hour, minute, second, hundredths }
    }

    /// To the four octets of the wire.
    #[must_use]
    pub const fn to_octets(self) -> [u8; 4] {
        [self.hour, self.minute, self.second, self.hundredths]
    }

    /// Seconds since midnight, if hour and minute are specified; seconds that are not count as zero.
    #[must_use]
    pub fn seconds_of_day(self) -> Option<i64> {
        let second = if self.second == 0xff { 0 } else { self.second };
        if self.hour > 23 || self.minute > 59 || second > 59 {
            return None;
        }
        Some(i64::from(self.hour) * 3_600 + i64::from(self.minute) * 60 + i64::from(second))
    }

    /// Whether every field has a value that the standard defines.
    #[must_use]
    pub const fn is_valid(self) -> bool {
        matches!(self.hour, 0..=23 | 0xff)
            && matches!(self.minute, 0..=59 | 0xff)
            && matches!(self.second, 0..=59 | 0xff)
            && matches!(self.hundredths, 0..=99 | 0xff)
    }
}

/// UTC minus local time in minutes, daylight saving included: −60 is one hour east of Greenwich.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Deviation(pub i16);

impl Deviation {
    /// Not specified.
    pub const NOT_SPECIFIED: Self = Self(i16::MIN);

    /// The minutes, if specified.
    #[must_use]
    pub const fn minutes(self) -> Option<i16> {
        if self.0 == i16::MIN { None } else { Some(self.0) }
    }

    /// As a meter meant it that counts local time minus UTC, against the standard.
    #[must_use]
    pub const fn reversed(self) -> Self {
        if self.0 == i16::MIN { self } else { Self(self.0.wrapping_neg()) }
    }
}

/// How far the clock can be trusted (Clock, attribute 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct ClockStatus(pub u8);

impl ClockStatus {
    /// Not specified: no bit means anything.
    pub const NOT_SPECIFIED: Self = Self(0xff);

    /// Whether the status says anything at all.
    #[must_use]
    pub const fn is_specified(self) -> bool {
        self.0 != 0xff
    }

    /// The time could not be recovered after an incident.
    #[must_use]
    pub const fn invalid_value(self) -> bool {
        self.bit(0x01)
    }

    /// The time was recovered, its value cannot be guaranteed.
    #[must_use]
    pub const fn doubtful_value(self) -> bool {
        self.bit(0x02)
    }

    /// The time is taken from another source than clock_base names.
    #[must_use]
    pub const fn different_clock_base(self) -> bool {
        self.bit(0x04)
    }

    /// At least one bit of the status is not usable.
    #[must_use]
    pub const fn invalid_clock_status(self) -> bool {
        self.bit(0x08)
    }

    /// The time and its deviation contain daylight saving.
    #[must_use]
    pub const fn daylight_saving_active(self) -> bool {
        self.bit(0x80)
    }

    const fn bit(self, mask: u8) -> bool {
        self.is_specified() && self.0 & mask != 0
    }
}

/// Date, time, deviation from UTC and clock status: a moment, or a pattern where fields are left open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct DateTime {
    /// The local date.
    pub date: Date,
    /// The local time.
    pub time: Time,
    /// UTC minus local time.
    pub deviation: Deviation,
    /// How far the clock can be trusted.
    pub clock_status: ClockStatus,
}

impl DateTime {
    /// No field specified.
    pub const NOT_SPECIFIED: Self = Self {
        date: Date::NOT_SPECIFIED,
        time: Time::NOT_SPECIFIED,
        deviation: Deviation::NOT_SPECIFIED,
        clock_status: ClockStatus::NOT_SPECIFIED,
    };

    /// From the twelve octets of the wire.
    #[must_use]
    pub const fn from_octets(octets: [u8; 12]) -> Self {
        let [a, b, c, d, e, f, g, h, i, j, k, status] = octets;
        Self {
            date: Date::from_octets([a, b, c, d, e]),
            time: Time::from_octets([f, g, h, i]),
            deviation: Deviation(i16::from_be_bytes([j, k])),
            clock_status: ClockStatus(status),
        }
    }

    /// To the twelve octets of the wire.
    #[must_use]
    pub const fn to_octets(self) -> [u8; 12] {
        let [a, b, c, d, e] = self.date.to_octets();
        let [f, g, h, i] = self.time.to_octets();
        let [j, k] = self.deviation.0.to_be_bytes();
        [a, b, c, d, e, f, g, h, i, j, k, self.clock_status.0]
    }

    /// Seconds since 1970-01-01T00:00:00 of the local time, whatever the deviation; nothing for a pattern.
    #[must_use]
    pub fn local_seconds(self) -> Option<i64> {
        let midnight = self.date.days_since_epoch()?.saturating_mul(86_400);
        Some(midnight.saturating_add(self.time.seconds_of_day()?))
    }

    /// Seconds since 1970-01-01T00:00:00Z; nothing for a pattern or where the deviation is not specified.
    #[must_use]
    pub fn utc_seconds(self) -> Option<i64> {
        Some(self.local_seconds()?.saturating_add(i64::from(self.deviation.minutes()?) * 60))
    }

    /// The moment that many seconds after 1970-01-01T00:00:00Z, at that deviation (UTC where it is not
    /// specified), with clock status 0.
    #[must_use]
    pub fn from_utc_seconds(seconds: i64, deviation: Deviation) -> Self {
        let local = seconds.saturating_sub(i64::from(deviation.minutes().unwrap_or(0)) * 60);
        let of_day = local.rem_euclid(86_400);
        let octet = |v: i64| u8::try_from(v).unwrap_or(0xff);
        Self {
            date: Date::from_days_since_epoch(local.div_euclid(86_400)),
            time: Time {
                hour: octet(of_day / 3_600),
                minute: octet(of_day / 60 % 60),
                second: octet(of_day % 60),
                hundredths: 0,
            },
            deviation,
            clock_status: ClockStatus(0),
        }
    }

    /// Whether every field has a value that the standard defines.
    #[must_use]
    pub const fn is_valid(self) -> bool {
        self.date.is_valid() && self.time.is_valid() && matches!(self.deviation.0, i16::MIN | -840..=840)
    }
}

/// A field, or `*` where it is left open.
fn field(f: &mut fmt::Formatter<'_>, value: u8) -> fmt::Result {
    if value == 0xff { f.write_str("*") } else { write!(f, "{value:02}") }
}

/// `2024-12-31`; fields left open print as `*`, rules in words: `*-03-last-sunday`.
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.year {
            0xffff => f.write_str("*-")?,
            year => write!(f, "{year:04}-")?,
        }
        match self.month {
            0xfd => f.write_str("dst-end")?,
            0xfe => f.write_str("dst-begin")?,
            month => field(f, month)?,
        }
        f.write_str("-")?;
        match self.day_of_month {
            0xfd => f.write_str("second-last")?,
            0xfe => f.write_str("last")?,
            day => field(f, day)?,
        }
        let week_day = match self.day_of_week {
            1 => "monday",
            2 => "tuesday",
            3 => "wednesday",
            4 => "thursday",
            5 => "friday",
            6 => "saturday",
            7 => "sunday",
            _ => return Ok(()),
        };
        if self.day_of_month >= 0xfd { write!(f, "-{week_day}") } else { Ok(()) }
    }
}

/// `23:59:30`, with hundredths where there are any; fields left open print as `*`.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        field(f, self.hour)?;
        f.write_str(":")?;
        field(f, self.minute)?;
        f.write_str(":")?;
        field(f, self.second)?;
        match self.hundredths {
            0 | 0xff => Ok(()),
            hundredths => write!(f, ".{hundredths:02}"),
        }
    }
}

/// `2024-12-31T23:59:30+01:00`; without an offset where the deviation is not specified.
impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}T{}", self.date, self.time)?;
        match self.deviation.minutes() {
            None => Ok(()),
            Some(0) => f.write_str("Z"),
            Some(minutes) => {
                let east = minutes.unsigned_abs();
                let sign = if minutes < 0 { '+' } else { '-' };
                write!(f, "{sign}{:02}:{:02}", east / 60, east % 60)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    const EXAMPLE: [u8; 12] = [0x07, 0xe5, 7, 19, 1, 15, 46, 35, 0, 0xff, 0x88, 0x80];

    #[test]
    fn the_published_example_is_one_moment() {
        let t = DateTime::from_octets(EXAMPLE);
        assert_eq!(t.to_string(), "2021-07-19T15:46:35+02:00");
        assert_eq!(t.utc_seconds(), Some(1_626_702_395));
        assert!(t.clock_status.daylight_saving_active());
        let back = DateTime::from_utc_seconds(1_626_702_395, Deviation(-120));
        assert_eq!((back.date, back.time, back.deviation), (t.date, t.time, t.deviation));
    }

    #[test]
    fn a_rule_is_no_moment() {
        let begin = DateTime::from_octets([0xff, 0xff, 3, 0xfe, 7, 2, 0, 0, 0, 0x80, 0, 0]);
        assert_eq!(begin.utc_seconds(), None);
        assert_eq!(begin.to_string(), "*-03-last-sundayT02:00:00");
    }

    #[test]
    fn days_go_there_and_back() {
        for days in (-719_000..22_000_000).step_by(997) {
            let date = Date::from_days_since_epoch(days);
            assert_eq!(date.days_since_epoch(), Some(days), "{date}");
        }
        assert_eq!(Date::from_days_since_epoch(0).day_of_week, 4);
        assert_eq!(
            Date { year: 2023, month: 2, day_of_month: 29, day_of_week: 0xff }.days_since_epoch(),
            None
        );
    }
}
