//! xDLMS messages, one file a service.

use dlms_core::apdu::Apdu;
use dlms_core::codec::{Decode, Encode};
use dlms_tests::tree;
use dlms_tests::vector::Vector;

/// All vectors of a file are messages, read as they state and written as they came.
pub(crate) fn check_all(file: &str) {
    let vectors = Vector::all(file);
    for vector in &vectors {
        assert_eq!(vector.kind, "apdu", "{}", vector.id);
        check(vector);
    }
    assert!(!vectors.is_empty());
}

pub(crate) fn check(vector: &Vector) {
    let id = &vector.id;
    let message = Apdu::from_bytes(&vector.input).unwrap_or_else(|e| panic!("{id}: {e}"));
    assert_eq!(tree::apdu(&message), vector.expected, "{id}");
    assert_eq!(message.encode_to_vec(), vector.input, "{id}");
    assert_eq!(message.encoded_len(), vector.input.len(), "{id}");
    for end in 0..vector.input.len() {
        let error = Apdu::from_bytes(&vector.input[..end]).unwrap_err();
        assert!(error.offset <= end, "{id} cut to {end}: {error}");
    }
}

#[test]
fn initiate() {
    check_all("initiate");
}

#[test]
fn logical_name_services() {
    check_all("xdlms-ln");
}

#[test]
fn short_name_services() {
    check_all("xdlms-sn");
}

#[test]
fn access() {
    check_all("access");
}

#[test]
fn notifications() {
    check_all("notification");
}

#[test]
fn general_block_transfer() {
    check_all("gbt");
}
