//! Extended register (IEC 62056-6-2, class 4 version 0): a register with the status and time of its value.

use dlms_core::apdu::{ActionResult, DataAccessResult};
use dlms_core::data::{Any, Data, DateTime};

use crate::class;
use crate::measurement::register::StoredRegister;
use crate::model::{Answer, Effect};
use crate::number::Number;
use crate::scaler_unit::ScalerUnit;

class! {
    /// Extended register: a register with the status and time of its value.
    pub ExtendedRegister = 4, version 0, "Extended register", methods at 0x38;
    attributes {
        /// The raw value: a number or a string.
        2 value, set_value: Any, dynamic;
        /// What a raw value means.
        3 scaler_unit: ScalerUnit, static;
        /// How far the value can be trusted, as the manufacturer defines.
        4 status: Any, dynamic;
        /// When the value was captured.
        5 capture_time: DateTime, dynamic;
    }
    methods {
        /// Sets the value to its default.
        1 reset(0);
    }
}

/// A number captured at a time, which a client may reset.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StoredExtendedRegister {
    /// Value, default, scaler and unit.
    pub register: StoredRegister,
    /// How far the value can be trusted.
    pub status: Number,
    /// When it was captured; not specified before the first time and after a reset.
    pub capture_time: DateTime,
}

impl StoredExtendedRegister {
    /// A register that starts at its default.
    #[must_use]
    pub fn new(default: impl Into<Number>, scaler_unit: ScalerUnit, status: impl Into<Number>) -> Self {
        Self {
            register: StoredRegister::new(default, scaler_unit),
            status: status.into(),
            capture_time: DateTime::NOT_SPECIFIED,
        }
    }

    /// Keeps `value`, which was captured at `time`.
    pub fn capture(&mut self, value: impl Into<Number>, status: impl Into<Number>, time: DateTime) {
        self.register.value = value.into();
        self.status = status.into();
        self.capture_time = time;
    }
}

impl Serve for StoredExtendedRegister {
    fn value(&self) -> Answer<'_, Any> {
        Ok(self.register.value.as_data())
    }

    fn set_value(&mut self, value: Data<'_>) -> Result<Effect, DataAccessResult> {
        crate::measurement::register::Serve::set_value(&mut self.register, value)
    }

    fn scaler_unit(&self) -> Answer<'_, ScalerUnit> {
        Ok(self.register.scaler_unit)
    }

    fn status(&self) -> Answer<'_, Any> {
        Ok(self.status.as_data())
    }

    fn capture_time(&self) -> Answer<'_, DateTime> {
        Ok(self.capture_time)
    }

    fn reset(&mut self) -> Result<Effect, ActionResult> {
        self.register.value = self.register.default;
        self.capture_time = DateTime::NOT_SPECIFIED;
        Ok(Effect::None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unit::Unit;

    #[test]
    fn a_capture_has_its_time_and_a_reset_takes_both() {
        let mut demand = StoredExtendedRegister::new(0i32, ScalerUnit::new(0, Unit::Watt), 0u8);
        let time = DateTime::from_octets([0x07, 0xe5, 7, 19, 1, 15, 45, 0, 0, 0xff, 0x88, 0x80]);
        demand.capture(-1_500i32, 1u8, time);
        assert_eq!((demand.value(), demand.status()), (Ok(Data::DoubleLong(-1_500)), Ok(Data::Unsigned(1))));
        assert_eq!((demand.capture_time(), demand.scaler_unit().unwrap().unit), (Ok(time), Unit::Watt));
        assert_eq!(demand.register.scaled().unwrap().mantissa, -1_500);
        assert_eq!(demand.set_value(Data::Integer(1)), Err(DataAccessResult::TypeUnmatched));
        demand.reset().unwrap();
        assert_eq!(
            (demand.value(), demand.capture_time()),
            (Ok(Data::DoubleLong(0)), Ok(DateTime::NOT_SPECIFIED))
        );
    }
}
