use dlms_core::data::{BitString, CompactValue, Data, Described, TypeDescription};
use serde_json::{Value, json};

use super::{hex, single};

/// A value, by the name of its type.
#[must_use]
pub fn data(value: &Data<'_>) -> Value {
    single(value.type_name(), content(value))
}

fn content(value: &Data<'_>) -> Value {
    match *value {
        Data::Array(v) | Data::Structure(v) => v.iter().map(|element| data(&element)).collect(),
        Data::Boolean(v) => json!(v),
        Data::BitString(v) => json!(bits(v)),
        Data::OctetString(v) => hex(v),
        Data::VisibleString(v) | Data::Utf8String(v) => json!(String::from_utf8_lossy(v)),
        Data::CompactArray(v) => json!({
            "type": described(v.description()),
            "rows": v.elements().map(compact).collect::<Value>(),
        }),
        Data::Float32(v) => float(f64::from(v)),
        Data::Float64(v) => float(v),
        Data::DateTime(v) => hex(&v.to_octets()),
        Data::Date(v) => hex(&v.to_octets()),
        Data::Time(v) => hex(&v.to_octets()),
        Data::Bcd(v) | Data::Enum(v) | Data::DeltaUnsigned(v) => json!(v),
        Data::DeltaInteger(v) => json!(v),
        Data::DeltaLong(v) => json!(v),
        Data::DeltaDoubleLong(v) => json!(v),
        Data::DeltaLongUnsigned(v) => json!(v),
        Data::DeltaDoubleLongUnsigned(v) => json!(v),
        other => other.as_integer().map_or(Value::Null, |v| json!(v)),
    }
}

fn bits(bits: BitString<'_>) -> String {
    bits.iter().map(|bit| if bit { '1' } else { '0' }).collect()
}

fn float(value: f64) -> Value {
    if value.is_nan() { json!("nan") } else { json!(value) }
}

fn compact(value: CompactValue<'_>) -> Value {
    match value {
        CompactValue::Value(value) => data(&value),
        CompactValue::Array(elements) => json!({ "array": elements.map(compact).collect::<Value>() }),
        CompactValue::Structure(elements) => json!({ "structure": elements.map(compact).collect::<Value>() }),
    }
}

/// The name of a type; what an array or structure consists of.
fn described(description: TypeDescription<'_>) -> Value {
    match description.described() {
        Described::Scalar(tag) => json!(scalar_name(tag)),
        Described::Array(count, element) => json!({ "array": [count, described(element)] }),
        Described::Structure(count, mut members) => {
            let mut all = Vec::new();
            for _ in 0..count {
                let (member, others) = members.split_first().unwrap();
                all.push(described(member));
                members = others;
            }
            json!({ "structure": all })
        }
    }
}

fn scalar_name(tag: u8) -> &'static str {
    use dlms_core::codec::{Decode, Reader};
    let octets = [&[tag][..], &[0; 12]].concat();
    Data::decode(&mut Reader::new(&octets)).unwrap().type_name()
}
