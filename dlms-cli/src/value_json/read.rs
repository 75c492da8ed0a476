use dlms_core::codec::Encode;
use dlms_core::data::{BitString, Data, DataBuf, Date, DateTime, Time, tag};
use dlms_core::limits;
use serde_json::{Map, Value};

use super::compact::{ElementType, NESTING, write_length};
use crate::failure::Failure;
use crate::hex;

/// The value that this JSON stands for, in canonical octets.
///
/// # Errors
/// `usage`: it stands for none.
pub(crate) fn from_json(json: &Value) -> Result<DataBuf, Failure> {
    let mut octets = Vec::new();
    write_value(json, limits::NESTING, &mut octets)?;
    Ok(DataBuf::from_vec(octets)?)
}

fn write_value(json: &Value, depth: usize, out: &mut Vec<u8>) -> Result<(), Failure> {
    let depth = depth.checked_sub(1).ok_or_else(|| Failure::usage("a value nested too deep"))?;
    let object = json.as_object().ok_or_else(|| not_a_value(json))?;
    if let Some(rows) = object.get("compact-array") {
        return write_compact_array(rows, object, depth, out);
    }
    let mut members = object.iter();
    let (Some((name, content)), None) = (members.next(), members.next()) else {
        return Err(not_a_value(json));
    };
    let container = match name.as_str() {
        "array" => tag::ARRAY,
        "structure" => tag::STRUCTURE,
        scalar => return write_scalar(scalar, content, out),
    };
    let elements = content.as_array().ok_or_else(|| not_content(name, content))?;
    out.push(container);
    write_length(elements.len(), out);
    elements.iter().try_for_each(|element| write_value(element, depth, out))
}

fn write_compact_array(
    rows: &Value,
    object: &Map<String, Value>,
    depth: usize,
    out: &mut Vec<u8>,
) -> Result<(), Failure> {
    let rows = rows.as_array().ok_or_else(|| not_content("compact-array", rows))?;
    let mut values = Vec::with_capacity(rows.len());
    for row in rows {
        let mut octets = Vec::new();
        write_value(row, depth, &mut octets)?;
        values.push(DataBuf::from_vec(octets)?);
    }
    let element = match (object.get("type"), values.first()) {
        (Some(description), _) => ElementType::from_json(description, NESTING)?,
        (None, Some(first)) => ElementType::of(&first.as_data())?,
        (None, None) => return Err(Failure::usage("an empty compact-array needs its \"type\"")),
    };
    let mut contents = Vec::new();
    for value in &values {
        element.write_contents(&value.as_data(), value.as_bytes(), &mut contents)?;
    }
    out.push(tag::COMPACT_ARRAY);
    element.write(out);
    write_length(contents.len(), out);
    out.extend(contents);
    Ok(())
}

fn write_scalar(name: &str, content: &Value, out: &mut Vec<u8>) -> Result<(), Failure> {
    let wrong = || not_content(name, content);
    let octets;
    let value = match name {
        "null-data" if content.is_null() => Data::NullData,
        "dont-care" if content.is_null() => Data::DontCare,
        "boolean" => Data::Boolean(content.as_bool().ok_or_else(wrong)?),
        "bcd" => Data::Bcd(integer(name, content)?),
        "enum" => Data::Enum(integer(name, content)?),
        "integer" => Data::Integer(integer(name, content)?),
        "long" => Data::Long(integer(name, content)?),
        "double-long" => Data::DoubleLong(integer(name, content)?),
        "long64" => Data::Long64(integer(name, content)?),
        "unsigned" => Data::Unsigned(integer(name, content)?),
        "long-unsigned" => Data::LongUnsigned(integer(name, content)?),
        "double-long-unsigned" => Data::DoubleLongUnsigned(integer(name, content)?),
        "long64-unsigned" => Data::Long64Unsigned(integer(name, content)?),
        "delta-integer" => Data::DeltaInteger(integer(name, content)?),
        "delta-long" => Data::DeltaLong(integer(name, content)?),
        "delta-double-long" => Data::DeltaDoubleLong(integer(name, content)?),
        "delta-unsigned" => Data::DeltaUnsigned(integer(name, content)?),
        "delta-long-unsigned" => Data::DeltaLongUnsigned(integer(name, content)?),
        "delta-double-long-unsigned" => Data::DeltaDoubleLongUnsigned(integer(name, content)?),
        "float32" => {
            let v: f32 = float_text(content).and_then(|text| text.parse().ok()).ok_or_else(wrong)?;
            Data::Float32(if content.is_number() && v.is_infinite() { return Err(wrong()) } else { v })
        }
        "float64" => {
            let v: f64 = float_text(content).and_then(|text| text.parse().ok()).ok_or_else(wrong)?;
            Data::Float64(if content.is_number() && v.is_infinite() { return Err(wrong()) } else { v })
        }
        "octet-string" => {
            octets = hex::from_text(content.as_str().ok_or_else(wrong)?)?;
            Data::OctetString(&octets)
        }
        "visible-string" => {
            octets = text(content).ok_or_else(wrong)?;
            Data::VisibleString(&octets)
        }
        "utf8-string" => {
            octets = text(content).ok_or_else(wrong)?;
            Data::Utf8String(&octets)
        }
        "bit-string" => {
            let (len, bits) = bits(content).ok_or_else(wrong)?;
            octets = bits;
            Data::BitString(BitString::new(len, &octets).ok_or_else(wrong)?)
        }
        "date-time" => Data::DateTime(DateTime::from_octets(fixed(content).ok_or_else(wrong)?)),
        "date" => Data::Date(Date::from_octets(fixed(content).ok_or_else(wrong)?)),
        "time" => Data::Time(Time::from_octets(fixed(content).ok_or_else(wrong)?)),
        _ => return Err(wrong()),
    };
    out.extend(value.encode_to_vec());
    Ok(())
}

fn not_a_value(json: &Value) -> Failure {
    Failure::usage(format!("a value is an object with one member, its type, not {}", short(json)))
}

fn not_content(name: &str, content: &Value) -> Failure {
    Failure::usage(format!("no {name}: {}", short(content)))
}

/// The beginning of it, for messages.
fn short(json: &Value) -> String {
    let text = json.to_string();
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

fn integer<T: TryFrom<i128>>(name: &str, content: &Value) -> Result<T, Failure> {
    let number = match content {
        Value::Number(number) => number.to_string().parse::<i128>().ok(),
        _ => None,
    };
    number.and_then(|number| T::try_from(number).ok()).ok_or_else(|| not_content(name, content))
}

/// A number or the name of what JSON has no number for, as Rust parses it.
fn float_text(content: &Value) -> Option<String> {
    match content {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) if matches!(text.as_str(), "NaN" | "Infinity" | "-Infinity") => {
            Some(text.clone())
        }
        _ => None,
    }
}

/// Text, or `{"hex":…}` for what is none.
fn text(content: &Value) -> Option<Vec<u8>> {
    match content {
        Value::String(text) => Some(text.as_bytes().into()),
        Value::Object(object) if object.len() == 1 => hex::from_text(object.get("hex")?.as_str()?).ok(),
        _ => None,
    }
}

fn bits(content: &Value) -> Option<(usize, Vec<u8>)> {
    let text = content.as_str()?;
    let mut octets = vec![0u8; text.len().div_ceil(8)];
    for (index, character) in text.bytes().enumerate() {
        let octet = octets.get_mut(index / 8)?;
        match character {
            b'0' => {}
            b'1' => *octet |= 0x80 >> (index % 8),
            _ => return None,
        }
    }
    Some((text.len(), octets))
}

fn fixed<const N: usize>(content: &Value) -> Option<[u8; N]> {
    hex::from_text(content.as_str()?).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use dlms_core::codec::Decode;
    use serde_json::json;

    use super::super::to_json;
    use super::*;

    fn there_and_back(octets: &str, json: Value) {
        let octets = hex::from_text(octets).unwrap();
        assert_eq!(to_json(&Data::from_bytes(&octets).unwrap()).unwrap(), json);
        assert_eq!(from_json(&json).unwrap().as_bytes(), octets, "{json}");
    }

    #[test]
    fn every_type_goes_there_and_back() {
        there_and_back("00", json!({"null-data": null}));
        there_and_back("FF", json!({"dont-care": null}));
        there_and_back("0301", json!({"boolean": true}));
        there_and_back("040658", json!({"bit-string": "010110"}));
        there_and_back("148000000000000000", json!({"long64": i64::MIN}));
        there_and_back("15FFFFFFFFFFFFFFFF", json!({"long64-unsigned": u64::MAX}));
        there_and_back("0D12", json!({"bcd": 18}));
        there_and_back("1780000000", "{\"float32\":-0.0}".parse().unwrap());
        there_and_back("173DCCCCCD", "{\"float32\":0.1}".parse().unwrap());
        there_and_back("187FEFFFFFFFFFFFFF", "{\"float64\":1.7976931348623157e308}".parse().unwrap());
        there_and_back("18FFF0000000000000", json!({"float64": "-Infinity"}));
        there_and_back("177FC00000", json!({"float32": "NaN"}));
        there_and_back("0906010001 0800FF", json!({"octet-string": "0100010800FF"}));
        there_and_back("0A0141", json!({"visible-string": "A"}));
        there_and_back("0A02C3A9", json!({"visible-string": {"hex": "C3A9"}}));
        there_and_back("0C02C3A9", json!({"utf8-string": "é"}));
        there_and_back("0C01C3", json!({"utf8-string": {"hex": "C3"}}));
        there_and_back("1907E80C1F02173B1E00FFC400", json!({"date-time": "07E80C1F02173B1E00FFC400"}));
        there_and_back("1AFFFFFFFFFF", json!({"date": "FFFFFFFFFF"}));
        there_and_back("1BFFFFFFFF", json!({"time": "FFFFFFFF"}));
        there_and_back("1D8000", json!({"delta-long": -32768}));
        there_and_back("01020F010F02", json!({"array": [{"integer": 1}, {"integer": 2}]}));
        there_and_back("02020F010200", json!({"structure": [{"integer": 1}, {"structure": []}]}));
    }

    #[test]
    fn compact_arrays_expand_and_fold_again() {
        there_and_back(
            "130202111206010102020304",
            json!({
                "compact-array": [
                    {"structure": [{"unsigned": 1}, {"long-unsigned": 258}]},
                    {"structure": [{"unsigned": 2}, {"long-unsigned": 772}]},
                ],
                "type": {"structure": ["unsigned", "long-unsigned"]},
            }),
        );
        there_and_back(
            "13010002110401020304",
            json!({
                "compact-array": [
                    {"array": [{"unsigned": 1}, {"unsigned": 2}]}, {"array": [{"unsigned": 3}, {"unsigned": 4}]},
                ],
                "type": {"array": [2, "unsigned"]},
            }),
        );
        there_and_back("131100", json!({"compact-array": [], "type": "unsigned"}));
        let untyped = json!({"compact-array": [{"octet-string": "AABB"}]});
        assert_eq!(from_json(&untyped).unwrap().as_bytes(), [0x13, 9, 3, 2, 0xaa, 0xbb]);
        let mixed = json!({"compact-array": [{"unsigned": 1}, {"integer": 1}]});
        assert!(from_json(&mixed).is_err());
    }

    #[test]
    fn what_is_no_value_is_refused() {
        for json in [
            json!(1),
            json!({}),
            json!({"unsigned": 256}),
            json!({"unsigned": 1.5}),
            json!({"unsigned": "1"}),
            json!({"integer": 1, "unsigned": 1}),
            json!({"octet-string": "0"}),
            json!({"octet": "00"}),
            json!({"date": "00"}),
            json!({"bit-string": "2"}),
            "{\"float32\":1e39}".parse().unwrap(),
            json!({"null-data": 0}),
            json!({"compact-array": [{"unsigned": 1}], "type": "compact-array"}),
        ] {
            assert!(from_json(&json).is_err(), "{json}");
        }
        let deep = (0..20).fold(json!({"null-data": null}), |inner, _| json!({"structure": [inner]}));
        assert!(from_json(&deep).is_err());
    }

    #[test]
    fn more_values_than_a_document_may_have_are_refused() {
        // 129 values out of each of 10,000 octets.
        let mut octets = vec![0x13, 2, 0x81, 0x80, 0x11];
        octets.extend([0; 127]);
        octets.extend([0x82, 0x27, 0x10]);
        octets.extend([1; 10_000]);
        match Data::from_bytes(&octets) {
            Ok(value) => assert!(to_json(&value).is_err()),
            Err(error) => assert_eq!(error.kind, dlms_core::codec::DecodeErrorKind::TooMany),
        }
    }
}
