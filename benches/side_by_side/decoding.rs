//! Reading: a load profile in several ways, a register, requests.

use core::hint::black_box;

use dlms_bench::load_profile::{self, ROW, VALUES, digest};
use dlms_bench::{Comparison, Contender, Target};
use dlms_core::apdu::{GetDataResult, GetResponse};
use dlms_core::codec::Decode;
use dlms_core::data::{Array, ArrayView, Data, Elements, OctetString, Octets, Token, Tokens};
use dlms_cosem_rs::codec::Decode as _;

/// Octets of a get-response before its value.
const HEAD: usize = 4;

pub(crate) fn comparisons() -> Vec<Comparison<'static>> {
    let mut all = Vec::new();
    for (rows, name) in [
        (
            5_000,
            [
                "P5000: every leaf",
                "P5000: every leaf, step by step",
                "P5000: every leaf, as values",
                "P5000: rows of a type",
                "P5000: validate",
            ],
        ),
        (
            96,
            [
                "P96: every leaf",
                "P96: every leaf, step by step",
                "P96: every leaf, as values",
                "P96: rows of a type",
                "P96: validate",
            ],
        ),
    ] {
        all.extend(load_profile(rows, name));
    }
    all
}

fn leak(octets: Vec<u8>) -> &'static [u8] {
    octets.leak()
}

fn load_profile(
    rows: u32,
    [leaves, steps, values, typed, validate]: [&'static str; 5],
) -> [Comparison<'static>; 5] {
    let apdu = leak(load_profile::get_response(rows));
    let readable = leak(without_unsigned(after_head(apdu)));
    let comparison = |id, work| Comparison::new(id, work).octets(apdu.len());
    [
        comparison("D1", leaves)
            .target(Target::peer(7.0))
            .by(Contender::Ours, move || visit(black_box(apdu)))
            .by(Contender::DlmsCosemRs, move || peer_profile(black_box(apdu)))
            .by(Contender::DlmsCosem, move || nom_rows(black_box(readable)))
            .by(Contender::Limit, move || fixed_rows(black_box(apdu))),
        comparison("D1", steps)
            .by(Contender::Ours, move || tokens(black_box(apdu)))
            .by(Contender::DlmsCosemRs, move || peer_values(black_box(apdu))),
        comparison("D1", values)
            .by(Contender::Ours, move || elements(black_box(apdu)))
            .by(Contender::DlmsCosemRs, move || peer_values(black_box(apdu))),
        comparison("D1", typed)
            .by(Contender::Ours, move || typed_rows(black_box(apdu)))
            .by(Contender::DlmsCosemRs, move || peer_profile(black_box(apdu)))
            .by(Contender::Limit, move || fixed_rows(black_box(apdu))),
        comparison("D1", validate)
            .by(Contender::Ours, move || match GetResponse::from_bytes(black_box(apdu)) {
                Ok(GetResponse::Normal { result: GetDataResult::Data(Data::Array(rows)), .. }) => {
                    rows.len() as u64
                }
                other => panic!("{other:?}"),
            })
            .by(Contender::DlmsCosemRs, move || peer_array(black_box(apdu)).as_array().unwrap().len() as u64),
    ]
}

fn visit(apdu: &[u8]) -> u64 {
    let mut sum = 0u64;
    Tokens::new(&apdu[HEAD..]).visit(|token| sum = sum.wrapping_add(leaf(token))).unwrap();
    sum
}

fn tokens(apdu: &[u8]) -> u64 {
    Tokens::new(&apdu[HEAD..]).fold(0, |sum: u64, token| sum.wrapping_add(leaf(token.unwrap())))
}

#[inline]
fn leaf(token: Token<'_>) -> u64 {
    match token {
        Token::Value(Data::DoubleLongUnsigned(v)) => v.into(),
        Token::Value(Data::Unsigned(v)) => v.into(),
        Token::Value(Data::OctetString(v)) => digest(v),
        Token::Array(_) | Token::Structure(_) => 0,
        other => panic!("{other:?}"),
    }
}

fn elements(apdu: &[u8]) -> u64 {
    let Ok(GetResponse::Normal { result: GetDataResult::Data(value), .. }) = GetResponse::from_bytes(apdu)
    else {
        panic!()
    };
    leaves(value)
}

fn leaves(value: Data<'_>) -> u64 {
    let all =
        |elements: Elements<'_>| elements.iter().fold(0u64, |sum, value| sum.wrapping_add(leaves(value)));
    match value {
        Data::Array(rows) => all(rows),
        Data::Structure(members) => all(members),
        Data::DoubleLongUnsigned(v) => v.into(),
        Data::Unsigned(v) => v.into(),
        Data::OctetString(v) => digest(v),
        other => panic!("{other:?}"),
    }
}

dlms_core::structure! {
    /// A row as a program would state its type.
    pub(crate) struct Row => RowView<'a> {
        pub(crate) time: OctetString,
        pub(crate) status: u8,
        pub(crate) a: u32,
        pub(crate) b: u32,
        pub(crate) c: u32,
        pub(crate) d: u32,
        pub(crate) e: u32,
        pub(crate) f: u32,
        pub(crate) g: u32,
        pub(crate) h: u32,
    }
}

fn typed_rows(apdu: &[u8]) -> u64 {
    let rows: ArrayView<'_, Row> =
        <Array<Row> as dlms_core::data::DataType>::View::from_bytes(&apdu[HEAD..]).unwrap();
    rows.iter().fold(0u64, |sum, row| {
        let RowView { time: Octets(time), status, a, b, c, d, e, f, g, h } = row.unwrap();
        let values: u64 = [a, b, c, d, e, f, g, h].map(u64::from).iter().sum();
        sum.wrapping_add(digest(time)).wrapping_add(u64::from(status)).wrapping_add(values)
    })
}

fn peer_array(apdu: &[u8]) -> dlms_cosem_rs::axdr::Data<'_> {
    use dlms_cosem_rs::xdlms::GetResponse;
    // Its message begins after the tag.
    match GetResponse::from_bytes(&apdu[1..]) {
        Ok(GetResponse::Normal { result, .. }) => result.value().unwrap(),
        other => panic!("{other:?}"),
    }
}

fn peer_leaf(value: dlms_cosem_rs::axdr::Data<'_>) -> u64 {
    use dlms_cosem_rs::axdr::Data;
    match value {
        Data::DoubleLongUnsigned(v) => v.into(),
        Data::Unsigned(v) => v.into(),
        Data::OctetString(v) => digest(v),
        other => panic!("{other:?}"),
    }
}

fn peer_profile(apdu: &[u8]) -> u64 {
    let mut sum = 0u64;
    dlms_cosem_rs::cosem::ProfileBuffer::new(&peer_array(apdu))
        .unwrap()
        .for_each_cell(2 + VALUES, |_, _, cell| {
            sum = sum.wrapping_add(peer_leaf(cell));
            Ok(())
        })
        .unwrap();
    sum
}

fn peer_values(apdu: &[u8]) -> u64 {
    fn leaves(value: dlms_cosem_rs::axdr::Data<'_>) -> u64 {
        match value.as_seq() {
            Some(elements) => {
                elements.iter().fold(0u64, |sum, value| sum.wrapping_add(leaves(value.unwrap())))
            }
            None => peer_leaf(value),
        }
    }
    leaves(peer_array(apdu))
}

/// The same rows with an enum for the unsigned status, which dlms_cosem does not read.
fn without_unsigned(rows: &[u8]) -> Vec<u8> {
    let mut rows = rows.to_vec();
    for row in rows.as_chunks_mut::<ROW>().0 {
        row[16] = 22;
    }
    rows
}

/// Nor does it read arrays: it is given row after row.
fn nom_rows(mut rest: &[u8]) -> u64 {
    use dlms_cosem::Data;
    let mut sum = 0u64;
    while !rest.is_empty() {
        let (behind, row) = Data::parse(rest).unwrap();
        rest = behind;
        let Data::Structure(members) = row else { panic!() };
        for member in &members {
            sum = sum.wrapping_add(match member {
                Data::DoubleLongUnsigned(v) => u64::from(*v),
                Data::OctetString(v) => digest(v),
                Data::Enum(v) => u64::from(*v),
                other => panic!("{other:?}"),
            });
        }
    }
    sum
}

/// The octets after the count of the array.
fn after_head(apdu: &[u8]) -> &[u8] {
    match apdu[HEAD..] {
        [1, 0x82, _, _, ref rows @ ..] => rows,
        [1, _, ref rows @ ..] => rows,
        _ => panic!(),
    }
}

/// Rows of this one layout, whose tags are compared and not interpreted.
fn fixed_rows(apdu: &[u8]) -> u64 {
    let (rows, []) = after_head(apdu).as_chunks::<ROW>() else { panic!() };
    rows.iter().fold(0u64, |sum, row| {
        let [2, 10, 9, 12, rest @ ..] = row else { panic!() };
        let Some((time, [17, status, values @ ..])) = rest.split_first_chunk::<12>() else { panic!() };
        let values = values.as_chunks::<5>().0.iter().fold(0u64, |sum, [tag, value @ ..]| {
            assert!(*tag == 6);
            sum.wrapping_add(u64::from(u32::from_be_bytes(*value)))
        });
        sum.wrapping_add(digest(time)).wrapping_add(u64::from(*status)).wrapping_add(values)
    })
}
