//! The software provider against the vectors for any provider, and what it keeps to itself.
#![cfg(feature = "rustcrypto")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use dlms_core::crypto::{CryptoError, CryptoProvider, KeyKind, Nonce, Part, SecuritySuite, Tag};
use dlms_security::{
    Aes128, AnyAes, FixedKeys, KeyTable, SoftwareProvider,
    conformance::{Conformance, Nonconformance, TestKeys, provider_conformance},
};
use support::{AK, Counting, EK, GAK, GBEK, GUEK, KEK, hex, key};

fn with<K: KeyTable + Default>() -> SoftwareProvider<Counting, K> {
    SoftwareProvider::new(Counting::default())
}

#[test]
fn it_passes_the_vectors_with_every_key_table() {
    let all = Conformance {
        aes_256: true,
        key_wrap: true,
        dedicated_keys: true,
        session_keys: true,
        renaming: true,
        hashes: cfg!(feature = "hashes"),
        suite_1: cfg!(feature = "elliptic-curves"),
        suite_2: cfg!(feature = "elliptic-curves"),
        mbus: cfg!(feature = "mbus"),
    };
    assert_eq!(provider_conformance(&mut with::<FixedKeys>()), Ok(all));
    assert_eq!(provider_conformance(&mut with::<FixedKeys<AnyAes, 5, 1>>()), Ok(all));
    let small = Conformance { aes_256: false, suite_2: false, ..all };
    assert_eq!(provider_conformance(&mut with::<FixedKeys<Aes128, 6, 3>>()), Ok(small));
    #[cfg(feature = "alloc")]
    assert_eq!(provider_conformance(&mut with::<dlms_security::GrowingKeys>()), Ok(all));
}

#[test]
fn it_agrees_with_another_implementation_at_every_length() {
    use aes_gcm::{
        AesGcm,
        aead::{AeadInOut, KeyInit, consts::U12},
    };
    let mut provider: SoftwareProvider<_> = with();
    let nonce = [7; 12];
    provider.set_key(GUEK, &hex(EK)).unwrap();
    provider.set_key(GBEK, &[9; 32]).unwrap();
    let other_128 = AesGcm::<aes_gcm::aes::Aes128, U12, U12>::new_from_slice(&hex(EK)).unwrap();
    let other_256 = AesGcm::<aes_gcm::aes::Aes256, U12, U12>::new_from_slice(&[9; 32]).unwrap();
    let aad: Vec<u8> = (0..=255).collect();
    for len in (0..300).chain(470..490).chain(1010..1040).chain([2100]) {
        let plain: Vec<u8> = (0..len).map(|n| u8::try_from(n % 251).unwrap()).collect();
        let aad = &aad[..len % 97];
        let parts = aad.split_at(aad.len() / 3);
        let parts = [Part::Bytes(parts.0), Part::Bytes(parts.1)];
        for (suite, id) in [(SecuritySuite::Suite0, GUEK), (SecuritySuite::Suite2, GBEK)] {
            let (mut ours, mut theirs) = (plain.clone(), plain.clone());
            let tag = provider.seal(suite, id, &nonce, &parts, &mut ours).unwrap();
            let expected = match id {
                GUEK => other_128.encrypt_inout_detached(&nonce.into(), aad, theirs.as_mut_slice().into()),
                _ => other_256.encrypt_inout_detached(&nonce.into(), aad, theirs.as_mut_slice().into()),
            };
            assert_eq!((&ours, &tag[..]), (&theirs, &expected.unwrap()[..]), "{len}");
            provider.open(suite, id, &nonce, &parts, &mut ours, &tag).unwrap();
            assert_eq!(ours, plain, "{len}");
        }
    }
}

/// Does one thing wrong.
struct Faulty(SoftwareProvider<Counting>, Fault);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    DecryptsFirst,
    ShortTag,
    IgnoresKeysInAad,
}

impl CryptoProvider for Faulty {
    fn seal(
        &mut self,
        suite: SecuritySuite,
        key: dlms_core::crypto::KeyId,
        nonce: &Nonce,
        aad: &[Part<'_>],
        data: &mut [u8],
    ) -> Result<Tag, CryptoError> {
        let aad: Vec<_> = aad
            .iter()
            .filter(|part| self.1 != Fault::IgnoresKeysInAad || matches!(part, Part::Bytes(_)))
            .copied()
            .collect();
        self.0.seal(suite, key, nonce, &aad, data)
    }
    fn open(
        &mut self,
        suite: SecuritySuite,
        key: dlms_core::crypto::KeyId,
        nonce: &Nonce,
        aad: &[Part<'_>],
        data: &mut [u8],
        tag: &Tag,
    ) -> Result<(), CryptoError> {
        let mut copy = data.to_vec();
        self.0.apply_keystream(suite, key, nonce, &mut copy)?;
        let made = self.0.seal(suite, key, nonce, aad, &mut copy)?;
        let compared = if self.1 == Fault::ShortTag { 8 } else { 12 };
        let right = made[..compared] == tag[..compared];
        if right || self.1 == Fault::DecryptsFirst {
            self.0.apply_keystream(suite, key, nonce, data)?;
        }
        if right { Ok(()) } else { Err(CryptoError::Inauthentic) }
    }
    fn apply_keystream(
        &mut self,
        suite: SecuritySuite,
        key: dlms_core::crypto::KeyId,
        nonce: &Nonce,
        data: &mut [u8],
    ) -> Result<(), CryptoError> {
        self.0.apply_keystream(suite, key, nonce, data)
    }
    fn random(&mut self, out: &mut [u8]) -> Result<(), CryptoError> {
        self.0.random(out)
    }
    fn has_key(&self, key: dlms_core::crypto::KeyId) -> bool {
        self.0.has_key(key)
    }
    fn remove_key(&mut self, key: dlms_core::crypto::KeyId) {
        self.0.remove_key(key);
    }
}

impl TestKeys for Faulty {
    fn install(&mut self, id: dlms_core::crypto::KeyId, key: &[u8]) -> Result<(), CryptoError> {
        self.0.install(id, key)
    }
}

#[test]
fn a_faulty_provider_does_not_pass() {
    for (fault, check) in [
        (Fault::DecryptsFirst, "leave the data of a wrong tag as it was"),
        (Fault::ShortTag, "refuse a wrong tag"),
        (Fault::IgnoresKeysInAad, "authenticate the APDU of the Green Book"),
    ] {
        let mut faulty = Faulty(with(), fault);
        assert_eq!(
            provider_conformance(&mut faulty),
            Err(Nonconformance { check, error: None }),
            "{fault:?}"
        );
    }
}

#[test]
fn keys_are_never_shown() {
    let mut provider: SoftwareProvider<_> = with();
    provider.set_key(GUEK, &hex(EK)).unwrap();
    provider.set_key(GAK, &hex(AK)).unwrap();
    provider.seal(SecuritySuite::Suite0, GUEK, &[0; 12], &[Part::Key(GAK)], &mut []).unwrap();
    let shown = format!("{provider:?}");
    assert!(shown.contains("GlobalUnicastEncryption") && shown.contains("Authentication"), "{shown}");
    assert!(!shown.contains("208") && !shown.to_lowercase().contains("d0"), "{shown}");
}

#[test]
fn every_key_serves_its_purpose_alone() {
    let mut provider: SoftwareProvider<_> = with();
    for id in [GUEK, GBEK, GAK, KEK] {
        provider.set_key(id, &hex(EK)).unwrap();
    }
    let refused = Err(CryptoError::Unsupported);
    let suite = SecuritySuite::Suite0;
    for id in [GAK, KEK] {
        assert_eq!(provider.seal(suite, id, &[0; 12], &[], &mut []), refused);
        assert_eq!(provider.apply_keystream(suite, id, &[0; 12], &mut []), Err(CryptoError::Unsupported));
    }
    for id in [GUEK, KEK] {
        assert_eq!(provider.seal(suite, GUEK, &[0; 12], &[Part::Key(id)], &mut []), refused);
    }
    let mut out = [0; 24];
    assert_eq!(provider.wrap_key(GUEK, GAK, &mut out), Err(CryptoError::Unsupported));
    assert_eq!(provider.unwrap_key(GUEK, &out, GAK), Err(CryptoError::Unsupported));
    #[cfg(not(feature = "hashes"))]
    assert_eq!(provider.set_key(key(KeyKind::Secret(0)), b"12345678"), Err(CryptoError::Unsupported));
}

#[cfg(feature = "elliptic-curves")]
#[test]
fn a_private_key_is_not_wrapped_and_so_never_leaves() {
    let mut provider: SoftwareProvider<_> = with();
    provider.set_key(KEK, &hex(EK)).unwrap();
    let mut out = [0; 60];
    for kind in [KeyKind::Signing, KeyKind::Agreement, KeyKind::Tls, KeyKind::Ephemeral(1)] {
        provider.generate_key_pair(SecuritySuite::Suite1, key(kind)).unwrap();
        assert_eq!(provider.wrap_key(KEK, key(kind), &mut out), Err(CryptoError::Unsupported));
        assert_eq!(provider.unwrap_key(KEK, &[0; 40], key(kind)), Err(CryptoError::Unsupported));
    }
    assert_eq!(
        provider.sign(SecuritySuite::Suite1, key(KeyKind::Ephemeral(1)), &[], &mut out),
        Err(CryptoError::Unsupported)
    );
}

#[cfg(feature = "elliptic-curves")]
#[test]
fn signing_needs_no_randomness() {
    let mut provider: SoftwareProvider<_> = with();
    provider.generate_key_pair(SecuritySuite::Suite1, key(KeyKind::Signing)).unwrap();
    let mut signatures = [[0; 64]; 2];
    for signature in &mut signatures {
        let signing = key(KeyKind::Signing);
        provider.sign(SecuritySuite::Suite1, signing, &[Part::Bytes(b"sample")], signature).unwrap();
    }
    assert_eq!(signatures[0], signatures[1]);
}

#[test]
fn a_full_table_takes_no_more_and_keeps_what_it_has() {
    let mut provider = with::<FixedKeys<Aes128, 2, 1>>();
    provider.set_key(GUEK, &hex(EK)).unwrap();
    let first = provider.install_dedicated(&hex(AK)).unwrap();
    assert_eq!(provider.install_dedicated(&hex(AK)), Err(CryptoError::NoRoom));
    assert_eq!(provider.set_key(GAK, &hex(AK)), Err(CryptoError::NoRoom));
    assert_eq!(provider.set_key(GUEK, &[0; 32]), Err(CryptoError::KeyLength));
    assert!(provider.has_key(GUEK) && provider.has_key(first));
    provider.remove_key(first);
    let second = provider.install_dedicated(&hex(AK)).unwrap();
    assert_ne!(first, second, "a slot just left is not taken at once");
}

#[test]
fn a_generated_key_is_of_the_suites_length_and_wraps_for_transfer() {
    let mut provider: SoftwareProvider<_> = with();
    provider.set_key(KEK, &hex(EK)).unwrap();
    let mut out = [0; 40];
    for (suite, wrapped) in [(SecuritySuite::Suite0, 24), (SecuritySuite::Suite2, 40)] {
        provider.generate_key(suite, GUEK).unwrap();
        assert_eq!(provider.wrap_key(KEK, GUEK, &mut out), Ok(wrapped));
        assert_eq!(provider.check_wrapped(suite, KEK, &out[..wrapped]), Ok(()));
        provider.seal(suite, GUEK, &[0; 12], &[], &mut []).unwrap();
    }
}
