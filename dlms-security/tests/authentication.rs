//! High level security: the tokens of all mechanisms, and what is refused.
#![cfg(feature = "rustcrypto")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use dlms_core::crypto::{
    CryptoError, CryptoProvider, HashAlgorithm, KeyId, KeyKind, Nonce, Part, SecuritySuite, Tag,
};
use dlms_security::{
    InvocationCounters, RamCounters, ReplayWindows, SecurityContext, SecurityError,
    hls::{self, Challenge, Exchange, Mechanism},
};
use sha2::Digest;
use support::{AK, CLIENT, Counting, EK, GAK, GUEK, SERVER, Side, hex, provider, text, vectors};

const SECRET: KeyId = support::key(KeyKind::Secret(1));
const C_TO_S: &[u8] = b"K56iVagY";
const S_TO_C: &[u8] = b"P6wRJ21F";

/// The software provider, and the hashes it does not offer.
struct Hashing {
    inner: dlms_security::SoftwareProvider<Counting>,
    secret: Vec<u8>,
}

impl CryptoProvider for Hashing {
    fn seal(
        &mut self,
        suite: SecuritySuite,
        key: KeyId,
        nonce: &Nonce,
        aad: &[Part<'_>],
        data: &mut [u8],
    ) -> Result<Tag, CryptoError> {
        self.inner.seal(suite, key, nonce, aad, data)
    }
    fn open(
        &mut self,
        suite: SecuritySuite,
        key: KeyId,
        nonce: &Nonce,
        aad: &[Part<'_>],
        data: &mut [u8],
        tag: &Tag,
    ) -> Result<(), CryptoError> {
        self.inner.open(suite, key, nonce, aad, data, tag)
    }
    fn apply_keystream(
        &mut self,
        suite: SecuritySuite,
        key: KeyId,
        nonce: &Nonce,
        data: &mut [u8],
    ) -> Result<(), CryptoError> {
        self.inner.apply_keystream(suite, key, nonce, data)
    }
    fn random(&mut self, out: &mut [u8]) -> Result<(), CryptoError> {
        self.inner.random(out)
    }
    fn has_key(&self, key: KeyId) -> bool {
        self.inner.has_key(key)
    }
    fn hash(
        &mut self,
        algorithm: HashAlgorithm,
        parts: &[Part<'_>],
        out: &mut [u8],
    ) -> Result<usize, CryptoError> {
        let mut input = Vec::new();
        for part in parts {
            match part {
                Part::Bytes(octets) => input.extend_from_slice(octets),
                Part::Key(key) if *key == SECRET => input.extend_from_slice(&self.secret),
                Part::Key(key) => return Err(CryptoError::NoSuchKey(*key)),
            }
        }
        let digest = match algorithm {
            HashAlgorithm::Md5 => md5::Md5::digest(&input).to_vec(),
            HashAlgorithm::Sha1 => sha1::Sha1::digest(&input).to_vec(),
            HashAlgorithm::Sha256 => sha2::Sha256::digest(&input).to_vec(),
            HashAlgorithm::Sha384 => return Err(CryptoError::Unsupported),
        };
        out[..digest.len()].copy_from_slice(&digest);
        Ok(digest.len())
    }
}

fn hashing(secret: &[u8]) -> Hashing {
    Hashing { inner: provider(&[(GUEK, EK), (GAK, AK)]), secret: secret.to_vec() }
}

fn contexts() -> (SecurityContext, SecurityContext) {
    // The titles of the published tokens: the client's ends in 1.
    let mut client = SecurityContext::new(SecuritySuite::Suite0, 0, SERVER);
    client.set_peer_title(Some(CLIENT));
    let mut server = SecurityContext::new(SecuritySuite::Suite0, 0, CLIENT);
    server.set_peer_title(Some(SERVER));
    (client, server)
}

fn exchange(mechanism: Mechanism, own: &'static [u8], peer: &'static [u8]) -> Exchange<'static> {
    Exchange { mechanism, secret: SECRET, own, peer }
}

#[test]
fn tokens_of_every_mechanism_prove_the_secret_to_the_other_side() {
    for (mechanism, of_client, of_server) in [
        (Mechanism::Md5, "53D4537E37DAB4FF089629E25557AF9F", "870F56D7F2BA75482CA41BE31A21630B"),
        (
            Mechanism::Sha1,
            "6DBD949D1B1EFDD6FE5F9EA627877E986E8708CB",
            "900162368EE99CD4765ECE8E9075D3DE84C44A95",
        ),
        (
            Mechanism::Sha256,
            "67342BAA6815DA654EEFBB879B6A23DA0D2BB0404ABBB1A738631241A6B96516",
            "5DA97807E1B30B5D95A5B48BDA34C4232130F761E57C316CCDEF70322605A90D",
        ),
        (Mechanism::Gmac, "10000000011A52FE7DD3E72748973C1E28", "1000000001"),
    ] {
        let (client, server) = contexts();
        let mut crypto = hashing(b"12345678");
        let mut counters = InvocationCounters::<_>::new(RamCounters::<1>::new());
        let mut others = InvocationCounters::<_>::new(RamCounters::<1>::new());
        let mut replay = ReplayWindows::<2>::new();
        let at_client = exchange(mechanism, C_TO_S, S_TO_C);
        let at_server = exchange(mechanism, S_TO_C, C_TO_S);

        let token = hls::token(&client, &mut crypto, &mut counters, &at_client).unwrap();
        assert_eq!(token.as_slice(), hex(of_client), "{mechanism:?}");
        // Sent back to the client, its own token proves nothing.
        assert!(hls::verify(&client, &mut crypto, &mut replay, &at_client, token.as_slice()).is_err());
        hls::verify(&server, &mut crypto, &mut replay, &at_server, token.as_slice()).unwrap();

        let token = hls::token(&server, &mut crypto, &mut others, &at_server).unwrap();
        assert!(token.as_slice().starts_with(&hex(of_server)), "{mechanism:?}");
        hls::verify(&client, &mut crypto, &mut replay, &at_client, token.as_slice()).unwrap();
    }
}

#[test]
fn hashed_tokens_of_a_wrong_secret_or_length_prove_nothing() {
    for mechanism in [Mechanism::Md5, Mechanism::Sha1, Mechanism::Sha256] {
        let (client, server) = contexts();
        let mut counters = InvocationCounters::<_>::new(RamCounters::<1>::new());
        let mut replay = ReplayWindows::<2>::new();
        let (at_client, at_server) =
            (exchange(mechanism, C_TO_S, S_TO_C), exchange(mechanism, S_TO_C, C_TO_S));
        let token = hls::token(&client, &mut hashing(b"12345678"), &mut counters, &at_client).unwrap();
        let wrong =
            hls::verify(&server, &mut hashing(b"12345679"), &mut replay, &at_server, token.as_slice());
        assert_eq!(wrong, Err(SecurityError::Inauthentic));
        let mut crypto = hashing(b"12345678");
        let mut longer = token.as_slice().to_vec();
        longer.push(0);
        for cut in [&[][..], &token.as_slice()[1..], &longer] {
            let refused = hls::verify(&server, &mut crypto, &mut replay, &at_server, cut);
            assert_eq!(refused, Err(SecurityError::Inauthentic));
        }
    }
}

#[test]
fn the_published_hashed_tokens_are_the_same() {
    for entry in vectors("hls") {
        let keys = &entry["keys"];
        let challenge = hex(text(&entry, "input_hex"));
        let mut counters = InvocationCounters::<_>::new(RamCounters::<1>::new());
        let (mechanism, own) = match text_or(&entry["expected"], "operation") {
            "hls-md5" => (Mechanism::Md5, b"00000000".to_vec()),
            "hls-sha256" => (Mechanism::Sha256, hex(text(keys, "own_challenge"))),
            _ => continue,
        };
        let mut crypto = hashing(&hex(text(keys, "secret")));
        let mut context = SecurityContext::new(SecuritySuite::Suite0, 0, CLIENT);
        context.set_peer_title(Some(SERVER));
        let exchange = Exchange { mechanism, secret: SECRET, own: &own, peer: &challenge };
        let token = hls::token(&context, &mut crypto, &mut counters, &exchange).unwrap();
        assert_eq!(token.as_slice(), hex(text(&entry["expected"], "token")), "{}", text(&entry, "id"));
    }
}

fn text_or<'v>(value: &'v serde_json::Value, field: &str) -> &'v str {
    value[field].as_str().unwrap_or_default()
}

#[test]
fn mechanisms_that_are_not_offered_are_refused_by_name() {
    let (mut client, _) = Side::pair();
    let Side { context, crypto, counters, replay } = &mut client;
    let no_secret = if cfg!(feature = "hashes") {
        SecurityError::NoKey(SECRET)
    } else {
        SecurityError::Provider(CryptoError::Unsupported)
    };
    for (mechanism, error) in [
        (Mechanism::Manufacturer, SecurityError::Provider(CryptoError::Unsupported)),
        (Mechanism::Sha256, no_secret),
        (Mechanism::Md5, no_secret),
    ] {
        let exchange = exchange(mechanism, C_TO_S, S_TO_C);
        assert_eq!(hls::token(context, crypto, counters, &exchange), Err(error));
        assert_eq!(hls::verify(context, crypto, replay, &exchange, &[0; 32]), Err(error));
    }
    let signed = Exchange { own: &[1; 32], peer: &[2; 32], ..exchange(Mechanism::Ecdsa, b"", b"") };
    let refused = hls::verify(context, crypto, replay, &signed, &[0; 64]);
    assert_eq!(refused, Err(SecurityError::NoPublicKey));
    let short = exchange(Mechanism::Ecdsa, C_TO_S, S_TO_C);
    assert_eq!(hls::token(context, crypto, counters, &short), Err(SecurityError::Challenge));
}

#[test]
fn our_own_challenge_sent_back_is_refused_before_anything_is_proved() {
    let (mut client, _) = Side::pair();
    let Side { context, crypto, counters, replay } = &mut client;
    for mechanism in [Mechanism::Gmac, Mechanism::Sha256, Mechanism::Md5] {
        let reflected = exchange(mechanism, C_TO_S, C_TO_S);
        assert_eq!(hls::token(context, crypto, counters, &reflected), Err(SecurityError::Reflected));
        let refused = hls::verify(context, crypto, replay, &reflected, &[0; 17]);
        assert_eq!(refused, Err(SecurityError::Reflected));
    }
    assert_eq!(counters.peek(context.counter(false)), Ok(1), "no token was made");
}

#[test]
fn gmac_tokens_with_other_bits_suites_counters_or_lengths_are_refused() {
    let (mut client, mut server) = Side::pair();
    let Side { context, crypto, counters, .. } = &mut client;
    let token = hls::gmac_token(context, crypto, counters, S_TO_C).unwrap();
    let newer = hls::gmac_token(context, crypto, counters, S_TO_C).unwrap();
    let Side { context, crypto, replay, .. } = &mut server;
    let mut verify =
        |token: &[u8], challenge: &[u8]| hls::verify_gmac_token(context, crypto, replay, challenge, token);
    for (control, error) in [
        (0x30, SecurityError::Inconsistent),
        (0x00, SecurityError::Inconsistent),
        (0x50, SecurityError::Inconsistent),
        (0x90, SecurityError::Inconsistent),
        (0x11, SecurityError::Suite),
        (0x1f, SecurityError::Suite),
    ] {
        let mut changed = token;
        changed[0] = control;
        assert_eq!(verify(&changed, S_TO_C), Err(error), "{control:#04x}");
    }
    for octet in 1..token.len() {
        let mut changed = token;
        changed[octet] ^= 0x10;
        assert_eq!(verify(&changed, S_TO_C), Err(SecurityError::Inauthentic), "{octet}");
    }
    assert_eq!(verify(&token, C_TO_S), Err(SecurityError::Inauthentic), "over another challenge");
    assert_eq!(verify(&token[..16], S_TO_C), Err(SecurityError::Inauthentic));
    assert_eq!(verify(&token, &S_TO_C[1..]), Err(SecurityError::Challenge));
    assert_eq!(verify(&newer, S_TO_C), Ok(()));
    assert_eq!(verify(&token, S_TO_C), Ok(()), "older than what came last: the challenge is what is fresh");
}

#[test]
fn challenges_are_random_and_of_the_lengths_allowed() {
    let mut crypto = provider(&[]);
    let challenge = Challenge::generate(&mut crypto, Challenge::DEFAULT).unwrap();
    assert_eq!(challenge.as_slice().len(), 16);
    assert_ne!(challenge, Challenge::generate(&mut crypto, Challenge::DEFAULT).unwrap());
    for len in [0, 7, 65, 300] {
        assert_eq!(Challenge::generate(&mut crypto, len), Err(SecurityError::Challenge));
        assert_eq!(Challenge::from_slice(&vec![1; len]), Err(SecurityError::Challenge));
    }
    for len in [8, 64] {
        let octets = vec![7; len];
        assert_eq!(Challenge::from_slice(&octets).unwrap().as_slice(), octets);
    }
}

#[test]
fn passwords_match_whole_or_not_at_all() {
    assert!(hls::password_matches(b"12345678", b"12345678"));
    for wrong in [&b"12345679"[..], b"1234567", b"123456789", b""] {
        assert!(!hls::password_matches(b"12345678", wrong));
    }
    assert!(!hls::password_matches(b"", b""), "no password is not an empty one");
}
