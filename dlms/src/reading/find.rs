use cosem_classes::ScalerUnit;
use dlms_core::data::{Data, DataType, Elements};
use obis::ObisCode;

use super::{Field, Meaning, Model, Reading};

/// Gives every reading in `body` to `found`, in order. What the push does not say of itself is taken from the model.
pub fn each<'a>(body: Data<'a>, model: Option<&Model<'_>>, found: &mut dyn FnMut(Reading<'a>)) {
    let known = |reading: &mut Reading<'a>| {
        if reading.meaning == Meaning::Unknown
            && let Some(scaler_unit) = model.and_then(|model| model.scaler_unit(reading.obis))
        {
            reading.meaning = Meaning::Model(scaler_unit);
        }
    };
    let mut found = |mut reading: Reading<'a>| {
        known(&mut reading);
        found(reading);
    };
    match body {
        Data::Structure(members) => match model.and_then(|model| model.list(members)) {
            Some(fields) => in_order(members, fields, &mut found),
            None => in_structure(members, &mut found),
        },
        body => anywhere(body, &mut found),
    }
}

/// Gives the values of a push to `found` that come in the order of a push_object_list, which was read from Push setup.
/// Structures and arrays of another length than the list are searched by [`each`].
pub fn each_listed<'a>(
    body: Data<'a>,
    push_object_list: Data<'_>,
    model: Option<&Model<'_>>,
    found: &mut dyn FnMut(Reading<'a>),
) {
    match (body, push_object_list) {
        (Data::Structure(values), Data::Array(list))
            if values.len() == list.len() && is_object_list(list) =>
        {
            for (entry, value) in list.iter().zip(values) {
                if let Some((class_id, obis, attribute_id)) = object_definition(entry) {
                    let mut reading = Reading::of_attribute(class_id, obis, attribute_id, value);
                    if let Some(scaler_unit) = model.and_then(|model| model.scaler_unit(obis)) {
                        reading.meaning = Meaning::Model(scaler_unit);
                    }
                    found(reading);
                }
            }
        }
        (body, _) => each(body, model, found),
    }
}

fn in_order<'a>(values: Elements<'a>, fields: &[Field], found: &mut dyn FnMut(Reading<'a>)) {
    for (value, field) in values.iter().zip(fields) {
        let meaning = field.scaler_unit.map_or(Meaning::Unknown, Meaning::Model);
        found(Reading { meaning, ..Reading::of_object(field.obis, value, None) });
    }
}

fn anywhere<'a>(body: Data<'a>, found: &mut dyn FnMut(Reading<'a>)) {
    match body {
        Data::Structure(members) => in_structure(members, found),
        Data::Array(elements) => elements.iter().for_each(|element| anywhere(element, found)),
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
    for (index, member) in (0..members.len()).zip(members.iter()) {
        if let Some((obis, value)) = valued.take() {
            let scaler_unit = ScalerUnit::from_data(member);
            found(Reading::of_object(obis, value, scaler_unit));
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
        anywhere(member, found);
    }
    if let Some((obis, value)) = valued {
        found(Reading::of_object(obis, value, None));
    }
}

/// The list of objects that a push begins with, if it is one and as long as the push is.
fn push_object_list<'a>(members: Elements<'a>) -> Option<Elements<'a>> {
    match members.nth(0)? {
        Data::Array(list)
            if !list.is_empty()
                && (list.len() == members.len() || list.len() == members.len().saturating_sub(1))
                && is_object_list(list) =>
        {
            Some(list)
        }
        _ => None,
    }
}

fn is_object_list(list: Elements<'_>) -> bool {
    list.iter().all(|entry| object_definition(entry).is_some())
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
    use std::format;
    use std::string::{String, ToString};
    use std::vec::Vec;

    use dlms_core::codec::Decode;

    use super::*;
    use crate::reading::{KAIFA, KAMSTRUP};

    /// What is read out of a value, as text.
    fn read(octets: &str) -> Vec<String> {
        by_model(octets, None)
    }

    fn by_model(octets: &str, model: Option<&Model<'_>>) -> Vec<String> {
        let octets = from_hex(octets);
        let mut all = Vec::new();
        each(Data::from_bytes(&octets).unwrap(), model, &mut |reading| all.push(text(&reading)));
        all
    }

    fn text(reading: &Reading<'_>) -> String {
        let quantity = reading.quantity();
        let value = quantity.map_or(format!("{:?}", reading.value), |quantity| quantity.to_string());
        format!("{} {value}", reading.obis)
    }

    fn from_hex(text: &str) -> Vec<u8> {
        let digits: Vec<_> = text.chars().filter_map(|digit| digit.to_digit(16)).collect();
        digits.chunks(2).map(|pair| u8::try_from(pair[0] * 16 + pair[1]).unwrap()).collect()
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

    #[test]
    fn values_alone_by_the_list_of_the_model() {
        let kaifa = "020D 09074B464D5F303031 09103639373036333134303137353339383509084D413330344833450 6000003B4
            0600000000 0600000000 0600000040 0600000588 0600000CA9 0600000C2F 0600000951 0600000000 0600000955";
        let all = by_model(kaifa, Some(&KAIFA));
        assert_eq!(all.len(), 13);
        assert_eq!(all[3], "1-0:1.7.0.255 948 W");
        assert_eq!(all[7], "1-0:31.7.0.255 1.416 A");
        assert_eq!(all[12], "1-0:72.7.0.255 238.9 V");
        assert!(read(kaifa).is_empty());
        assert_eq!(by_model("0201 0600000399", Some(&KAIFA)), ["1-0:1.7.0.255 921 W"]);
        // another list
        assert!(by_model("0202 0600000399 0600000399", Some(&KAIFA)).is_empty());
    }

    #[test]
    fn scalers_of_the_model_where_the_meter_tells_none() {
        let octets =
            "0205 0A0E4B616D73747275705F5630303031 0906 01011F0700FF 06000000ED 0906 0101200700FF 1200E8";
        assert_eq!(by_model(octets, Some(&KAMSTRUP)), ["1-1:31.7.0.255 2.37 A", "1-1:32.7.0.255 232 V"]);
        // what the meter tells goes before what is known
        let told = "0203 0906 01011F0700FF 06000000ED 02020FFF1621";
        assert_eq!(by_model(told, Some(&KAMSTRUP)), ["1-1:31.7.0.255 23.7 A"]);
    }

    #[test]
    fn a_number_without_scaler_is_no_quantity() {
        let octets = from_hex(&format!("0202{POWER}1203E8"));
        each(Data::from_bytes(&octets).unwrap(), None, &mut |reading| {
            assert_eq!((reading.quantity(), reading.lacks_scaler()), (None, true));
        });
    }

    #[test]
    fn values_alone_by_the_push_object_list() {
        let entry = |code: &str| format!("0204120003{code}0F02120000");
        let list = from_hex(&format!("0102{}{}", entry(ENERGY), entry(POWER)));
        let body = from_hex("0202 0600000005 1203E8");
        let [list, body] = [&list, &body].map(|octets| Data::from_bytes(octets).unwrap());
        let mut all = Vec::new();
        each_listed(body, list, None, &mut |reading| {
            assert_eq!((reading.class_id, reading.attribute_id), (Some(3), Some(2)));
            all.push(text(&reading));
        });
        assert_eq!(all, ["1-0:1.8.0.255 DoubleLongUnsigned(5)", "1-0:1.7.0.255 LongUnsigned(1000)"]);
    }
}
