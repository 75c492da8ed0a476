//! ACSE messages.

use dlms_core::acse::{ApplicationContextName, MechanismName};
use dlms_core::ber::ObjectIdentifier;
use dlms_tests::arbitrary;
use dlms_tests::laws::{End, there_and_back};
use proptest::prelude::*;

use crate::cases;

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
