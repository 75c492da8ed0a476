use cosem_classes::ScalerUnit;
use dlms_core::data::{Data, DataBuf, DataType};
use serde_json::Number;

/// A number with its unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Quantity {
    /// All digits of it.
    pub(crate) number: Number,
    /// The symbol of the unit; empty for a mere count.
    pub(crate) unit: String,
}

impl Quantity {
    /// What the value of a register means.
    pub(crate) fn new(value: Data<'_>, scaler_unit: ScalerUnit) -> Option<Self> {
        let text = match value {
            Data::Float32(v) => scaled_float(f64::from(v), v.to_string(), scaler_unit.scaler),
            Data::Float64(v) => scaled_float(v, v.to_string(), scaler_unit.scaler),
            value => scaler_unit.scale_data(value)?.number().to_string(),
        };
        Some(Self { number: text.parse().ok()?, unit: scaler_unit.unit.to_string() })
    }
}

/// A scaler_unit that was read.
pub(crate) fn scaler_unit(value: &DataBuf) -> Option<ScalerUnit> {
    ScalerUnit::from_data(value.as_data())
}

fn scaled_float(value: f64, text: String, scaler: i8) -> String {
    if scaler == 0 { text } else { (value * 10f64.powi(i32::from(scaler))).to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cosem_classes::Unit;

    #[test]
    fn every_digit_is_kept() {
        let quantity = |value, scaler| Quantity::new(value, ScalerUnit::new(scaler, Unit::WattHour)).unwrap();
        let large = quantity(Data::Long64Unsigned(u64::MAX), -3);
        assert_eq!(large.number.to_string(), "18446744073709551.615");
        assert_eq!(large.unit, "Wh");
        assert_eq!(quantity(Data::Float32(1.1), 0).number.to_string(), "1.1");
        assert_eq!(quantity(Data::Float64(2.5), 1).number.to_string(), "25");
        assert_eq!(Quantity::new(Data::Float32(f32::NAN), ScalerUnit::COUNT), None);
        assert_eq!(Quantity::new(Data::Enum(1), ScalerUnit::COUNT), None);
        assert_eq!(Quantity::new(Data::Unsigned(7), ScalerUnit::COUNT).unwrap().unit, "");
    }
}
