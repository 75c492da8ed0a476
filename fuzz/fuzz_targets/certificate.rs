//! Certificates and requests for them: nothing panics, what is read is in the octets, and nothing is trusted that no
//! authority signed.
#![no_main]

use dlms_core::crypto::SecuritySuite;
use dlms_fuzz::Dice;
use dlms_security::certificate::{
    Authority, Certificate, CertificateRequest, Expected, Purpose, UnixTime, check,
};
use dlms_security::{GrowingKeys, SoftwareProvider};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let mut crypto = SoftwareProvider::<_, GrowingKeys>::new(Dice(1));
    if let Ok(request) = CertificateRequest::from_der(input) {
        let _ = (request.system_title(), request.check(&mut crypto));
    }
    let Ok(certificate) = Certificate::from_der(input) else { return };
    assert!(input.len() <= Certificate::MAX_LEN && certificate.der() == input);
    let within = input.as_ptr_range();
    for part in [certificate.serial_number(), certificate.issuer(), certificate.subject()] {
        let part = part.as_ptr_range();
        assert!(within.start <= part.start && part.end <= within.end);
    }
    assert!(certificate.has_serial_number(certificate.serial_number()));
    let (from, to) = certificate.validity();
    assert_eq!(certificate.check_time(from).is_ok(), from <= to);
    for purpose in [Purpose::Signing, Purpose::Agreement, Purpose::Tls] {
        let suite = certificate.public_key().suite();
        assert_ne!(suite, SecuritySuite::Suite0);
        let expected = Expected { purpose, suite, system_title: None, now: Some(UnixTime(from.0)) };
        assert!(check(&mut crypto, &certificate, &[][..], &expected).is_err());
        // An authority never vouches for itself as for an end entity.
        let own = [Authority { der: input, anchor: true }];
        assert!(
            check(&mut crypto, &certificate, &own[..], &expected).is_err() || !certificate.is_authority()
        );
    }
});
