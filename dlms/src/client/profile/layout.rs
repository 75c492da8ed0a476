use alloc::sync::Arc;
use alloc::vec::Vec;

use cosem_classes::ScalerUnit;
use cosem_classes::model::CaptureObject;
use cosem_classes::profile_generic::SortMethod;
use dlms_core::data::{Array, Data, DataType};

use super::Column;
use crate::client::{ClientError, Misbehaviour};

/// What the rows of a profile are made of. It seldom changes: read once, it serves the next readings, too.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    columns: Arc<[Column]>,
    /// Seconds from one row to the next, as far as they are captured by the clock; 0 if they are not.
    step: i64,
    sort_method: Option<SortMethod>,
    /// The column with the times of the rows.
    time: Option<usize>,
}

impl Layout {
    /// The columns that `objects` names; what they mean is still to be said.
    pub(super) fn new(
        objects: Data<'_>,
        period: Option<Data<'_>>,
        sorting: Option<Data<'_>>,
    ) -> Result<Self, ClientError> {
        let objects = Array::<CaptureObject>::from_data(objects).ok_or(Misbehaviour::Columns)?;
        let columns = objects.iter().map(|object| Ok(Column { object: object?, scaler_unit: None }));
        let columns = columns.collect::<Result<Arc<[_]>, ClientError>>()?;
        let period = period.and_then(|period| i64::try_from(period.as_integer()?).ok());
        let sort_method = sorting.and_then(SortMethod::from_data);
        let step = match sort_method {
            Some(SortMethod::Lifo | SortMethod::Largest) => period.unwrap_or(0).saturating_neg(),
            _ => period.unwrap_or(0),
        };
        let time = columns.iter().position(Column::is_clock);
        Ok(Self { columns, step, sort_method, time })
    }

    /// The columns, in the meter's order.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The column with the times of the rows, counted from 0: that of a clock, or else the one the rows are sorted by.
    #[must_use]
    pub const fn time_column(&self) -> Option<usize> {
        self.time
    }

    /// Seconds from one row to the next: negative where the newest comes first, 0 where the clock does not capture.
    #[must_use]
    pub const fn step(&self) -> i64 {
        self.step
    }

    pub(super) fn shared(&self) -> Arc<[Column]> {
        Arc::clone(&self.columns)
    }

    /// Whether the order of the rows depends on a column that is still to be found out.
    pub(super) fn is_sorted_by_column(&self) -> bool {
        self.sort_method.is_some_and(SortMethod::is_sorted)
    }

    /// The rows are sorted by this object.
    pub(super) fn set_sort_object(&mut self, object: Data<'_>) {
        let object = CaptureObject::from_data(object);
        let place = object.and_then(|object| self.columns.iter().position(|column| column.object == object));
        match (self.time, place) {
            (None, place) => self.time = place,
            // Rows in the order of another column are not one capture period apart.
            (Some(time), Some(place)) if time != place => self.step = 0,
            _ => {}
        }
    }

    /// What the values of these columns mean, by their places.
    pub(super) fn set_scaler_units(&mut self, meanings: &[(usize, ScalerUnit)]) {
        let mut columns: Vec<_> = self.columns.to_vec();
        for &(place, scaler_unit) in meanings {
            if let Some(column) = columns.get_mut(place) {
                column.scaler_unit = Some(scaler_unit);
            }
        }
        self.columns = columns.into();
    }
}
