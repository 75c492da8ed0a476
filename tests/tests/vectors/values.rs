//! A-XDR values.

use dlms_core::codec::{Decode, DecodeErrorKind, Encode, Writer};
use dlms_core::data::{Data, DataBuf, Token, Tokens};
use dlms_tests::tree;
use dlms_tests::vector::{Vector, hex};

/// Values that are read and then written in other octets, and why.
const NOT_CANONICAL: [(&str, &str); 1] =
    [("data-types-113", "the length 81 05 is longer than needed: A-XDR reads that, and writes 05")];

fn check(vector: &Vector) {
    let id = &vector.id;
    let value = Data::from_bytes(&vector.input).unwrap_or_else(|e| panic!("{id}: {e}"));
    assert_eq!(tree::data(&value), vector.expected, "{id}");
    let written = value.encode_to_vec();
    assert_eq!(value.encoded_len(), written.len(), "{id}");
    let canonical = !NOT_CANONICAL.iter().any(|(other, _)| other == id);
    assert_eq!(written == vector.input, canonical, "{id}: {written:02X?}");
    assert_eq!(tree::data(&Data::from_bytes(&written).unwrap()), vector.expected, "{id}");
    assert_eq!(DataBuf::from_vec(vector.input.clone()).unwrap().as_bytes(), vector.input, "{id}");
    check_tokens(vector);
    for end in 0..vector.input.len() {
        let error = Data::from_bytes(&vector.input[..end]).unwrap_err();
        assert!(matches!(error.kind, DecodeErrorKind::Truncated { .. } | DecodeErrorKind::Length), "{id}");
        assert!(error.offset <= end, "{id}");
    }
}

/// The walk through a value meets the same octets as the value itself.
fn check_tokens(vector: &Vector) {
    let mut tokens = Tokens::new(&vector.input);
    let mut out = Vec::new();
    for token in tokens.by_ref() {
        let (tag, count) = match token.unwrap() {
            Token::Value(value) => {
                out.extend(value.encode_to_vec());
                continue;
            }
            Token::Array(count) => (1, count),
            Token::Structure(count) => (2, count),
        };
        let mut head = [tag; 6];
        let mut w = Writer::new(&mut head[1..]);
        w.length(count);
        let len = 1 + w.finish().unwrap().len();
        out.extend_from_slice(&head[..len]);
    }
    assert_eq!(tokens.offset(), vector.input.len(), "{}", vector.id);
    assert_eq!(out, Data::from_bytes(&vector.input).unwrap().encode_to_vec(), "{}", vector.id);
}

#[test]
fn every_type() {
    let vectors = Vector::of_kind("data-types", "axdr-data");
    vectors.iter().for_each(check);
    assert_eq!(vectors.len(), Vector::all("data-types").len());
}

#[test]
fn compact_arrays() {
    let vectors = Vector::of_kind("compact-array", "axdr-data");
    vectors.iter().for_each(check);
    assert_eq!(vectors.len(), Vector::all("compact-array").len());
}

#[test]
fn compact_arrays_expand_to_arrays() {
    for vector in Vector::all("compact-array") {
        let Data::CompactArray(array) = Data::from_bytes(&vector.input).unwrap() else { panic!() };
        let mut out = [0; 100];
        let mut w = Writer::new(&mut out);
        array.expand(&mut w);
        let Data::Array(elements) = Data::from_bytes(w.finish().unwrap()).unwrap() else { panic!() };
        let rows: serde_json::Value = elements.iter().map(|element| tree::data(&element)).collect();
        assert_eq!(rows, vector.expected["compact-array"]["rows"], "{}", vector.id);
    }
}

#[test]
fn an_object_list_of_a_real_meter() {
    Vector::of_kind("real-meter", "axdr-data").iter().for_each(check);
}

#[test]
fn the_table_of_types_has_no_gaps() {
    let all = Vector::all("data-types");
    let named: Vec<&String> = all.iter().filter_map(|v| v.expected.as_object()?.keys().next()).collect();
    for tag in (0..=33).chain([255]) {
        let octets = [&[tag][..], &hex("00000000 00000000 00000000")].concat();
        let Ok(value) = Data::decode(&mut dlms_core::codec::Reader::new(&octets)) else { continue };
        // These stand in their own file, or in no vector at all.
        let elsewhere = matches!(tag, 19 | 21 | 27 | 30 | 33);
        assert!(elsewhere || named.iter().any(|name| *name == value.type_name()), "{}", value.type_name());
    }
}
