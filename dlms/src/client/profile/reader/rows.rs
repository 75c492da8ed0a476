use dlms_core::data::DateTime;

use super::{Part, ProfileReader};
use crate::client::profile::cells::Cells;
use crate::client::profile::restore::restore;
use crate::client::profile::{Column, Layout, Row, WantedRows};
use crate::client::{ClientError, Limit, Misbehaviour};

/// What came.
impl ProfileReader {
    /// Makes the next row whole; its number, if there is one.
    pub(super) fn advance(&mut self, part: Part) -> Result<Option<u32>, ClientError> {
        let Some(row) = self.splitter.next()? else { return Ok(None) };
        self.count_row()?;
        let columns = self.columns_of(part);
        let all = 0..self.layout_columns().len();
        let expected = self.before.as_ref().map(Cells::len);
        let has = |n: usize| row.len() == n && expected.is_none_or(|expected| expected == n);
        let first = match () {
            () if has(columns.len()) => columns.start,
            // Meters that do not choose columns give all.
            () if has(all.len()) => all.start,
            () => {
                let expected = expected.unwrap_or(columns.len());
                return Err(Misbehaviour::RowWidth { expected, found: row.len() }.into());
            }
        };
        let row = restore(row, self.before.as_ref(), |place| self.step(first.saturating_add(place)));
        self.before = Some(row);
        Ok(Some(self.count))
    }

    /// By how much the times of a column follow from those of the row before.
    fn step(&self, place: usize) -> i64 {
        let Some(layout) = &self.layout else { return 0 };
        let is_time = layout.columns().get(place).is_some_and(Column::is_clock);
        if is_time || layout.time_column() == Some(place) { layout.step() } else { 0 }
    }

    /// Whether the row that came is one of the numbers that are wanted.
    pub(super) fn is_wanted(&self, part: Part, number: u32) -> bool {
        match (self.wanted, part) {
            // They were not chosen by the meter.
            (WantedRows::Entries { first, last }, part)
                if part == Part::Whole || !self.options.selective_access =>
            {
                number >= first && (last == 0 || number <= last)
            }
            _ => true,
        }
    }

    /// The row that came, if it is of the time that is wanted.
    pub(super) fn row(&self, part: Part) -> Result<Option<Row>, ClientError> {
        let (Some(cells), Some(layout)) = (&self.before, &self.layout) else { return Ok(None) };
        let (chosen, columns) = (self.chosen(), self.columns_of(part));
        let came = if cells.len() == columns.len() { columns } else { 0..layout.columns().len() };
        let time = self.time(cells, came.start);
        if let (Some(bounds), Some(time)) = (&self.bounds, time)
            && (bounds.is_before(time) || bounds.is_after(time))
        {
            return Ok(None);
        }
        let cells = if came == chosen {
            cells.clone()
        } else {
            cells.part(chosen.start.saturating_sub(came.start)..chosen.end.saturating_sub(came.start))
        };
        Ok(Some(Row::new(layout.shared(), chosen, time, cells)))
    }

    /// The time of a row that begins with this column.
    fn time(&self, row: &Cells, first: usize) -> Option<DateTime> {
        let place = self.layout.as_ref()?.time_column()?.checked_sub(first)?;
        let time = row.value(place)?.as_date_time()?;
        Some(if self.options.deviation_reversed {
            DateTime { deviation: time.deviation.reversed(), ..time }
        } else {
            time
        })
    }

    /// Keeps the first of the rows that come where one is looked at: a meter may give more.
    pub(super) fn probe(&mut self) -> Result<(), ClientError> {
        while let Some(row) = self.splitter.next()? {
            self.before.get_or_insert(row);
            self.count_row()?;
        }
        Ok(())
    }

    /// The time of the one row that was looked at; nothing if it does not tell, or others came.
    pub(super) fn time_of_probe(&mut self) -> Result<Option<DateTime>, ClientError> {
        self.probe()?;
        self.splitter.finish()?;
        let Some(row) = self.before.as_ref().filter(|_| self.count == 1) else { return Ok(None) };
        let place = self.layout.as_ref().and_then(Layout::time_column).unwrap_or(0);
        // Meters that do not choose columns give all.
        Ok(self.time(row, if row.len() == 1 { place } else { 0 }))
    }

    fn count_row(&mut self) -> Result<(), ClientError> {
        self.count = self.count.saturating_add(1);
        if self.count > self.options.max_rows {
            return Err(Limit::Rows(self.options.max_rows).into());
        }
        Ok(())
    }
}
