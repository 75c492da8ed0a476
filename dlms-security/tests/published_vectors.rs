//! The published examples, both ways, and the inputs that have to be refused.
#![cfg(feature = "rustcrypto")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use dlms_core::{
    codec::Decode,
    crypto::{CryptoError, CryptoProvider, SecuritySuite},
};
use dlms_security::{
    CipheredApdu, CounterId, GeneralCiphering, GeneralSigning, KeyInfo, Protection, SecurityContext,
    SecurityControl, SecurityError, SecurityPolicy, ServiceCiphering, hls,
};
use serde_json::Value;
use support::{
    AK, CLIENT, EK, GAK, GBEK, GET, GLO_GET, GUEK, KEK, SERVER, Side, hex, provider, text, title, vectors,
};

/// One side with the keys of a vector, for the suite and key set of the APDU. `own` is its system title.
fn side(entry: &Value, control: SecurityControl, sender: bool) -> Side {
    let keys = &entry["keys"];
    let st = title(text(keys, "st"));
    let other = if st == SERVER { CLIENT } else { SERVER };
    let (own, peer) = if sender { (st, other) } else { (other, st) };
    let mut side = Side::new(own, Some(peer));
    let suite = control.suite().unwrap_or(SecuritySuite::Suite0);
    side.context = SecurityContext::new(suite, 0, own);
    side.context.set_peer_title(Some(peer));
    let global = if control.broadcast() { GBEK } else { GUEK };
    side.context.set_broadcast(control.broadcast());
    side.crypto = provider(&[(global, text(keys, "ek")), (GAK, text(keys, "ak"))]);
    if let Some(dk) = keys["dk"].as_str() {
        side.install_dedicated(dk);
    }
    side
}

#[test]
fn every_ciphered_example_opens_and_is_made_again_octet_by_octet() {
    let (mut accepted, mut refused) = (0, 0);
    for entry in vectors("ciphering").iter().filter(|entry| entry["kind"] == "apdu") {
        let (id, apdu) = (text(entry, "id"), hex(text(entry, "input_hex")));
        let view = CipheredApdu::from_bytes(&apdu).unwrap();
        let control = view.security_control;
        let mut receiver = side(entry, control, false);
        if entry["expected"]["must"] == "reject" {
            receiver.crypto.set_key(GBEK, &hex(AK)).unwrap();
            receiver.crypto.set_key(GUEK, &hex(EK)).unwrap();
            assert_eq!(receiver.unprotect(&apdu).unwrap_err(), SecurityError::Inauthentic, "{id}");
            assert_eq!(receiver.replay.iter().count(), 0, "{id}");
            refused += 1;
            continue;
        }
        let expected = entry["expected"].as_object().unwrap().values().next().unwrap();
        assert_eq!(control.suite().map(|suite| u64::from(suite.id())), expected["suite"].as_u64(), "{id}");
        let plain = hex(text(expected, "plaintext"));
        let (got, unprotected) = receiver.unprotect(&apdu).unwrap_or_else(|error| panic!("{id}: {error}"));
        assert_eq!(got, plain, "{id}");
        assert_eq!(Some(u64::from(unprotected.invocation_counter)), expected["ic"].as_u64(), "{id}");
        assert_eq!(Some(unprotected.protection.authenticated), expected["authenticated"].as_bool(), "{id}");
        assert_eq!(Some(unprotected.protection.encrypted), expected["encrypted"].as_bool(), "{id}");
        assert_eq!(Some(unprotected.broadcast), expected["broadcast_key"].as_bool(), "{id}");
        let again = receiver.unprotect(&apdu).unwrap_err();
        assert_eq!(again, SecurityError::Replayed { expected: view.invocation_counter + 1 }, "{id}");

        let mut sender = side(entry, control, true);
        let counter = CounterId { setup: 0, broadcast: control.broadcast() };
        sender.counters.raise(counter, view.invocation_counter).unwrap();
        sender.context.raise_dedicated(view.invocation_counter);
        let made = sender.protect(unprotected.form, unprotected.protection, &plain).unwrap();
        assert_eq!(made, apdu, "{id}");
        accepted += 1;
    }
    assert_eq!((accepted, refused), (13, 4));
}

#[test]
fn the_general_glo_example_opens_without_knowing_the_peer() {
    let entries = vectors("general-ciphering");
    let entry = entries.iter().find(|entry| entry["id"] == "general-ciphering-001").unwrap();
    let expected = &entry["expected"]["general-glo-ciphering"];
    let apdu = hex(text(entry, "input_hex"));
    let mut receiver = Side::new(SERVER, None);
    let (plain, unprotected) = receiver.unprotect(&apdu).unwrap();
    assert_eq!(plain, hex(text(expected, "plaintext")));
    assert_eq!((unprotected.originator, unprotected.form), (CLIENT, ServiceCiphering::GeneralGlobal));
    let mut sender = Side::new(CLIENT, None);
    let counter = sender.context.counter(false);
    sender.counters.raise(counter, unprotected.invocation_counter).unwrap();
    assert_eq!(sender.protect(unprotected.form, unprotected.protection, &plain).unwrap(), apdu);
}

#[test]
fn the_ciphered_initiate_of_the_standard_opens_and_is_made_again() {
    for (plain, apdu) in [
        (
            "0101 10 00112233445566778899AABBCCDDEEFF 0000065F1F0400007E1F04B0",
            "2130300123456780 1302FF8A7874133D414CED25B42534D28DB0047720606B175BD52211BE6841DB204D39EE6FDB8E356855",
        ),
        (
            "0800065F1F0400007C1F04000007",
            "281F3001234567891214A0845E475714383F65BC19745CA235906525E4F3E1C893",
        ),
    ] {
        let (mut client, mut server) = Side::pair();
        let (got, unprotected) = server.unprotect(&hex(apdu)).unwrap();
        assert_eq!(got, hex(plain));
        client.counters.raise(client.context.counter(false), 0x0123_4567).unwrap();
        let made = client.protect(ServiceCiphering::Global, Protection::AUTHENTICATED_ENCRYPTED, &hex(plain));
        assert_eq!(made.unwrap(), hex(apdu));
        assert_eq!(unprotected.form, ServiceCiphering::Global);
    }
}

#[test]
fn every_wrapped_key_example_wraps_and_unwraps() {
    for entry in vectors("key-wrap") {
        let (id, input) = (text(&entry, "id"), hex(text(&entry, "input_hex")));
        let mut crypto = provider(&[(KEK, text(&entry["keys"], "kek"))]);
        let mut out = [0; 40];
        if entry["expected"]["valid"] == false {
            assert_eq!(crypto.unwrap_key(KEK, &input, GUEK), Err(CryptoError::Inauthentic), "{id}");
            assert_eq!(
                crypto.check_wrapped(SecuritySuite::Suite0, KEK, &input),
                Err(CryptoError::Inauthentic)
            );
            assert!(!crypto.has_key(GUEK), "{id}");
            continue;
        }
        let wrapped = hex(text(&entry["expected"], "wrapped"));
        crypto.set_key(GUEK, &input).unwrap();
        let len = crypto.wrap_key(KEK, GUEK, &mut out).unwrap();
        assert_eq!(&out[..len], wrapped, "{id}");
        crypto.check_wrapped(SecuritySuite::Suite0, KEK, &wrapped).unwrap();
        assert_eq!(crypto.check_wrapped(SecuritySuite::Suite2, KEK, &wrapped), Err(CryptoError::KeyLength));
        crypto.unwrap_key(KEK, &wrapped, GBEK).unwrap();
        let len = crypto.wrap_key(KEK, GBEK, &mut out).unwrap();
        assert_eq!(&out[..len], wrapped, "{id}");
    }
}

#[test]
fn every_gmac_token_is_made_and_verified() {
    let mut tokens = 0;
    for entry in vectors("hls").iter().filter(|entry| entry["expected"]["operation"] == "hls-gmac") {
        let (id, keys) = (text(entry, "id"), &entry["keys"]);
        let challenge = hex(text(entry, "input_hex"));
        let expected = hex(text(&entry["expected"], "token"));
        let ic = u32::from_str_radix(text(keys, "ic"), 16).unwrap();
        let st = title(text(keys, "st"));
        let mut prover = Side::new(st, None);
        prover.crypto = provider(&[(GUEK, text(keys, "ek")), (GAK, text(keys, "ak"))]);
        prover.counters.raise(prover.context.counter(false), ic).unwrap();
        let Side { context, crypto, counters, .. } = &mut prover;
        let token = hls::gmac_token(context, crypto, counters, &challenge).unwrap();
        assert_eq!(token[..], expected, "{id}");

        let mut verifier = Side::new(title("0000000000000000"), Some(st));
        let Side { context, crypto, replay, .. } = &mut verifier;
        hls::verify_gmac_token(context, crypto, replay, &challenge, &token).unwrap();
        assert_eq!(replay.last(st, context.global_key(false)), Some(ic), "{id}");
        tokens += 1;
    }
    assert_eq!(tokens, 8);
}

#[test]
fn malformed_ciphered_apdus_are_refused() {
    let mut seen = 0;
    for entry in vectors("malformed") {
        if entry["kind"] != "apdu" || !entry["keys"].is_object() {
            continue;
        }
        let (id, apdu) = (text(&entry, "id"), hex(text(&entry, "input_hex")));
        let mut receiver = Side::new(SERVER, Some(CLIENT));
        seen += 1;
        if entry["expected"]["must"] == "refuse by policy" {
            let (_, unprotected) = receiver.unprotect(&apdu).unwrap();
            let policy = SecurityPolicy::both(Protection::AUTHENTICATED);
            assert_eq!(policy.check_request(unprotected.protection), Err(SecurityError::WeakerThanPolicy));
            assert_eq!(receiver.replay.iter().count(), 0, "{id}");
            continue;
        }
        let error = receiver.unprotect(&apdu).unwrap_err();
        match id {
            "malformed-242" => assert_eq!(error, SecurityError::Suite),
            _ => assert!(matches!(error, SecurityError::Decode(_)), "{id}: {error}"),
        }
        assert_eq!(receiver.replay.iter().count(), 0, "{id}");
    }
    assert_eq!(seen, 8);
}

#[test]
fn every_prefix_and_every_bit_flip_of_a_protected_apdu_is_refused() {
    let apdu = hex(GLO_GET);
    let mut receiver = Side::new(SERVER, Some(CLIENT));
    receiver.crypto.set_key(GBEK, &hex(AK)).unwrap();
    for len in 0..apdu.len() {
        assert!(matches!(receiver.unprotect(&apdu[..len]), Err(SecurityError::Decode(_))), "{len}");
    }
    for bit in 0..apdu.len() * 8 {
        let mut flipped = apdu.clone();
        flipped[bit / 8] ^= 0x80 >> (bit % 8);
        assert!(receiver.unprotect(&flipped).is_err(), "bit {bit}");
    }
    let mut longer = apdu.clone();
    longer.push(0);
    assert!(receiver.unprotect(&longer).is_err());
    assert_eq!(receiver.replay.iter().count(), 0, "nothing was accepted, nothing may be remembered");
    assert_eq!(receiver.unprotect(&apdu).unwrap().0, hex(GET));
}

#[test]
fn general_ciphering_and_signing_are_shown_without_keys_and_refused() {
    for (file, kind) in [("general-ciphering", 0xdd), ("general-signing", 0xdf)] {
        for entry in vectors(file).iter().filter(|entry| entry["kind"] == "apdu") {
            let (id, apdu) = (text(entry, "id"), hex(text(entry, "input_hex")));
            if apdu[0] != kind {
                continue;
            }
            let refused = Side::new(SERVER, None).unprotect(&apdu).unwrap_err();
            let unbuilt = refused == SecurityError::Unsupported(file);
            assert_eq!(unbuilt, !cfg!(feature = "general-protection"), "{id}: {refused:?}");
            let expected = &entry["expected"][file];
            if kind == 0xdd {
                let view = GeneralCiphering::from_bytes(&apdu).unwrap();
                assert_eq!(view.transaction_id, hex(text(expected, "transaction_id")), "{id}");
                assert_eq!(view.originator_system_title, hex(text(expected, "originator")), "{id}");
                assert_eq!(view.recipient_system_title, hex(text(expected, "recipient")), "{id}");
                assert_eq!(view.security_control, SecurityControl(apdu[view.content_offset - 5]), "{id}");
                assert_eq!(&apdu[view.content_offset..], view.content, "{id}");
                assert_eq!(&apdu[1..=view.header.len()], view.header, "{id}");
                match (id, view.key_info) {
                    ("general-ciphering-005", info) => assert_eq!(info, Some(KeyInfo::Identified { key: 0 })),
                    (_, Some(KeyInfo::Agreed { key_parameters: [1], key_ciphered_data })) => {
                        assert_eq!(key_ciphered_data.len(), 128, "{id}");
                    }
                    (_, other) => panic!("{id}: {other:?}"),
                }
            } else {
                let view = GeneralSigning::from_bytes(&apdu).unwrap();
                assert_eq!(view.originator_system_title, hex(text(expected, "originator")), "{id}");
                assert_eq!(view.content[..], apdu[view.content_offset..][..view.content.len()], "{id}");
                assert!(matches!(view.signature.len(), 64 | 96), "{id}");
            }
            for len in 0..apdu.len() {
                assert!(GeneralCiphering::from_bytes(&apdu[..len]).is_err(), "{id} {len}");
                assert!(GeneralSigning::from_bytes(&apdu[..len]).is_err(), "{id} {len}");
            }
        }
    }
}
