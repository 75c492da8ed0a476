//! High level security: the tokens over challenges.

use aes::cipher::{BlockCipherEncrypt, KeyInit};
use dlms_core::codec::Decode;
use dlms_core::crypto::{Challenges, CryptoProvider, KeyId, KeyKind, Part, SecuritySuite};
use dlms_security::hls::{self, Exchange, Mechanism};
use dlms_security::{SecurityError, SystemTitle};
use dlms_tests::peer::{CLIENT, Peer, SERVER};
use dlms_tests::vector::Vector;

use crate::messages;

#[test]
fn tokens_of_mechanism_5() {
    let mut made = 0;
    for vector in Vector::of_kind("hls", "crypto") {
        let operation = vector.expected["operation"].as_str().unwrap();
        if operation != "hls-gmac" {
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
}

#[test]
fn tokens_of_secrets() {
    let mut made = Vec::new();
    for vector in Vector::of_kind("hls", "crypto") {
        let mechanism = match vector.expected["operation"].as_str().unwrap() {
            "hls-md5" => Mechanism::Md5,
            "hls-sha256" => Mechanism::Sha256,
            "hls-aes-ecb" => Mechanism::Manufacturer,
            _ => continue,
        };
        let title = |name, other| vector.key(name).map_or(other, |t| SystemTitle::from_slice(&t).unwrap());
        let (own_title, peer_title) = (title("own_st", CLIENT), title("peer_st", SERVER));
        let own = vector.key("own_challenge").unwrap_or_else(|| b"another challenge".to_vec());
        let end = |own, peer| {
            let mut end = Peer::new(SecuritySuite::Suite0, own, Some(peer))
                .with_key(KeyKind::Secret(1), &vector.key("secret").unwrap());
            end.crypto.set_manufacturer_token(aes_of_challenge);
            end
        };
        let secret = KeyId { setup: 0, kind: KeyKind::Secret(1) };
        let exchange = Exchange { mechanism, secret, own: &own, peer: &vector.input };
        let Peer { context, crypto, counters, .. } = &mut end(own_title, peer_title);
        let token = hls::token(context, crypto, counters, &exchange).unwrap();
        assert_eq!(token.as_slice(), vector.expected_octets("token"), "{}", vector.id);
        let exchange = Exchange { own: exchange.peer, peer: exchange.own, ..exchange };
        let Peer { context, crypto, replay, .. } = &mut end(peer_title, own_title);
        hls::verify(context, crypto, replay, &exchange, token.as_slice()).unwrap();
        made.push(vector.id);
    }
    assert_eq!(made, ["iskra-hls-md5", "hls-005", "hls-009"]);
}

/// Mechanism 2 as several meters have it: the challenge under AES-128, both filled up with zeros.
fn aes_of_challenge(secret: &[u8], challenges: &Challenges<'_>, out: &mut [u8]) -> Option<usize> {
    let (mut key, mut block) = ([0; 16], [0; 16]);
    key.get_mut(..secret.len())?.copy_from_slice(secret);
    block.get_mut(..challenges.answered.len())?.copy_from_slice(challenges.answered);
    let mut block = block.into();
    aes::Aes128::new(&key.into()).encrypt_block(&mut block);
    out.get_mut(..16)?.copy_from_slice(&block);
    Some(16)
}

#[test]
fn a_signature_of_mechanism_7() {
    let vectors = Vector::of_kind("hls", "crypto");
    let vector = vectors.iter().find(|v| v.expected["operation"] == "ecdsa-verify").unwrap();
    // System titles of prover and verifier, the challenge answered, the prover's own: 8 octets each, of which
    // mechanism 7 takes no less than 32. So the signature is checked by itself.
    let (public, signature) = (vector.key("public").unwrap(), vector.expected_octets("signature"));
    let mut crypto = Peer::new(SecuritySuite::Suite1, CLIENT, Some(SERVER)).crypto;
    let parts: Vec<_> = vector.input.chunks(8).map(Part::Bytes).collect();
    crypto.verify(SecuritySuite::Suite1, &public, &parts, &signature).unwrap();
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
