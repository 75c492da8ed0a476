use cosem_classes::model::CaptureObject;
use cosem_classes::{Scaled, ScalerUnit};
use dlms_core::apdu::AttributeDescriptor;
use dlms_core::data::Data;

/// A column of a profile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Column {
    /// What is captured in it.
    pub object: CaptureObject,
    /// What its values mean, if they are those of a register.
    pub scaler_unit: Option<ScalerUnit>,
}

impl Column {
    /// The attribute it is captured from.
    #[must_use]
    pub const fn attribute(&self) -> AttributeDescriptor {
        self.object.attribute()
    }

    /// Whether it is the time of a Clock.
    #[must_use]
    pub const fn is_clock(&self) -> bool {
        self.object.class_id == 8 && self.object.attribute_index == 2
    }

    /// The quantity that a value of this column stands for, if it is an integer and the column is one of a register.
    #[must_use]
    pub fn scaled(&self, value: Data<'_>) -> Option<Scaled> {
        self.scaler_unit?.scale_data(value)
    }

    /// The attribute that says what the values mean.
    pub(super) fn scaler_unit_attribute(object: &CaptureObject) -> Option<AttributeDescriptor> {
        ScalerUnit::attribute_of(&object.attribute()).filter(|_| object.data_index == 0)
    }
}
