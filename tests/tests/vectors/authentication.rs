//! High level security: the tokens over challenges.

use dlms_core::codec::Decode;
use dlms_core::crypto::{KeyId, KeyKind, SecuritySuite};
use dlms_security::hls::{self, Exchange, Mechanism};
use dlms_security::{SecurityError, SystemTitle};
use dlms_tests::peer::{CLIENT, Peer, SERVER};
use dlms_tests::vector::Vector;

use crate::messages;

/// Tokens that are not made, and why not. Those of HLS mechanisms 3 and 6 need hashes, which the software provider
/// does not offer yet: it has to refuse.
const NOT_OFFERED: [(&str, &str); 4] = [
    ("iskra-hls-md5", "hls-md5"),
    ("hls-005", "hls-sha256"),
    ("hls-007", "ecdsa-verify"),
    ("hls-009", "hls-aes-ecb"),
];

#[test]
fn tokens_of_mechanism_5() {
    let (mut made, mut others) = (0, Vec::new());
    for vector in Vector::of_kind("hls", "crypto") {
        let operation = vector.expected["operation"].as_str().unwrap();
        if operation != "hls-gmac" {
            others.push((vector.id.clone(), operation.to_owned()));
            continue;
        }
        let (id, challenge, token) = (&vector.id, &vector.input, vector.expected_octets("token"));
        let own = SystemTitle::from_slice(&vector.key("st").unwrap()).unwrap();
        let other = if own == SERVER { CLIENT } else { SERVER };
        let end = |own, peer| {
            Peer::new(SecuritySuite::Suite0, own, Some(peer))
                .with_key(KeyKind::GlobalUnicastEncryption, &vector.key("ek").unwrap())
                .with_key(KeyKind::Authentication, &vector.key("ak").unwrap())
        };
        let mut prover = end(own, other);
        let counter = u32::from_be_bytes(vector.key("ic").unwrap().try_into().unwrap());
        prover.counters.raise(prover.context.counter(false), counter).unwrap();
        let Peer { context, crypto, counters, .. } = &mut prover;
        assert_eq!(hls::gmac_token(context, crypto, counters, challenge).unwrap()[..], token, "{id}");

        let mut verifier = end(other, own);
        let Peer { context, crypto, replay, .. } = &mut verifier;
        for octet in 0..token.len() {
            let mut wrong = token.clone();
            wrong[octet] ^= 1;
            assert!(hls::verify_gmac_token(context, crypto, replay, challenge, &wrong).is_err(), "{id}");
        }
        let mut another = challenge.clone();
        another[0] ^= 1;
        let refused = hls::verify_gmac_token(context, crypto, replay, &another, &token);
        assert_eq!(refused, Err(SecurityError::Inauthentic), "{id}");
        hls::verify_gmac_token(context, crypto, replay, challenge, &token).unwrap();
        made += 1;
    }
    assert_eq!(made, 8);
    assert!(others.iter().map(|(id, operation)| (&**id, &**operation)).eq(NOT_OFFERED));
}

#[test]
fn mechanisms_that_are_not_offered_are_refused() {
    let mut peer = Peer::new(SecuritySuite::Suite0, CLIENT, Some(SERVER));
    for (mechanism, name) in [
        (Mechanism::Manufacturer, Some("HLS mechanism 2 (the manufacturer's)")),
        (Mechanism::Md5, None),
        (Mechanism::Sha1, None),
        (Mechanism::Sha256, None),
        (Mechanism::Ecdsa, Some("HLS mechanism 7 (ECDSA)")),
    ] {
        let secret = KeyId { setup: 0, kind: KeyKind::Secret(1) };
        let exchange = Exchange { mechanism, secret, own: b"12345678", peer: b"87654321" };
        let Peer { context, crypto, counters, .. } = &mut peer;
        let error = hls::token(context, crypto, counters, &exchange).unwrap_err();
        match name {
            Some(name) => assert_eq!(error, SecurityError::Unsupported(name)),
            None => assert!(matches!(error, SecurityError::Provider(_)), "{error:?}"),
        }
    }
}

#[test]
fn the_action_that_carries_a_token() {
    let vectors = Vector::of_kind("hls", "apdu");
    for vector in &vectors {
        messages::check(vector);
        let request = dlms_core::apdu::ActionRequest::from_bytes(&vector.input).unwrap();
        assert_eq!(request.invoke().id(), 1, "{}", vector.id);
    }
    assert_eq!(vectors.len(), 1);
}
