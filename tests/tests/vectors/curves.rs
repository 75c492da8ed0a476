//! Signatures and key agreement on the curves of suites 1 and 2.

use dlms_core::crypto::{CryptoError, CryptoProvider, KeyId, KeyKind, Part, SecuritySuite};
use dlms_security::SoftwareProvider;
use dlms_tests::peer::Counting;
use dlms_tests::vector::Vector;
use sha2::{Digest, Sha256, Sha384};

const fn key(kind: KeyKind) -> KeyId {
    KeyId { setup: 0, kind }
}

fn suite(vector: &Vector) -> SecuritySuite {
    if vector.key("public").is_some_and(|key| key.len() == 96) {
        SecuritySuite::Suite2
    } else {
        SecuritySuite::Suite1
    }
}

#[test]
fn signatures_are_right_or_refused() {
    let mut crypto: SoftwareProvider<_> = SoftwareProvider::new(Counting::default());
    let vectors = Vector::of_kind("ecdsa", "crypto");
    for vector in &vectors {
        let (suite, public) = (suite(vector), vector.key("public").unwrap());
        let (message, signature) = (Part::Bytes(&vector.input), vector.expected_octets("signature"));
        let verified = crypto.verify(suite, &public, &[message], &signature);
        let valid = vector.expected["valid"].as_bool().unwrap();
        assert_eq!(verified, if valid { Ok(()) } else { Err(CryptoError::Inauthentic) }, "{}", vector.id);
        if let Some(private) = vector.key("private") {
            crypto.set_key(key(KeyKind::Signing), &private).unwrap();
            let mut out = [0; 96];
            let len = crypto.public_key(suite, key(KeyKind::Signing), &mut out).unwrap();
            assert_eq!(out[..len], public, "{}", vector.id);
            let len = crypto.sign(suite, key(KeyKind::Signing), &[message], &mut out).unwrap();
            crypto.verify(suite, &public, &[message], &out[..len]).unwrap();
        }
    }
    assert_eq!(vectors.len(), 4);
}

/// The shared secrets never leave the provider: those of the vectors are checked by the keys that are derived of them.
#[test]
fn keys_that_are_agreed_on() {
    let vectors = Vector::of_kind("key-agreement", "crypto");
    let (mut agreed, mut derived) = (0, 0);
    let keys: Vec<_> = vectors.iter().filter(|v| v.expected["operation"] == "kdf").collect();
    for vector in &vectors {
        let mut crypto: SoftwareProvider<_> = SoftwareProvider::new(Counting::default());
        match vector.expected["operation"].as_str().unwrap() {
            "ec-public-key" => {
                crypto.set_key(key(KeyKind::Signing), &vector.input).unwrap();
                let mut out = [0; 64];
                crypto.public_key(SecuritySuite::Suite1, key(KeyKind::Signing), &mut out).unwrap();
                assert_eq!(out[..], vector.expected_octets("public"), "{}", vector.id);
            }
            "ecdh" => {
                let (private, z) = (vector.key("private").unwrap(), vector.expected_octets("Z"));
                let suite = if z.len() == 48 { SecuritySuite::Suite2 } else { SecuritySuite::Suite1 };
                crypto.set_key(key(KeyKind::Agreement), &private).unwrap();
                // Every derivation that is published for this secret, and one of our own.
                let of_secret = keys.iter().filter(|kdf| kdf.input == z).map(|kdf| {
                    derived += 1;
                    let info = ["algorithm_id", "party_u", "party_v"].map(|name| kdf.key(name).unwrap());
                    (info.concat(), kdf.expected_octets("key"))
                });
                let hashed = [&[0, 0, 0, 1], &z[..], b"any other information"].concat();
                let own = match suite {
                    SecuritySuite::Suite2 => Sha384::digest(&hashed)[..32].to_vec(),
                    _ => Sha256::digest(&hashed)[..16].to_vec(),
                };
                let all: Vec<_> = of_secret.chain([(b"any other information".to_vec(), own)]).collect();
                for (info, expected) in all {
                    let (guek, gbek) =
                        (key(KeyKind::GlobalUnicastEncryption), key(KeyKind::GlobalBroadcastEncryption));
                    crypto
                        .agree(suite, key(KeyKind::Agreement), &vector.input, &[Part::Bytes(&info)], guek)
                        .unwrap();
                    crypto.set_key(gbek, &expected).unwrap();
                    let [ours, theirs] =
                        [guek, gbek].map(|id| crypto.seal(suite, id, &[0; 12], &[], &mut []).unwrap());
                    assert_eq!(ours, theirs, "{}", vector.id);
                    agreed += 1;
                }
            }
            _ => {}
        }
    }
    assert_eq!((vectors.len(), agreed, derived), (7, 5, 2));
}
