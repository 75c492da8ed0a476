use dlms_mbus::record::{Item, Record, RecordError, Value as RecordValue, records};
use serde_json::{Map, Number, Value, json};

use crate::hex;

/// The readings that data records are.
pub(super) fn read(payload: &[u8]) -> Result<Vec<Value>, RecordError> {
    let mut all = Vec::new();
    for item in records(payload) {
        all.push(match item? {
            Item::Record(record) => reading(&record),
            Item::Manufacturer { data, more, .. } => json!({
                "quantity": "manufacturer-specific",
                "value": {"octet-string": hex::to_text(data)},
                "more-records-follow": more,
            }),
            Item::GlobalReadout => json!({"quantity": "global-readout", "value": {"null-data": null}}),
        });
    }
    Ok(all)
}

fn reading(record: &Record<'_>) -> Value {
    let mut reading = Map::new();
    let information = record.information;
    reading.insert("quantity".into(), record.quantity().name().into());
    reading.insert("function".into(), information.function.to_string().replace(' ', "-").into());
    reading.insert("storage".into(), information.storage.into());
    reading.insert("tariff".into(), information.tariff.into());
    reading.insert("subunit".into(), information.subunit.into());
    reading.insert("value".into(), value(record));
    let modifiers: Vec<_> = record.modifiers().map(|modifier| words(&format!("{modifier:?}"))).collect();
    if !modifiers.is_empty() {
        reading.insert("modifiers".into(), modifiers.into());
    }
    if let RecordValue::Time(time) = record.value() {
        reading.insert("text".into(), time.to_string().into());
        if !time.is_valid {
            reading.insert("fault".into(), "invalid time".into());
        }
    }
    if let Some(fault) = record.fault() {
        reading.insert("fault".into(), words(&format!("{fault:?}")).into());
    }
    let number: Option<Number> = match record.scaled() {
        Some(scaled) => scaled.to_string().parse().ok(),
        None => record.to_f64().and_then(Number::from_f64),
    };
    if let Some(number) = number {
        if let Some(text) = record.value_information.text() {
            reading.insert("unit".into(), text.to_string().into());
        } else if let Some(unit) = record.unit() {
            let per: String = record.modifiers().filter_map(|modifier| modifier.unit_suffix()).collect();
            reading.insert("unit".into(), format!("{unit}{per}").into());
        }
        reading.insert("scaled".into(), number.into());
    }
    Value::Object(reading)
}

/// A name in small letters, with hyphens: `per(36)`, `no-data-available`.
fn words(name: &str) -> String {
    let mut words = String::with_capacity(name.len());
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && words.chars().last().is_some_and(|last| last.is_ascii_lowercase()) {
            words.push('-');
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}

/// The value in the words of COSEM.
fn value(record: &Record<'_>) -> Value {
    match record.value() {
        RecordValue::Integer(number) => json!({"long64": number}),
        RecordValue::Unsigned(number) => json!({"long64-unsigned": number}),
        RecordValue::Bits(bits) => {
            let len = record.data.len().saturating_mul(8);
            json!({"bit-string": format!("{bits:0len$b}")})
        }
        RecordValue::Real(number) => match Number::from_f64(number.into()) {
            Some(_) => json!({"float32": number}),
            None => json!({"float32": number.to_string()}),
        },
        RecordValue::Text(text) => json!({"utf8-string": text.to_string()}),
        RecordValue::None | RecordValue::Invalid => json!({"null-data": null}),
        _ => json!({"octet-string": hex::to_text(record.data)}),
    }
}
