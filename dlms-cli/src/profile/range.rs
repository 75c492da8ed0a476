use cosem_classes::model::CaptureObject;
use cosem_classes::profile_generic::RangeDescriptorView;
use dlms_core::codec::Encode;
use dlms_core::data::{ArrayView, Data, DataBuf, DateTime, Deviation, Elements};

use super::{Column, Row};
use crate::clock::in_form_of;
use crate::failure::Failure;
use crate::moment::{Moment, utc_seconds};
use crate::session::Session;

/// Where a range begins and ends that is left open: before and after all meters.
const ALWAYS: [i64; 2] = [946_684_800, 4_102_444_799];
/// By how much a meter may be off that looks at local times only while the range is in the other half of the year.
const DAYLIGHT_SAVING: i64 = 3_600;

/// A time, both ends included.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TimeRange {
    pub(crate) from: Option<Moment>,
    pub(crate) to: Option<Moment>,
}

/// A time range as it is asked for in one meter.
#[derive(Debug)]
pub(super) struct Bounds {
    range: TimeRange,
    /// What the column with the times captures.
    clock: CaptureObject,
    /// The deviation that the meter's clock has now.
    deviation: Deviation,
    /// A time as the meter writes it.
    form: DataBuf,
}

impl Bounds {
    /// The range in a profile with these columns.
    ///
    /// # Errors
    /// It has no column with times.
    pub(super) fn new(session: &mut Session, range: TimeRange, columns: &[Column]) -> Result<Self, Failure> {
        let clock = columns.iter().find(|column| column.is_time()).map(|column| column.object);
        let clock = clock.ok_or_else(|| {
            Failure::usage("the profile has no column with times; --entries goes by number")
        })?;
        let read = session.answer(clock.attribute(), None)?.ok();
        let time = read.as_ref().and_then(|value| value.as_data().as_date_time());
        Ok(Self {
            range,
            clock,
            deviation: time.map_or(Deviation::NOT_SPECIFIED, |time| time.deviation),
            form: read.unwrap_or_else(|| DataBuf::from(Data::NullData)),
        })
    }

    /// Whether these are the times.
    pub(super) fn is_clock(&self, column: &Column) -> bool {
        column.object == self.clock
    }

    /// What to ask the meter for: the rows, a little more where daylight saving may confuse it, with these columns, or
    /// all of them.
    pub(super) fn descriptor<T>(
        &self,
        columns: &[Column],
        ask: impl FnOnce(&RangeDescriptorView<'_>) -> T,
    ) -> Result<T, Failure> {
        let wider = if self.deviation == Deviation::NOT_SPECIFIED { 0 } else { DAYLIGHT_SAVING };
        let [always_from, always_to] = ALWAYS.map(Moment::Utc);
        let moved = |time: DateTime, seconds: i64| {
            DateTime::from_utc_seconds(utc_seconds(time).unwrap_or(0).saturating_add(seconds), time.deviation)
        };
        let from = moved(self.range.from.unwrap_or(always_from).first(self.deviation), -wider);
        let to = moved(self.range.to.unwrap_or(always_to).last(self.deviation), wider);
        let (from, to) = (in_form_of(&self.form, from), in_form_of(&self.form, to));
        let selected: Vec<u8> = columns.iter().flat_map(|column| column.object.encode_to_vec()).collect();
        Ok(ask(&RangeDescriptorView {
            restricting_object: self.clock,
            from_value: from.as_data(),
            to_value: to.as_data(),
            selected_values: ArrayView::new(Elements::new(columns.len(), &selected)?),
        }))
    }

    /// Whether a time is before the range.
    pub(super) fn is_before(&self, time: DateTime) -> bool {
        self.compare(time, self.range.from, 0, |time, from| time < from)
    }

    /// Whether a time is after the range.
    pub(super) fn is_after(&self, time: DateTime) -> bool {
        self.compare(time, self.range.to, 86_399, |time, to| time > to)
    }

    /// Moments are compared as such, times of the meter's clock by what the clock showed.
    fn compare(
        &self,
        time: DateTime,
        bound: Option<Moment>,
        into_day: i64,
        past: fn(i64, i64) -> bool,
    ) -> bool {
        let time = match time.deviation {
            Deviation::NOT_SPECIFIED => DateTime { deviation: self.deviation, ..time },
            _ => time,
        };
        let (seconds, bound) = match bound {
            None => return false,
            Some(Moment::Utc(bound)) => (utc_seconds(time), bound),
            Some(Moment::Local(bound)) => (time.local_seconds(), bound),
            Some(Moment::Day(bound)) => (time.local_seconds(), bound.saturating_add(into_day)),
        };
        seconds.is_some_and(|seconds| past(seconds, bound))
    }

    /// Drops the rows that are not in the range: meters give more.
    pub(super) fn keep_what_is_within(&self, rows: &mut Vec<Row>, columns: &[Column]) {
        let Some(place) = columns.iter().position(|column| self.is_clock(column)) else { return };
        rows.retain(|row| {
            let time = row.get(place).and_then(|cell| cell.as_data().as_date_time());
            time.is_none_or(|time| !self.is_before(time) && !self.is_after(time))
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dlms_core::apdu::AttributeDescriptor;
    use obis::obis;

    fn bounds(from: &str, to: &str) -> Bounds {
        Bounds {
            range: TimeRange { from: from.parse().ok(), to: to.parse().ok() },
            clock: CaptureObject::whole(AttributeDescriptor::new(8, obis!("0-0:1.0.0.255"), 2)),
            deviation: Deviation(-60),
            form: DataBuf::from(Data::NullData),
        }
    }

    /// A time in summer, or in winter, of the meter's clock.
    fn at(utc: i64, deviation: i16) -> DateTime {
        DateTime::from_utc_seconds(utc, Deviation(deviation))
    }

    const JULY: i64 = 1_751_320_800; // 2025-07-01T00:00:00+02:00

    #[test]
    fn a_day_is_that_of_the_meters_clock_then() {
        let day = bounds("2025-07-01", "2025-07-01");
        assert!(day.is_before(at(JULY - 900, -120)) && !day.is_before(at(JULY, -120)));
        assert!(!day.is_after(at(JULY + 86_399, -120)) && day.is_after(at(JULY + 86_400, -120)));
    }

    #[test]
    fn a_moment_is_one_whatever_the_clock_shows() {
        let range = bounds("2025-06-30T22:00:00Z", "");
        assert!(!range.is_before(at(JULY, -120)) && !range.is_before(at(JULY, 0)));
        assert!(range.is_before(at(JULY - 1, -120)) && !range.is_after(at(i64::from(u32::MAX), 0)));
    }

    #[test]
    fn the_meter_is_asked_for_an_hour_more() {
        let columns = [];
        let (from, to) = bounds("2025-07-01", "2025-07-01")
            .descriptor(&columns, |range| (range.from_value.as_date_time(), range.to_value.as_date_time()))
            .unwrap();
        assert_eq!(from.unwrap().to_string(), "2025-06-30T23:00:00+01:00");
        assert_eq!(to.unwrap().to_string(), "2025-07-02T00:59:59+01:00");
    }
}
