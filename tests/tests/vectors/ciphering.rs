//! Protected messages: opened with the keys they state, and made again.

use dlms_core::apdu::Apdu;
use dlms_core::codec::{Decode, Encode};
use dlms_core::crypto::{CryptoError, CryptoProvider, KeyId, KeyKind, Part, SecuritySuite};
use dlms_security::{CipheredApdu, CounterId, SecurityError, SystemTitle};
use dlms_tests::peer::{CLIENT, Peer, SERVER};
use dlms_tests::tree;
use dlms_tests::vector::Vector;

/// The receiver of a protected message: with the keys of the vector, for the suite the message names.
pub(crate) fn receiver(vector: &Vector, apdu: &[u8]) -> Peer {
    let (originator, suite) = origin(vector, apdu);
    let own = if originator == SERVER { CLIENT } else { SERVER };
    with_keys(Peer::new(suite, own, Some(originator)), vector)
}

/// Opens protected messages with the keys of the vector.
pub(crate) fn opener(vector: &Vector) -> impl FnMut(&[u8]) -> Option<Vec<u8>> {
    |apdu| {
        let opened = receiver(vector, apdu).unprotect(apdu);
        Some(opened.unwrap_or_else(|e| panic!("{}: {e}", vector.id)).0)
    }
}

fn origin(vector: &Vector, apdu: &[u8]) -> (SystemTitle, SecuritySuite) {
    let view = CipheredApdu::from_bytes(apdu).ok();
    let inside = view.and_then(|view| view.system_title).and_then(SystemTitle::from_slice);
    let stated = vector.key("st").and_then(|title| SystemTitle::from_slice(&title));
    let suite = view.and_then(|view| view.security_control.suite()).unwrap_or_default();
    (inside.or(stated).unwrap_or(CLIENT), suite)
}

fn with_keys(mut peer: Peer, vector: &Vector) -> Peer {
    if let Some(key) = vector.key("ek") {
        // The vectors name one key: which it is shows in the message.
        peer = peer.with_key(KeyKind::GlobalUnicastEncryption, &key);
        peer = peer.with_key(KeyKind::GlobalBroadcastEncryption, &key);
    }
    if let Some(key) = vector.key("ak") {
        peer = peer.with_key(KeyKind::Authentication, &key);
    }
    match vector.key("dk") {
        Some(key) => peer.with_dedicated_key(&key),
        None => peer,
    }
}

/// The protected message that the originator of `apdu` makes of `plain` under the same counter.
fn made_again(vector: &Vector, apdu: &[u8], plain: &[u8]) -> Vec<u8> {
    let view = CipheredApdu::from_bytes(apdu).unwrap();
    let (originator, suite) = origin(vector, apdu);
    let other = if originator == SERVER { CLIENT } else { SERVER };
    let mut sender = with_keys(Peer::new(suite, originator, Some(other)), vector);
    let broadcast = view.security_control.broadcast();
    sender.context.set_broadcast(broadcast);
    sender.context.raise_dedicated(view.invocation_counter);
    sender.counters.raise(CounterId { setup: 0, broadcast }, view.invocation_counter).unwrap();
    sender.protect(view.form, view.security_control.protection(), plain).unwrap()
}

fn check(vector: &Vector) {
    let (id, apdu) = (&vector.id, &vector.input);
    let message = Apdu::from_bytes(apdu).unwrap();
    assert_eq!(tree::opened(&message, &mut opener(vector)), vector.expected, "{id}");
    assert_eq!(message.encode_to_vec(), *apdu, "{id}");
    let mut receiver = receiver(vector, apdu);
    let (plain, unprotected) = receiver.unprotect(apdu).unwrap();
    assert_eq!(made_again(vector, apdu, &plain), *apdu, "{id}");
    let again = SecurityError::Replayed { expected: unprotected.invocation_counter + 1 };
    assert_eq!(receiver.unprotect(apdu).unwrap_err(), again, "{id}");
}

#[test]
fn messages_are_opened_and_made_again() {
    let vectors = Vector::of_kind("ciphering", "apdu");
    let sound: Vec<_> = vectors.iter().filter(|v| v.must().is_none()).collect();
    assert_eq!(sound.len(), 13);
    sound.into_iter().for_each(check);
}

#[test]
fn what_was_tampered_with_is_refused() {
    let vectors = Vector::of_kind("ciphering", "apdu");
    let tampered: Vec<_> = vectors.iter().filter(|v| v.must() == Some("reject")).collect();
    assert_eq!(tampered.len(), 4);
    for vector in tampered {
        let mut receiver = receiver(vector, &vector.input);
        assert_eq!(
            receiver.unprotect(&vector.input).unwrap_err(),
            SecurityError::Inauthentic,
            "{}",
            vector.id
        );
        assert_eq!(receiver.replay.iter().count(), 0, "{}", vector.id);
    }
}

#[test]
fn the_general_form() {
    let vectors = Vector::of_kind("general-ciphering", "apdu");
    let general_glo: Vec<_> = vectors.iter().filter(|v| v.input[0] == 0xdb).collect();
    assert_eq!(general_glo.len(), 1);
    general_glo.into_iter().for_each(check);
}

/// What shows of general-ciphering and general-signing without keys; `dlms-security` opens those whose keys are published.
#[test]
fn what_shows_of_the_general_messages_without_keys() {
    for (file, tag, name) in
        [("general-ciphering", 0xdd, "general-ciphering"), ("general-signing", 0xdf, "general-signing")]
    {
        let vectors = Vector::of_kind(file, "apdu");
        let shown: Vec<_> = vectors.iter().filter(|v| v.input[0] == tag).collect();
        assert!(shown.len() >= 2, "{file}");
        for vector in shown {
            let tree = tree::apdu(&Apdu::from_bytes(&vector.input).unwrap());
            let (found, expected) = (&tree[name], &vector.expected[name]);
            // What only keys show is not there; a signature's input is not built.
            let hidden = |field: &str| matches!(field, "plaintext" | "apdu" | "tbs");
            for (field, value) in expected.as_object().unwrap() {
                assert!(found[field] == *value || hidden(field), "{}: {field}", vector.id);
            }
        }
    }
}

#[test]
fn the_known_answer_of_the_cipher() {
    for vector in Vector::of_kind("ciphering", "crypto") {
        assert_eq!(vector.expected["operation"], "gcm-kat");
        let mut data = vector.input.clone();
        let (key, nonce) = (vector.key("ek").unwrap(), vector.key("iv").unwrap());
        let mut peer =
            Peer::new(SecuritySuite::Suite0, CLIENT, None).with_key(KeyKind::GlobalUnicastEncryption, &key);
        let key = peer.context.global_key(false);
        let (aad, nonce) = (vector.key("aad").unwrap(), nonce.try_into().unwrap());
        let aad = [Part::Bytes(&aad)];
        let suite = SecuritySuite::Suite0;
        let tag = peer.crypto.seal(suite, key, &nonce, &aad, &mut data).unwrap();
        assert_eq!(data, vector.expected_octets("ciphertext"), "{}", vector.id);
        // 96 of its 128 bits go with a message.
        assert_eq!(tag, vector.expected_octets("tag")[..12], "{}", vector.id);
        peer.crypto.open(suite, key, &nonce, &aad, &mut data, &tag).unwrap();
        assert_eq!(data, vector.input, "{}", vector.id);
    }
}

/// An example of the standard whose published tag nobody could reproduce: its text can.
#[test]
fn the_text_under_an_agreed_key() {
    for vector in Vector::of_kind("general-ciphering", "crypto") {
        assert_eq!(vector.expected["operation"], "gcm-ctr-decrypt");
        let mut peer = Peer::new(SecuritySuite::Suite0, CLIENT, None)
            .with_key(KeyKind::GlobalUnicastEncryption, &vector.key("ek").unwrap());
        let (key, mut data) = (peer.context.global_key(false), vector.input.clone());
        let nonce = vector.key("iv").unwrap().try_into().unwrap();
        peer.crypto.apply_keystream(SecuritySuite::Suite0, key, &nonce, &mut data).unwrap();
        assert_eq!(data, vector.expected_octets("plaintext"), "{}", vector.id);
        let Ok(Apdu::AccessRequest(request)) = Apdu::from_bytes(&data) else { panic!("{}", vector.id) };
        assert_eq!((request.specifications.len(), request.data.len()), (4, 4), "{}", vector.id);
    }
}

#[test]
fn keys_are_wrapped() {
    let [kek, key, unwrapped] =
        [KeyKind::KeyEncryption, KeyKind::GlobalUnicastEncryption, KeyKind::GlobalBroadcastEncryption]
            .map(|kind| KeyId { setup: 0, kind });
    let (mut wrapped, mut refused) = (0, 0);
    for vector in Vector::of_kind("key-wrap", "crypto") {
        let mut crypto = Peer::new(SecuritySuite::Suite0, CLIENT, None)
            .with_key(kek.kind, &vector.key("kek").unwrap())
            .crypto;
        if vector.expected["valid"] == false {
            let result = crypto.unwrap_key(kek, &vector.input, key);
            assert_eq!(result, Err(CryptoError::Inauthentic), "{}", vector.id);
            refused += 1;
            continue;
        }
        crypto.set_key(key, &vector.input).unwrap();
        let mut out = [0; 40];
        let len = crypto.wrap_key(kek, key, &mut out).unwrap();
        assert_eq!(out[..len], vector.expected_octets("wrapped"), "{}", vector.id);
        crypto.check_wrapped(SecuritySuite::Suite0, kek, &out[..len]).unwrap();
        crypto.unwrap_key(kek, &out[..len], unwrapped).unwrap();
        // Keys are never shown: that it is the same one shows in what it wraps to.
        let mut again = [0; 40];
        let len = crypto.wrap_key(kek, unwrapped, &mut again).unwrap();
        assert_eq!(again[..len], out[..len], "{}", vector.id);
        wrapped += 1;
    }
    assert_eq!((wrapped, refused), (3, 1));
}
