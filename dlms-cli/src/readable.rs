//! Values for people.

use dlms_core::apdu::AttributeDescriptor;
use dlms_core::data::{Data, DateTime};
use obis::ObisCode;

use crate::hex;

/// The date-time in the value of this attribute, if it is one: an octet-string of twelve may be anything.
pub(crate) fn date_time(attribute: &AttributeDescriptor, value: Data<'_>) -> Option<DateTime> {
    let time = value.as_date_time()?;
    let known = matches!((attribute.class_id, attribute.id), (8, 2 | 5 | 6) | (4, 5) | (5, 6 | 7));
    let likely = time.is_valid() && (1970..=2199).contains(&time.date.year);
    (known || likely || matches!(value, Data::DateTime(_))).then_some(time)
}

/// The value of an attribute in one line of text.
pub(crate) fn text(attribute: &AttributeDescriptor, value: Data<'_>) -> String {
    if let Some(time) = date_time(attribute, value) {
        return time.to_string();
    }
    match value {
        Data::OctetString(octets) if attribute.id == 1 => match <[u8; 6]>::try_from(octets) {
            Ok(name) => ObisCode::from_octets(name).to_string(),
            Err(_) => plain(value),
        },
        value => plain(value),
    }
}

/// A value in one line of text, wherever it comes from.
pub(crate) fn plain(value: Data<'_>) -> String {
    match value {
        Data::NullData => "null".to_owned(),
        Data::DontCare => "*".to_owned(),
        Data::Boolean(v) => v.to_string(),
        Data::Array(elements) => format!("[{}]", joined(elements.iter().map(plain))),
        Data::Structure(elements) => format!("{{{}}}", joined(elements.iter().map(plain))),
        Data::CompactArray(array) => format!("[{}]", joined(array.elements().map(compact))),
        Data::OctetString(octets) | Data::VisibleString(octets) | Data::Utf8String(octets) => string(octets),
        Data::BitString(bits) => bits.iter().map(|bit| if bit { '1' } else { '0' }).collect(),
        Data::Bcd(v) => format!("{v:02X}"),
        Data::Enum(v) | Data::DeltaUnsigned(v) => v.to_string(),
        Data::Float32(v) => v.to_string(),
        Data::Float64(v) => v.to_string(),
        Data::DateTime(v) => v.to_string(),
        Data::Date(v) => v.to_string(),
        Data::Time(v) => v.to_string(),
        Data::DeltaInteger(v) => format!("{v:+}"),
        Data::DeltaLong(v) => format!("{v:+}"),
        Data::DeltaDoubleLong(v) => format!("{v:+}"),
        Data::DeltaLongUnsigned(v) => format!("+{v}"),
        Data::DeltaDoubleLongUnsigned(v) => format!("+{v}"),
        number => number.as_integer().map_or_else(|| number.type_name().to_owned(), |v| v.to_string()),
    }
}

fn compact(value: dlms_core::data::CompactValue<'_>) -> String {
    use dlms_core::data::CompactValue;
    match value {
        CompactValue::Value(value) => plain(value),
        CompactValue::Array(elements) => format!("[{}]", joined(elements.map(compact))),
        CompactValue::Structure(elements) => format!("{{{}}}", joined(elements.map(compact))),
    }
}

fn joined(texts: impl Iterator<Item = String>) -> String {
    texts.collect::<Vec<_>>().join(", ")
}

/// As text if it can be nothing else, else as digits.
fn string(octets: &[u8]) -> String {
    match core::str::from_utf8(octets) {
        Ok(text) if !text.is_empty() && !text.chars().any(char::is_control) => text.to_owned(),
        _ => hex::to_text(octets),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dlms_core::codec::Decode;
    use obis::obis;

    #[test]
    fn values_are_shown_as_what_they_are() {
        let name = obis!("1-0:1.8.0.255");
        let shown = |id, digits: &str| {
            let octets = hex::from_text(digits).unwrap();
            text(&AttributeDescriptor::new(3, name, id), Data::from_bytes(&octets).unwrap())
        };
        assert_eq!(shown(1, "09060100010800FF"), "1-0:1.8.0.255");
        assert_eq!(shown(2, "09060100010800FF"), "0100010800FF");
        assert_eq!(shown(2, "0903414243"), "ABC");
        assert_eq!(shown(2, "0900"), "");
        assert_eq!(shown(2, "0202 1105 01 02 0301 0F FF"), "{5, [true, -1]}");
        assert_eq!(shown(2, "090C07E5071301 0F2E2300 FF8880"), "2021-07-19T15:46:35+02:00");
        assert_eq!(shown(2, "090C5345525645523030303030 31"), "SERVER000001");
        assert_eq!(shown(2, "13 12 04 0001 0002"), "[1, 2]");
    }
}
