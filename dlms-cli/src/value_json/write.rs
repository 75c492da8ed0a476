use dlms_core::data::{CompactArray, CompactElements, CompactValue, Data, Elements};
use dlms_core::limits;
use serde_json::{Map, Number, Value, json};

use super::compact;
use crate::failure::Failure;
use crate::hex;

/// Values that may still be written: a few octets can stand for very many.
#[derive(Debug)]
pub(crate) struct Budget(usize);

impl Budget {
    /// That of one document.
    pub(crate) const fn new() -> Self {
        Self(limits::COMPACT_ARRAY_VALUES)
    }

    /// Takes one value.
    pub(super) fn spend(&mut self) -> Result<(), Failure> {
        let too_many = || {
            let most = limits::COMPACT_ARRAY_VALUES;
            Failure::unsupported(format!("more than {most} values in one document"))
        };
        self.0 = self.0.checked_sub(1).ok_or_else(too_many)?;
        Ok(())
    }
}

/// The value in JSON.
///
/// # Errors
/// `unsupported`: more than 2^20 values.
pub(crate) fn to_json(value: &Data<'_>) -> Result<Value, Failure> {
    to_json_within(value, &mut Budget::new())
}

/// The value in JSON, as one of several in a document.
///
/// # Errors
/// As [`to_json`], of all together.
pub(crate) fn to_json_within(value: &Data<'_>, budget: &mut Budget) -> Result<Value, Failure> {
    budget.spend()?;
    let content = match *value {
        Data::NullData | Data::DontCare => Value::Null,
        Data::Array(elements) | Data::Structure(elements) => rows(elements, budget)?,
        Data::CompactArray(array) => return compact_array(&array, budget),
        Data::Boolean(v) => v.into(),
        Data::BitString(v) => v.iter().map(|bit| if bit { '1' } else { '0' }).collect::<String>().into(),
        Data::OctetString(v) => hex::to_text(v).into(),
        Data::VisibleString(v) if v.is_ascii() => String::from_utf8_lossy(v).into(),
        Data::VisibleString(v) => json!({"hex": hex::to_text(v)}),
        Data::Utf8String(v) => match core::str::from_utf8(v) {
            Ok(text) => text.into(),
            Err(_) => json!({"hex": hex::to_text(v)}),
        },
        Data::Bcd(v) | Data::Unsigned(v) | Data::Enum(v) | Data::DeltaUnsigned(v) => v.into(),
        Data::Integer(v) | Data::DeltaInteger(v) => v.into(),
        Data::Long(v) | Data::DeltaLong(v) => v.into(),
        Data::LongUnsigned(v) | Data::DeltaLongUnsigned(v) => v.into(),
        Data::DoubleLong(v) | Data::DeltaDoubleLong(v) => v.into(),
        Data::DoubleLongUnsigned(v) | Data::DeltaDoubleLongUnsigned(v) => v.into(),
        Data::Long64(v) => v.into(),
        Data::Long64Unsigned(v) => v.into(),
        Data::Float32(v) => float(f64::from(v), format!("{v:?}")),
        Data::Float64(v) => float(v, format!("{v:?}")),
        Data::DateTime(v) => hex::to_text(&v.to_octets()).into(),
        Data::Date(v) => hex::to_text(&v.to_octets()).into(),
        Data::Time(v) => hex::to_text(&v.to_octets()).into(),
        _ => return Err(Failure::unsupported(format!("values of type {}", value.type_name()))),
    };
    Ok(one_member(value.type_name(), content))
}

fn one_member(name: &str, content: Value) -> Value {
    let mut object = Map::with_capacity(1);
    object.insert(name.into(), content);
    Value::Object(object)
}

fn rows(elements: Elements<'_>, budget: &mut Budget) -> Result<Value, Failure> {
    elements.iter().map(|element| to_json_within(&element, budget)).collect()
}

fn compact_array(array: &CompactArray<'_>, budget: &mut Budget) -> Result<Value, Failure> {
    let mut object = Map::with_capacity(2);
    object.insert("compact-array".into(), compact_rows(array.elements(), budget)?);
    object.insert("type".into(), compact::type_to_json(array.description(), budget)?);
    Ok(Value::Object(object))
}

fn compact_rows(elements: CompactElements<'_>, budget: &mut Budget) -> Result<Value, Failure> {
    elements.map(|element| compact_value(element, budget)).collect()
}

fn compact_value(value: CompactValue<'_>, budget: &mut Budget) -> Result<Value, Failure> {
    let (name, elements) = match value {
        CompactValue::Value(value) => return to_json_within(&value, budget),
        CompactValue::Array(elements) => ("array", elements),
        CompactValue::Structure(elements) => ("structure", elements),
    };
    budget.spend()?;
    Ok(one_member(name, compact_rows(elements, budget)?))
}

/// The shortest number that reads as the same one, which is `text`; what JSON has no number for, as a string.
fn float(value: f64, text: String) -> Value {
    match text.parse::<Number>() {
        Ok(number) => Value::Number(number),
        Err(_) if value.is_nan() => "NaN".into(),
        Err(_) if value > 0.0 => "Infinity".into(),
        Err(_) => "-Infinity".into(),
    }
}
