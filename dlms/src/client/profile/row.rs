use alloc::sync::Arc;
use core::ops::Range;

use cosem_classes::Scaled;
use dlms_core::data::{Data, DateTime};

use super::Column;
use super::cells::Cells;

/// A row of a profile: a value for each column that was chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    columns: Arc<[Column]>,
    /// Those of the columns that were chosen.
    chosen: Range<usize>,
    time: Option<DateTime>,
    cells: Cells,
}

impl Row {
    pub(super) fn new(
        columns: Arc<[Column]>,
        chosen: Range<usize>,
        time: Option<DateTime>,
        cells: Cells,
    ) -> Self {
        Self { columns, chosen, time, cells }
    }

    /// When it was captured, by the meter's clock; also where the column with the times is none of the chosen.
    #[must_use]
    pub const fn timestamp(&self) -> Option<DateTime> {
        self.time
    }

    /// The columns it has values of.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        self.columns.get(self.chosen.clone()).unwrap_or_default()
    }

    /// The value in a column, counted from 0.
    #[must_use]
    pub fn value(&self, column: usize) -> Option<Data<'_>> {
        self.cells.value(column)
    }

    /// All values.
    pub fn values(&self) -> impl Iterator<Item = Data<'_>> {
        self.cells.values()
    }

    /// The quantity in a column, counted from 0, if it is a column of a register and the value an integer.
    #[must_use]
    pub fn scaled(&self, column: usize) -> Option<Scaled> {
        self.columns().get(column)?.scaled(self.value(column)?)
    }

    /// The quantity in a column as the nearest floating-point number, those of floating-point registers, too.
    #[must_use]
    pub fn number(&self, column: usize) -> Option<f64> {
        self.columns().get(column)?.scaler_unit?.to_f64(self.value(column)?)
    }
}
