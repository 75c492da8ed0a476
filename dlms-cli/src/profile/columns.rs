use cosem_classes::ScalerUnit;
use cosem_classes::model::CaptureObject;
use dlms_core::apdu::AttributeDescriptor;
use dlms_core::data::{Array, Data, DataBuf, DataType};
use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::quantity::{Quantity, approximate, scaler_unit, scaler_unit_of};
use crate::readable;
use crate::session::Session;

/// A column of a profile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Column {
    /// What is captured in it.
    pub(crate) object: CaptureObject,
    /// What its values mean, if they are those of a register.
    pub(crate) scaler_unit: Option<ScalerUnit>,
}

impl Column {
    /// The attribute it is captured from.
    pub(crate) const fn attribute(&self) -> AttributeDescriptor {
        self.object.attribute()
    }

    /// Whether it is the time of the row.
    pub(crate) const fn is_time(&self) -> bool {
        self.object.class_id == 8 && self.object.attribute_index == 2
    }

    /// The symbol of its unit; empty for none.
    pub(crate) fn unit(&self) -> String {
        self.scaler_unit.map(|scaler_unit| scaler_unit.unit.to_string()).unwrap_or_default()
    }

    /// The quantity that a value of this column stands for.
    pub(crate) fn quantity(&self, value: Data<'_>) -> Option<Quantity> {
        Quantity::new(value, self.scaler_unit?)
    }

    /// A value of this column as a number, to draw it: what is no quantity of a register is none.
    pub(crate) fn approximate(&self, value: Data<'_>) -> Option<f64> {
        approximate(value, Some(self.scaler_unit?))
    }

    /// A value of this column in text, without the unit.
    pub(crate) fn text(&self, value: Data<'_>) -> String {
        match self.quantity(value) {
            Some(quantity) => quantity.number.to_string(),
            None => readable::text(&self.attribute(), value),
        }
    }

    /// In JSON.
    pub(crate) fn to_json(self) -> Value {
        let CaptureObject { class_id, logical_name, attribute_index, data_index } = self.object;
        let mut column = Map::new();
        column.insert("obis".into(), logical_name.to_string().into());
        column.insert("class".into(), class_id.into());
        column.insert("attribute".into(), attribute_index.into());
        if data_index != 0 {
            column.insert("index".into(), data_index.into());
        }
        if let Some(scaler_unit) = self.scaler_unit {
            column.insert("scaler".into(), scaler_unit.scaler.into());
        }
        if !self.unit().is_empty() {
            column.insert("unit".into(), self.unit().into());
        }
        column.into()
    }
}

/// The columns that `objects` names, with their scaler_units.
pub(super) fn read(session: &mut Session, objects: &DataBuf) -> Result<Vec<Column>, Failure> {
    let wrong = || Failure::decode("the capture objects are no list of columns");
    let objects = Array::<CaptureObject>::from_data(objects.as_data()).ok_or_else(wrong)?;
    let objects = objects.iter().collect::<Result<Vec<_>, _>>()?;
    let whole =
        |object: &CaptureObject| scaler_unit_of(&object.attribute()).filter(|_| object.data_index == 0);
    let scalers: Vec<_> = objects.iter().filter_map(whole).collect();
    let mut answers = session.answers(&scalers)?.into_iter();
    let columns = objects.into_iter().map(|object| Column {
        object,
        scaler_unit: whole(&object).and_then(|_| scaler_unit(answers.next()?.as_ref().ok()?)),
    });
    Ok(columns.collect())
}
