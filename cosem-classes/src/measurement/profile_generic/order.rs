//! Which of two captured values comes first.

use core::cmp::Ordering;

use dlms_core::data::{Data, Date, DateTime, Deviation};

use crate::time::day_of_rule;

/// Whether `value` is in `from..=to`, whatever the widths of the numbers.
///
/// Fields that a date-time leaves open reach as far as they can; one without a year, null-data and dont-care do not
/// bound at all.
pub(super) fn is_within(value: Data<'_>, from: Data<'_>, to: Data<'_>) -> bool {
    let Some(key) = Key::of(value, Edge::Low) else { return false };
    let is_past = |bound: Data<'_>, edge, past| {
        !is_open(bound)
            && Key::of(bound, edge).and_then(|bound| key.compare(&bound)).is_none_or(|o| o == past)
    };
    !is_past(from, Edge::Low, Ordering::Less) && !is_past(to, Edge::High, Ordering::Greater)
}

/// Compares two values of one column; values that cannot be compared are as good as each other.
pub(super) fn compare(a: Data<'_>, b: Data<'_>) -> Ordering {
    match (Key::of(a, Edge::Low), Key::of(b, Edge::Low)) {
        (Some(a), Some(b)) => a.compare(&b).unwrap_or(Ordering::Equal),
        _ => Ordering::Equal,
    }
}

/// Compares how far two values of one column are from zero.
pub(super) fn compare_magnitudes(a: Data<'_>, b: Data<'_>) -> Ordering {
    match (Key::of(a, Edge::Low), Key::of(b, Edge::Low)) {
        (Some(a), Some(b)) => a.magnitude().compare(&b.magnitude()).unwrap_or(Ordering::Equal),
        _ => Ordering::Equal,
    }
}

fn is_open(bound: Data<'_>) -> bool {
    match bound {
        Data::NullData | Data::DontCare => true,
        _ => bound.as_date_time().is_some_and(|time| time.date.year == 0xffff),
    }
}

/// Which end of the time that a date-time leaves open is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edge {
    Low,
    High,
}

#[derive(Debug, Clone, Copy)]
enum Key<'a> {
    Integer(i128),
    Float(f64),
    Moment(Moment),
    Octets(&'a [u8]),
}

impl<'a> Key<'a> {
    fn of(value: Data<'a>, edge: Edge) -> Option<Self> {
        if let Some(integer) = value.as_integer() {
            return Some(Self::Integer(integer));
        }
        // Twelve octets that are no date-time are an identification.
        if let Some(moment) = value.as_date_time().and_then(|time| Moment::of(time, edge)) {
            return Some(Self::Moment(moment));
        }
        Some(match value {
            Data::Boolean(v) => Self::Integer(i128::from(v)),
            Data::Enum(v) | Data::Bcd(v) => Self::Integer(i128::from(v)),
            Data::Float32(v) => Self::Float(f64::from(v)),
            Data::Float64(v) => Self::Float(v),
            Data::OctetString(v) | Data::VisibleString(v) | Data::Utf8String(v) => Self::Octets(v),
            Data::Date(date) => Self::Integer(i128::from(date.days_since_epoch()?)),
            Data::Time(time) => Self::Integer(i128::from(time.seconds_of_day()?)),
            _ => return None,
        })
    }

    #[allow(clippy::cast_precision_loss, reason = "an integer beside a floating-point number")]
    fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Integer(a), Self::Integer(b)) => Some(a.cmp(b)),
            (Self::Float(a), Self::Float(b)) => a.partial_cmp(b),
            (Self::Integer(a), Self::Float(b)) => (*a as f64).partial_cmp(b),
            (Self::Float(a), Self::Integer(b)) => a.partial_cmp(&(*b as f64)),
            (Self::Moment(a), Self::Moment(b)) => Some(a.compare(*b)),
            (Self::Octets(a), Self::Octets(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }

    fn magnitude(self) -> Self {
        match self {
            Self::Integer(v) => Self::Integer(v.saturating_abs()),
            Self::Float(v) => Self::Float(if v < 0.0 { -v } else { v }),
            other => other,
        }
    }
}

/// A point in time, in hundredths of a second.
#[derive(Debug, Clone, Copy)]
struct Moment {
    local: i64,
    deviation: Deviation,
}

impl Moment {
    fn of(time: DateTime, edge: Edge) -> Option<Self> {
        let low = edge == Edge::Low;
        let fill = |field: u8, least: u8, most: u8| match field {
            0xff if low => least,
            0xff => most,
            field => field,
        };
        let DateTime { date, time, deviation, .. } = time;
        if date.year == 0xffff {
            return None;
        }
        let day_of_month = fill(date.day_of_month, 1, 0xfe);
        let month = fill(date.month, 1, 12);
        let days = day_of_rule(Date { month, day_of_month, day_of_week: 0xff, ..date }, date.year)?;
        let (hour, minute) = (fill(time.hour, 0, 23), fill(time.minute, 0, 59));
        let (second, hundredths) = (fill(time.second, 0, 59), fill(time.hundredths, 0, 99));
        if hour > 23 || minute > 59 || second > 59 || hundredths > 99 {
            return None;
        }
        let seconds = i64::from(hour) * 3_600 + i64::from(minute) * 60 + i64::from(second);
        let of_day = seconds * 100 + i64::from(hundredths);
        Some(Self { local: days.saturating_mul(8_640_000).saturating_add(of_day), deviation })
    }

    /// In UTC if both say how far they are from it, else as the clocks on the wall.
    fn compare(self, other: Self) -> Ordering {
        match (self.deviation.minutes(), other.deviation.minutes()) {
            (Some(a), Some(b)) => {
                let utc = |local: i64, minutes: i16| local.saturating_add(i64::from(minutes) * 6_000);
                utc(self.local, a).cmp(&utc(other.local, b))
            }
            _ => self.local.cmp(&other.local),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Data<'static> {
        let octets: std::vec::Vec<u8> =
            (0..12).map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap()).collect();
        Data::DateTime(DateTime::from_octets(octets.try_into().unwrap()))
    }

    #[test]
    fn numbers_compare_whatever_their_width() {
        assert!(is_within(Data::LongUnsigned(300), Data::Unsigned(200), Data::DoubleLong(300)));
        assert!(!is_within(Data::Integer(-1), Data::Unsigned(0), Data::Unsigned(9)));
        assert!(is_within(Data::Float32(1.5), Data::Unsigned(1), Data::Float64(1.5)));
        assert!(is_within(Data::Unsigned(7), Data::NullData, Data::DontCare));
        assert!(!is_within(Data::Unsigned(7), Data::OctetString(&[1]), Data::NullData));
        assert!(!is_within(Data::NullData, Data::NullData, Data::NullData));
        assert_eq!(compare(Data::Long(-3), Data::Unsigned(2)), Ordering::Less);
        assert_eq!(compare_magnitudes(Data::Long(-3), Data::Unsigned(2)), Ordering::Greater);
    }

    #[test]
    fn date_times_compare_in_utc_where_both_say_how() {
        // 12:00 at +01:00 is 11:00Z; 11:30 without a deviation is earlier on the wall.
        let noon = time("07E50713010C000000FFC400");
        assert!(is_within(noon, time("07E50713010B000000000000"), time("07E50713010B000000000000")));
        assert!(!is_within(noon, time("07E50713FF0C1E00FF800000"), Data::NullData));
        assert!(is_within(noon, time("07E50713FF0B1E00FF800000"), time("07E50713FF0C0000FF8000FF")));
    }

    #[test]
    fn open_fields_reach_as_far_as_they_can() {
        let noon = time("07E50713010C000000800000");
        let day = time("07E50713FFFFFFFFFF8000FF");
        assert!(is_within(noon, day, day));
        let month = time("07E507FFFFFFFFFFFF8000FF");
        assert!(is_within(time("07E5071F06173B3B63800000"), month, month));
        assert!(!is_within(time("07E508010700000000800000"), month, month));
        let ever = time("FFFFFFFFFFFFFFFFFF8000FF");
        assert!(is_within(noon, ever, ever));
    }

    #[test]
    fn octets_of_a_date_time_are_one() {
        let octets = [0x07, 0xe5, 7, 19, 1, 12, 0, 0, 0, 0x80, 0, 0];
        let noon = time("07E50713010C000000800000");
        assert!(is_within(Data::OctetString(&octets), noon, noon));
        assert!(is_within(Data::OctetString(b"B"), Data::OctetString(b"A"), Data::OctetString(b"C")));
    }
}
