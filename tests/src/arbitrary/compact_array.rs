use dlms_core::codec::Reader;
use dlms_core::data::{CompactArray, Data, TypeDescription};
use proptest::collection::vec;
use proptest::prelude::*;

use super::{Sample, length};

/// A compact array, and the array it stands for.
#[derive(Debug, Clone)]
pub struct CompactSample {
    /// The compact array.
    pub sample: Sample,
    /// The octets of the array of tagged values.
    pub expanded: Vec<u8>,
}

/// A compact array of any type.
pub fn compact_array() -> impl Strategy<Value = CompactSample> {
    (description(), 0usize..5, vec(any::<u8>(), 1..40)).prop_map(|(of, rows, entropy)| {
        // What takes no octets cannot be counted.
        let rows = if of.least_octets() == 0 { 0 } else { rows };
        let mut entropy = entropy.into_iter().cycle();
        let mut next = || entropy.next().unwrap();
        let (mut contents, mut expanded) = (Vec::new(), [&[1][..], &length(rows)].concat());
        for _ in 0..rows {
            of.row(&mut next, &mut contents, &mut expanded);
        }
        let (described, contents): (&'static [u8], &'static [u8]) = (of.octets().leak(), contents.leak());
        let octets = [&[19][..], described, &length(contents.len()), contents].concat();
        let description = TypeDescription::decode(&mut Reader::new(described)).unwrap();
        let value = Data::CompactArray(CompactArray::new(description, contents).unwrap());
        CompactSample { sample: Sample { value, octets }, expanded }
    })
}

#[derive(Debug, Clone)]
enum Description {
    /// A tag, and the octets of a value; none for those with a length of their own.
    Scalar(u8, Option<usize>),
    Array(u16, Box<Self>),
    Structure(Vec<Self>),
}

const SCALARS: [(u8, Option<usize>); 28] = [
    (0, Some(0)),
    (255, Some(0)),
    (3, Some(1)),
    (4, None),
    (5, Some(4)),
    (6, Some(4)),
    (9, None),
    (10, None),
    (12, None),
    (13, Some(1)),
    (15, Some(1)),
    (16, Some(2)),
    (17, Some(1)),
    (18, Some(2)),
    (20, Some(8)),
    (21, Some(8)),
    (22, Some(1)),
    (23, Some(4)),
    (24, Some(8)),
    (25, Some(12)),
    (26, Some(5)),
    (27, Some(4)),
    (28, Some(1)),
    (29, Some(2)),
    (30, Some(4)),
    (31, Some(1)),
    (32, Some(2)),
    (33, Some(4)),
];

fn description() -> impl Strategy<Value = Description> {
    let scalar =
        proptest::sample::select(&SCALARS[..]).prop_map(|(tag, size)| Description::Scalar(tag, size));
    scalar.prop_recursive(3, 12, 4, |inner| {
        let array = (0u16..4, inner.clone())
            // An array of what takes no octets is refused.
            .prop_filter("of nothing", |(_, of)| of.least_octets() > 0)
            .prop_map(|(count, of)| Description::Array(count, Box::new(of)));
        prop_oneof![array, vec(inner, 0..5).prop_map(Description::Structure)]
    })
}

impl Description {
    fn octets(&self) -> Vec<u8> {
        match self {
            Self::Scalar(tag, _) => vec![*tag],
            Self::Array(count, of) => [&[1][..], &count.to_be_bytes(), &of.octets()].concat(),
            Self::Structure(members) => {
                let members_octets: Vec<u8> = members.iter().flat_map(Self::octets).collect();
                [&[2][..], &length(members.len()), &members_octets].concat()
            }
        }
    }

    fn least_octets(&self) -> usize {
        match self {
            Self::Scalar(_, size) => size.unwrap_or(1),
            Self::Array(count, of) => usize::from(*count) * of.least_octets(),
            Self::Structure(members) => members.iter().map(Self::least_octets).sum(),
        }
    }

    /// One value: without tags, and with them.
    fn row(&self, next: &mut impl FnMut() -> u8, contents: &mut Vec<u8>, expanded: &mut Vec<u8>) {
        match self {
            Self::Scalar(tag, size) => {
                let octets = scalar(*tag, *size, next);
                contents.extend_from_slice(&octets);
                expanded.push(*tag);
                expanded.extend_from_slice(&octets);
            }
            Self::Array(count, of) => {
                expanded.push(1);
                expanded.extend(length(usize::from(*count)));
                (0..*count).for_each(|_| of.row(next, contents, expanded));
            }
            Self::Structure(members) => {
                expanded.push(2);
                expanded.extend(length(members.len()));
                members.iter().for_each(|member| member.row(next, contents, expanded));
            }
        }
    }
}

fn scalar(tag: u8, size: Option<usize>, next: &mut impl FnMut() -> u8) -> Vec<u8> {
    match size {
        Some(_) if tag == 3 => vec![next() & 1],
        Some(size) => (0..size).map(|_| next()).collect(),
        None => {
            let n = usize::from(next() % 12);
            let octets = if tag == 4 { n.div_ceil(8) } else { n };
            let mut out = length(n);
            out.extend((0..octets).map(|_| next()));
            out
        }
    }
}
