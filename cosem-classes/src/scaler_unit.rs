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

    /// The quantity that a value stands for, if it is an integer.
    #[must_use]
    pub fn scale_data(self, raw: Data<'_>) -> Option<Scaled> {
        raw.as_integer().map(|raw| self.scale(raw))
    }
}
