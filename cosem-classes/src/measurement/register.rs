//! Register (IEC 62056-6-2, 4.3.2; class 3 version 0): a process or status value with its scaler and unit.

use dlms_core::apdu::{ActionResult, DataAccessResult};
use dlms_core::data::{Any, Data};

use crate::class;
use crate::model::{Answer, Effect};
use crate::number::Number;
use crate::scaled::Scaled;
use crate::scaler_unit::ScalerUnit;

class! {
    /// Register: a process or status value with its scaler and unit.
    pub Register = 3, version 0, "Register", methods at 0x28;
    attributes {
        /// The raw value: a number or a string.
        2 value, set_value: Any, dynamic;
        /// What a raw value means.
        3 scaler_unit: ScalerUnit, static;
    }
    methods {
        /// Sets the value to its default.
        1 reset(0);
    }
}

/// A number that the device counts and a client may set or reset.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StoredRegister {
    /// The raw value.
    pub value: Number,
    /// What `reset` makes of it; of the same type.
    pub default: Number,
    /// What it means.
    pub scaler_unit: ScalerUnit,
}

impl StoredRegister {
    /// A register that starts at its default.
    #[must_use]
    pub fn new(default: impl Into<Number>, scaler_unit: ScalerUnit) -> Self {
        let default = default.into();
        Self { value: default, default, scaler_unit }
    }

    /// The quantity it holds, unless it counts in floating point.
    #[must_use]
    pub fn scaled(&self) -> Option<Scaled> {
        self.scaler_unit.scale_data(self.value.as_data())
    }
}

impl Serve for StoredRegister {
    fn value(&self) -> Answer<'_, Any> {
        Ok(self.value.as_data())
    }

    fn set_value(&mut self, value: Data<'_>) -> Result<Effect, DataAccessResult> {
        self.value = Number::from_data(value)
            .filter(|value| value.is_like(self.default))
            .ok_or(DataAccessResult::TypeUnmatched)?;
        Ok(Effect::None)
    }

    fn scaler_unit(&self) -> Answer<'_, ScalerUnit> {
        Ok(self.scaler_unit)
    }

    fn reset(&mut self) -> Result<Effect, ActionResult> {
        self.value = self.default;
        Ok(Effect::None)
    }
}
