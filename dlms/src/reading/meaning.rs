use cosem_classes::ScalerUnit;

/// What the number of a reading stands for, and who says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// The meter says it with the value.
    Told(ScalerUnit),
    /// The meter does not; it is known of its model.
    Model(ScalerUnit),
    /// Nobody says. A number may count in any power of ten, so that it is no quantity.
    Unknown,
}

impl Meaning {
    /// Scaler and unit, if they are known.
    #[must_use]
    pub const fn scaler_unit(self) -> Option<ScalerUnit> {
        match self {
            Self::Told(scaler_unit) | Self::Model(scaler_unit) => Some(scaler_unit),
            Self::Unknown => None,
        }
    }
}
