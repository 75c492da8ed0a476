use cosem_classes::profile_generic::SortMethod;
use dlms_core::data::{Data, DataBuf, DataType, DateTime};

use super::Column;
use crate::clock::in_form_of;
use crate::moment::utc_seconds;

/// A value for each column.
pub(crate) type Row = Vec<DataBuf>;

/// Seconds from one row to the next, as far as they are captured by the clock; 0 if they are not.
pub(super) fn step(period: Option<i128>, sorting: Option<Data<'_>>) -> i64 {
    let period = period.and_then(|period| i64::try_from(period).ok()).unwrap_or(0);
    match sorting.and_then(SortMethod::from_data) {
        Some(SortMethod::Lifo | SortMethod::Largest) => period.saturating_neg(),
        _ => period,
    }
}

/// Undoes what the meter did to make rows shorter: null-data for a value as in the row before, or for a time that
/// follows from it; differences in place of values.
pub(super) fn restore(rows: &mut [Row], columns: &[Column], step: i64) {
    for (place, column) in columns.iter().enumerate() {
        let mut before: Option<DataBuf> = None;
        for cell in rows.iter_mut().filter_map(|row| row.get_mut(place)) {
            if let Some(whole) =
                before.as_ref().and_then(|before| restored(cell, before, column.is_time(), step))
            {
                *cell = whole;
            }
            before = Some(cell.clone());
        }
    }
}

/// The value that a cell stands for, if it is not its own.
fn restored(cell: &DataBuf, before: &DataBuf, is_time: bool, step: i64) -> Option<DataBuf> {
    let difference = match cell.as_data() {
        Data::NullData if is_time && step != 0 => {
            let time = before.as_data().as_date_time()?;
            return Some(in_form_of(before, later(time, step)?));
        }
        Data::NullData => return Some(before.clone()),
        Data::DeltaInteger(v) => i128::from(v),
        Data::DeltaLong(v) => i128::from(v),
        Data::DeltaDoubleLong(v) => i128::from(v),
        Data::DeltaUnsigned(v) => i128::from(v),
        Data::DeltaLongUnsigned(v) => i128::from(v),
        Data::DeltaDoubleLongUnsigned(v) => i128::from(v),
        _ => return None,
    };
    let before = before.as_data();
    sum(before, before.as_integer()?.checked_add(difference)?).map(DataBuf::from)
}

/// A number of the type that the one before has.
fn sum(before: Data<'_>, sum: i128) -> Option<Data<'static>> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use cosem_classes::model::CaptureObject;
    use dlms_core::apdu::AttributeDescriptor;
    use obis::obis;

    fn column(class: u16) -> Column {
        let attribute = AttributeDescriptor::new(class, obis!("0-0:1.0.0.255"), 2);
        Column { object: CaptureObject::whole(attribute), scaler_unit: None }
    }

    fn restored_column(class: u16, step: i64, cells: &[Data<'_>]) -> Vec<String> {
        let mut rows: Vec<Row> = cells.iter().map(|cell| vec![DataBuf::from(*cell)]).collect();
        restore(&mut rows, &[column(class)], step);
        rows.iter().map(|row| crate::readable::plain(row[0].as_data())).collect()
    }

    #[test]
    fn null_data_is_as_before() {
        let cells = [Data::NullData, Data::Unsigned(1), Data::NullData, Data::Unsigned(2), Data::NullData];
        assert_eq!(restored_column(3, 900, &cells), ["null", "1", "1", "2", "2"]);
    }

    #[test]
    fn times_follow_from_the_capture_period() {
        let octets = [0x07, 0xe8, 12, 31, 2, 23, 45, 0, 0, 0xff, 0xc4, 0];
        let cells = [Data::OctetString(&octets), Data::NullData, Data::NullData];
        let rows = restored_column(8, 900, &cells);
        assert_eq!(
            rows[1..],
            [
                // Octet-strings stay octet-strings.
                "07E90101030000000 0FFC400".replace(' ', ""),
                "07E901010300 0F0000FFC400".replace(' ', ""),
            ]
        );
        let time = DateTime::from_octets(octets);
        let back = restored_column(8, -900, &[Data::DateTime(time), Data::NullData]);
        assert_eq!(back[1], "2024-12-31T23:30:00+01:00");
    }

    #[test]
    fn differences_are_summed_up() {
        let cells =
            [Data::DoubleLongUnsigned(100), Data::DeltaUnsigned(5), Data::NullData, Data::DeltaInteger(-10)];
        assert_eq!(restored_column(3, 0, &cells), ["100", "105", "105", "95"]);
        // What would leave the type is shown as it came.
        assert_eq!(restored_column(3, 0, &[Data::Unsigned(255), Data::DeltaUnsigned(1)]), ["255", "1"]);
    }

    #[test]
    fn rows_that_run_backwards_have_a_negative_step() {
        assert_eq!(step(Some(900), Some(Data::Enum(1))), 900);
        assert_eq!(step(Some(900), Some(Data::Enum(2))), -900);
        assert_eq!(step(None, None), 0);
    }
}
