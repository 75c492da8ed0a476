//! High level security by every mechanism, and what does not prove anything.

use dlms::Authentication;
use dlms::client::{Ciphering, ClientConfig, ClientError, Misuse, Refusal};
use dlms::server::{self, AssociationConfig, DeviceConfig};
use dlms_core::acse::{AcseDiagnostic, MechanismName, UserDiagnostic};
use dlms_core::crypto::{Challenges, CryptoProvider, KeyKind, SecuritySuite};
use dlms_security::{Protection, PublicKey, SecurityError};

use crate::meter::{CLIENT_TITLE, MANAGER, METER_TITLE, Meter, key, made_as, provider};
use crate::wire::{Pair, Said};

/// Private keys.
const CLIENT: [u8; 48] = [0x11; 48];
const METER: [u8; 48] = [0x22; 48];
const SECRET: &[u8] = b"a secret of some length";
const MECHANISMS: [MechanismName; 6] = [
    MechanismName::HlsManufacturer,
    MechanismName::HlsMd5,
    MechanismName::HlsSha1,
    MechanismName::HlsGmac,
    MechanismName::HlsSha256,
    MechanismName::HlsEcdsa,
];

/// Secret, then challenge, every octet turned over: as good as any other process that nobody published.
fn turned_over(secret: &[u8], challenges: &Challenges<'_>, out: &mut [u8]) -> Option<usize> {
    let octets = secret.iter().chain(challenges.answered).map(|octet| !octet);
    let len = secret.len() + challenges.answered.len();
    out.get_mut(..len)?.iter_mut().zip(octets).for_each(|(to, from)| *to = from);
    Some(len)
}

fn config(mechanism: MechanismName) -> ClientConfig {
    let ecdsa = mechanism == MechanismName::HlsEcdsa;
    in_suite(mechanism, if ecdsa { SecuritySuite::Suite1 } else { SecuritySuite::Suite0 })
}

fn in_suite(mechanism: MechanismName, suite: SecuritySuite) -> ClientConfig {
    ClientConfig {
        authentication: Authentication::Hls(mechanism),
        ciphering: Some(Ciphering {
            suite,
            protection: Protection::NONE,
            context: false,
            server_signing_key: signing_key(suite, METER),
            ..Ciphering::new(CLIENT_TITLE)
        }),
        ..ClientConfig::new(MANAGER, 1)
    }
}

fn meter(config: &ClientConfig, client_signing_key: Option<PublicKey>) -> Meter {
    let suite = config.ciphering.unwrap().suite;
    let device = DeviceConfig { suite, ..DeviceConfig::new(b"MTR0000000000001", METER_TITLE) };
    let mut association = AssociationConfig::new(MANAGER, config.authentication.clone());
    association.client_signing_key = client_signing_key;
    made_as(device, 1, [association])
}

/// A pair that knows the secret, and each other's public keys.
fn pair(config: ClientConfig) -> Pair {
    let suite = config.ciphering.unwrap().suite;
    let meter = meter(&config, signing_key(suite, CLIENT));
    let mut pair = Pair::with(config, vec![meter]);
    with_secrets(&mut pair, suite);
    pair
}

fn with_secrets(pair: &mut Pair, suite: SecuritySuite) {
    for (end, private) in [(pair.client.crypto_mut(), CLIENT), (&mut pair.meters[0].crypto, METER)] {
        end.set_key(key(KeyKind::Secret(MANAGER)), SECRET).unwrap();
        end.set_manufacturer_token(turned_over);
        if suite != SecuritySuite::Suite0 {
            end.set_key(key(KeyKind::Signing), &private[..suite.coordinate_len()]).unwrap();
        }
    }
}

/// The public key to a private one, in a suite that has any.
fn signing_key(suite: SecuritySuite, private: [u8; 48]) -> Option<PublicKey> {
    let mut crypto = provider(9);
    crypto.set_key(key(KeyKind::Signing), private.get(..suite.coordinate_len())?).ok()?;
    let mut out = [0; 96];
    let len = crypto.public_key(suite, key(KeyKind::Signing), &mut out).unwrap();
    PublicKey::from_slice(&out[..len])
}

#[test]
fn by_every_mechanism_of_high_level_security() {
    for mechanism in MECHANISMS {
        let mut pair = pair(config(mechanism));
        pair.associate().unwrap_or_else(|error| panic!("{mechanism:?}: {error:?}"));
        pair.client.get(crate::meter::ENERGY.value()).unwrap();
        pair.complete();
    }
    pair(in_suite(MechanismName::HlsEcdsa, SecuritySuite::Suite2)).associate().unwrap();
}

#[test]
fn with_another_secret_or_key_nobody_associates() {
    for mechanism in MECHANISMS {
        let mut pair = pair(config(mechanism));
        let crypto = pair.client.crypto_mut();
        crypto.set_key(key(KeyKind::Secret(MANAGER)), b"another").unwrap();
        crypto.set_key(key(KeyKind::GlobalUnicastEncryption), &[9; 16]).unwrap();
        crypto.set_key(key(KeyKind::Signing), &[0x33; 32]).unwrap();
        let refused = pair.associate().unwrap_err();
        assert!(matches!(refused, ClientError::Refused(Refusal::Action(_))), "{mechanism:?}: {refused:?}");
        assert!(
            pair.audit
                .iter()
                .any(|event| matches!(event, server::Event::Insecure(_, SecurityError::Inauthentic)))
        );
    }
}

#[test]
fn a_meter_that_proves_nothing_is_not_believed() {
    for mechanism in MECHANISMS {
        let mut pair = pair(config(mechanism));
        // The last octet of the fourth pass, where the token ends.
        pair.tamper = Box::new(|said| match said {
            Said::Meter(bytes) if bytes.get(8) == Some(&0xc7) => {
                let mut bytes = bytes.clone();
                *bytes.last_mut().unwrap() ^= 1;
                bytes
            }
            Said::Client(bytes) | Said::Meter(bytes) => bytes.clone(),
        });
        assert_eq!(pair.associate(), Err(SecurityError::Inauthentic.into()), "{mechanism:?}");
    }
}

#[test]
fn our_challenge_or_our_token_sent_back_proves_nothing() {
    for mechanism in MECHANISMS {
        // A meter that has no secret sends the client's challenge back, and lets it answer itself.
        let mut reflected = pair(config(mechanism));
        let mut challenge = Vec::new();
        reflected.tamper = Box::new(move |said| match said {
            Said::Client(bytes) if bytes.get(8) == Some(&0x60) => {
                let at = bytes.windows(1).position(|tag| tag == [0xac]).unwrap() + 4;
                let len = usize::from(bytes[at - 1]);
                challenge = bytes[at..at + len].to_vec();
                bytes.clone()
            }
            Said::Meter(bytes) if bytes.get(8) == Some(&0x61) => {
                let at = bytes.windows(1).position(|tag| tag == [0xaa]).unwrap() + 4;
                let mut bytes = bytes.clone();
                bytes[at..at + challenge.len()].copy_from_slice(&challenge);
                bytes
            }
            Said::Client(bytes) | Said::Meter(bytes) => bytes.clone(),
        });
        assert_eq!(reflected.associate(), Err(SecurityError::Reflected.into()), "{mechanism:?}");

        // A meter that has no secret sends the client's token back.
        let mut echoed = pair(config(mechanism));
        let mut token = Vec::new();
        echoed.tamper = Box::new(move |said| match said {
            Said::Client(bytes) if bytes.get(8) == Some(&0xc3) => {
                token = bytes[22..].to_vec();
                bytes.clone()
            }
            Said::Meter(bytes) if bytes.get(8) == Some(&0xc7) => {
                let mut bytes = bytes.clone();
                let start = bytes.len() - (token.len() - 1) + 1;
                let from = token.len() - (bytes.len() - start);
                bytes[start..].copy_from_slice(&token[from..]);
                bytes
            }
            Said::Client(bytes) | Said::Meter(bytes) => bytes.clone(),
        });
        let refused = echoed.associate().unwrap_err();
        assert!(matches!(refused, ClientError::Security(_)), "{mechanism:?}: {refused:?}");
    }
}

#[test]
fn a_client_without_a_title_is_refused_where_titles_are_part_of_the_proof() {
    for mechanism in [MechanismName::HlsSha256, MechanismName::HlsEcdsa, MechanismName::HlsGmac] {
        let mut untitled = pair(config(mechanism));
        untitled.tamper = Box::new(|said| match said {
            // Without calling-AP-title.
            Said::Client(bytes) if bytes.get(8) == Some(&0x60) => {
                let mut bytes = bytes.clone();
                let at = bytes.windows(2).position(|tag| tag == [0xa6, 0x0a]).unwrap();
                bytes.drain(at..at + 12);
                bytes[7] -= 12;
                bytes[9] -= 12;
                bytes
            }
            Said::Client(bytes) | Said::Meter(bytes) => bytes.clone(),
        });
        match untitled.associate().unwrap_err() {
            ClientError::Refused(Refusal::Association { diagnostic, .. }) => {
                let unknown = AcseDiagnostic::User(UserDiagnostic::CallingApTitleNotRecognized);
                assert_eq!(diagnostic, unknown, "{mechanism:?}");
            }
            other => panic!("{mechanism:?}: {other:?}"),
        }
        let none = ClientConfig { ciphering: None, ..config(mechanism) };
        let mut pair = Pair::with(none, vec![meter(&config(mechanism), None)]);
        assert_eq!(pair.associate(), Err(Misuse::Incomplete("a system title").into()));
    }
}

#[test]
fn a_short_challenge_is_refused_where_signatures_prove() {
    let mut pair = pair(config(MechanismName::HlsEcdsa));
    pair.tamper = Box::new(|said| match said {
        // The challenge of 32 octets becomes one of 8: the rest is an element that nobody knows.
        Said::Client(bytes) if bytes.get(8) == Some(&0x60) => {
            let mut bytes = bytes.clone();
            let at = bytes.windows(4).position(|tag| tag == [0xac, 0x22, 0x80, 0x20]).unwrap();
            bytes[at..at + 4].copy_from_slice(&[0xac, 0x0a, 0x80, 0x08]);
            bytes[at + 12..at + 14].copy_from_slice(&[0xbd, 0x16]);
            bytes
        }
        Said::Client(bytes) | Said::Meter(bytes) => bytes.clone(),
    });
    match pair.associate().unwrap_err() {
        ClientError::Refused(Refusal::Association { diagnostic, .. }) => {
            assert_eq!(diagnostic, AcseDiagnostic::User(UserDiagnostic::AuthenticationFailure));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_public_key_may_come_in_a_certificate_that_the_provider_trusts() {
    let (config, suite) = (config(MechanismName::HlsEcdsa), SecuritySuite::Suite1);
    for (title, trusted) in [(CLIENT_TITLE, true), (METER_TITLE, false)] {
        let mut pair = Pair::with(config.clone(), vec![meter(&config, None)]);
        with_secrets(&mut pair, suite);
        let certificate = [&title.0[..], signing_key(suite, CLIENT).unwrap().as_slice()].concat();
        pair.tamper = Box::new(move |said| match said {
            Said::Client(bytes) if bytes.get(8) == Some(&0x60) => {
                // Behind the title goes calling-AE-qualifier; lengths grow by as much.
                let mut bytes = bytes.clone();
                let at = bytes.windows(2).position(|tag| tag == [0xa6, 0x0a]).unwrap() + 12;
                let len = certificate.len() as u8;
                let element = [&[0xa7, len + 2, 0x04, len][..], &certificate].concat();
                let added = element.len();
                bytes.splice(at..at, element);
                let short = usize::from(bytes[9]);
                if short < 0x80 && short + added >= 0x80 {
                    bytes[9] = (short + added) as u8;
                    bytes.insert(9, 0x81);
                } else {
                    panic!("an AARQ of another length");
                }
                let len = (bytes.len() - 8) as u16;
                bytes[6..8].copy_from_slice(&len.to_be_bytes());
                bytes
            }
            Said::Client(bytes) | Said::Meter(bytes) => bytes.clone(),
        });
        assert_eq!(pair.associate().is_ok(), trusted);
        let unknown =
            |event: &server::Event| matches!(event, server::Event::Insecure(_, SecurityError::NoPublicKey));
        assert_eq!(pair.audit.iter().any(unknown), !trusted);
    }
}
