use dlms_core::data::{BitString, Data, Date, DateTime, Elements, Time};
use proptest::collection::vec;
use proptest::prelude::*;

use super::{compact_array, length, octets};

/// A value, and its octets as they were put together without the crates under test.
#[derive(Debug, Clone)]
pub struct Sample {
    /// The value.
    pub value: Data<'static>,
    /// Its encoding.
    pub octets: Vec<u8>,
}

/// A value of any type, up to four levels of arrays and structures.
pub fn sample() -> impl Strategy<Value = Sample> {
    let leaf = prop_oneof![12 => scalar(), 1 => compact_array().prop_map(|compact| compact.sample)];
    leaf.prop_recursive(4, 40, 6, |inner| {
        (any::<bool>(), vec(inner, 0..=6)).prop_map(|(structure, elements)| container(structure, &elements))
    })
}

/// A value of any type.
pub fn data() -> impl Strategy<Value = Data<'static>> {
    sample().prop_map(|sample| sample.value)
}

/// Any date-time, whether or not its fields make sense.
pub fn date_time() -> impl Strategy<Value = DateTime> {
    any::<[u8; 12]>().prop_map(DateTime::from_octets)
}

fn container(structure: bool, elements: &[Sample]) -> Sample {
    let body: Vec<u8> = elements.iter().flat_map(|element| element.octets.clone()).collect();
    let tag = if structure { 2 } else { 1 };
    let octets = [&[tag][..], &length(elements.len()), &body].concat();
    let elements = Elements::new(elements.len(), body.leak()).unwrap();
    let value = if structure { Data::Structure(elements) } else { Data::Array(elements) };
    Sample { value, octets }
}

fn scalar() -> impl Strategy<Value = Sample> {
    let fixed = |tag: u8, value, content: &[u8]| Sample { value, octets: [&[tag][..], content].concat() };
    prop_oneof![
        prop_oneof![Just((0, Data::NullData)), Just((255, Data::DontCare))]
            .prop_map(move |(tag, value)| fixed(tag, value, &[])),
        any::<bool>().prop_map(move |v| fixed(3, Data::Boolean(v), &[u8::from(v)])),
        any::<i32>().prop_map(move |v| fixed(5, Data::DoubleLong(v), &v.to_be_bytes())),
        any::<u32>().prop_map(move |v| fixed(6, Data::DoubleLongUnsigned(v), &v.to_be_bytes())),
        any::<u8>().prop_map(move |v| fixed(13, Data::Bcd(v), &[v])),
        any::<i8>().prop_map(move |v| fixed(15, Data::Integer(v), &v.to_be_bytes())),
        any::<i16>().prop_map(move |v| fixed(16, Data::Long(v), &v.to_be_bytes())),
        any::<u8>().prop_map(move |v| fixed(17, Data::Unsigned(v), &[v])),
        any::<u16>().prop_map(move |v| fixed(18, Data::LongUnsigned(v), &v.to_be_bytes())),
        any::<i64>().prop_map(move |v| fixed(20, Data::Long64(v), &v.to_be_bytes())),
        any::<u64>().prop_map(move |v| fixed(21, Data::Long64Unsigned(v), &v.to_be_bytes())),
        any::<u8>().prop_map(move |v| fixed(22, Data::Enum(v), &[v])),
        any::<f32>().prop_map(move |v| fixed(23, Data::Float32(v), &v.to_be_bytes())),
        any::<f64>().prop_map(move |v| fixed(24, Data::Float64(v), &v.to_be_bytes())),
        moments(),
        deltas(),
        strings(),
    ]
}

fn moments() -> impl Strategy<Value = Sample> {
    any::<([u8; 12], u8)>().prop_map(|(octets, which)| {
        let [a, b, c, d, e, ..] = octets;
        let (tag, value, size) = match which % 3 {
            0 => (25, Data::DateTime(DateTime::from_octets(octets)), 12),
            1 => (26, Data::Date(Date::from_octets([a, b, c, d, e])), 5),
            _ => (27, Data::Time(Time::from_octets([a, b, c, d])), 4),
        };
        Sample { value, octets: [&[tag][..], &octets[..size]].concat() }
    })
}

fn deltas() -> impl Strategy<Value = Sample> {
    (any::<[u8; 4]>(), 28u8..=33).prop_map(|([a, b, c, d], tag)| {
        let (value, size) = match tag {
            28 => (Data::DeltaInteger(i8::from_be_bytes([a])), 1),
            29 => (Data::DeltaLong(i16::from_be_bytes([a, b])), 2),
            30 => (Data::DeltaDoubleLong(i32::from_be_bytes([a, b, c, d])), 4),
            31 => (Data::DeltaUnsigned(a), 1),
            32 => (Data::DeltaLongUnsigned(u16::from_be_bytes([a, b])), 2),
            _ => (Data::DeltaDoubleLongUnsigned(u32::from_be_bytes([a, b, c, d])), 4),
        };
        Sample { value, octets: [&[tag], &[a, b, c, d][..size]].concat() }
    })
}

fn strings() -> impl Strategy<Value = Sample> {
    let size = prop_oneof![20 => octets(20), 1 => octets(300)];
    (size, 0usize..12).prop_map(|(content, which)| {
        let string =
            |tag: u8, value| Sample { value, octets: [&[tag][..], &length(content.len()), content].concat() };
        match which % 4 {
            0 => string(9, Data::OctetString(content)),
            1 => string(10, Data::VisibleString(content)),
            2 => string(12, Data::Utf8String(content)),
            _ => {
                // Of the last octet one bit or more counts.
                let bits = (content.len() * 8).saturating_sub(which % 8);
                let value = Data::BitString(BitString::new(bits, content).unwrap());
                Sample { value, octets: [&[4][..], &length(bits), content].concat() }
            }
        }
    })
}
