use dlms_core::crypto::SecuritySuite;
use spki::ObjectIdentifier;
use spki::der::asn1::UintRef;
use spki::der::{Decode, Reader, SliceReader};

use super::CertificateError;

pub(super) const ECDSA_WITH_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
pub(super) const ECDSA_WITH_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3");

/// A signature as the provider takes it: r then s, each as long as the curve's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Signature {
    octets: [u8; 96],
    suite: SecuritySuite,
}

impl Signature {
    /// From ECDSA-Sig-Value in DER.
    pub(super) fn from_der(suite: SecuritySuite, der: &[u8]) -> Result<Self, CertificateError> {
        let mut r = SliceReader::new(der)?;
        let (first, second) =
            r.sequence(|r| Ok::<_, spki::der::Error>((UintRef::decode(r)?, UintRef::decode(r)?)))?;
        r.finish()?;
        let mut octets = [0; 96];
        let half = suite.coordinate_len();
        let (front, rest) = octets.split_at_mut_checked(half).ok_or(WRONG)?;
        for (to, number) in [(front, first), (rest.get_mut(..half).ok_or(WRONG)?, second)] {
            let number = number.as_bytes();
            let at = to.len().checked_sub(number.len()).ok_or(WRONG)?;
            to.iter_mut().skip(at).zip(number).for_each(|(to, from)| *to = *from);
        }
        Ok(Self { octets, suite })
    }

    /// Its octets.
    pub(super) fn as_slice(&self) -> &[u8] {
        self.octets.get(..self.suite.public_key_len()).unwrap_or_default()
    }
}

const WRONG: CertificateError = CertificateError::Malformed("signature");

/// The suite that signs with this algorithm.
pub(super) fn suite_of(algorithm: ObjectIdentifier) -> Result<SecuritySuite, CertificateError> {
    match algorithm {
        ECDSA_WITH_SHA256 => Ok(SecuritySuite::Suite1),
        ECDSA_WITH_SHA384 => Ok(SecuritySuite::Suite2),
        _ => Err(CertificateError::Unsupported("signature algorithm")),
    }
}
