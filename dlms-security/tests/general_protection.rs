//! general-ciphering and general-signing: every key, alone and nested, and what does not pass.
#![cfg(all(feature = "rustcrypto", feature = "elliptic-curves", feature = "general-protection"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use dlms_core::{
    codec::Decode,
    crypto::{CryptoProvider, KeyKind, SecuritySuite},
};
use dlms_security::{
    AlgorithmIds, GeneralCiphering, GeneralProtection, GeneralSigning, KeyInfo, KeySource, Protection,
    PublicKey, SecurityContext, SecurityError, ServiceCiphering, SignedOctets, SigningOrder, Transactions,
    Unprotected,
};
use support::{AK, CLIENT, EK, GET, SERVER, Side, hex, key, text, vectors};

const GENERAL: ServiceCiphering = ServiceCiphering::GeneralCiphering;
const BOTH: Protection = Protection::AUTHENTICATED_ENCRYPTED;
const GET_RESPONSE: &str = "C401C10012002A";

/// Client and server with all keys of a suite.
struct Ends {
    client: Side,
    server: Side,
}

fn public_of(side: &mut Side, suite: SecuritySuite, kind: KeyKind) -> PublicKey {
    let mut out = [0; 96];
    let len = side.crypto.public_key(suite, key(kind), &mut out).unwrap();
    PublicKey::from_slice(&out[..len]).unwrap()
}

impl Ends {
    fn new(suite: SecuritySuite, how: GeneralProtection) -> Self {
        let (mut client, mut server) = Side::pair();
        for (side, seed) in [(&mut client, 0x11), (&mut server, 0x22)] {
            let (own, peer) = (side.context.own_title(), side.context.peer_title());
            side.context = SecurityContext::new(suite, 0, own);
            side.context.set_peer_title(peer);
            for (kind, first) in [
                (KeyKind::GlobalUnicastEncryption, 0x00),
                (KeyKind::GlobalBroadcastEncryption, 0x40),
                (KeyKind::Authentication, 0xd0),
                (KeyKind::KeyEncryption, 0x30),
            ] {
                side.crypto.set_key(key(kind), &vec![first; suite.key_len()]).unwrap();
            }
            if suite != SecuritySuite::Suite0 {
                side.crypto.set_key(key(KeyKind::Signing), &vec![seed; suite.coordinate_len()]).unwrap();
                side.crypto
                    .set_key(key(KeyKind::Agreement), &vec![seed + 1; suite.coordinate_len()])
                    .unwrap();
            }
        }
        server.context.set_responds();
        let mut ends = Self { client, server };
        ends.set(suite, how);
        ends
    }

    fn set(&mut self, suite: SecuritySuite, how: GeneralProtection) {
        let (client, server) = (&mut self.client, &mut self.server);
        give_keys(client, server, suite, how);
        give_keys(server, client, suite, how);
    }

    /// A request and its answer; both as they went over the line.
    fn exchange(&mut self, form: ServiceCiphering, protection: Protection) -> (Vec<u8>, Vec<u8>) {
        let request = self.client.protect(form, protection, &hex(GET)).unwrap();
        let (plain, unprotected) = self.server.unprotect(&request).unwrap();
        assert_eq!(plain, hex(GET));
        assert_eq!((unprotected.protection, unprotected.originator), (protection, CLIENT));
        let answer = self.server.protect(unprotected.form, protection, &hex(GET_RESPONSE)).unwrap();
        let (plain, unprotected) = self.client.unprotect(&answer).unwrap();
        assert_eq!(plain, hex(GET_RESPONSE));
        assert_eq!((unprotected.protection, unprotected.originator), (protection, SERVER));
        (request, answer)
    }
}

fn give_keys(side: &mut Side, other: &mut Side, suite: SecuritySuite, how: GeneralProtection) {
    let agreement = (suite != SecuritySuite::Suite0).then(|| public_of(other, suite, KeyKind::Agreement));
    side.context.set_general_protection(GeneralProtection { peer_agreement_key: agreement, ..how });
    let signing = (suite != SecuritySuite::Suite0).then(|| public_of(other, suite, KeyKind::Signing));
    side.context.set_peer_signing_key(signing);
}

fn from(key: KeySource) -> GeneralProtection {
    GeneralProtection { key, ..GeneralProtection::default() }
}

const SOURCES: [KeySource; 4] =
    [KeySource::Identified, KeySource::Wrapped, KeySource::OnePass, KeySource::Static];

#[test]
fn with_every_key_in_every_suite_there_and_back() {
    for suite in [SecuritySuite::Suite0, SecuritySuite::Suite1, SecuritySuite::Suite2] {
        for source in SOURCES {
            if suite == SecuritySuite::Suite0 && matches!(source, KeySource::OnePass | KeySource::Static) {
                continue;
            }
            for algorithm_ids in [AlgorithmIds::Encoded, AlgorithmIds::Printed] {
                let mut ends = Ends::new(suite, GeneralProtection { algorithm_ids, ..from(source) });
                for (n, protection) in
                    [BOTH, Protection::AUTHENTICATED, Protection::ENCRYPTED, BOTH].into_iter().enumerate()
                {
                    let (request, answer) = ends.exchange(GENERAL, protection);
                    let request = GeneralCiphering::from_bytes(&request).unwrap();
                    let answer = GeneralCiphering::from_bytes(&answer).unwrap();
                    assert_eq!(request.transaction_id, answer.transaction_id, "the transaction is echoed");
                    assert_eq!(request.originator_system_title, answer.recipient_system_title);
                    let told = match request.key_info {
                        Some(KeyInfo::Identified { key: 0 }) => KeySource::Identified,
                        Some(KeyInfo::Wrapped { kek: 0, .. }) => KeySource::Wrapped,
                        Some(KeyInfo::Agreed { key_parameters: [1], .. }) => KeySource::OnePass,
                        Some(KeyInfo::Agreed { key_parameters: [2], .. }) => KeySource::Static,
                        None => {
                            assert!(n > 0, "the first message tells the key");
                            source
                        }
                        other => panic!("{other:?}"),
                    };
                    assert_eq!(told, source);
                    assert_eq!(answer.key_info.is_none(), source != KeySource::Identified, "{source:?}");
                }
            }
        }
    }
}

#[test]
fn signed_inside_and_outside_of_every_form() {
    for suite in [SecuritySuite::Suite1, SecuritySuite::Suite2] {
        for order in [SigningOrder::Outside, SigningOrder::Inside] {
            for signed_octets in [SignedOctets::WithLength, SignedOctets::WithoutLength, SignedOctets::Either]
            {
                let how = GeneralProtection { order, signed_octets, ..from(KeySource::Wrapped) };
                let mut ends = Ends::new(suite, how);
                for form in [ServiceCiphering::Global, ServiceCiphering::GeneralGlobal, GENERAL] {
                    for protection in
                        [Protection::NONE, Protection::AUTHENTICATED, Protection::ENCRYPTED, BOTH]
                    {
                        // What is signed inside needs a form that takes any message.
                        let (request, _) = ends.exchange(form, protection.signed());
                        let outside = order == SigningOrder::Outside || protection == Protection::NONE;
                        assert_eq!(request[0] == 0xdf, outside);
                        if outside {
                            let view = GeneralSigning::from_bytes(&request).unwrap();
                            assert_eq!(view.signature.len(), suite.public_key_len());
                        }
                    }
                }
                if suite == SecuritySuite::Suite2 {
                    break;
                }
            }
        }
    }
}

#[test]
fn every_bit_of_a_message_counts() {
    for (source, order) in [
        (KeySource::Identified, SigningOrder::Outside),
        (KeySource::Wrapped, SigningOrder::Outside),
        (KeySource::OnePass, SigningOrder::Inside),
    ] {
        let how = GeneralProtection { order, ..from(source) };
        let signed = if source == KeySource::Wrapped { BOTH.signed() } else { BOTH };
        let mut ends = Ends::new(SecuritySuite::Suite1, how);
        let request = ends.client.protect(GENERAL, signed, &hex(GET)).unwrap();
        ends.server.context.set_minimum(signed);
        // Signatures take long: of those octets, and of those under one, a bit each.
        let step = if signed.signed || source == KeySource::OnePass { 8 } else { 1 };
        for bit in (0..request.len() * 8).step_by(step) {
            let mut changed = request.clone();
            changed[bit / 8] ^= 1 << (bit / step % 8);
            assert!(ends.server.unprotect(&changed).is_err(), "{source:?}: bit {bit}");
            assert!(ends.server.context.session_key().is_none(), "a refused message leaves no key");
        }
        ends.server.unprotect(&request).unwrap();
    }
}

#[test]
fn a_message_that_comes_again_is_refused_whatever_its_key() {
    for source in SOURCES {
        let mut ends = Ends::new(SecuritySuite::Suite1, from(source));
        let (request, answer) = ends.exchange(GENERAL, BOTH);
        assert!(ends.server.unprotect(&request).is_err(), "{source:?}");
        assert!(ends.client.unprotect(&answer).is_err(), "{source:?}");
        let (second, _) = ends.exchange(GENERAL, BOTH);
        assert!(ends.server.unprotect(&second).is_err(), "{source:?}");
        // In another association, where the key of the session is not known any more.
        ends.server.context.forget_keys(&mut ends.server.crypto);
        for old in [&request, &second] {
            assert!(ends.server.unprotect(old).is_err(), "{source:?}");
        }
    }
    let mut ends = Ends::new(SecuritySuite::Suite1, from(KeySource::Identified));
    let (signed, _) = ends.exchange(ServiceCiphering::Global, Protection::NONE.signed());
    assert_eq!(ends.server.unprotect(&signed).unwrap_err(), SecurityError::OldTransaction);
}

#[test]
fn whoever_wants_it_takes_transactions_as_they_come() {
    let how = GeneralProtection { transactions: Transactions::Any, ..from(KeySource::OnePass) };
    let mut ends = Ends::new(SecuritySuite::Suite1, how);
    let (request, _) = ends.exchange(GENERAL, BOTH);
    assert!(ends.server.unprotect(&request).is_ok(), "as documented: who listened can repeat it");
}

#[test]
fn an_answer_in_another_transaction_is_none() {
    let mut ends = Ends::new(SecuritySuite::Suite1, from(KeySource::Identified));
    let first = ends.client.protect(GENERAL, BOTH, &hex(GET)).unwrap();
    let (_, how) = ends.server.unprotect(&first).unwrap();
    let answer = ends.server.protect(how.form, BOTH, &hex(GET_RESPONSE)).unwrap();
    ends.client.protect(GENERAL, BOTH, &hex(GET)).unwrap();
    assert_eq!(ends.client.unprotect(&answer).unwrap_err(), SecurityError::OldTransaction);
}

#[test]
fn a_message_for_another_or_from_another_is_refused() {
    for (own, peer) in [(CLIENT, SERVER), (SERVER, SERVER)] {
        let mut ends = Ends::new(SecuritySuite::Suite1, from(KeySource::Identified));
        let request = ends.client.protect(GENERAL, BOTH, &hex(GET)).unwrap();
        ends.server.context = SecurityContext::new(SecuritySuite::Suite1, 0, own);
        ends.server.context.set_peer_title(Some(peer));
        ends.server.context.set_responds();
        assert_eq!(ends.server.unprotect(&request).unwrap_err(), SecurityError::ForeignTitle);
    }
    // Sent back to who made it.
    let mut ends = Ends::new(SecuritySuite::Suite1, from(KeySource::Identified));
    let request = ends.client.protect(GENERAL, BOTH, &hex(GET)).unwrap();
    assert_eq!(ends.client.unprotect(&request).unwrap_err(), SecurityError::ForeignTitle);
    let signed = ends.client.protect(GENERAL, BOTH.signed(), &hex(GET)).unwrap();
    assert_eq!(ends.client.unprotect(&signed).unwrap_err(), SecurityError::ForeignTitle);
}

#[test]
fn what_is_not_signed_or_by_another_is_refused_where_signatures_are_demanded() {
    let mut ends = Ends::new(SecuritySuite::Suite1, from(KeySource::Identified));
    ends.server.context.set_minimum(Protection::NONE.signed());
    for form in [GENERAL, ServiceCiphering::GeneralGlobal] {
        let unsigned = ends.client.protect(form, BOTH, &hex(GET)).unwrap();
        assert_eq!(ends.server.unprotect(&unsigned).unwrap_err(), SecurityError::WeakerThanPolicy);
    }
    ends.client.crypto.set_key(key(KeyKind::Signing), &[0x77; 32]).unwrap();
    for order in [SigningOrder::Outside, SigningOrder::Inside] {
        ends.client
            .context
            .set_general_protection(GeneralProtection { order, ..from(KeySource::Identified) });
        let forged = ends.client.protect(GENERAL, BOTH.signed(), &hex(GET)).unwrap();
        assert_eq!(ends.server.unprotect(&forged).unwrap_err(), SecurityError::Inauthentic, "{order:?}");
    }
    ends.server.context.set_peer_signing_key(None);
    let signed = ends.client.protect(GENERAL, BOTH.signed(), &hex(GET)).unwrap();
    assert_eq!(ends.server.unprotect(&signed).unwrap_err(), SecurityError::NoPublicKey);
    // A forged message spends no counter: the next true one passes.
    assert_eq!(ends.server.replay.iter().count(), 0);
}

#[test]
fn keys_of_another_agreement_or_master_open_nothing() {
    for source in [KeySource::Wrapped, KeySource::OnePass, KeySource::Static] {
        let mut ends = Ends::new(SecuritySuite::Suite1, from(source));
        let request = ends.client.protect(GENERAL, BOTH, &hex(GET)).unwrap();
        for kind in [KeyKind::KeyEncryption, KeyKind::Agreement] {
            let len = if kind == KeyKind::Agreement { 32 } else { 16 };
            ends.server.crypto.set_key(key(kind), &vec![0x55; len]).unwrap();
        }
        assert_eq!(ends.server.unprotect(&request).unwrap_err(), SecurityError::Inauthentic, "{source:?}");
        // The key that came with it is gone again.
        assert!(!ends.server.crypto.has_key(key(KeyKind::Session(0))));
    }
    // The two encodings of the algorithm give different keys.
    let mut ends = Ends::new(SecuritySuite::Suite1, from(KeySource::Static));
    let how = GeneralProtection { algorithm_ids: AlgorithmIds::Printed, ..from(KeySource::Static) };
    let (server, client) = (&mut ends.server, &mut ends.client);
    give_keys(server, client, SecuritySuite::Suite1, how);
    let request = ends.client.protect(GENERAL, BOTH, &hex(GET)).unwrap();
    assert_eq!(ends.server.unprotect(&request).unwrap_err(), SecurityError::Inauthentic);
}

#[test]
fn nothing_that_may_not_be_inside_is() {
    let mut ends = Ends::new(SecuritySuite::Suite1, from(KeySource::Identified));
    for plain in ["6000", "DD00", "DF00", "DB00", "C800", "E000"] {
        for protection in [BOTH, BOTH.signed(), Protection::NONE.signed()] {
            let refused = ends.client.protect(GENERAL, protection, &hex(plain));
            assert_eq!(refused, Err(SecurityError::Nested), "{plain}");
        }
    }
}

#[test]
fn suite_0_signs_and_agrees_on_nothing() {
    let mut ends = Ends::new(SecuritySuite::Suite0, from(KeySource::Identified));
    let refused = ends.client.protect(GENERAL, BOTH.signed(), &hex(GET));
    assert_eq!(refused, Err(SecurityError::Unsupported("signatures in suite 0")));
    for source in [KeySource::OnePass, KeySource::Static] {
        ends.client.context.set_general_protection(from(source));
        assert_eq!(ends.client.protect(GENERAL, BOTH, &hex(GET)), Err(SecurityError::NoPublicKey));
    }
}

#[test]
fn without_an_authentication_key_the_tag_is_over_the_rest_alone() {
    let mut ends = Ends::new(SecuritySuite::Suite1, from(KeySource::Identified));
    for side in [&mut ends.client, &mut ends.server] {
        side.crypto.remove_key(key(KeyKind::Authentication));
    }
    let missing = ends.client.protect(GENERAL, BOTH, &hex(GET));
    assert_eq!(missing, Err(SecurityError::NoKey(key(KeyKind::Authentication))));
    for side in [&mut ends.client, &mut ends.server] {
        side.context.set_without_authentication_key();
    }
    ends.exchange(GENERAL, BOTH);
    ends.exchange(ServiceCiphering::Global, BOTH);
}

/// The receiver of a vector, in the suite and with the keys it states.
fn receiver(entry: &serde_json::Value, suite: SecuritySuite) -> Side {
    let mut side = Side::new(SERVER, Some(CLIENT));
    side.context = SecurityContext::new(suite, 0, SERVER);
    side.context.set_peer_title(Some(CLIENT));
    side.context.set_responds();
    side.context.set_general_protection(GeneralProtection::default());
    if let Some(private) = entry["keys"]["recipient_static_private"].as_str() {
        side.crypto.set_key(key(KeyKind::Agreement), &hex(private)).unwrap();
    }
    if let Some(public) = entry["keys"]["originator_sign_public"].as_str() {
        side.context.set_peer_signing_key(PublicKey::from_slice(&hex(public)));
    }
    side
}

#[test]
fn the_published_messages_of_general_ciphering() {
    let mut opened = 0;
    for entry in vectors("general-ciphering") {
        let apdu = hex(text(&entry, "input_hex"));
        if apdu[0] != 0xdd {
            continue;
        }
        let expected = &entry["expected"]["general-ciphering"];
        let (plain, Unprotected { invocation_counter, protection, .. }) =
            receiver(&entry, SecuritySuite::Suite1).unprotect(&apdu).unwrap();
        assert_eq!(plain, hex(text(expected, "plaintext")), "{}", text(&entry, "id"));
        assert_eq!((u64::from(invocation_counter), protection), (expected["ic"].as_u64().unwrap(), BOTH));
        opened += 1;
    }
    assert_eq!(opened, 2);
}

/// Identified key, suite 0: by the formula of the standard.
#[test]
fn the_identified_key_as_the_formula_has_it() {
    let apdu = "DD 08 0102030405060708 08 4D4D4D0000BC614E 08 4D4D4D0000000001 00 00 01 00 00
        1E 30 01234567 4113D3FF935A47566827C467BC 584B6AC98BFB327F4280D730";
    let mut server = receiver(&serde_json::Value::Null, SecuritySuite::Suite0);
    assert_eq!(server.unprotect(&hex(apdu)).unwrap().0, hex("C001C100080000010000FF0200"));
    assert!(server.crypto.has_key(support::GUEK) && !EK.is_empty() && !AK.is_empty());
}

#[test]
fn the_published_signed_messages() {
    let mut seen = Vec::new();
    for entry in vectors("general-signing") {
        let (apdu, id) = (hex(text(&entry, "input_hex")), text(&entry, "id"));
        let check = &entry["expected"]["signature_check"];
        let Some(public) = check["public"].as_str() else {
            // The one that was captured: its key was never published.
            continue;
        };
        let public = PublicKey::from_slice(&hex(public)).unwrap();
        let mut server = receiver(&entry, public.suite());
        server.context.set_peer_signing_key(Some(public));
        for (signed_octets, right) in [
            (SignedOctets::WithoutLength, false),
            (SignedOctets::WithLength, true),
            (SignedOctets::Either, true),
        ] {
            let mut server = receiver(&entry, public.suite());
            server.context.set_peer_signing_key(Some(public));
            server
                .context
                .set_general_protection(GeneralProtection { signed_octets, ..from(KeySource::Identified) });
            let valid = right && check["valid"].as_bool().unwrap();
            match server.unprotect(&apdu) {
                Ok((plain, unprotected)) => {
                    assert!(valid, "{id}");
                    assert_eq!(plain, hex(text(&entry["expected"]["general-signing"], "content")));
                    assert_eq!(unprotected.protection, Protection::NONE.signed());
                }
                Err(error) => assert_eq!((error, valid), (SecurityError::Inauthentic, false), "{id}"),
            }
        }
        seen.push(id.to_owned());
    }
    assert_eq!(seen, ["general-signing-001", "general-signing-004"]);
}
