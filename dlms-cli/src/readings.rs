//! Readings out of what meters push: values that name the object they belong to.
//!
//! Known forms, in any order and nesting:
//!
//! | form | example |
//! |---|---|
//! | a structure for each object | `{code, value}`, `{code, value, {scaler, unit}}` |
//! | one list of all | `code, value, code, value, {scaler, unit}, …` |
//! | a push_object_list, then the values | `[{class, code, attribute, index}, …], value, value, …` |
//! | an attribute descriptor and its value | `{{class, code, attribute}, value}` |

use cosem_classes::ScalerUnit;
use dlms_core::data::{Data, DataType, Elements};
use obis::ObisCode;

/// A value and what it is the value of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Reading<'a> {
    /// The object.
    pub(crate) obis: ObisCode,
    /// Its class, where the meter says so.
    pub(crate) class_id: Option<u16>,
    /// Which attribute of it, where the meter says so.
    pub(crate) attribute_id: Option<i8>,
    /// The value as it came.
    pub(crate) value: Data<'a>,
    /// What the value means, where the meter says so.
    pub(crate) scaler_unit: Option<ScalerUnit>,
}

impl<'a> Reading<'a> {
    /// The value of one attribute.
    pub(crate) const fn of_attribute(
        class_id: u16,
        obis: ObisCode,
        attribute_id: i8,
        value: Data<'a>,
    ) -> Self {
        Self { obis, class_id: Some(class_id), attribute_id: Some(attribute_id), value, scaler_unit: None }
    }

    const fn of(obis: ObisCode, value: Data<'a>, scaler_unit: Option<ScalerUnit>) -> Self {
        Self { obis, class_id: None, attribute_id: None, value, scaler_unit }
    }
}

/// Gives every reading in `body` to `found`, in order.
pub(crate) fn readings<'a>(body: Data<'a>, found: &mut dyn FnMut(Reading<'a>)) {
    match body {
        Data::Structure(members) => in_structure(members, found),
        Data::Array(elements) => elements.iter().for_each(|element| readings(element, found)),
        _ => {}
    }
}

fn in_structure<'a>(members: Elements<'a>, found: &mut dyn FnMut(Reading<'a>)) {
    if let Some(list) = push_object_list(members) {
        // The list is in it, too: as the value of its own entry, or before the values.
        let skipped = usize::from(list.len() != members.len());
        for (entry, value) in list.iter().zip(members.iter().skip(skipped)) {
            if let Some((class_id, obis, attribute_id)) = object_definition(entry)
                && !matches!(value, Data::Array(of) if of == list)
            {
                found(Reading::of_attribute(class_id, obis, attribute_id, value));
            }
        }
        return;
    }
    if object_definition(Data::Structure(members)).is_some() {
        return;
    }
    if let Some([descriptor, value]) = members.exactly()
        && let Some((class_id, obis, attribute_id)) = attribute_descriptor(descriptor)
    {
        return found(Reading::of_attribute(class_id, obis, attribute_id, value));
    }
    in_list(members, found);
}

/// Codes and values in turn, with other things between.
fn in_list<'a>(members: Elements<'a>, found: &mut dyn FnMut(Reading<'a>)) {
    let of_one_object = members.len() <= 3;
    let mut name = None;
    let mut valued = None;
    for (index, member) in members.iter().enumerate() {
        if let Some((obis, value)) = valued.take() {
            let scaler_unit = ScalerUnit::from_data(member);
            found(Reading::of(obis, value, scaler_unit));
            if scaler_unit.is_some() {
                continue;
            }
        }
        if let Some(obis) = name.take() {
            let alone = index == 1 && of_one_object && !begins_with_code(member);
            if alone || is_scalar(member) && code(member).is_none() {
                valued = Some((obis, member));
                continue;
            }
        }
        name = code(member);
        readings(member, found);
    }
    if let Some((obis, value)) = valued {
        found(Reading::of(obis, value, None));
    }
}

/// The list of objects that a push begins with, if it is one and as long as the push is.
fn push_object_list<'a>(members: Elements<'a>) -> Option<Elements<'a>> {
    match members.nth(0)? {
        Data::Array(list)
            if !list.is_empty()
                && (list.len() == members.len() || list.len() == members.len().saturating_sub(1))
                && list.iter().all(|entry| object_definition(entry).is_some()) =>
        {
            Some(list)
        }
        _ => None,
    }
}

/// Class, object and attribute of a capture_object or push_object.
fn object_definition(value: Data<'_>) -> Option<(u16, ObisCode, i8)> {
    let Data::Structure(members) = value else { return None };
    match members.nth(3)? {
        Data::LongUnsigned(_) => named_attribute(members),
        _ => None,
    }
}

/// Class, object and attribute of a cosem-attribute-descriptor.
fn attribute_descriptor(value: Data<'_>) -> Option<(u16, ObisCode, i8)> {
    match value {
        Data::Structure(members) if members.len() == 3 => named_attribute(members),
        _ => None,
    }
}

fn named_attribute(members: Elements<'_>) -> Option<(u16, ObisCode, i8)> {
    let mut members = members.iter();
    match (members.next()?, members.next()?, members.next()?) {
        (Data::LongUnsigned(class_id), name, Data::Integer(attribute_id)) => {
            Some((class_id, code(name)?, attribute_id))
        }
        _ => None,
    }
}

/// The code in an octet-string of six. Octets that are a text or an address have no medium there is.
fn code(value: Data<'_>) -> Option<ObisCode> {
    let octets = <[u8; 6]>::try_from(value.as_octets()?).ok()?;
    matches!(octets, [0..=15, ..]).then(|| ObisCode::from_octets(octets))
}

fn begins_with_code(value: Data<'_>) -> bool {
    matches!(value, Data::Structure(members) if members.nth(0).is_some_and(|first| code(first).is_some()))
}

const fn is_scalar(value: Data<'_>) -> bool {
    !matches!(value, Data::Array(_) | Data::Structure(_) | Data::CompactArray(_))
}

#[cfg(test)]
mod tests {
    use dlms_core::codec::Decode;

    use super::*;
    use crate::hex;

    /// What is read out of a value, as text.
    fn read(octets: &str) -> Vec<String> {
        let octets = hex::from_text(octets).unwrap();
        let mut all = Vec::new();
        readings(Data::from_bytes(&octets).unwrap(), &mut |reading| {
            let scaled = reading.scaler_unit.and_then(|unit| unit.scale_data(reading.value));
            let value = scaled.map_or(format!("{:?}", reading.value), |scaled| scaled.to_string());
            all.push(format!("{} {value}", reading.obis));
        });
        all
    }

    const ENERGY: &str = "09060100010800FF";
    const POWER: &str = "09060100010700FF";

    #[test]
    fn a_structure_for_each_object() {
        let octets = format!("0102 0203{ENERGY}060000000502020F01161E 0202{POWER}1203E8");
        assert_eq!(read(&octets), ["1-0:1.8.0.255 50 Wh", "1-0:1.7.0.255 LongUnsigned(1000)"]);
        // six octets of text are a value, not the next code
        assert_eq!(read(&format!("0202{ENERGY}0906313630343536")).len(), 1);
    }

    #[test]
    fn one_list_of_all() {
        let octets = format!("0206 0A0141 {ENERGY}0600000005 02020F01161E {POWER}1203E8");
        assert_eq!(read(&octets), ["1-0:1.8.0.255 50 Wh", "1-0:1.7.0.255 LongUnsigned(1000)"]);
    }

    #[test]
    fn a_list_of_objects_then_their_values() {
        let entry = |code: &str| format!("0204120003{code}0F02120000");
        let octets = format!("0203 0102{}{} 0600000005 1203E8", entry(ENERGY), entry(POWER));
        assert_eq!(
            read(&octets),
            ["1-0:1.8.0.255 DoubleLongUnsigned(5)", "1-0:1.7.0.255 LongUnsigned(1000)"]
        );
        // as the E450 does: the first entry is the list itself
        let own = "0204120028 09060008190900FF 0F02120000";
        let octets = format!("0202 0102{own}{} 1203E8", entry(POWER));
        assert_eq!(read(&octets), ["1-0:1.7.0.255 LongUnsigned(1000)"]);
    }

    #[test]
    fn an_attribute_descriptor_and_its_value() {
        let octets = format!("0202 1601 0101 0202 0203120003{POWER}0F02 1203E8");
        assert_eq!(read(&octets), ["1-0:1.7.0.255 LongUnsigned(1000)"]);
    }

    #[test]
    fn definitions_are_no_readings() {
        assert!(read(&format!("01010204120003{ENERGY}0F02120000")).is_empty());
        // an entry of an object_list
        assert!(read(&format!("010102041200031100{ENERGY}020201000100")).is_empty());
    }
}
