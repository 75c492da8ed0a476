use core::ops::Range;

use cosem_classes::profile_generic::{EntryDescriptor, RangeDescriptor};
use dlms_core::apdu::DataAccessResult;
use dlms_core::data::DataBuf;

use super::{Part, ProfileReader, State};
use crate::client::profile::Layout;
use crate::client::profile::search::{Next, Search};
use crate::client::{ClientError, Refusal};

/// Which part of the buffer is asked for.
impl ProfileReader {
    /// All rows: by number, if not all columns of them are wanted.
    pub(super) fn all(&self) -> Part {
        if self.chosen() == (0..self.layout_columns().len()) {
            Part::Whole
        } else {
            Part::Entries { first: 1, last: 0 }
        }
    }

    /// The columns that a part is asked for with. Rows of a time have their times, whatever is wanted.
    pub(super) fn columns_of(&self, part: Part) -> Range<usize> {
        let (chosen, all) = (self.chosen(), 0..self.layout_columns().len());
        let time = self.layout.as_ref().and_then(Layout::time_column);
        match part {
            Part::Whole => all,
            _ if self.all_columns => all,
            Part::Probe(..) => time.map_or(all, |time| time..time.saturating_add(1)),
            _ if self.bounds.is_some() && !time.is_some_and(|time| chosen.contains(&time)) => all,
            _ => chosen,
        }
    }

    /// Sets the parameters that choose a part; the selector that goes with them.
    pub(super) fn select(&mut self, part: Part) -> Result<Option<u8>, ClientError> {
        let columns = self.columns_of(part);
        let is_all = columns == (0..self.layout_columns().len());
        let rows = match part {
            Part::Whole => return Ok(None),
            _ if !self.options.selective_access => return Ok(None),
            Part::Within => {
                let Some(bounds) = &self.bounds else { return Ok(None) };
                let named = if is_all { &[] } else { self.layout_columns().get(columns).unwrap_or_default() };
                self.parameters = DataBuf::from_vec(bounds.descriptor(named)?)?;
                return Ok(Some(RangeDescriptor::SELECTOR));
            }
            Part::Entries { first, last } => EntryDescriptor::rows(first, last),
            Part::Probe(_, number) => EntryDescriptor::rows(number, number),
        };
        let number = |place: usize| u16::try_from(place).unwrap_or(u16::MAX);
        self.parameters = DataBuf::new(&EntryDescriptor {
            from_selected_value: number(columns.start.saturating_add(1)),
            to_selected_value: if columns.end == self.layout_columns().len() {
                0
            } else {
                number(columns.end)
            },
            ..rows
        });
        Ok(Some(EntryDescriptor::SELECTOR))
    }

    /// What to ask for of a meter that refused this part.
    pub(super) fn otherwise(&mut self, part: Part) -> Option<State> {
        if part == Part::Whole || !self.options.selective_access {
            return None;
        }
        if self.columns_of(part) != (0..self.layout_columns().len()) {
            // It may be the columns that it does not choose.
            self.all_columns = true;
            return Some(State::Rows(part));
        }
        Some(if part == Part::Within { State::Count } else { State::Rows(Part::Whole) })
    }

    pub(super) fn after_search(search: Search) -> State {
        match search.next() {
            Next::Look(number) => State::Rows(Part::Probe(search, number)),
            Next::Found { first, last } if last < first => State::Done,
            Next::Found { first, last } => State::Rows(Part::Entries { first, last }),
        }
    }
}

/// Whether a refusal may be meant for the selection, not for the buffer.
pub(super) const fn may_be_the_selection(refusal: Refusal) -> bool {
    use DataAccessResult as Result;
    match refusal {
        Refusal::DataAccess(result) => matches!(
            result,
            Result::OtherReason
                | Result::TypeUnmatched
                | Result::ScopeOfAccessViolated
                | Result::ReadWriteDenied
                | Result::ObjectUnavailable
                | Result::HardwareFault
                | Result::TemporaryFailure
                | Result::Other(_)
        ),
        Refusal::Exception(_) | Refusal::ServiceError(_) => true,
        _ => false,
    }
}
