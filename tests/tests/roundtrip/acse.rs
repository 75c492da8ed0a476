//! ACSE messages.

use dlms_core::acse::{ApplicationContextName, MechanismName};
use dlms_core::apdu::Apdu;
use dlms_core::ber::{ObjectIdentifier, Tlv};
use dlms_core::codec::{Decode, DecodeErrorKind, Encode, Reader};
use dlms_tests::arbitrary;
use dlms_tests::laws::{End, there_and_back};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::cases;

/// The elements of a message, each with its tag and length.
fn elements(octets: &[u8]) -> Vec<Vec<u8>> {
    let content = Tlv::from_bytes(octets).unwrap().value;
    let (mut r, mut elements) = (content.clone(), Vec::new());
    while !r.is_empty() {
        let start = r.offset();
        Tlv::decode(&mut r).unwrap();
        elements.push(octets[start..r.offset()].to_vec());
    }
    elements
}

/// A message of these elements.
fn of_elements(tag: u8, elements: &[Vec<u8>]) -> Vec<u8> {
    let content = elements.concat();
    let [high, low] = u16::try_from(content.len()).unwrap().to_be_bytes();
    [&[tag, 0x82, high, low], &content[..]].concat()
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn association(request in arbitrary::aarq(), response in arbitrary::aare()) {
        there_and_back(&request, End::Measured);
        there_and_back(&response, End::Measured);
    }

    #[test]
    fn release(request in arbitrary::release_request(), response in arbitrary::release_response()) {
        there_and_back(&request, End::Measured);
        there_and_back(&response, End::Measured);
    }

    /// Elements stand in the standard's order and once; those that it does not know are passed over.
    #[test]
    fn order_of_elements(
        message in prop_oneof![
            arbitrary::aarq().prop_map(Apdu::Aarq),
            arbitrary::aare().prop_map(Apdu::Aare),
        ],
        at in any::<Index>(),
        unknown in 31u8..127,
    ) {
        let octets = message.encode_to_vec();
        let elements = elements(&octets);
        let longer = of_elements(octets[0], &elements);
        prop_assert_eq!(Apdu::from_bytes(&longer), Ok(message));

        let mut twice = elements.clone();
        let one = at.index(twice.len());
        twice.insert(one, elements[one].clone());
        let mut rotated = elements.clone();
        rotated.rotate_left(1);
        for wrong in [twice, rotated] {
            if wrong == elements {
                continue;
            }
            let error = Apdu::from_bytes(&of_elements(octets[0], &wrong)).map(|_| ()).unwrap_err();
            prop_assert_eq!(error.kind, DecodeErrorKind::InvalidValue("order of elements"));
        }

        let more = [&elements[..], &[vec![0xbf, unknown, 2, 5, 0]]].concat();
        let more = of_elements(octets[0], &more);
        prop_assert_eq!(Apdu::decode(&mut Reader::new(&more)), Ok(message));
    }

    #[test]
    fn object_identifiers(arcs in proptest::collection::vec(any::<u32>(), 0..5), second in 0u32..40) {
        let arcs = [&[1, second], &arcs[..]].concat();
        let Some(oid) = ObjectIdentifier::from_arcs(&arcs) else {
            // Only for want of room: two arcs lie in one octet, a large one takes five.
            prop_assert!(arcs.len() > 5);
            return Ok(());
        };
        prop_assert_eq!(oid.arcs().collect::<Vec<_>>(), arcs);
        prop_assert_eq!(ObjectIdentifier::from_octets(oid.octets()), Some(oid));
        prop_assert_eq!(ObjectIdentifier::from(ApplicationContextName::from(oid)), oid);
        prop_assert_eq!(ObjectIdentifier::from(MechanismName::from(oid)), oid);
        there_and_back(&oid, End::Measured);
    }
}
