use dlms_core::crypto::{CryptoProvider, Part, SecuritySuite};
use spki::der::asn1::{AnyRef, BitStringRef, GeneralizedTime, UtcTime};
use spki::der::{Decode, Reader, SliceReader, Tag, TagNumber, Tagged};
use spki::{AlgorithmIdentifierRef, ObjectIdentifier, SubjectPublicKeyInfoRef};

use super::extensions::Extensions;
use super::signature::{Signature, suite_of};
use super::{CertificateError, name};
use crate::certificate::{Purpose, UnixTime};
use crate::{PublicKey, SystemTitle};

/// A certificate of the profile, read where it lies. That it was read says nothing about whether it is true: see
/// [`check`](super::check).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Certificate<'a> {
    der: &'a [u8],
    signed: &'a [u8],
    serial_number: &'a [u8],
    issuer: &'a [u8],
    subject: &'a [u8],
    not_before: UnixTime,
    not_after: UnixTime,
    public_key: PublicKey,
    system_title: Option<SystemTitle>,
    pub(super) extensions: Extensions<'a>,
    signature: Signature,
    signature_suite: SecuritySuite,
}

impl<'a> Certificate<'a> {
    /// Octets of a certificate at most.
    pub const MAX_LEN: usize = 4096;

    /// Reads a certificate in DER.
    ///
    /// # Errors
    /// `Malformed`, `TooLong`, `Unsupported`, `CriticalExtension`.
    pub fn from_der(der: &'a [u8]) -> Result<Self, CertificateError> {
        if der.len() > Self::MAX_LEN {
            return Err(CertificateError::TooLong);
        }
        let mut r = SliceReader::new(der)?;
        let (signed, algorithm, signature) = r.sequence(|r| {
            let signed = r.tlv_bytes()?;
            Ok::<_, spki::der::Error>((signed, AlgorithmIdentifierRef::decode(r)?, BitStringRef::decode(r)?))
        })?;
        r.finish()?;
        let signature_suite = signature_algorithm(&algorithm)?;
        let signature = signature.as_bytes().ok_or(CertificateError::Malformed("signature"))?;
        let signature = Signature::from_der(signature_suite, signature)?;
        let mut r = SliceReader::new(signed)?;
        let certificate = r.sequence(|r| {
            if r.context_specific::<u8>(TagNumber(0), spki::der::TagMode::Explicit)? != Some(2) {
                return Err(CertificateError::Unsupported("another version than 3"));
            }
            let serial_number = serial_number(AnyRef::decode(r)?)?;
            if AlgorithmIdentifierRef::decode(r)? != algorithm {
                return Err(CertificateError::Malformed("two signature algorithms"));
            }
            let issuer = r.tlv_bytes()?;
            let (not_before, not_after) = r.sequence(|r| Ok::<_, CertificateError>((time(r)?, time(r)?)))?;
            let subject = r.tlv_bytes()?;
            let public_key = public_key(&SubjectPublicKeyInfoRef::decode(r)?)?;
            // Unique identifiers [1] and [2] are of no use here.
            while !r.is_finished() && Tag::peek(r)? != EXTENSIONS {
                AnyRef::decode(r)?;
            }
            let extensions = match r.is_finished() {
                true => Extensions::default(),
                false => {
                    let mut inner = SliceReader::new(AnyRef::decode(r)?.value())?;
                    let extensions = Extensions::decode(&mut inner)?;
                    inner.finish()?;
                    extensions
                }
            };
            let system_title = match (name::system_title(subject)?, extensions.title) {
                (Some(a), Some(b)) if a != b => return Err(CertificateError::Malformed("two system titles")),
                (a, b) => a.or(b),
            };
            name::system_title(issuer)?;
            Ok(Self {
                der,
                signed,
                serial_number,
                issuer,
                subject,
                not_before,
                not_after,
                public_key,
                system_title,
                extensions,
                signature,
                signature_suite,
            })
        })?;
        r.finish()?;
        Ok(certificate)
    }

    /// All its octets.
    #[must_use]
    pub const fn der(&self) -> &'a [u8] {
        self.der
    }

    /// The octets of its serial number, big-endian, with a leading zero where the first bit would else be set.
    #[must_use]
    pub const fn serial_number(&self) -> &'a [u8] {
        self.serial_number
    }

    /// Whether this is its serial number: as the octets of the number or, as some write it, as an INTEGER in DER.
    #[must_use]
    pub fn has_serial_number(&self, number: &[u8]) -> bool {
        let unsigned = |number: &[u8]| number.iter().position(|octet| *octet != 0).unwrap_or(number.len());
        let significant = |number: &'_ [u8]| number.get(unsigned(number)..).unwrap_or_default().len();
        let equal =
            |a: &[u8], b: &[u8]| a.iter().rev().take(significant(a)).eq(b.iter().rev().take(significant(b)));
        let content = AnyRef::from_der(number).ok().filter(|any| any.tag() == Tag::Integer);
        equal(self.serial_number, number)
            || content.is_some_and(|content| equal(self.serial_number, content.value()))
    }

    /// Its issuer: a Name in DER.
    #[must_use]
    pub const fn issuer(&self) -> &'a [u8] {
        self.issuer
    }

    /// Its subject: a Name in DER.
    #[must_use]
    pub const fn subject(&self) -> &'a [u8] {
        self.subject
    }

    /// The alternative names of its subject: GeneralNames in DER, empty if there are none.
    #[must_use]
    pub const fn subject_alt_name(&self) -> &'a [u8] {
        self.extensions.subject_alt_name
    }

    /// Whose it is, if it names a system title.
    #[must_use]
    pub const fn system_title(&self) -> Option<SystemTitle> {
        self.system_title
    }

    /// When it begins to hold, and when it ends: both included.
    #[must_use]
    pub const fn validity(&self) -> (UnixTime, UnixTime) {
        (self.not_before, self.not_after)
    }

    /// The key it certifies.
    #[must_use]
    pub const fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// Whether its key may be used for this.
    #[must_use]
    pub fn is_for(&self, purpose: Purpose) -> bool {
        self.extensions.allow(purpose)
    }

    /// Whether it may issue others.
    #[must_use]
    pub const fn is_authority(&self) -> bool {
        self.extensions.authority && self.extensions.usage.certificate_signature
    }

    /// Checks that it holds at a time.
    ///
    /// # Errors
    /// `Expired`, `NotYetValid`.
    pub fn check_time(&self, now: UnixTime) -> Result<(), CertificateError> {
        if now < self.not_before {
            return Err(CertificateError::NotYetValid);
        }
        if now > self.not_after { Err(CertificateError::Expired) } else { Ok(()) }
    }

    /// Checks that it was signed with a key.
    ///
    /// # Errors
    /// `Inauthentic`, `Suite`; or the provider failed.
    pub(super) fn check_signature<C: CryptoProvider + ?Sized>(
        &self,
        crypto: &mut C,
        by: &PublicKey,
    ) -> Result<(), CertificateError> {
        if by.suite() != self.signature_suite {
            return Err(CertificateError::Suite);
        }
        let parts = [Part::Bytes(self.signed)];
        Ok(crypto.verify(by.suite(), by.as_slice(), &parts, self.signature.as_slice())?)
    }
}

/// The key of a SubjectPublicKeyInfo.
pub(super) fn public_key(info: &SubjectPublicKeyInfoRef<'_>) -> Result<PublicKey, CertificateError> {
    let curve = info.algorithm.parameters.map(ObjectIdentifier::try_from).transpose()?;
    let suite = match (info.algorithm.oid, curve) {
        (EC_PUBLIC_KEY, Some(P256)) => SecuritySuite::Suite1,
        (EC_PUBLIC_KEY, Some(P384)) => SecuritySuite::Suite2,
        _ => return Err(CertificateError::Unsupported("public key algorithm")),
    };
    let key = match info.subject_public_key.as_bytes().and_then(<[u8]>::split_first) {
        Some((4, key)) => PublicKey::from_slice(key).filter(|key| key.suite() == suite),
        _ => None,
    };
    key.ok_or(CertificateError::Malformed("public key"))
}

pub(super) const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
pub(super) const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
pub(super) const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const EXTENSIONS: Tag = Tag::ContextSpecific { constructed: true, number: TagNumber(3) };

/// The suite of a signature algorithm, which has no parameters.
pub(super) fn signature_algorithm(
    algorithm: &AlgorithmIdentifierRef<'_>,
) -> Result<SecuritySuite, CertificateError> {
    match algorithm.parameters {
        None => suite_of(algorithm.oid),
        Some(_) => Err(CertificateError::Unsupported("parameters of a signature algorithm")),
    }
}

/// A positive number of 20 octets at most, in as few as possible.
fn serial_number(number: AnyRef<'_>) -> Result<&[u8], CertificateError> {
    let octets = number.value();
    let minimal = match octets {
        [first] => *first < 0x80,
        [first, second, ..] => *first < 0x80 && (*first != 0 || *second >= 0x80),
        [] => false,
    };
    if number.tag() == Tag::Integer && minimal && octets.len() <= 20 {
        Ok(octets)
    } else {
        Err(CertificateError::Malformed("serial number"))
    }
}

fn time(r: &mut SliceReader<'_>) -> Result<UnixTime, CertificateError> {
    let since = match Tag::peek(r)? {
        Tag::UtcTime => UtcTime::decode(r)?.to_unix_duration(),
        _ => GeneralizedTime::decode(r)?.to_unix_duration(),
    };
    Ok(UnixTime(since.as_secs()))
}
