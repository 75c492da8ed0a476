//! What an attacker or a careless peer may try, each attempt refused and without consequences.
#![cfg(feature = "rustcrypto")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use dlms_core::{
    codec::{DecodeErrorKind, Overflow},
    crypto::{CryptoProvider, KeyKind, SecuritySuite},
};
use dlms_security::{
    CounterError, InvocationCounters, Protection, RamCounters, ReplayWindows, SecurityContext, SecurityError,
    ServiceCiphering, SystemTitle, overhead,
};
use support::{AK, CLIENT, EK, GAK, GBEK, GET, GLO_GET, GUEK, SERVER, Side, hex, key};

const BOTH: Protection = Protection::AUTHENTICATED_ENCRYPTED;
const DK: &str = "00112233445566778899AABBCCDDEEFF";
const FORMS: [ServiceCiphering; 4] = [
    ServiceCiphering::Global,
    ServiceCiphering::Dedicated,
    ServiceCiphering::GeneralGlobal,
    ServiceCiphering::GeneralDedicated,
];

fn pair_with_dedicated_keys() -> (Side, Side) {
    let (mut client, mut server) = Side::pair();
    client.install_dedicated(DK);
    server.install_dedicated(DK);
    (client, server)
}

#[test]
fn what_is_protected_arrives_in_every_form() {
    let (mut client, mut server) = pair_with_dedicated_keys();
    for form in FORMS {
        for protection in [Protection::AUTHENTICATED, Protection::ENCRYPTED, BOTH] {
            for len in [13, 110, 111, 238, 239, 300] {
                // A get-response with an octet string, long enough to need each length form.
                let mut plain = hex("C401C10009");
                match len - 6 {
                    n @ ..=127 => plain.push(u8::try_from(n).unwrap()),
                    n => {
                        let [high, low] = u16::try_from(n).unwrap().to_be_bytes();
                        plain.extend_from_slice(&[0x82, high, low]);
                    }
                }
                plain.resize(plain.len() + len - 6, 0x77);
                let apdu = server.protect(form, protection, &plain).unwrap();
                assert_eq!(apdu.len(), plain.len() + overhead(form, protection, plain.len()));
                let (got, unprotected) = client.unprotect(&apdu).unwrap();
                assert_eq!(got, plain);
                assert_eq!((unprotected.form, unprotected.protection), (form, protection));
                assert_eq!((unprotected.originator, unprotected.broadcast), (SERVER, false));
            }
        }
    }
}

#[test]
fn nothing_is_done_where_no_protection_is_asked_for() {
    let (mut client, _) = Side::pair();
    let plain = client.protect(ServiceCiphering::Global, Protection::NONE, &hex(GET)).unwrap();
    assert_eq!(plain, hex(GET));
    assert_eq!(client.counters.peek(client.context.counter(false)), Ok(1));
}

#[test]
fn a_wrong_tag_spends_nothing() {
    let (mut client, mut server) = pair_with_dedicated_keys();
    for form in FORMS {
        let apdu = client.protect(form, BOTH, &hex(GET)).unwrap();
        let mut forged = apdu.clone();
        *forged.last_mut().unwrap() ^= 1;
        assert_eq!(server.unprotect(&forged).unwrap_err(), SecurityError::Inauthentic);
        // A counter far ahead, to shut out the client: the octets before the ciphertext of 13 and the tag of 12.
        let mut ahead = apdu.clone();
        let at = ahead.len() - 25 - 4;
        ahead[at..at + 4].fill(0xff);
        assert_eq!(server.unprotect(&ahead).unwrap_err(), SecurityError::Inauthentic);
        assert_eq!(server.unprotect(&apdu).unwrap().0, hex(GET));
    }
}

#[test]
fn a_replay_is_refused_and_says_what_was_expected() {
    let (mut client, mut server) = pair_with_dedicated_keys();
    for form in [ServiceCiphering::Global, ServiceCiphering::Dedicated] {
        let first = client.protect(form, BOTH, &hex(GET)).unwrap();
        let second = client.protect(form, BOTH, &hex(GET)).unwrap();
        server.unprotect(&second).unwrap();
        for old in [&first, &second] {
            assert_eq!(server.unprotect(old).unwrap_err(), SecurityError::Replayed { expected: 3 });
        }
        let third = client.protect(form, BOTH, &hex(GET)).unwrap();
        server.unprotect(&third).unwrap();
    }
}

#[test]
fn a_late_datagram_passes_once_where_a_window_is_open() {
    let (mut client, mut server) = Side::pair();
    server.replay = ReplayWindows::with_width(8);
    let apdus: Vec<_> =
        (0..12).map(|_| client.protect(ServiceCiphering::Global, BOTH, &hex(GET)).unwrap()).collect();
    server.unprotect(&apdus[11]).unwrap();
    server.unprotect(&apdus[5]).unwrap();
    assert_eq!(server.unprotect(&apdus[5]).unwrap_err(), SecurityError::Replayed { expected: 13 });
    assert_eq!(server.unprotect(&apdus[3]).unwrap_err(), SecurityError::Replayed { expected: 13 });
}

#[test]
fn taking_authentication_off_leaves_garbage_that_is_refused() {
    let (_, mut server) = Side::pair();
    let mut apdu = hex(GLO_GET);
    apdu[2] = 0x20;
    let error = server.unprotect(&apdu).unwrap_err();
    assert!(
        matches!(error, SecurityError::Decode(e) if e.kind == DecodeErrorKind::Trailing(12) && e.offset == 13)
    );
    assert_eq!(server.replay.iter().count(), 0);
    // With the tag cut off it decodes: only the policy can know that it should have had one.
    apdu.truncate(apdu.len() - 12);
    apdu[1] -= 12;
    server.context.set_minimum(Protection::AUTHENTICATED);
    assert_eq!(server.unprotect(&apdu).unwrap_err(), SecurityError::WeakerThanPolicy);
    assert_eq!(server.replay.iter().count(), 0);
    assert_eq!(server.unprotect(&hex(GLO_GET)).unwrap().0, hex(GET), "the real one still passes");
}

#[test]
fn an_encrypted_apdu_that_does_not_decode_moves_no_counter() {
    let (mut client, mut server) = Side::pair();
    for garbage in ["C001C100080000010000FF02", "C009C100080000010000FF0200", "C001C100080000010000FF020000"]
    {
        let apdu = client.protect(ServiceCiphering::Global, Protection::ENCRYPTED, &hex(garbage)).unwrap();
        assert!(matches!(server.unprotect(&apdu).unwrap_err(), SecurityError::Decode(_)), "{garbage}");
        assert_eq!(server.replay.iter().count(), 0);
    }
    let apdu = client.protect(ServiceCiphering::Global, Protection::ENCRYPTED, &hex(GET)).unwrap();
    let mut wrong_key = Side::new(SERVER, Some(CLIENT));
    wrong_key.crypto.set_key(GUEK, &hex(AK)).unwrap();
    assert!(wrong_key.unprotect(&apdu).is_err());
    assert_eq!(wrong_key.replay.iter().count(), 0);
    server.unprotect(&apdu).unwrap();
    assert_eq!(server.replay.last(CLIENT, GUEK), Some(4));
}

#[test]
fn an_unprotected_apdu_in_a_ciphered_one_moves_no_counter() {
    let (mut client, mut server) = Side::pair();
    let mut apdu = hex("C81200FFFFFFFF");
    apdu.extend_from_slice(&hex(GET));
    let (plain, unprotected) = server.unprotect(&apdu).unwrap();
    assert_eq!((plain, unprotected.protection), (hex(GET), Protection::NONE));
    assert_eq!(server.replay.iter().count(), 0);
    let genuine = client.protect(ServiceCiphering::Global, BOTH, &hex(GET)).unwrap();
    server.unprotect(&genuine).unwrap();
}

#[test]
fn the_outer_tag_must_be_that_of_the_apdu_inside() {
    let (_, mut server) = Side::pair();
    for tag in [0xcc, 0xc9, 0x21, 0x25] {
        let mut apdu = hex(GLO_GET);
        apdu[0] = tag;
        assert_eq!(server.unprotect(&apdu).unwrap_err(), SecurityError::Inconsistent, "{tag:#04x}");
        assert_eq!(server.replay.iter().count(), 0);
    }
    assert_eq!(server.unprotect(&hex(GLO_GET)).unwrap().0, hex(GET));
}

#[test]
fn nothing_protected_or_of_the_association_may_be_inside() {
    let (mut client, mut server) = Side::pair();
    // By a peer that has the keys, and so makes it right but for the content.
    for first in [0x60, 0x61, 0x62, 0x63, 0xc8, 0x21, 0xdb, 0xdd, 0xdf, 0xe0, 0xe6, 0x00, 0x2f] {
        let mut plain = hex(GET);
        plain[0] = first;
        for form in [ServiceCiphering::Global, ServiceCiphering::GeneralGlobal] {
            let refused = client.protect(form, BOTH, &plain).unwrap_err();
            assert_eq!(refused, SecurityError::Nested, "{first:#04x}");
        }
        let apdu = general_glo(&mut client, &plain);
        let refused = server.unprotect(&apdu).unwrap_err();
        // What is signed may be there, but these octets are not.
        let is_signing = cfg!(feature = "general-protection") && first == 0xdf;
        assert!(refused == SecurityError::Nested || is_signing, "{first:#04x}: {refused:?}");
    }
    assert_eq!(client.protect(ServiceCiphering::Global, BOTH, &[]).unwrap_err(), SecurityError::Nested);
    assert_eq!(server.replay.iter().count(), 0);
}

/// general-glo-ciphering, SC 30, whatever is inside.
fn general_glo(client: &mut Side, plain: &[u8]) -> Vec<u8> {
    let counter = client.counters.next(client.context.counter(false)).unwrap();
    let mut nonce = [0; 12];
    nonce[..8].copy_from_slice(&CLIENT.0);
    nonce[8..].copy_from_slice(&counter.to_be_bytes());
    let mut data = plain.to_vec();
    let aad = [dlms_core::crypto::Part::Bytes(&[0x30]), dlms_core::crypto::Part::Key(GAK)];
    let tag = client.crypto.seal(SecuritySuite::Suite0, GUEK, &nonce, &aad, &mut data).unwrap();
    let mut apdu = vec![0xdb, 8];
    apdu.extend_from_slice(&CLIENT.0);
    apdu.push(u8::try_from(5 + data.len() + 12).unwrap());
    apdu.push(0x30);
    apdu.extend_from_slice(&counter.to_be_bytes());
    apdu.extend_from_slice(&data);
    apdu.extend_from_slice(&tag);
    apdu
}

#[test]
fn a_consumer_telegram_opens_only_where_one_is_expected() {
    let (mut client, mut server) = Side::pair();
    let telegram = b"/ELS5\r\n\r\n1-0:1.8.0(1*kWh)\r\n!0000\r\n";
    let apdu = general_glo(&mut client, telegram);
    assert_eq!(server.unprotect(&apdu).unwrap_err(), SecurityError::Nested);
    let mut buf = apdu.clone();
    let Side { context, crypto, replay, .. } = &mut server;
    let got = context.unprotect_octets(crypto, replay, &mut buf, 0..apdu.len()).unwrap();
    assert_eq!(&buf[got.plain], telegram);
    let again = context.unprotect_octets(crypto, replay, &mut apdu.clone(), 0..apdu.len());
    assert_eq!(again.unwrap_err(), SecurityError::Replayed { expected: 2 });
    let glo = hex(GLO_GET);
    let refused = context.unprotect_octets(crypto, replay, &mut glo.clone(), 0..glo.len());
    assert_eq!(refused.unwrap_err(), SecurityError::Inconsistent);
    let mut untagged = apdu.clone();
    untagged[11] = 0x20;
    let refused = context.unprotect_octets(crypto, replay, &mut untagged, 0..apdu.len());
    assert_eq!(refused.unwrap_err(), SecurityError::WeakerThanPolicy);
}

#[test]
fn the_initiate_services_have_no_dedicated_form() {
    let (mut client, _) = pair_with_dedicated_keys();
    let initiate = hex("01000000065F1F0400007E1F04B0");
    for form in [ServiceCiphering::Dedicated, ServiceCiphering::GeneralDedicated] {
        assert_eq!(client.protect(form, BOTH, &initiate).unwrap_err(), SecurityError::Inconsistent);
    }
    let access = hex("D94000000000000000");
    assert_eq!(
        client.protect(ServiceCiphering::Global, BOTH, &access).unwrap_err(),
        SecurityError::Inconsistent,
        "ACCESS has general forms only"
    );
}

#[test]
fn reserved_suites_other_suites_and_compression_are_refused() {
    let (_, mut server) = Side::pair();
    for (control, error) in [
        (0x33, SecurityError::Suite),
        (0x3f, SecurityError::Suite),
        (0x31, SecurityError::Suite),
        (0x32, SecurityError::Suite),
        (0xb0, SecurityError::Unsupported("compression")),
        (0x40, SecurityError::Inconsistent),
        (0x70, SecurityError::NoKey(GBEK)),
    ] {
        let mut apdu = hex(GLO_GET);
        apdu[2] = control;
        assert_eq!(server.unprotect(&apdu).unwrap_err(), error, "{control:#04x}");
    }
}

#[test]
fn broadcast_goes_under_its_own_key_and_counter() {
    let (mut client, mut server) = pair_with_dedicated_keys();
    client.crypto.set_key(GBEK, &hex(AK)).unwrap();
    server.crypto.set_key(GBEK, &hex(AK)).unwrap();
    client.counters.raise(client.context.counter(false), 500).unwrap();
    client.context.set_broadcast(true);
    for form in [ServiceCiphering::Global, ServiceCiphering::GeneralGlobal] {
        let apdu = client.protect(form, BOTH, &hex(GET)).unwrap();
        let (plain, unprotected) = server.unprotect(&apdu).unwrap();
        assert_eq!((plain, unprotected.broadcast), (hex(GET), true));
    }
    assert_eq!((server.replay.last(CLIENT, GBEK), server.replay.last(CLIENT, GUEK)), (Some(2), None));
    // The key set bit has no meaning under a dedicated key: neither set nor accepted.
    let apdu = client.protect(ServiceCiphering::Dedicated, BOTH, &hex(GET)).unwrap();
    assert_eq!(apdu[2], 0x30);
    let mut flagged = apdu.clone();
    flagged[2] = 0x70;
    assert_eq!(server.unprotect(&flagged).unwrap_err(), SecurityError::Inconsistent);
    assert!(!server.unprotect(&apdu).unwrap().1.broadcast);
}

#[test]
fn an_apdu_of_someone_else_or_of_our_own_is_refused() {
    let (mut client, mut server) = Side::pair();
    let general = client.protect(ServiceCiphering::GeneralGlobal, BOTH, &hex(GET)).unwrap();
    let mut stranger = Side::new(SystemTitle(*b"ZZZ\0\0\0\0\x05"), None);
    let strange = stranger.protect(ServiceCiphering::GeneralGlobal, BOTH, &hex(GET)).unwrap();
    assert_eq!(server.unprotect(&strange).unwrap_err(), SecurityError::ForeignTitle);
    // Sent back to where it came from, under the key both sides have.
    assert_eq!(client.unprotect(&general).unwrap_err(), SecurityError::ForeignTitle);
    client.context.set_peer_title(None);
    assert_eq!(client.unprotect(&general).unwrap_err(), SecurityError::ForeignTitle);
    let glo = client.protect(ServiceCiphering::Global, BOTH, &hex(GET)).unwrap();
    assert_eq!(client.unprotect(&glo).unwrap_err(), SecurityError::NoTitle);
    client.context.set_peer_title(Some(SERVER));
    assert_eq!(client.unprotect(&glo).unwrap_err(), SecurityError::Inauthentic);
}

#[test]
fn peers_of_the_same_title_protect_nothing() {
    let mut twin = Side::new(CLIENT, Some(CLIENT));
    let error = SecurityError::ForeignTitle;
    assert_eq!(twin.protect(ServiceCiphering::Global, BOTH, &hex(GET)).unwrap_err(), error);
    assert_eq!(twin.counters.peek(twin.context.counter(false)), Ok(1));
    assert_eq!(twin.unprotect(&hex(GLO_GET)).unwrap_err(), error);
}

#[test]
fn a_general_apdu_without_a_title_needs_a_known_peer() {
    let (mut client, mut server) = Side::pair();
    let with = client.protect(ServiceCiphering::GeneralGlobal, BOTH, &hex(GET)).unwrap();
    let mut without = vec![0xdb, 0];
    without.extend_from_slice(&with[10..]);
    let mut listener = Side::new(SERVER, None);
    assert_eq!(listener.unprotect(&without).unwrap_err(), SecurityError::NoTitle);
    assert_eq!(server.unprotect(&without).unwrap().0, hex(GET));
}

#[test]
fn a_key_that_is_not_there_is_named_and_no_counter_lost() {
    let (mut client, mut server) = Side::pair();
    let counter = client.context.counter(false);
    let no_dedicated = SecurityError::NoKey(key(KeyKind::Dedicated(0)));
    assert_eq!(client.protect(ServiceCiphering::Dedicated, BOTH, &hex(GET)).unwrap_err(), no_dedicated);
    let mut apdu = hex(GLO_GET);
    apdu[0] = 0xd0;
    assert_eq!(server.unprotect(&apdu).unwrap_err(), no_dedicated);
    client.crypto.remove_key(GAK);
    let no_ak = SecurityError::NoKey(GAK);
    assert_eq!(client.protect(ServiceCiphering::Global, BOTH, &hex(GET)).unwrap_err(), no_ak);
    assert_eq!(client.unprotect(&hex(GLO_GET)).unwrap_err(), no_ak);
    client.protect(ServiceCiphering::Global, Protection::ENCRYPTED, &hex(GET)).unwrap();
    assert_eq!(client.counters.peek(counter), Ok(2));
    client.crypto.remove_key(GUEK);
    let no_key = SecurityError::NoKey(GUEK);
    assert_eq!(
        client.protect(ServiceCiphering::Global, Protection::ENCRYPTED, &hex(GET)).unwrap_err(),
        no_key
    );
    assert_eq!(client.counters.peek(counter), Ok(2));
}

#[test]
fn a_buffer_too_small_is_told_and_no_counter_lost() {
    let (mut client, _) = Side::pair();
    let plain = hex(GET);
    let Side { context, crypto, counters, .. } = &mut client;
    let mut protect = |before: usize, after: usize, form| {
        let mut buf = vec![0; before + plain.len() + after];
        buf[before..before + plain.len()].copy_from_slice(&plain);
        context.protect(crypto, counters, form, BOTH, &mut buf, before..before + plain.len())
    };
    let lacks = |needed| Err(SecurityError::Overflow(Overflow { needed }));
    assert_eq!(protect(6, 12, ServiceCiphering::Global), lacks(7));
    assert_eq!(protect(15, 12, ServiceCiphering::GeneralGlobal), lacks(16));
    assert_eq!(protect(7, 11, ServiceCiphering::Global), lacks(32));
    assert_eq!(protect(7, 12, ServiceCiphering::Global), Ok(0..32));
    assert_eq!(counters.peek(context.counter(false)), Ok(2));
    let mut buf = [0; 4];
    #[allow(clippy::reversed_empty_ranges, reason = "what a wrong caller may pass")]
    for range in [3..9, 9..10, 3..2] {
        let result =
            context.protect(crypto, counters, ServiceCiphering::Global, BOTH, &mut buf, range.clone());
        assert!(matches!(result, Err(SecurityError::Overflow(_))));
        let mut replay = ReplayWindows::<1>::new();
        let result = context.unprotect(crypto, &mut replay, &mut buf, range);
        assert!(matches!(result, Err(SecurityError::Overflow(_))));
    }
}

#[test]
fn exhausted_counters_protect_nothing_any_more() {
    let (mut client, mut server) = pair_with_dedicated_keys();
    let counter = client.context.counter(false);
    client.counters.raise(counter, u32::MAX - 1).unwrap();
    client.context.raise_dedicated(u32::MAX - 1);
    let exhausted = SecurityError::Counter(CounterError::Exhausted);
    for form in [ServiceCiphering::Global, ServiceCiphering::Dedicated] {
        let last = client.protect(form, BOTH, &hex(GET)).unwrap();
        assert_eq!(server.unprotect(&last).unwrap().1.invocation_counter, u32::MAX - 1);
        assert_eq!(client.protect(form, BOTH, &hex(GET)).unwrap_err(), exhausted);
        assert_eq!(client.protect(form, BOTH, &hex(GET)).unwrap_err(), exhausted);
    }
}

#[test]
fn a_dedicated_key_that_is_not_new_is_counted_with_the_global_one() {
    let (mut client, mut server) = pair_with_dedicated_keys();
    client.context.share_counter();
    let mut counter = |form| {
        let octets = client.protect(form, BOTH, &hex(GET)).unwrap();
        server.unprotect(&octets).unwrap().1.invocation_counter
    };
    assert_eq!(counter(ServiceCiphering::Global), 1);
    assert_eq!(counter(ServiceCiphering::Dedicated), 2);
    assert_eq!(counter(ServiceCiphering::GeneralDedicated), 3);
    assert_eq!(counter(ServiceCiphering::Global), 4);
}

#[test]
fn a_restart_sends_nothing_under_an_old_counter() {
    let mut store = RamCounters::<2>::new();
    let mut server = Side::new(SERVER, Some(CLIENT));
    for _ in 0..5 {
        let mut context = SecurityContext::new(SecuritySuite::Suite0, 0, CLIENT);
        context.set_peer_title(Some(SERVER));
        let mut counters = InvocationCounters::<_>::new(&mut store).with_step(10);
        let mut crypto = support::provider(&[(GUEK, EK), (GAK, AK)]);
        for _ in 0..13 {
            let mut buf = [0; 64];
            buf[20..33].copy_from_slice(&hex(GET));
            let form = ServiceCiphering::Global;
            let sealed = context.protect(&mut crypto, &mut counters, form, BOTH, &mut buf, 20..33).unwrap();
            server.unprotect(&buf[sealed]).unwrap();
        }
    }
    // Two blocks of ten a run, each begun at the ceiling of the last: 81 to 93 in the fifth.
    assert_eq!(server.replay.last(CLIENT, GUEK), Some(93));
}

#[test]
fn a_new_dedicated_key_starts_new_counters_in_both_directions() {
    let (mut client, mut server) = pair_with_dedicated_keys();
    let old = client.protect(ServiceCiphering::Dedicated, BOTH, &hex(GET)).unwrap();
    server.unprotect(&old).unwrap();
    client.install_dedicated(AK);
    server.install_dedicated(AK);
    assert_eq!(server.unprotect(&old).unwrap_err(), SecurityError::Inauthentic);
    let new = client.protect(ServiceCiphering::Dedicated, BOTH, &hex(GET)).unwrap();
    assert_eq!(new[3..7], [0, 0, 0, 1]);
    server.unprotect(&new).unwrap();
    assert_eq!(server.replay.iter().count(), 0, "dedicated keys take no place among the global ones");
}

#[test]
fn attempts_take_no_places_among_the_counters() {
    let (mut client, mut server) = Side::pair();
    server.context.set_peer_title(None);
    for n in 0..20 {
        let mut stranger = Side::new(SystemTitle([n; 8]), None);
        stranger.crypto.set_key(GUEK, &hex(AK)).unwrap();
        let forged = stranger.protect(ServiceCiphering::GeneralGlobal, BOTH, &hex(GET)).unwrap();
        assert_eq!(server.unprotect(&forged).unwrap_err(), SecurityError::Inauthentic);
    }
    let genuine = client.protect(ServiceCiphering::GeneralGlobal, BOTH, &hex(GET)).unwrap();
    server.unprotect(&genuine).unwrap();
}

#[test]
fn a_listener_with_the_encryption_key_alone_reads_and_trusts_nothing() {
    let apdu = hex(GLO_GET);
    let mut listener = Side::new(SERVER, Some(CLIENT));
    listener.crypto.remove_key(GAK);
    assert_eq!(listener.unprotect(&apdu).unwrap_err(), SecurityError::NoKey(GAK));
    let mut buf = apdu.clone();
    let Side { context, crypto, .. } = &mut listener;
    let got = context.decrypt_unverified(crypto, &mut buf, 0..apdu.len()).unwrap();
    assert_eq!(buf[got.plain], hex(GET));
    assert_eq!(got.protection, Protection::ENCRYPTED);
}
