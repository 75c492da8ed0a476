//! Agreement on global keys: the standard's worked example, in both encodings of the algorithm that are deployed.
#![cfg(feature = "elliptic-curves")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod support;

use dlms_core::crypto::{CryptoError, CryptoProvider, KeyId, KeyKind, SecuritySuite};
use dlms_security::key_agreement::{Agreement, MAX_HALF};
use dlms_security::{AlgorithmIds, FixedKeys, PublicKey, SecurityError, SoftwareProvider, SystemTitle};
use support::{Counting, GUEK, hex};

// Green Book, key agreement by the ephemeral unified model.
const CLIENT_SIGNING: &str = "418073C239FA6125011DE4D6CD2E645780289F761BB21BFB0835CB5585E8B373";
const CLIENT_SIGNING_PUBLIC: &str = "BAAFFDE06A8CB1C9DAE8D94023C601DBBB249254BA22EDD827E820BCA2BCC643\
                                     62FBB83D86A82B87BB8B7161D2AAB5521911A946B97A284A90F7785CD9047D25";
const CLIENT_EPHEMERAL: &str = "2914D60E10AB705F62ED6CC349D7CB99B9AB3F3978E59278C7AF595B3AF98794\
                                1372DAB6D5AF1FA867E134167E6F23DE664A6693E05F43414611058D1B48F894";
const CLIENT_SIGNATURE: &str = "06F0607702AA0E2435A183E2F6B1ECD19629712E389A213610C03F77B2590860\
                                EA840AF5C3FA1F2BCDF055D4744E9A01CE9A0E55026BCAA4EEBEB764CED64BB3";
const SERVER_EPHEMERAL_PRIVATE: &str = "34A8C23A34DBB519D09B245754C85A6CFE05D14A063EFA5AA41545AA8241EFAE";
const KEYS: [(AlgorithmIds, &str); 2] = [
    (AlgorithmIds::Encoded, "C5F4512846EDE51CFB8CCF59F08A694E"),
    (AlgorithmIds::Printed, "E025CA6F9EE8D2B40F993739D44CFBC0"),
];

const EPHEMERAL: KeyId = KeyId { setup: 0, kind: KeyKind::Ephemeral(0) };
const SESSION: KeyId = KeyId { setup: 0, kind: KeyKind::Session(0) };
const SIGNING: KeyId = KeyId { setup: 0, kind: KeyKind::Signing };

fn agreement(suite: SecuritySuite, algorithm_ids: AlgorithmIds) -> Agreement {
    let title = |octets: &str| SystemTitle::from_slice(&hex(octets)).unwrap();
    Agreement {
        suite,
        client: title("4D4D4D0000BC614E"),
        server: title("4D4D4D0000000001"),
        key_id: 0,
        algorithm_ids,
    }
}

fn provider() -> SoftwareProvider<Counting, FixedKeys> {
    SoftwareProvider::new(Counting::default())
}

/// A value that only who has the key can know.
fn mark(crypto: &mut SoftwareProvider<Counting, FixedKeys>, suite: SecuritySuite, key: KeyId) -> [u8; 12] {
    crypto.seal(suite, key, &[7; 12], &[], &mut []).unwrap()
}

#[test]
fn the_worked_example_comes_out_in_both_encodings() {
    let client = PublicKey::from_slice(&hex(CLIENT_SIGNING_PUBLIC)).unwrap();
    for (algorithm_ids, key) in KEYS {
        let (mut crypto, agreement) = (provider(), agreement(SecuritySuite::Suite1, algorithm_ids));
        let half = hex(&[CLIENT_EPHEMERAL, CLIENT_SIGNATURE].concat());
        let peer = agreement.check_half(&mut crypto, &client, &half).unwrap();
        assert_eq!(peer.as_slice(), hex(CLIENT_EPHEMERAL));
        crypto.set_key(EPHEMERAL, &hex(SERVER_EPHEMERAL_PRIVATE)).unwrap();
        agreement.agree(&mut crypto, EPHEMERAL, &peer, GUEK, SESSION).unwrap();
        crypto.set_key(GUEK, &hex(key)).unwrap();
        let suite = SecuritySuite::Suite1;
        assert_eq!(mark(&mut crypto, suite, SESSION), mark(&mut crypto, suite, GUEK), "{algorithm_ids:?}");
    }
}

#[test]
fn a_changed_half_is_refused() {
    let client = PublicKey::from_slice(&hex(CLIENT_SIGNING_PUBLIC)).unwrap();
    let (mut crypto, agreement) = (provider(), agreement(SecuritySuite::Suite1, AlgorithmIds::Encoded));
    let half = hex(&[CLIENT_EPHEMERAL, CLIENT_SIGNATURE].concat());
    for at in [0, 31, 63, 64, 127] {
        let mut changed = half.clone();
        changed[at] ^= 1;
        assert_eq!(agreement.check_half(&mut crypto, &client, &changed), Err(SecurityError::Inauthentic));
    }
    for len in [0, 63, 64, 127] {
        let short = agreement.check_half(&mut crypto, &client, &half[..len]);
        assert_eq!(short, Err(SecurityError::Inauthentic));
    }
    // Signed for one key, it is good for no other.
    let other = Agreement { key_id: 2, ..agreement };
    assert_eq!(other.check_half(&mut crypto, &client, &half), Err(SecurityError::Inauthentic));
}

#[test]
fn an_invalid_point_is_refused_even_if_it_is_signed() {
    let (mut crypto, agreement) = (provider(), agreement(SecuritySuite::Suite1, AlgorithmIds::Encoded));
    crypto.set_key(EPHEMERAL, &hex(SERVER_EPHEMERAL_PRIVATE)).unwrap();
    for point in [[0; 64], [1; 64], [0xff; 64]] {
        let point = PublicKey::from_slice(&point).unwrap();
        let error = agreement.agree(&mut crypto, EPHEMERAL, &point, GUEK, SESSION);
        assert_eq!(error, Err(SecurityError::Provider(CryptoError::NotOnCurve)));
        assert!(!crypto.has_key(SESSION));
    }
}

#[test]
fn both_sides_come_to_the_same_key_in_both_suites() {
    for suite in [SecuritySuite::Suite1, SecuritySuite::Suite2] {
        for key_id in 0..4 {
            let agreement = Agreement { key_id, ..agreement(suite, AlgorithmIds::Encoded) };
            let mut sides = [provider(), provider()];
            // The second has other random numbers.
            sides[1].random(&mut [0; 48]).unwrap();
            let mut halves = Vec::new();
            for crypto in &mut sides {
                crypto.generate_key_pair(suite, SIGNING).unwrap();
                crypto.generate_key_pair(suite, EPHEMERAL).unwrap();
                let mut half = [0; MAX_HALF];
                let half = agreement.write_half(crypto, EPHEMERAL, SIGNING, &mut half).unwrap().to_vec();
                let mut signer = [0; 96];
                let len = crypto.public_key(suite, SIGNING, &mut signer).unwrap();
                halves.push((half, PublicKey::from_slice(&signer[..len]).unwrap()));
            }
            assert_ne!(halves[0].0, halves[1].0);
            let marks: Vec<_> = sides
                .iter_mut()
                .zip(halves.iter().rev())
                .map(|(crypto, (half, signer))| {
                    let peer = agreement.check_half(crypto, signer, half).unwrap();
                    agreement.agree(crypto, EPHEMERAL, &peer, GUEK, SESSION).unwrap();
                    mark(crypto, suite, SESSION)
                })
                .collect();
            assert_eq!(marks[0], marks[1], "{suite:?}");
        }
    }
    let mut crypto = provider();
    crypto.set_key(SIGNING, &hex(CLIENT_SIGNING)).unwrap();
    let (agreement, mut half) = (agreement(SecuritySuite::Suite1, AlgorithmIds::Encoded), [0; MAX_HALF]);
    let missing = agreement.write_half(&mut crypto, EPHEMERAL, SIGNING, &mut half);
    assert_eq!(missing, Err(SecurityError::NoKey(EPHEMERAL)));
}
