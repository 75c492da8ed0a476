use dlms_core::codec::{Encode, Writer};
use dlms_core::data::{Data, DateTime};

use super::cells::Cells;
use super::time_bound::utc_seconds;

/// Undoes what a meter did to make a row shorter: null-data for a value as in the row before, or for a time that
/// follows from it; differences in place of values. `step` is by how much the times of the column at a place follow
/// from the row before; 0: not at all.
pub(super) fn restore(row: Cells, before: Option<&Cells>, step: impl Fn(usize) -> i64) -> Cells {
    let Some(before) = before.filter(|_| row.values().any(is_short)) else { return row };
    let mut whole = Cells::default();
    for (place, value) in row.values().enumerate() {
        let (own, above) = (row.octets(place).unwrap_or_default(), before.octets(place));
        match value {
            Data::NullData => {
                let next = before.value(place).filter(|_| step(place) != 0).and_then(|value| {
                    let time = later(value.as_date_time()?, step(place))?;
                    Some(InFormOf(value, time))
                });
                match next {
                    Some(next) => whole.push(&next),
                    // A time that does not follow stays open.
                    None if step(place) != 0 => whole.push_octets(own),
                    None => whole.push_octets(above.unwrap_or(own)),
                }
            }
            value => match before.value(place).and_then(|before| sum(before, difference(value)?)) {
                Some(sum) => whole.push(&sum),
                None => whole.push_octets(own),
            },
        }
    }
    whole
}

fn is_short(value: Data<'_>) -> bool {
    matches!(value, Data::NullData) || difference(value).is_some()
}

fn difference(value: Data<'_>) -> Option<i128> {
    Some(match value {
        Data::DeltaInteger(v) => v.into(),
        Data::DeltaLong(v) => v.into(),
        Data::DeltaDoubleLong(v) => v.into(),
        Data::DeltaUnsigned(v) => v.into(),
        Data::DeltaLongUnsigned(v) => v.into(),
        Data::DeltaDoubleLongUnsigned(v) => v.into(),
        _ => return None,
    })
}

/// A number of the type that the one before has.
fn sum(before: Data<'_>, difference: i128) -> Option<Data<'static>> {
    let sum = before.as_integer()?.checked_add(difference)?;
    Some(match before {
        Data::Integer(_) => Data::Integer(sum.try_into().ok()?),
        Data::Long(_) => Data::Long(sum.try_into().ok()?),
        Data::DoubleLong(_) => Data::DoubleLong(sum.try_into().ok()?),
        Data::Long64(_) => Data::Long64(sum.try_into().ok()?),
        Data::Unsigned(_) => Data::Unsigned(sum.try_into().ok()?),
        Data::LongUnsigned(_) => Data::LongUnsigned(sum.try_into().ok()?),
        Data::DoubleLongUnsigned(_) => Data::DoubleLongUnsigned(sum.try_into().ok()?),
        Data::Long64Unsigned(_) => Data::Long64Unsigned(sum.try_into().ok()?),
        _ => return None,
    })
}

/// The same clock, so many seconds later.
fn later(time: DateTime, seconds: i64) -> Option<DateTime> {
    let moved = DateTime::from_utc_seconds(utc_seconds(time)?.checked_add(seconds)?, time.deviation);
    let mut later = DateTime { clock_status: time.clock_status, ..moved };
    later.time.hundredths = time.time.hundredths;
    if time.date.day_of_week == 0xff {
        later.date.day_of_week = 0xff;
    }
    Some(later)
}

/// A date-time of its own type, or in an octet-string, as the first is.
pub(super) struct InFormOf<'a>(pub(super) Data<'a>, pub(super) DateTime);

impl Encode for InFormOf<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        match self.0 {
            Data::DateTime(_) => Data::DateTime(self.1).encode(w),
            _ => Data::OctetString(&self.1.to_octets()).encode(w),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;
    use std::string::String;
    use std::vec::Vec;

    fn restored(step: i64, column: &[Data<'_>]) -> Vec<Cells> {
        let mut rows: Vec<Cells> = Vec::new();
        for value in column {
            let mut row = Cells::default();
            row.push(value);
            let whole = restore(row, rows.last(), |_| step);
            rows.push(whole);
        }
        rows
    }

    fn numbers(column: &[Data<'_>]) -> Vec<Option<i128>> {
        restored(0, column).iter().map(|row| row.value(0).unwrap().as_integer()).collect()
    }

    fn times(step: i64, column: &[Data<'_>]) -> Vec<String> {
        let text = |row: &Cells| row.value(0).unwrap().as_date_time().map(|time| format!("{time}"));
        restored(step, column).iter().map(|row| text(row).unwrap_or_default()).collect()
    }

    #[test]
    fn null_data_is_as_before() {
        let cells = [Data::NullData, Data::Unsigned(1), Data::NullData, Data::Unsigned(2), Data::NullData];
        assert_eq!(numbers(&cells), [None, Some(1), Some(1), Some(2), Some(2)]);
    }

    #[test]
    fn times_follow_from_the_capture_period_and_from_the_time_after_a_gap() {
        let octets = [0x07, 0xe8, 12, 31, 2, 23, 45, 0, 0, 0xff, 0xc4, 0];
        let after = DateTime {
            clock_status: DateTime::from_octets(octets).clock_status,
            ..DateTime::from_octets(octets)
        };
        let mut gap = after;
        gap.time.hour = 3;
        gap.date = dlms_core::data::Date::from_days_since_epoch(after.date.days_since_epoch().unwrap() + 1);
        let gap = gap.to_octets();
        let column = [Data::OctetString(&octets), Data::NullData, Data::OctetString(&gap), Data::NullData];
        assert_eq!(
            times(900, &column),
            [
                "2024-12-31T23:45:00+01:00",
                "2025-01-01T00:00:00+01:00",
                "2025-01-01T03:45:00+01:00",
                "2025-01-01T04:00:00+01:00"
            ]
        );
        // Octet-strings stay octet-strings, date-times date-times.
        assert!(matches!(restored(900, &column)[1].value(0), Some(Data::OctetString(_))));
        let column = [Data::DateTime(DateTime::from_octets(octets)), Data::NullData];
        assert_eq!(times(-900, &column)[1], "2024-12-31T23:30:00+01:00");
        assert!(matches!(restored(-900, &column)[1].value(0), Some(Data::DateTime(_))));
    }

    #[test]
    fn differences_are_summed_up() {
        let cells =
            [Data::DoubleLongUnsigned(100), Data::DeltaUnsigned(5), Data::NullData, Data::DeltaInteger(-10)];
        assert_eq!(numbers(&cells), [Some(100), Some(105), Some(105), Some(95)]);
        // What would leave the type is given as it came.
        let beyond = restored(0, &[Data::Unsigned(255), Data::DeltaUnsigned(1)]);
        assert_eq!(beyond[1].value(0), Some(Data::DeltaUnsigned(1)));
    }
}
