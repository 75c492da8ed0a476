use core::ops::Range;

use cosem_classes::profile_generic::EntryDescriptor;
use dlms_core::apdu::{AttributeDescriptor, Conformance, SelectiveAccess};
use dlms_core::data::DataBuf;
use obis::ObisCode;

use super::range::{Bounds, TimeRange};
use super::{Column, Interval, PROFILE_GENERIC, Row, buffer, search};
use crate::failure::Failure;
use crate::moment::Moment;
use crate::session::{Answer, Session, refused};

/// Which rows are wanted.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wanted {
    /// All of them.
    All,
    /// Those captured in a time.
    Range(TimeRange),
    /// Those with these numbers.
    Entries(Interval),
}

impl Wanted {
    /// What the arguments ask for.
    pub(crate) const fn new(from: Option<Moment>, to: Option<Moment>, entries: Option<Interval>) -> Self {
        match (from, to, entries) {
            (_, _, Some(entries)) => Self::Entries(entries),
            (None, None, None) => Self::All,
            (from, to, None) => Self::Range(TimeRange { from, to }),
        }
    }
}

/// The places of the columns that are wanted.
///
/// # Errors
/// There are not so many.
pub(super) fn choose(columns: Option<Interval>, count: usize) -> Result<Range<usize>, Failure> {
    let Some(Interval { first, last }) = columns else { return Ok(0..count) };
    let first = usize::try_from(first).unwrap_or(usize::MAX).saturating_sub(1);
    let last = if last == 0 { count } else { usize::try_from(last).unwrap_or(usize::MAX).min(count) };
    if first >= last {
        return Err(Failure::usage(format!("the profile has {count} columns")));
    }
    Ok(first..last)
}

/// Reads a buffer.
pub(super) struct Fetch<'a> {
    pub(super) session: &'a mut Session,
    pub(super) buffer: AttributeDescriptor,
    /// All columns there are.
    pub(super) all: &'a [Column],
}

impl Fetch<'_> {
    /// The rows that are wanted, as far as the meter can choose: it may give more. And the columns they have,
    /// `chosen` ones or all.
    pub(super) fn rows(
        &mut self,
        wanted: &Wanted,
        bounds: Option<&Bounds>,
        chosen: Range<usize>,
    ) -> Result<(Vec<Row>, Range<usize>), Failure> {
        let rows = match (wanted, bounds) {
            (_, Some(bounds)) => self.within(bounds, &chosen)?,
            (Wanted::Entries(interval), _) => self.entries(*interval, &chosen)?,
            _ if chosen == (0..self.all.len()) => self.whole()?,
            _ => self.entries(Interval { first: 1, last: 0 }, &chosen)?,
        };
        let all = 0..self.all.len();
        let has = |columns: &Range<usize>| rows.iter().all(|row| row.len() == columns.len());
        match (has(&chosen), has(&all)) {
            (true, _) => Ok((rows, chosen)),
            (_, true) => Ok((rows, all)),
            _ => Err(Failure::decode("rows with more or fewer values than there are columns")),
        }
    }

    /// Rows by their times: by the range itself, where the meter takes it, else looked for by number, else all. They
    /// have their times, whatever columns are chosen.
    fn within(&mut self, bounds: &Bounds, chosen: &Range<usize>) -> Result<Vec<Row>, Failure> {
        let all = 0..self.all.len();
        let columns = self.all.get(chosen.clone()).unwrap_or_default();
        let timed = columns.iter().any(|column| bounds.is_clock(column));
        let asked = if timed { chosen } else { &all };
        let selected = if *asked == all { &[] } else { columns };
        let mut room = vec![0; 256 + 32 * selected.len()];
        let part = bounds.descriptor(selected, |range| range.selective_access(&mut room))?;
        let part = part.map_err(|error| Failure::decode(error.to_string()))?;
        if let Some(rows) = self.selected(&part)? {
            return Ok(rows);
        }
        match search::search(self, bounds, asked)? {
            Some(rows) => Ok(rows),
            None => self.whole(),
        }
    }

    /// All rows.
    fn whole(&mut self) -> Result<Vec<Row>, Failure> {
        buffer::rows(&self.session.get(self.buffer, None)?)
    }

    /// Rows by their numbers; where the meter cannot choose, they are taken out of all.
    fn entries(&mut self, interval: Interval, chosen: &Range<usize>) -> Result<Vec<Row>, Failure> {
        if let Some(rows) = self.try_entries(interval, chosen)? {
            return Ok(rows);
        }
        let mut rows = self.whole()?;
        let place = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        if interval.last != 0 {
            rows.truncate(place(interval.last));
        }
        rows.drain(..place(interval.first).saturating_sub(1).min(rows.len()));
        Ok(rows)
    }

    /// Rows by their numbers; nothing if the meter does not choose by number.
    pub(super) fn try_entries(
        &mut self,
        Interval { first, last }: Interval,
        chosen: &Range<usize>,
    ) -> Result<Option<Vec<Row>>, Failure> {
        let number = |place: usize| u16::try_from(place).unwrap_or(u16::MAX);
        let descriptor = EntryDescriptor {
            from_selected_value: number(chosen.start.saturating_add(1)),
            to_selected_value: if chosen.end == self.all.len() { 0 } else { number(chosen.end) },
            ..EntryDescriptor::rows(first, last)
        };
        let mut room = [0; 32];
        let part =
            descriptor.selective_access(&mut room).map_err(|error| Failure::decode(error.to_string()))?;
        self.selected(&part)
    }

    /// Rows that a selection asks for; nothing if the meter does not choose so.
    pub(super) fn selected(&mut self, part: &SelectiveAccess<'_>) -> Result<Option<Vec<Row>>, Failure> {
        if !self.session.negotiated().conformance.contains(Conformance::SELECTIVE_ACCESS) {
            return Ok(None);
        }
        let answer: Answer = self.session.answer(self.buffer, Some(part))?;
        match answer {
            Ok(buffer) => buffer::rows(&buffer).map(Some),
            Err(result) if may_be_the_selection(result) => Ok(None),
            Err(result) => Err(refused("get", result)),
        }
    }

    /// The rows there are.
    pub(super) fn count(&mut self) -> Result<Option<u32>, Failure> {
        let in_use = AttributeDescriptor { id: 7, ..self.buffer };
        let answer = self.session.answer(in_use, None)?;
        let count = answer.ok().and_then(|count: DataBuf| count.as_data().as_integer());
        Ok(count.and_then(|count| u32::try_from(count).ok()))
    }
}

/// Whether a refusal may be meant for the selection, not for the buffer.
const fn may_be_the_selection(result: dlms_core::apdu::DataAccessResult) -> bool {
    use dlms_core::apdu::DataAccessResult as Result;
    matches!(
        result,
        Result::OtherReason
            | Result::TypeUnmatched
            | Result::ScopeOfAccessViolated
            | Result::ReadWriteDenied
            | Result::ObjectUnavailable
            | Result::HardwareFault
            | Result::TemporaryFailure
            | Result::Other(_)
    )
}

/// Reads the rows that are wanted, or more, and tells which columns they have.
pub(super) fn fetch(
    session: &mut Session,
    name: ObisCode,
    all: &[Column],
    wanted: &Wanted,
    bounds: Option<&Bounds>,
    chosen: Range<usize>,
) -> Result<(Vec<Row>, Range<usize>), Failure> {
    let buffer = AttributeDescriptor::new(PROFILE_GENERIC, name, 2);
    Fetch { session, buffer, all }.rows(wanted, bounds, chosen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_chosen_by_number() {
        let choose = |first, last| choose(Some(Interval { first, last }), 4);
        assert_eq!(choose(1, 3).unwrap(), 0..3);
        assert_eq!(choose(2, 0).unwrap(), 1..4);
        assert_eq!(choose(4, 9).unwrap(), 3..4);
        assert!(choose(5, 9).is_err());
        assert_eq!(super::choose(None, 4).unwrap(), 0..4);
    }
}
