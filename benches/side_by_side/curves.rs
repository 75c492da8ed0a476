//! Signatures and key agreement by key name, and authentication alone, against the algorithms alone.

use core::hint::black_box;

use aes_gcm::aead::AeadInOut;
use aes_gcm::aead::consts::U12;
use aes_gcm::{AesGcm, KeyInit};
use dlms_bench::{Comparison, Contender, Target};
use dlms_core::crypto::{CryptoProvider, KeyId, KeyKind, Part, SecuritySuite};
use dlms_security::{GrowingKeys, SoftwareProvider};
use p256::ecdsa::signature::hazmat::{PrehashSigner, PrehashVerifier};
use sha2::{Digest, Sha256};

use crate::ciphering::{AUTHENTICATION_KEY, ENCRYPTION_KEY};
use crate::dice::Dice;

const SUITE: SecuritySuite = SecuritySuite::Suite1;
/// System titles and challenges of HLS mechanism 7.
const MESSAGE: [u8; 80] = [0x5a; 80];
const PRIVATE: [u8; 32] = [0x11; 32];
const OTHER: [u8; 32] = [0x22; 32];

const fn key(kind: KeyKind) -> KeyId {
    KeyId { setup: 0, kind }
}

fn provider() -> SoftwareProvider<Dice, GrowingKeys> {
    let mut provider = SoftwareProvider::new(Dice(1));
    for (kind, octets) in [
        (KeyKind::GlobalUnicastEncryption, &ENCRYPTION_KEY[..]),
        (KeyKind::Authentication, &AUTHENTICATION_KEY),
        (KeyKind::Signing, &PRIVATE),
        (KeyKind::Agreement, &PRIVATE),
    ] {
        provider.set_key(key(kind), octets).unwrap();
    }
    provider
}

/// The public key to a private one, x then y.
fn public(private: &[u8; 32]) -> [u8; 64] {
    let mut crypto = provider();
    crypto.set_key(key(KeyKind::Signing), private).unwrap();
    let mut out = [0; 64];
    crypto.public_key(SUITE, key(KeyKind::Signing), &mut out).unwrap();
    out
}

fn uncompressed(public: &[u8; 64]) -> p256::PublicKey {
    p256::PublicKey::from_sec1_bytes(&[&[4], &public[..]].concat()).unwrap()
}

pub(crate) fn comparisons() -> Vec<Comparison<'static>> {
    vec![gmac(1024), sign(), verify(), agree()]
}

/// The tag over a message that stays readable.
fn gmac(len: usize) -> Comparison<'static> {
    let message: Vec<u8> = (0..len).map(|i| i.to_le_bytes()[0]).collect();
    let (mut ours, of_ours) = (provider(), message.clone());
    let comparison = Comparison::new("C3", "authenticate 1024 octets alone").target(Target::limit(1.1));
    let comparison = comparison.by(Contender::Ours, move || {
        let parts = [Part::Bytes(&[0x10]), Part::Key(key(KeyKind::Authentication)), Part::Bytes(&of_ours)];
        let tag = ours.seal(
            SecuritySuite::Suite0,
            key(KeyKind::GlobalUnicastEncryption),
            &[7; 12],
            &parts,
            &mut [],
        );
        u64::from(black_box(tag.unwrap())[0])
    });
    let bare = AesGcm::<aes_gcm::aes::Aes128, U12, U12>::new(&ENCRYPTION_KEY.into());
    // The interface of the cipher takes one slice.
    let aad = [&[0x10], &AUTHENTICATION_KEY[..], &message].concat();
    comparison.by(Contender::Limit, move || {
        let empty: &mut [u8] = &mut [];
        let tag = bare.encrypt_inout_detached(&[7; 12].into(), black_box(&aad), empty.into()).unwrap();
        u64::from(tag[0])
    })
}

fn sign() -> Comparison<'static> {
    let mut ours = provider();
    let comparison = Comparison::new("C4", "sign, P-256").target(Target::limit(1.1));
    let comparison = comparison.by(Contender::Ours, move || {
        let mut out = [0; 64];
        ours.sign(SUITE, key(KeyKind::Signing), &[Part::Bytes(black_box(&MESSAGE))], &mut out).unwrap();
        u64::from(out[0])
    });
    let bare = p256::ecdsa::SigningKey::from_slice(&PRIVATE).unwrap();
    comparison.by(Contender::Limit, move || {
        let signature: p256::ecdsa::Signature =
            bare.sign_prehash(&Sha256::digest(black_box(&MESSAGE))).unwrap();
        u64::from(signature.to_bytes()[0])
    })
}

fn verify() -> Comparison<'static> {
    let mut ours = provider();
    let mut signature = [0; 64];
    ours.sign(SUITE, key(KeyKind::Signing), &[Part::Bytes(&MESSAGE)], &mut signature).unwrap();
    let public = public(&PRIVATE);
    let comparison = Comparison::new("C4", "verify, P-256").target(Target::limit(1.1));
    let comparison = comparison.by(Contender::Ours, move || {
        ours.verify(SUITE, &public, &[Part::Bytes(black_box(&MESSAGE))], &signature).unwrap();
        1
    });
    let bare = p256::ecdsa::VerifyingKey::from(uncompressed(&public));
    let signature = p256::ecdsa::Signature::from_slice(&signature).unwrap();
    comparison.by(Contender::Limit, move || {
        bare.verify_prehash(&Sha256::digest(black_box(&MESSAGE)), &signature).unwrap();
        1
    })
}

fn agree() -> Comparison<'static> {
    let (mut ours, peer) = (provider(), public(&OTHER));
    let comparison = Comparison::new("C4", "agree on a key, P-256").target(Target::limit(1.1));
    let comparison = comparison.by(Contender::Ours, move || {
        let into = key(KeyKind::Session(0));
        ours.agree(SUITE, key(KeyKind::Agreement), black_box(&peer), &[Part::Bytes(&MESSAGE[..23])], into)
            .unwrap();
        1
    });
    let (private, peer) = (p256::SecretKey::from_slice(&PRIVATE).unwrap(), uncompressed(&peer));
    comparison.by(Contender::Limit, move || {
        let shared = private.diffie_hellman(black_box(&peer));
        black_box(Sha256::digest(shared.raw_secret_bytes()));
        1
    })
}
