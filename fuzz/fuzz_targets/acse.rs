//! Opening and releasing an association, and what these messages carry.
#![no_main]

use dlms_core::acse::{Aare, Aarq, ReleaseRequest, ReleaseResponse};
use dlms_core::apdu::Apdu;
use dlms_core::ber::ObjectIdentifier;
use dlms_core::codec::{Decode, Encode};
use libfuzzer_sys::fuzz_target;

/// Reads a message, which is then written as octets that read as it; gives what it carries.
macro_rules! carried {
    ($type:ident, $octets:expr) => {
        match $type::from_bytes($octets) {
            Ok(message) => {
                let once = message.encode_to_vec();
                assert_eq!(once.len(), message.encoded_len());
                // Lengths get shorter; an empty bit string is written with its octet, and there are two of them.
                assert!(once.len() <= $octets.len() + 4);
                let again = $type::from_bytes(&once).expect("what was encoded decodes");
                assert_eq!(again, message);
                assert_eq!(again.encode_to_vec(), once);
                message.user_information
            }
            Err(error) => {
                assert!(error.offset <= $octets.len(), "{error} behind the end");
                None
            }
        }
    };
}

fuzz_target!(|input: &[u8]| {
    let Some((tag, content)) = input.split_first() else { return };
    if matches!(tag, 0x60..=0x63) {
        by_its_tag(*tag, input);
    }
    // Any of the four tags does for any of the four contents.
    let tags = [Aarq::TAG, Aare::TAG, ReleaseRequest::TAG, ReleaseResponse::TAG];
    let [aarq, aare, rlrq, rlre] = &tags.map(|tag| [&[tag], content].concat());
    let all = [
        carried!(Aarq, aarq),
        carried!(Aare, aare),
        carried!(ReleaseRequest, rlrq),
        carried!(ReleaseResponse, rlre),
    ];
    for octets in all.into_iter().flatten() {
        assert!(!octets.is_empty());
        assert!(Apdu::from_bytes(octets).err().is_none_or(|e| e.offset <= octets.len()));
    }
    if let Ok(aarq) = Aarq::from_bytes(aarq) {
        names(&aarq);
    }
});

/// A message is what its tag says.
fn by_its_tag(tag: u8, input: &[u8]) {
    let alone = match tag {
        0x60 => Aarq::from_bytes(input).map(Apdu::Aarq),
        0x61 => Aare::from_bytes(input).map(Apdu::Aare),
        0x62 => ReleaseRequest::from_bytes(input).map(Apdu::ReleaseRequest),
        _ => ReleaseResponse::from_bytes(input).map(Apdu::ReleaseResponse),
    };
    assert_eq!(Apdu::from_bytes(input), alone);
}

/// Names are kept, whatever they are.
fn names(aarq: &Aarq<'_>) {
    let context = ObjectIdentifier::from(aarq.application_context_name);
    for oid in [Some(context), aarq.mechanism_name.map(ObjectIdentifier::from)].into_iter().flatten() {
        assert_eq!(ObjectIdentifier::from_octets(oid.octets()), Some(oid));
        assert!(oid.arcs().count() >= 2);
        assert!(oid.as_dlms_ua().is_none_or(|(group, id)| ObjectIdentifier::dlms_ua(group, id) == oid));
    }
}
