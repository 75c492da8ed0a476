use core::ops::Range;

use dlms_core::data::DateTime;

use super::range::Bounds;
use super::selection::Fetch;
use super::{Interval, Row};
use crate::failure::Failure;

/// Looks for the rows of a range by number, halving what is left, in a meter that does not choose by time. Nothing if
/// it does not choose by number either, or its rows do not tell their times.
pub(super) fn search(
    fetch: &mut Fetch<'_>,
    bounds: &Bounds,
    columns: &Range<usize>,
) -> Result<Option<Vec<Row>>, Failure> {
    let Some(count) = fetch.count()? else { return Ok(None) };
    if count == 0 {
        return Ok(Some(Vec::new()));
    }
    let (Some(oldest), Some(newest)) = (time(fetch, bounds, 1)?, time(fetch, bounds, count)?) else {
        return Ok(None);
    };
    let forwards = oldest.local_seconds() <= newest.local_seconds();
    let skipped = |time: DateTime| if forwards { bounds.is_before(time) } else { bounds.is_after(time) };
    let taken = |time: DateTime| if forwards { !bounds.is_after(time) } else { !bounds.is_before(time) };
    let (Some(skipped), Some(taken)) =
        (first_not(fetch, bounds, count, skipped)?, first_not(fetch, bounds, count, taken)?)
    else {
        return Ok(None);
    };
    if skipped >= taken {
        return Ok(Some(Vec::new()));
    }
    fetch.try_entries(Interval { first: skipped, last: taken.saturating_sub(1) }, columns)
}

/// The number of the first row for whose time `holds` does not; nothing if a row does not tell its time.
fn first_not(
    fetch: &mut Fetch<'_>,
    bounds: &Bounds,
    count: u32,
    holds: impl Fn(DateTime) -> bool,
) -> Result<Option<u32>, Failure> {
    let (mut first, mut end) = (1, count.saturating_add(1));
    while first < end {
        let middle = first.midpoint(end);
        match time(fetch, bounds, middle)? {
            Some(time) if holds(time) => first = middle.saturating_add(1),
            Some(_) => end = middle,
            None => return Ok(None),
        }
    }
    Ok(Some(first))
}

/// The time of a row.
fn time(fetch: &mut Fetch<'_>, bounds: &Bounds, number: u32) -> Result<Option<DateTime>, Failure> {
    let Some(place) = fetch.all.iter().position(|column| bounds.is_clock(column)) else { return Ok(None) };
    let interval = Interval { first: number, last: number };
    let Some(rows) = fetch.try_entries(interval, &(place..place.saturating_add(1)))? else { return Ok(None) };
    let [row] = rows.as_slice() else { return Ok(None) };
    // Meters that do not choose columns give all.
    let cell = if row.len() == 1 { row.first() } else { row.get(place) };
    Ok(cell.and_then(|cell| cell.as_data().as_date_time()))
}
