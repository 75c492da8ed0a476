use cosem_classes::ScalerUnit;
use cosem_classes::model::CaptureObject;
use dlms::client::profile;
use dlms_core::apdu::AttributeDescriptor;
use dlms_core::data::Data;
use serde_json::{Map, Value};

use crate::quantity::Quantity;
use crate::readable;

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
        self.scaler_unit?.to_f64(value)
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

impl From<profile::Column> for Column {
    fn from(column: profile::Column) -> Self {
        Self { object: column.object, scaler_unit: column.scaler_unit }
    }
}
