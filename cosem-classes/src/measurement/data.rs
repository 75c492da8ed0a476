//! Data (IEC 62056-6-2, class 1 version 0): any value, as its name says.

use dlms_core::apdu::DataAccessResult;
use dlms_core::data::{Any, Data as Value};

use crate::class;
use crate::model::{Answer, Effect};
use crate::number::Number;

class! {
    /// Data: any value, as its name says.
    pub Data = 1, version 0, "Data";
    attributes {
        /// The value; its type is the object's affair.
        2 value, set_value: Any, dynamic;
    }
}

/// A number that clients may change, to another of its type.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct StoredData {
    /// The number.
    pub value: Number,
}

impl StoredData {
    /// A stored number.
    #[must_use]
    pub fn new(value: impl Into<Number>) -> Self {
        Self { value: value.into() }
    }
}

impl Serve for StoredData {
    fn value(&self) -> Answer<'_, Any> {
        Ok(self.value.as_data())
    }

    fn set_value(&mut self, value: Value<'_>) -> Result<Effect, DataAccessResult> {
        self.value = Number::from_data(value)
            .filter(|value| value.is_like(self.value))
            .ok_or(DataAccessResult::TypeUnmatched)?;
        Ok(Effect::None)
    }
}

/// Octets that only the device changes: an identification, a name.
impl Serve for &[u8] {
    fn value(&self) -> Answer<'_, Any> {
        Ok(Value::OctetString(self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_number_keeps_its_type() {
        let mut data = StoredData::new(5u16);
        assert_eq!(data.set_value(Value::LongUnsigned(6)), Ok(Effect::None));
        assert_eq!(data.set_value(Value::Unsigned(7)), Err(DataAccessResult::TypeUnmatched));
        assert_eq!(data.set_value(Value::NullData), Err(DataAccessResult::TypeUnmatched));
        assert_eq!(data.value(), Ok(Value::LongUnsigned(6)));
    }

    #[test]
    fn octets_are_the_devices_own() {
        let mut name = &b"ABC"[..];
        assert_eq!(Serve::value(&name), Ok(Value::OctetString(b"ABC")));
        assert_eq!(name.set_value(Value::OctetString(b"X")), Err(DataAccessResult::ReadWriteDenied));
    }
}
