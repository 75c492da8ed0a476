use dlms_core::apdu::AttributeDescriptor;
use dlms_core::data::Data;
use dlms_core::structure;

use crate::scaled::Scaled;
use crate::unit::Unit;

structure! {
    /// What a raw value means: raw value × 10^scaler, in that unit.
    pub struct ScalerUnit {
        /// The exponent of ten.
        pub scaler: i8,
        /// The unit; a count where the value is no quantity.
        pub unit: Unit,
    }
}

impl Eq for ScalerUnit {}

impl ScalerUnit {
    /// A mere number.
    pub const COUNT: Self = Self::new(0, Unit::Count);

    /// 10^`scaler` × `unit`.
    #[must_use]
    pub const fn new(scaler: i8, unit: Unit) -> Self {
        Self { scaler, unit }
    }

    /// The quantity that an integer stands for.
    ///
    /// ```
    /// use cosem_classes::{ScalerUnit, Unit};
    ///
    /// let voltage = ScalerUnit::new(-3, Unit::Volt).scale(263_788);
    /// assert_eq!(voltage.to_string(), "263.788 V");
    /// ```
    #[must_use]
    pub fn scale(self, raw: impl Into<i128>) -> Scaled {
        Scaled { mantissa: raw.into(), exponent: self.scaler, unit: self.unit }
    }

    /// The attribute that says what the value of this one means: of registers, extended and demand registers.
    ///
    /// ```
    /// use cosem_classes::ScalerUnit;
    /// use cosem_classes::register::Register;
    /// use obis::obis;
    ///
    /// let energy = Register::at(obis!("1-0:1.8.0.255"));
    /// let meaning = ScalerUnit::attribute_of(&energy.value().descriptor());
    /// assert_eq!(meaning, Some(energy.scaler_unit().descriptor()));
    /// ```
    #[must_use]
    pub const fn attribute_of(value: &AttributeDescriptor) -> Option<AttributeDescriptor> {
        let id = match (value.class_id, value.id) {
            (3 | 4, 2) => 3,
            (5, 2 | 3) => 4,
            _ => return None,
        };
        Some(AttributeDescriptor::new(value.class_id, value.logical_name, id))
    }

    /// The quantity that a value stands for, as a floating-point number; nothing if it is no finite number.
    #[must_use]
    pub fn to_f64(self, raw: Data<'_>) -> Option<f64> {
        let floating = |raw: f64| {
            let power = (0..self.scaler.unsigned_abs()).fold(1.0, |power, _| power * 10.0);
            if self.scaler < 0 { raw / power } else { raw * power }
        };
        match raw {
            Data::Float32(v) => Some(floating(v.into())),
            Data::Float64(v) => Some(floating(v)),
            value => self.scale_data(value).map(Scaled::to_f64),
        }
        .filter(|number| number.is_finite())
    }

    /// The quantity that a value stands for, if it is an integer.
    #[must_use]
    pub fn scale_data(self, raw: Data<'_>) -> Option<Scaled> {
        raw.as_integer().map(|raw| self.scale(raw))
    }
}
