//! What is broken, hostile or forged: refused, at an octet there is, and at once.

use dlms_core::apdu::{Apdu, tag};
use dlms_core::codec::{Decode, DecodeError, Encode};
use dlms_core::data::Data;
use dlms_core::link::{Link, LinkError, LinkEvent};
use dlms_core::time::Instant;
use dlms_security::{GeneralCiphering, GeneralSigning, Protection, SecurityError};
use dlms_tests::vector::Vector;
use dlms_wrapper::{Datagram, HEADER_LEN, Role, Stream};

use crate::ciphering::receiver;

/// Inputs that are read although the vector wants or permits them refused, and why.
const READ: [(&str, &str); 2] = [
    ("malformed-166", "a utf8-string is kept as the octets that came; the vector permits that"),
    ("malformed-174", "60000 values of one octet each are within every limit; the vector permits that"),
];

/// Why an input is refused as a message, for its octets or for its protection; nothing if it is not.
fn refusal(vector: &Vector, octets: &[u8]) -> Option<String> {
    let decoded = |error: DecodeError| {
        assert!(error.offset <= octets.len(), "{}: {error} behind the end", vector.id);
        error.to_string()
    };
    let protected = match Apdu::from_bytes(octets) {
        Err(error) => return Some(decoded(error)),
        Ok(Apdu::Protected(protected)) => protected,
        Ok(_) => return None,
    };
    match protected.tag {
        tag::GENERAL_CIPHERING => GeneralCiphering::from_bytes(octets).err().map(decoded),
        tag::GENERAL_SIGNING => GeneralSigning::from_bytes(octets).err().map(decoded),
        _ => match receiver(vector, octets).unprotect(octets) {
            Err(SecurityError::Decode(error)) => Some(decoded(error)),
            Err(error) => Some(error.to_string()),
            Ok(_) => None,
        },
    }
}

fn must_be_refused(vector: &Vector, refusal: Option<String>) {
    let (id, must) = (&vector.id, vector.must().unwrap());
    let read = must == "accept" || READ.iter().any(|(other, _)| other == id);
    assert!(must.starts_with("reject") || must == "accept", "{id}: {must}");
    assert_eq!(refusal.is_none(), read, "{id} must {must}: {refusal:?}");
}

#[test]
fn messages() {
    let vectors = Vector::of_kind("malformed", "apdu");
    assert_eq!(vectors.len(), 70);
    for vector in vectors.iter().filter(|v| v.must() != Some("refuse by policy")) {
        must_be_refused(vector, refusal(vector, &vector.input));
    }
}

#[test]
fn values() {
    let vectors = Vector::of_kind("malformed", "axdr-data");
    assert_eq!(vectors.len(), 30);
    for vector in vectors {
        let error = Data::from_bytes(&vector.input).err();
        assert!(error.is_none_or(|e| e.offset <= vector.input.len()), "{}", vector.id);
        must_be_refused(&vector, error.map(|e| e.to_string()));
    }
}

#[test]
fn what_a_policy_refuses() {
    let vectors = Vector::of_kind("malformed", "apdu");
    let by_policy: Vec<_> = vectors.iter().filter(|v| v.must() == Some("refuse by policy")).collect();
    assert_eq!(by_policy.len(), 1);
    for vector in by_policy {
        for minimum in [Protection::AUTHENTICATED, Protection::ENCRYPTED, Protection::AUTHENTICATED_ENCRYPTED]
        {
            let mut receiver = receiver(vector, &vector.input);
            receiver.context.set_minimum(minimum);
            let refused = receiver.unprotect(&vector.input).unwrap_err();
            assert_eq!(refused, SecurityError::WeakerThanPolicy, "{}", vector.id);
        }
    }
}

/// The APDU a link makes of the octets, if any.
fn unwrapped(link: &mut impl Link, octets: &[u8]) -> Result<Option<Vec<u8>>, LinkError> {
    let mut rx = Vec::new();
    let (taken, event) = link.handle_input(octets, &mut rx, 0, Instant(0))?;
    assert_eq!(taken, octets.len());
    assert!(rx.len() <= 0xffff);
    Ok(match event {
        LinkEvent::Apdu { len, .. } => Some(rx[..len].to_vec()),
        _ => None,
    })
}

#[test]
fn wrappers() {
    for vector in Vector::of_kind("malformed", "wrapper") {
        let (id, unit) = (&vector.id, &vector.input);
        assert_eq!(vector.must(), Some("reject"), "{id}");
        let datagram = unwrapped(&mut Datagram::new(Role::Server), unit).unwrap();
        match unwrapped(&mut Stream::new(Role::Server), unit) {
            // The header is right: what is in it is wrong.
            Ok(Some(apdu)) => {
                assert_eq!(datagram.as_ref(), Some(&apdu), "{id}");
                assert!(refusal(&vector, &apdu).is_some(), "{id}");
            }
            Ok(None) => assert_eq!(datagram, None, "{id}"),
            Err(error) => {
                assert!(matches!(error, LinkError::Unframed(e) if e.offset < HEADER_LEN), "{id}");
                assert_eq!(datagram, None, "{id}");
            }
        }
    }
}

#[test]
fn every_prefix_of_a_sound_input() {
    for vector in Vector::of_kind("malformed", "prefixes:apdu") {
        assert_eq!(refusal(&vector, &vector.input), None, "{}", vector.id);
        for end in 0..vector.input.len() {
            assert!(refusal(&vector, &vector.input[..end]).is_some(), "{} cut to {end}", vector.id);
        }
    }
    for vector in Vector::of_kind("malformed", "prefixes:axdr-data") {
        assert_eq!(Data::from_bytes(&vector.input).unwrap().encode_to_vec(), vector.input);
        for end in 0..vector.input.len() {
            let error = Data::from_bytes(&vector.input[..end]).unwrap_err();
            assert!(error.offset <= end, "{} cut to {end}", vector.id);
        }
    }
    for vector in Vector::of_kind("malformed", "prefixes:wrapper") {
        let whole = Some(vector.input[HEADER_LEN..].to_vec());
        assert_eq!(unwrapped(&mut Stream::new(Role::Server), &vector.input), Ok(whole.clone()));
        assert_eq!(unwrapped(&mut Datagram::new(Role::Server), &vector.input), Ok(whole));
        for end in 0..vector.input.len() {
            let prefix = &vector.input[..end];
            assert_eq!(unwrapped(&mut Stream::new(Role::Server), prefix), Ok(None));
            assert_eq!(unwrapped(&mut Datagram::new(Role::Server), prefix), Ok(None));
        }
    }
}

#[test]
fn every_flipped_bit_of_a_protected_message() {
    for vector in Vector::of_kind("malformed", "bitflips:apdu") {
        assert_eq!(refusal(&vector, &vector.input), None, "{}", vector.id);
        let first = usize::try_from(vector.expected["first_bit"].as_u64().unwrap()).unwrap();
        for bit in first..vector.input.len() * 8 {
            let mut flipped = vector.input.clone();
            flipped[bit / 8] ^= 0x80 >> (bit % 8);
            assert!(refusal(&vector, &flipped).is_some(), "{}: bit {bit}", vector.id);
        }
    }
}

/// Damaged captures: one whose plain text was written over its ciphertext, one cut and glued.
#[test]
fn captures_of_messages() {
    let [overwritten, glued] = &Vector::of_kind("malformed", "apdu-capture")[..] else { panic!() };
    for seed in 0..50 {
        let mut receiver = receiver(overwritten, &overwritten.input)
            .with_key(dlms_core::crypto::KeyKind::GlobalUnicastEncryption, &[seed; 16]);
        let refused = receiver.unprotect(&overwritten.input).unwrap_err();
        // It was only encrypted: nothing but what comes out tells that it is wrong.
        use SecurityError::{Decode, Inconsistent, Nested};
        assert!(matches!(refused, Decode(_) | Nested | Inconsistent), "{refused}");
    }
    let apdu = glued.input.strip_prefix(&[0xe6, 0xe7, 0x00]).unwrap();
    assert!(refusal(glued, apdu).is_some());
}
