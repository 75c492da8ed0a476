//! Opening and releasing an association.

use dlms_core::acse::{Aarq, ApplicationContextName};
use dlms_core::apdu::{Apdu, InitiateRequest};
use dlms_core::codec::{Decode, Encode};
use dlms_tests::tree;
use dlms_tests::vector::Vector;

use crate::ciphering::opener;
use crate::messages;

#[test]
fn every_message() {
    let vectors = Vector::all("acse");
    let (mut plain, mut ciphered) = (0, 0);
    for vector in vectors.iter().filter(|v| v.must().is_none()) {
        if vector.key("ek").is_none() {
            messages::check(vector);
            plain += 1;
            continue;
        }
        let message = Apdu::from_bytes(&vector.input).unwrap();
        assert_eq!(tree::opened(&message, &mut opener(vector)), vector.expected, "{}", vector.id);
        assert_eq!(message.encode_to_vec(), vector.input, "{}", vector.id);
        ciphered += 1;
    }
    assert_eq!((plain, ciphered), (20, 1));
}

#[test]
fn what_a_server_has_to_refuse_is_read_nonetheless() {
    let mut refused: Vec<_> = Vector::all("acse").into_iter().filter(|v| v.must().is_some()).collect();
    refused.sort_by(|a, b| a.id.cmp(&b.id));
    let [too_short, context] = &refused[..] else { panic!("{refused:?}") };
    assert!(refused.iter().all(|v| v.must() == Some("decode, then refuse association")));

    let aarq = Aarq::from_bytes(&too_short.input).unwrap();
    let initiate = InitiateRequest::from_bytes(aarq.user_information.unwrap()).unwrap();
    assert_eq!(initiate.client_max_receive_pdu_size, 11);

    let aarq = Aarq::from_bytes(&context.input).unwrap();
    assert!(matches!(aarq.application_context_name, ApplicationContextName::Other(_)));
    assert_eq!(aarq.application_context_name.id(), None);
    for vector in &refused {
        assert_eq!(Apdu::from_bytes(&vector.input).unwrap().encode_to_vec(), vector.input, "{}", vector.id);
    }
}
