use alloc::vec::Vec;

use cosem_classes::model::CaptureObject;
use cosem_classes::profile_generic::RangeDescriptorView;
use dlms_core::codec::{Decode, Encode};
use dlms_core::data::{ArrayView, Data, DataBuf, DateTime, Deviation, Elements};

use super::restore::InFormOf;
use super::time_bound::utc_seconds;
use super::{Column, TimeBound, TimeRange};
use crate::client::ClientError;

/// Where a range begins and ends that is left open: before and after all meters.
const ALWAYS: [TimeBound; 2] = [TimeBound::Utc(946_684_800), TimeBound::Utc(4_102_444_799)];
/// By how much a meter may be off that looks at local times only while the range is in the other half of the year.
const DAYLIGHT_SAVING: i64 = 3_600;

/// A time range as it is asked for in one meter.
#[derive(Debug)]
pub(super) struct Bounds {
    range: TimeRange,
    /// What the column with the times captures.
    clock: CaptureObject,
    /// The deviation that the meter's clock has now, as the standard counts it.
    deviation: Deviation,
    /// Whether the meter counts it the other way round.
    reversed: bool,
    /// A time as the meter writes it.
    form: DataBuf,
}

impl Bounds {
    /// The range in a meter whose clock shows `now`; null-data if it is not known.
    pub(super) fn new(range: TimeRange, clock: CaptureObject, now: DataBuf, reversed: bool) -> Self {
        let deviation = now.as_data().as_date_time().map_or(Deviation::NOT_SPECIFIED, |time| time.deviation);
        let deviation = if reversed { deviation.reversed() } else { deviation };
        Self { range, clock, deviation, reversed, form: now }
    }

    /// What to ask the meter for: the rows, a little more where daylight saving may confuse it, with these columns;
    /// all of them if there are none.
    pub(super) fn descriptor(&self, columns: &[Column]) -> Result<Vec<u8>, ClientError> {
        let wider = if self.deviation == Deviation::NOT_SPECIFIED { 0 } else { DAYLIGHT_SAVING };
        let [always_from, always_to] = ALWAYS;
        let from =
            self.moved(self.range.from.unwrap_or(always_from).first(self.deviation), wider.saturating_neg());
        let to = self.moved(self.range.to.unwrap_or(always_to).last(self.deviation), wider);
        let form = self.form.as_data();
        let [from, to] = [from, to].map(|time| InFormOf(form, time).encode_to_vec());
        let selected: Vec<u8> = columns.iter().flat_map(|column| column.object.encode_to_vec()).collect();
        let value = |octets| Data::from_bytes(octets);
        let range = RangeDescriptorView {
            restricting_object: self.clock,
            from_value: value(&from)?,
            to_value: value(&to)?,
            selected_values: ArrayView::new(Elements::new(columns.len(), &selected)?),
        };
        Ok(range.encode_to_vec())
    }

    /// So many seconds later, written as the meter does.
    fn moved(&self, time: DateTime, seconds: i64) -> DateTime {
        let utc = utc_seconds(time).unwrap_or(0).saturating_add(seconds);
        let moved = DateTime::from_utc_seconds(utc, time.deviation);
        if self.reversed { DateTime { deviation: moved.deviation.reversed(), ..moved } } else { moved }
    }

    /// Whether a time is before the range. Times without a deviation have that of the clock.
    pub(super) fn is_before(&self, time: DateTime) -> bool {
        self.range.from.is_some_and(|from| from.is_after(self.placed(time)))
    }

    /// Whether a time is after the range.
    pub(super) fn is_after(&self, time: DateTime) -> bool {
        self.range.to.is_some_and(|to| to.is_before(self.placed(time)))
    }

    fn placed(&self, time: DateTime) -> DateTime {
        match time.deviation {
            Deviation::NOT_SPECIFIED => DateTime { deviation: self.deviation, ..time },
            _ => time,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cosem_classes::profile_generic::RangeDescriptor;
    use dlms_core::apdu::AttributeDescriptor;
    use dlms_core::data::DataType;
    use obis::obis;
    use std::string::ToString;

    const JULY: i64 = 1_751_320_800; // 2025-07-01T00:00:00+02:00
    const DAY: TimeRange =
        TimeRange { from: Some(TimeBound::Day(JULY + 7_200)), to: Some(TimeBound::Day(JULY + 7_200)) };

    /// In a meter whose clock is an hour ahead of UTC.
    fn bounds(range: TimeRange, reversed: bool) -> Bounds {
        let clock = CaptureObject::whole(AttributeDescriptor::new(8, obis!("0-0:1.0.0.255"), 2));
        let now = DateTime::from_utc_seconds(JULY, Deviation(if reversed { 60 } else { -60 }));
        Bounds::new(range, clock, DataBuf::from(Data::DateTime(now)), reversed)
    }

    /// A time in summer, or in winter, of the meter's clock.
    fn at(utc: i64, deviation: i16) -> DateTime {
        DateTime::from_utc_seconds(utc, Deviation(deviation))
    }

    fn asked(bounds: &Bounds) -> [std::string::String; 2] {
        let octets = bounds.descriptor(&[]).unwrap();
        let range = RangeDescriptor::from_data(Decode::from_bytes(&octets).unwrap()).unwrap();
        [range.from_value, range.to_value].map(|value| value.as_date_time().unwrap().to_string())
    }

    #[test]
    fn a_day_is_that_of_the_meters_clock_then() {
        let day = bounds(DAY, false);
        assert!(day.is_before(at(JULY - 900, -120)) && !day.is_before(at(JULY, -120)));
        assert!(!day.is_after(at(JULY + 86_399, -120)) && day.is_after(at(JULY + 86_400, -120)));
    }

    #[test]
    fn a_moment_is_one_whatever_the_clock_shows() {
        let range = bounds(TimeRange { from: Some(TimeBound::Utc(JULY)), to: None }, false);
        assert!(!range.is_before(at(JULY, -120)) && !range.is_before(at(JULY, 0)));
        assert!(range.is_before(at(JULY - 1, -120)) && !range.is_after(at(i64::from(u32::MAX), 0)));
    }

    #[test]
    fn the_meter_is_asked_for_an_hour_more_in_its_own_way() {
        assert_eq!(asked(&bounds(DAY, false)), ["2025-06-30T23:00:00+01:00", "2025-07-02T00:59:59+01:00"]);
        assert_eq!(asked(&bounds(DAY, true)), ["2025-06-30T23:00:00-01:00", "2025-07-02T00:59:59-01:00"]);
    }
}
