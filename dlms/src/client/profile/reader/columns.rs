use alloc::vec::Vec;
use core::ops::Range;

use cosem_classes::ScalerUnit;
use cosem_classes::profile_generic::ProfileGeneric;
use dlms_core::apdu::{AttributeDescriptor, DataAccessResult};
use dlms_core::data::{Data, DataBuf, DataType};

use super::{Part, ProfileReader, SORT_OBJECT, State};
use crate::client::profile::bounds::Bounds;
use crate::client::profile::{Column, Layout, Request, WantedRows};
use crate::client::{ClientError, Misuse, Refusal};

/// What the columns are.
impl ProfileReader {
    pub(super) fn handle_columns(
        &mut self,
        answers: &[Result<DataBuf, DataAccessResult>],
    ) -> Result<(), ClientError> {
        let [objects, period, sorting] = answers else { return Err(Misuse::NoResult.into()) };
        let objects = objects.as_ref().map_err(|result| Refusal::DataAccess(*result))?;
        let told = |answer: &Result<DataBuf, _>| answer.as_ref().ok().cloned();
        let (period, sorting) = (told(period), told(sorting));
        let layout = Layout::new(
            objects.as_data(),
            period.as_ref().map(DataBuf::as_data),
            sorting.as_ref().map(DataBuf::as_data),
        )?;
        let meanings =
            layout.columns().iter().filter_map(|column| Column::scaler_unit_attribute(&column.object));
        self.asked = meanings.collect();
        if layout.is_sorted_by_column() || layout.time_column().is_none() {
            self.asked.push(self.attribute(SORT_OBJECT));
        }
        self.layout = Some(layout);
        if self.asked.is_empty() {
            return self.begin_rows();
        }
        self.state = State::Meaning;
        Ok(())
    }

    pub(super) fn handle_meaning(
        &mut self,
        asked: &[AttributeDescriptor],
        answers: &[Result<DataBuf, DataAccessResult>],
    ) -> Result<(), ClientError> {
        let sort_object = self.attribute(SORT_OBJECT);
        if let Some(layout) = &mut self.layout {
            let told = asked.iter().zip(answers);
            let told =
                told.filter_map(|(attribute, answer)| Some((attribute, answer.as_ref().ok()?.as_data())));
            let mut meanings = Vec::new();
            for (attribute, value) in told {
                if *attribute == sort_object {
                    layout.set_sort_object(value);
                } else if let Some(meaning) = ScalerUnit::from_data(value) {
                    let columns = layout.columns().iter().enumerate();
                    let meant = columns.filter(|(_, column)| {
                        Column::scaler_unit_attribute(&column.object) == Some(*attribute)
                    });
                    meanings.extend(meant.map(|(place, _)| (place, meaning)));
                }
            }
            layout.set_scaler_units(&meanings);
        }
        self.begin_rows()
    }

    /// The layout is known.
    pub(super) fn begin_rows(&mut self) -> Result<(), ClientError> {
        let count = self.layout_columns().len();
        if self.chosen().is_empty() {
            return Err(Misuse::NoSuchColumn { count }.into());
        }
        self.state = match self.wanted {
            WantedRows::All => State::Rows(self.all()),
            WantedRows::Entries { first, last } => State::Rows(Part::Entries { first: first.max(1), last }),
            WantedRows::Within(_) => {
                let time = self.time_column().ok_or(Misuse::NoTimes)?;
                self.asked.push(time.attribute());
                State::Time
            }
        };
        Ok(())
    }

    pub(super) fn handle_time(&mut self, now: Option<DataBuf>) {
        if let (WantedRows::Within(range), Some(time)) = (self.wanted, self.time_column()) {
            let now = now.unwrap_or_else(|| DataBuf::from(Data::NullData));
            self.bounds = Some(Bounds::new(range, time.object, now, self.options.deviation_reversed));
        }
        self.state = State::Rows(if self.options.selective_access { Part::Within } else { Part::Whole });
    }

    pub(super) fn layout_columns(&self) -> &[Column] {
        self.layout.as_ref().map(Layout::columns).unwrap_or_default()
    }

    fn time_column(&self) -> Option<&Column> {
        self.layout_columns().get(self.layout.as_ref()?.time_column()?)
    }

    /// The columns that are wanted, by their places.
    pub(super) fn chosen(&self) -> Range<usize> {
        let count = self.layout_columns().len();
        match &self.columns {
            None => 0..count,
            Some(columns) => {
                usize::from(*columns.start()).saturating_sub(1)..usize::from(*columns.end()).min(count)
            }
        }
    }

    pub(super) fn attribute(&self, id: i8) -> AttributeDescriptor {
        AttributeDescriptor::new(ProfileGeneric::INFO.id, self.profile, id)
    }

    pub(super) fn ask(&mut self, ids: &[i8]) -> Option<Request<'_>> {
        self.asked = ids.iter().map(|id| self.attribute(*id)).collect();
        Some(Request::Attributes(&self.asked))
    }
}
