//! Certificates that openssl made: those of the profile are taken, whatever is wrong with another is told.
#![cfg(all(feature = "certificates", feature = "elliptic-curves", feature = "alloc"))]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod support;

use std::path::Path;

use dlms_core::crypto::{CryptoError, CryptoProvider, KeyId, KeyKind, SecuritySuite};
use dlms_security::certificate::{
    Authority, Certificate, CertificateError, CertificateRequest, CertificateStore, Entity, Expected,
    FixedCertificates, GrowingCertificates, Purpose, StoreFull, StoredCertificate, UnixTime, check,
    check_authority, write_request,
};
use dlms_security::{GrowingKeys, SoftwareProvider, SystemTitle};
use support::Counting;
use x509_cert::der::{Decode, Encode};

const CLIENT: SystemTitle = SystemTitle(*b"CLIENT01");
const METER: SystemTitle = SystemTitle(*b"MAC\0\0\0\0\x01");
/// 2024-01-01.
const NOW: UnixTime = UnixTime(1_704_067_200);

fn provider() -> SoftwareProvider<Counting, GrowingKeys> {
    SoftwareProvider::new(Counting::default())
}

fn read(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/certificates");
    std::fs::read(folder.join(name).with_extension("der")).unwrap()
}

fn suite(number: u8) -> SecuritySuite {
    SecuritySuite::from_id(number).unwrap()
}

fn expected(purpose: Purpose) -> Expected {
    Expected { purpose, suite: SecuritySuite::Suite1, system_title: Some(CLIENT), now: Some(NOW) }
}

/// Checks a certificate against the authorities of suite 1 and `more` that are no anchors.
fn checked(name: &str, more: &[&str], expected: &Expected) -> Result<(), CertificateError> {
    let (root, sub, der) = (read("suite1-root"), read("suite1-sub"), read(name));
    let more: Vec<_> = more.iter().map(|name| read(name)).collect();
    let mut authorities =
        vec![Authority { der: &sub, anchor: false }, Authority { der: &root, anchor: true }];
    authorities.extend(more.iter().map(|der| Authority { der, anchor: false }));
    check(&mut provider(), &Certificate::from_der(&der)?, &authorities[..], expected)
}

#[test]
fn certificates_of_both_suites_are_taken_up_to_their_anchor() {
    for number in [1, 2] {
        let (root, sub) = (read(&format!("suite{number}-root")), read(&format!("suite{number}-sub")));
        let authorities = [Authority { der: &root, anchor: true }, Authority { der: &sub, anchor: false }];
        for (name, title, purpose) in [
            ("client-sign", CLIENT, Purpose::Signing),
            ("client-agree", CLIENT, Purpose::Agreement),
            ("meter-sign", METER, Purpose::Signing),
            ("meter-agree", METER, Purpose::Agreement),
            ("meter-tls", METER, Purpose::Tls),
        ] {
            let der = read(&format!("suite{number}-{name}"));
            let certificate = Certificate::from_der(&der).unwrap();
            assert_eq!(certificate.system_title(), Some(title), "{name}");
            let expected =
                Expected { purpose, suite: suite(number), system_title: Some(title), now: Some(NOW) };
            assert_eq!(check(&mut provider(), &certificate, &authorities[..], &expected), Ok(()), "{name}");
            let alone = &authorities[1..];
            let unanchored = check(&mut provider(), &certificate, alone, &expected);
            assert_eq!(unanchored, Err(CertificateError::Untrusted), "{name}");
        }
    }
}

#[test]
fn another_implementation_reads_the_same() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/certificates");
    let mut read = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "der") {
            continue;
        }
        let der = std::fs::read(&path).unwrap();
        let Ok(own) = Certificate::from_der(&der) else { continue };
        let other = x509_cert::Certificate::from_der(&der).unwrap();
        let other = other.tbs_certificate();
        assert_eq!(own.serial_number(), other.serial_number().as_bytes(), "{path:?}");
        assert_eq!(own.issuer(), other.issuer().to_der().unwrap(), "{path:?}");
        assert_eq!(own.subject(), other.subject().to_der().unwrap(), "{path:?}");
        let key = other.subject_public_key_info().subject_public_key.raw_bytes();
        assert_eq!(own.public_key().as_slice(), &key[1..], "{path:?}");
        let (from, to) = own.validity();
        assert_eq!(from.0, other.validity().not_before.to_unix_duration().as_secs(), "{path:?}");
        assert_eq!(to.0, other.validity().not_after.to_unix_duration().as_secs(), "{path:?}");
        read += 1;
    }
    assert!(read >= 20, "{read}");
}

#[test]
fn an_expired_certificate_is_refused() {
    assert_eq!(checked("expired", &[], &expected(Purpose::Signing)), Err(CertificateError::Expired));
    let then = Expected { now: Some(UnixTime(1_600_000_000)), ..expected(Purpose::Signing) };
    assert_eq!(checked("expired", &[], &then), Ok(()));
    assert_eq!(checked("future", &[], &expected(Purpose::Signing)), Err(CertificateError::NotYetValid));
}

#[test]
fn without_a_clock_no_certificate_is_taken() {
    let timeless = Expected { now: None, ..expected(Purpose::Signing) };
    assert_eq!(checked("suite1-client-sign", &[], &timeless), Err(CertificateError::NoTime));
}

#[test]
fn an_untrusted_certificate_is_refused() {
    let signing = expected(Purpose::Signing);
    // An authority that calls itself as the trusted one, without and with its own certificate at hand.
    let known_by_name = checked("untrusted", &[], &signing).unwrap_err();
    assert!(matches!(known_by_name, CertificateError::Untrusted | CertificateError::Inauthentic));
    let vouched = checked("untrusted", &["other-root"], &signing).unwrap_err();
    assert!(matches!(vouched, CertificateError::Untrusted | CertificateError::Inauthentic), "{vouched:?}");
    // An end entity is no authority, and one that may have none below it has none.
    let issued = checked("unsigned", &["suite1-client-sign"], &signing);
    assert_eq!(issued, Err(CertificateError::Untrusted));
    assert_eq!(checked("deep", &["below-limit"], &signing), Err(CertificateError::Untrusted));
    let (root, sub, below) = (read("suite1-root"), read("suite1-sub"), read("below-limit"));
    let known = [Authority { der: &sub, anchor: false }, Authority { der: &root, anchor: true }];
    let authority =
        |der| check_authority(&mut provider(), &Certificate::from_der(der)?, &known[..], Some(NOW));
    assert_eq!((authority(&sub), authority(&below)), (Ok(()), Err(CertificateError::Untrusted)));
    assert_eq!(authority(&read("suite1-client-sign")), Err(CertificateError::KeyUsage));
    // An authority's is no end entity's.
    let authority = Expected { system_title: None, ..signing };
    assert_eq!(checked("suite1-sub", &[], &authority), Err(CertificateError::KeyUsage));
}

#[test]
fn a_certificate_for_another_use_is_refused() {
    for (name, purpose) in [
        ("suite1-client-sign", Purpose::Agreement),
        ("suite1-client-sign", Purpose::Tls),
        ("suite1-client-agree", Purpose::Signing),
    ] {
        let result = checked(name, &[], &expected(purpose));
        // Without extended key usage, one that signs is good for TLS too.
        let wanted = if purpose == Purpose::Tls { Ok(()) } else { Err(CertificateError::KeyUsage) };
        assert_eq!(result, wanted, "{name} {purpose:?}");
    }
    let meter = Expected { system_title: Some(METER), ..expected(Purpose::Signing) };
    assert_eq!(checked("suite1-meter-tls", &[], &meter), Err(CertificateError::KeyUsage));
    let suite_2 = Expected { suite: SecuritySuite::Suite2, ..expected(Purpose::Signing) };
    assert_eq!(checked("suite1-client-sign", &[], &suite_2), Err(CertificateError::Suite));
}

#[test]
fn a_certificate_of_another_system_title_is_refused() {
    let signing = expected(Purpose::Signing);
    for name in ["other-title", "lower-case", "no-title"] {
        assert_eq!(checked(name, &[], &signing), Err(CertificateError::SystemTitle), "{name}");
    }
    let anybody = Expected { system_title: None, ..signing };
    assert_eq!(checked("other-title", &[], &anybody), Ok(()));
    assert_eq!(checked("no-title", &[], &anybody), Err(CertificateError::SystemTitle));
    let other = Certificate::from_der(&read("other-title")).map(|c| c.system_title());
    assert_eq!(other, Ok(Some(SystemTitle(*b"CLIENT02"))));
}

#[test]
fn the_gbcs_variant_names_its_title_in_the_hardware_module_name() {
    assert_eq!(checked("gbcs", &[], &expected(Purpose::Signing)), Ok(()));
    let der = read("gbcs");
    let certificate = Certificate::from_der(&der).unwrap();
    assert_eq!(certificate.subject(), [0x30, 0]);
    assert!(certificate.subject_alt_name().ends_with(b"CLIENT01"));
}

#[test]
fn an_unknown_critical_extension_is_refused() {
    assert_eq!(Certificate::from_der(&read("critical")), Err(CertificateError::CriticalExtension));
}

#[test]
fn no_octet_of_a_certificate_can_be_changed() {
    let der = read("suite1-client-sign");
    let mut accepted = Vec::new();
    let (root, sub) = (read("suite1-root"), read("suite1-sub"));
    let authorities = [Authority { der: &root, anchor: true }, Authority { der: &sub, anchor: false }];
    for at in 0..der.len() {
        for bit in [0x01, 0x80] {
            let mut changed = der.clone();
            changed[at] ^= bit;
            let Ok(certificate) = Certificate::from_der(&changed) else { continue };
            if check(&mut provider(), &certificate, &authorities[..], &expected(Purpose::Signing)).is_ok() {
                accepted.push(at);
            }
        }
    }
    assert!(accepted.is_empty(), "{accepted:?}");
    for len in 0..der.len() {
        assert!(Certificate::from_der(&der[..len]).is_err(), "{len}");
    }
    let longer = [&der[..], &[0]].concat();
    assert!(Certificate::from_der(&longer).is_err());
    assert_eq!(Certificate::from_der(&vec![0x30; Certificate::MAX_LEN + 1]), Err(CertificateError::TooLong));
}

#[test]
fn serial_numbers_are_known_in_both_encodings() {
    let der = read("suite1-meter-sign");
    let certificate = Certificate::from_der(&der).unwrap();
    let number = certificate.serial_number();
    let tagged = [&[2, u8::try_from(number.len()).unwrap()], number].concat();
    let padded = [&[0], number].concat();
    assert!([number, &tagged, &padded].iter().all(|number| certificate.has_serial_number(number)));
    assert!(!certificate.has_serial_number(&number[1..]) && !certificate.has_serial_number(&[]));
}

#[test]
fn a_request_is_signed_by_the_key_it_is_for() {
    for (number, kind) in
        [(1, KeyKind::Signing), (1, KeyKind::Agreement), (2, KeyKind::Signing), (2, KeyKind::Tls)]
    {
        let (mut crypto, key) = (provider(), KeyId { setup: 0, kind });
        let mut out = [0; 512];
        let none = write_request(&mut crypto, suite(number), key, METER, &mut out);
        assert_eq!(none, Err(CertificateError::Provider(CryptoError::NoSuchKey(key))));
        crypto.generate_key_pair(suite(number), key).unwrap();
        let der = write_request(&mut crypto, suite(number), key, METER, &mut out).unwrap();
        let request = CertificateRequest::from_der(der).unwrap();
        assert_eq!(request.system_title(), Some(METER));
        assert_eq!(request.check(&mut crypto), Ok(()));
        let other = x509_cert::request::CertReq::from_der(der).unwrap();
        assert_eq!(other.info.subject.to_string(), "CN=4D41430000000001");
        assert_eq!(other.to_der().unwrap(), der);
        let mut changed = der.to_vec();
        let at = changed.windows(16).position(|name| name == b"4D41430000000001").unwrap();
        changed[at] ^= 1;
        let request = CertificateRequest::from_der(&changed).unwrap();
        assert_eq!(request.check(&mut crypto), Err(CertificateError::Inauthentic));
        let mut small = [0; 64];
        let short = write_request(&mut crypto, suite(number), key, METER, &mut small);
        assert_eq!(short, Err(CertificateError::TooLong));
    }
}

#[test]
fn openssl_verifies_our_requests_where_it_is_installed() {
    let file = std::env::temp_dir().join(format!("dlms-request-{}.der", std::process::id()));
    for number in [1, 2] {
        let (mut crypto, key) = (provider(), KeyId { setup: 0, kind: KeyKind::Signing });
        crypto.generate_key_pair(suite(number), key).unwrap();
        let mut out = [0; 512];
        let der = write_request(&mut crypto, suite(number), key, METER, &mut out).unwrap();
        std::fs::write(&file, der).unwrap();
        let openssl = std::process::Command::new("openssl")
            .args(["req", "-verify", "-noout", "-inform", "DER", "-subject", "-in"])
            .arg(&file)
            .output();
        let Ok(openssl) = openssl else { continue };
        let told = [openssl.stdout, openssl.stderr].concat();
        let told = String::from_utf8_lossy(&told).into_owned();
        assert!(
            openssl.status.success() && told.contains("OK") && told.contains("4D41430000000001"),
            "{told}"
        );
    }
    let _ = std::fs::remove_file(file);
}

#[test]
fn stores_keep_what_fits_and_forget_in_order() {
    fn same<S: CertificateStore>(mut store: S, room: usize) {
        let certificate = |der| StoredCertificate {
            entity: Entity::Client,
            purpose: Some(Purpose::Signing),
            anchor: false,
            der,
        };
        let numbers: Vec<_> = (0..=u8::try_from(room).unwrap()).map(|n| [n; 9]).collect();
        for number in &numbers[..room] {
            assert_eq!(store.insert(certificate(number)), Ok(()));
        }
        assert_eq!(store.insert(certificate(&numbers[room])), Err(StoreFull));
        store.remove(0);
        store.remove(room);
        let kept: Vec<_> = (0..).map_while(|index| store.at(index)).map(|kept| kept.der[0]).collect();
        assert_eq!(kept, (1..u8::try_from(room).unwrap()).collect::<Vec<_>>());
        assert_eq!(store.insert(certificate(&numbers[room])), Ok(()));
    }
    same(FixedCertificates::<3, 9>::new(|| Some(NOW)), 3);
    same(GrowingCertificates::new(|| Some(NOW)), GrowingCertificates::LIMIT);
    let long = StoredCertificate { entity: Entity::Other, purpose: None, anchor: false, der: &[0; 10] };
    assert_eq!(FixedCertificates::<1, 9>::new(|| None).insert(long), Err(StoreFull));
}

#[test]
fn only_authorities_become_anchors() {
    let mut store = GrowingCertificates::new(|| Some(NOW));
    assert_eq!(store.trust(&read("suite1-root")), Ok(()));
    assert_eq!(store.trust(&read("suite1-client-sign")), Err(CertificateError::KeyUsage));
    assert!(store.trust(&[0x30, 0]).is_err());
    assert!(store.at(0).unwrap().anchor && store.at(1).is_none());
}
