//! The provider with AWS-LC: the vectors for any provider, and the software provider as the other side.
#![cfg(feature = "aws-lc")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use dlms_core::crypto::{CryptoProvider, HashAlgorithm, KeyId, KeyKind, Part, SecuritySuite};
use dlms_security::conformance::{Conformance, TestKeys, provider_conformance};
use dlms_security::{AwsLcProvider, FixedKeys, GrowingKeys, SoftwareProvider};
use support::{Counting, GUEK};

const AGREEMENT: KeyId = KeyId { setup: 0, kind: KeyKind::Agreement };
const SECRET: KeyId = KeyId { setup: 0, kind: KeyKind::Secret(1) };

#[test]
fn it_passes_the_vectors() {
    let all = Conformance {
        aes_256: true,
        key_wrap: true,
        dedicated_keys: true,
        session_keys: true,
        renaming: true,
        hashes: true,
        suite_1: true,
        suite_2: true,
        mbus: cfg!(feature = "mbus"),
    };
    assert_eq!(provider_conformance(&mut AwsLcProvider::<_, GrowingKeys>::new(Counting::default())), Ok(all));
    assert_eq!(provider_conformance(&mut AwsLcProvider::<_, FixedKeys>::new(Counting::default())), Ok(all));
}

#[cfg(feature = "elliptic-curves")]
#[test]
fn both_providers_verify_and_agree_with_each_other() {
    for suite in [SecuritySuite::Suite1, SecuritySuite::Suite2] {
        let mut aws = AwsLcProvider::<_, GrowingKeys>::new(Counting::default());
        let mut rust = SoftwareProvider::<_, GrowingKeys>::new(Counting::default());
        rust.random(&mut [0; 48]).unwrap();
        fn half(crypto: &mut (impl CryptoProvider + ?Sized), suite: SecuritySuite) -> (Vec<u8>, Vec<u8>) {
            crypto.generate_key_pair(suite, AGREEMENT).unwrap();
            let (mut public, mut signature) = ([0; 96], [0; 96]);
            let len = crypto.public_key(suite, AGREEMENT, &mut public).unwrap();
            crypto.sign(suite, AGREEMENT, &[Part::Bytes(b"both")], &mut signature).unwrap();
            (public[..len].to_vec(), signature[..len].to_vec())
        }
        let (ours, signed) = half(&mut aws, suite);
        let (theirs, theirs_signed) = half(&mut rust, suite);
        assert_ne!(ours, theirs);
        rust.verify(suite, &ours, &[Part::Bytes(b"both")], &signed).unwrap();
        aws.verify(suite, &theirs, &[Part::Bytes(b"both")], &theirs_signed).unwrap();
        let info = [Part::Bytes(b"info")];
        aws.agree(suite, AGREEMENT, &theirs, &info, GUEK).unwrap();
        rust.agree(suite, AGREEMENT, &ours, &info, GUEK).unwrap();
        let [a, b] = [
            aws.seal(suite, GUEK, &[1; 12], &[], &mut []).unwrap(),
            rust.seal(suite, GUEK, &[1; 12], &[], &mut []).unwrap(),
        ];
        assert_eq!(a, b);
    }
}

#[cfg(feature = "hashes")]
#[test]
fn both_providers_hash_the_same() {
    let mut aws = AwsLcProvider::<_, GrowingKeys>::new(Counting::default());
    let mut rust = SoftwareProvider::<_, GrowingKeys>::new(Counting::default());
    aws.install(SECRET, b"secret").unwrap();
    rust.install(SECRET, b"secret").unwrap();
    let parts = [Part::Bytes(b"challenge"), Part::Key(SECRET)];
    for algorithm in [HashAlgorithm::Md5, HashAlgorithm::Sha1, HashAlgorithm::Sha256, HashAlgorithm::Sha384] {
        let (mut a, mut b) = ([0; 48], [0; 48]);
        assert_eq!(aws.hash(algorithm, &parts, &mut a), rust.hash(algorithm, &parts, &mut b));
        assert_eq!(a, b);
    }
    assert!(!format!("{aws:?}").contains("secret"));
}
