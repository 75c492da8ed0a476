mod columns;
mod part;
mod rows;

use alloc::vec::Vec;
use core::mem;
use core::ops::RangeInclusive;

use dlms_core::apdu::{AttributeDescriptor, DataAccessResult, SelectiveAccess};
use dlms_core::data::{Data, DataBuf};
use obis::ObisCode;

use super::bounds::Bounds;
use super::cells::Cells;
use super::search::Search;
use super::splitter::Splitter;
use super::{Column, Layout, ReadingOptions, Request, Row, WantedRows};
use crate::client::{ClientError, Misuse, Refusal};
use part::may_be_the_selection;

const BUFFER: i8 = 2;
const CAPTURE_OBJECTS: i8 = 3;
const CAPTURE_PERIOD: i8 = 4;
const SORT_METHOD: i8 = 5;
const SORT_OBJECT: i8 = 6;
const ENTRIES_IN_USE: i8 = 7;

/// Reads rows of a profile: says what to ask the meter for, and makes rows of what it answers.
///
/// Until there is no [`next_request`](Self::next_request): carry it out, hand over what comes, and take every
/// [`next_row`](Self::next_row) there is, whenever octets came and after the end of a request. After an error the
/// reader is of no more use; its [`layout`](Self::layout) is.
#[derive(Debug)]
pub struct ProfileReader {
    profile: ObisCode,
    wanted: WantedRows,
    columns: Option<RangeInclusive<u16>>,
    options: ReadingOptions,
    layout: Option<Layout>,
    bounds: Option<Bounds>,
    state: State,
    /// Attributes that are asked for, and what came of the first of them.
    asked: Vec<AttributeDescriptor>,
    answers: Vec<Result<DataBuf, DataAccessResult>>,
    /// The parameters of a selection.
    parameters: DataBuf,
    /// The meter does not choose columns.
    all_columns: bool,
    splitter: Splitter,
    /// Rows that came, and the last of them, whole.
    count: u32,
    before: Option<Cells>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// What the columns are is to be asked.
    Columns,
    /// What their values mean.
    Meaning,
    /// What the time is.
    Time,
    /// How many rows there are.
    Count,
    /// Rows.
    Rows(Part),
    /// Rows are asked for, and come.
    Reading(Part),
    /// All came that will come, and is to be taken.
    Ended(Part),
    Done,
}

/// A part of a buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// The rows of a time.
    Within,
    /// Those with these numbers.
    Entries { first: u32, last: u32 },
    /// One, for its time.
    Probe(Search, u32),
    /// Everything.
    Whole,
}

impl ProfileReader {
    /// Reads these rows of a profile.
    #[must_use]
    pub fn new(profile: ObisCode, wanted: impl Into<WantedRows>) -> Self {
        Self {
            profile,
            wanted: wanted.into(),
            columns: None,
            options: ReadingOptions::default(),
            layout: None,
            bounds: None,
            state: State::Columns,
            asked: Vec::new(),
            answers: Vec::new(),
            parameters: DataBuf::from(Data::NullData),
            all_columns: false,
            splitter: Splitter::new(0, 0, 0),
            count: 0,
            before: None,
        }
    }

    /// Only these columns, counted from 1.
    #[must_use]
    pub fn with_columns(mut self, columns: RangeInclusive<u16>) -> Self {
        self.columns = Some(columns);
        self
    }

    /// Reads them so.
    #[must_use]
    pub const fn with_options(mut self, options: ReadingOptions) -> Self {
        self.options = options;
        self
    }

    /// The layout is known from an earlier reading, and is not asked for.
    #[must_use]
    pub fn with_layout(mut self, layout: Layout) -> Self {
        self.layout = Some(layout);
        self
    }

    /// What the rows are made of, as soon as the meter has told.
    #[must_use]
    pub const fn layout(&self) -> Option<&Layout> {
        match self.state {
            State::Columns | State::Meaning => None,
            _ => self.layout.as_ref(),
        }
    }

    /// The columns that the rows have values of, as soon as the meter has told.
    #[must_use]
    pub fn chosen_columns(&self) -> &[Column] {
        self.layout_columns().get(self.chosen()).unwrap_or_default()
    }

    /// What to ask the meter for; nothing if there is no more. It is the same until something comes of it.
    ///
    /// # Errors
    /// `Misuse`: there are no such columns or no times to choose by; what was asked for before is not answered.
    pub fn next_request(&mut self) -> Result<Option<Request<'_>>, ClientError> {
        if self.state == State::Columns && self.layout.is_some() {
            self.begin_rows()?;
        }
        match self.state {
            State::Columns => Ok(self.ask(&[CAPTURE_OBJECTS, CAPTURE_PERIOD, SORT_METHOD])),
            State::Count => Ok(self.ask(&[ENTRIES_IN_USE])),
            State::Meaning | State::Time => Ok(Some(Request::Attributes(&self.asked))),
            State::Reading(_) if !self.splitter.is_untouched() => Err(Misuse::Busy.into()),
            State::Rows(part) | State::Reading(part) => {
                let selector = self.select(part)?;
                self.splitter = Splitter::new(
                    self.layout_columns().len(),
                    self.options.max_rows,
                    self.options.max_row_octets,
                );
                (self.count, self.before) = (0, None);
                self.state = State::Reading(part);
                let parameters = self.parameters.as_data();
                let selection = selector.map(|selector| SelectiveAccess { selector, parameters });
                Ok(Some(Request::Rows(self.attribute(BUFFER), selection)))
            }
            State::Ended(_) => Err(Misuse::Busy.into()),
            State::Done => Ok(None),
        }
    }

    /// The answer to the next of the attributes that were asked for.
    ///
    /// # Errors
    /// `Refused`: the meter does not tell its columns; `Misbehaviour`: what it tells is no list of columns; `Misuse`: as
    /// [`next_request`](Self::next_request), or nothing was asked for.
    pub fn handle_answer(&mut self, answer: Result<Data<'_>, DataAccessResult>) -> Result<(), ClientError> {
        if self.answers.len() >= self.asked.len() {
            return Err(Misuse::NoResult.into());
        }
        self.answers.push(answer.map(DataBuf::from));
        if self.answers.len() < self.asked.len() {
            return Ok(());
        }
        let answers = mem::take(&mut self.answers);
        let asked = mem::take(&mut self.asked);
        match self.state {
            State::Columns => self.handle_columns(&answers),
            State::Meaning => self.handle_meaning(&asked, &answers),
            State::Time => {
                self.handle_time(answers.into_iter().next().and_then(Result::ok));
                Ok(())
            }
            State::Count => {
                let count = answers.first().and_then(|answer| answer.as_ref().ok()?.as_data().as_integer());
                let search = count.and_then(|count| u32::try_from(count).ok()).map(Search::new);
                self.state = search.map_or(State::Rows(Part::Whole), Self::after_search);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Octets of the rows that were asked for.
    pub fn handle_octets(&mut self, octets: &[u8]) {
        self.splitter.push(octets);
    }

    /// The request for rows ended: all octets came, or the meter refused.
    ///
    /// # Errors
    /// `Refused`: there is no other way to ask; as [`next_row`](Self::next_row).
    pub fn handle_end(&mut self, result: Result<(), Refusal>) -> Result<(), ClientError> {
        let State::Reading(part) = self.state else { return Err(Misuse::NoResult.into()) };
        match (result, part) {
            (Ok(()), Part::Probe(search, _)) => {
                let time = self.time_of_probe()?;
                self.state = match (time, &self.bounds) {
                    (Some(time), Some(bounds)) => {
                        let mut search = search;
                        search.handle_time(time, bounds);
                        Self::after_search(search)
                    }
                    _ => State::Rows(Part::Whole),
                };
                Ok(())
            }
            (Ok(()), _) => {
                self.state = State::Ended(part);
                Ok(())
            }
            (Err(refusal), _) => {
                let other = self.otherwise(part).filter(|_| self.splitter.is_untouched());
                self.state = other.filter(|_| may_be_the_selection(refusal)).ok_or(refusal)?;
                Ok(())
            }
        }
    }

    /// The next row that is whole; nothing until more octets come.
    ///
    /// # Errors
    /// `Malformed`, `Misbehaviour`: what came is no rows of this profile; `Limit`: it is more than there may be.
    pub fn next_row(&mut self) -> Result<Option<Row>, ClientError> {
        let (part, ended) = match self.state {
            State::Reading(Part::Probe(..)) => {
                self.probe()?;
                return Ok(None);
            }
            State::Reading(part) => (part, false),
            State::Ended(part) => (part, true),
            _ => return Ok(None),
        };
        while let Some(number) = self.advance(part)? {
            if self.is_wanted(part, number)
                && let Some(row) = self.row(part)?
            {
                return Ok(Some(row));
            }
        }
        if ended {
            self.splitter.finish()?;
            self.state = State::Done;
        }
        Ok(None)
    }
}
