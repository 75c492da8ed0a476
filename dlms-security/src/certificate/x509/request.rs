use dlms_core::crypto::{CryptoProvider, KeyId, Part, SecuritySuite};
use spki::der::asn1::{AnyRef, BitStringRef, UintRef, Utf8StringRef};
use spki::der::{Decode, Encode, EncodeValue, FixedTag, Length, Reader, SliceReader, Tag, TagNumber, Writer};
use spki::{AlgorithmIdentifier, AlgorithmIdentifierRef, ObjectIdentifier, SubjectPublicKeyInfoRef};

use super::certificate::{EC_PUBLIC_KEY, P256, P384, public_key, signature_algorithm};
use super::signature::{ECDSA_WITH_SHA256, ECDSA_WITH_SHA384, Signature};
use super::{CertificateError, name};
use crate::{PublicKey, SystemTitle};

/// A request to certify a key (PKCS #10), read where it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CertificateRequest<'a> {
    signed: &'a [u8],
    system_title: Option<SystemTitle>,
    public_key: PublicKey,
    signature: Signature,
    signature_suite: SecuritySuite,
}

impl<'a> CertificateRequest<'a> {
    /// Reads a request in DER.
    ///
    /// # Errors
    /// `Malformed`, `Unsupported`.
    pub fn from_der(der: &'a [u8]) -> Result<Self, CertificateError> {
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
        let (system_title, public_key) = r.sequence(|r| {
            if u8::decode(r)? != 0 {
                return Err(CertificateError::Unsupported("another version than 1"));
            }
            let title = name::system_title(r.tlv_bytes()?)?;
            let key = public_key(&SubjectPublicKeyInfoRef::decode(r)?)?;
            while !r.is_finished() {
                AnyRef::decode(r)?;
            }
            Ok((title, key))
        })?;
        r.finish()?;
        Ok(Self { signed, system_title, public_key, signature, signature_suite })
    }

    /// Who asks, if it names a system title.
    #[must_use]
    pub const fn system_title(&self) -> Option<SystemTitle> {
        self.system_title
    }

    /// The key to certify.
    #[must_use]
    pub const fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// Checks that who asks has the private key.
    ///
    /// # Errors
    /// `Inauthentic`; or the provider failed.
    pub fn check<C: CryptoProvider + ?Sized>(&self, crypto: &mut C) -> Result<(), CertificateError> {
        if self.signature_suite != self.public_key.suite() {
            return Err(CertificateError::Suite);
        }
        let (key, parts) = (self.public_key.as_slice(), [Part::Bytes(self.signed)]);
        Ok(crypto.verify(self.signature_suite, key, &parts, self.signature.as_slice())?)
    }
}

/// Writes the request to certify a key of ours into `out`: PKCS #10 in DER, the common name is the system title. Gives
/// the octets; 512 are enough for any.
///
/// # Errors
/// The provider has no such key or failed; `TooLong` where `out` is too small; `Unsupported` for suite 0.
pub fn write_request<'o, C: CryptoProvider + ?Sized>(
    crypto: &mut C,
    suite: SecuritySuite,
    key: KeyId,
    title: SystemTitle,
    out: &'o mut [u8],
) -> Result<&'o [u8], CertificateError> {
    let (algorithm, curve) = match suite {
        SecuritySuite::Suite0 => return Err(CertificateError::Unsupported("suite 0")),
        SecuritySuite::Suite1 => (ECDSA_WITH_SHA256, P256),
        SecuritySuite::Suite2 => (ECDSA_WITH_SHA384, P384),
    };
    let mut point = [4; 97];
    let [_, rest @ ..] = &mut point;
    let len = crypto.public_key(suite, key, rest)?;
    let point = point.get(..len.saturating_add(1)).unwrap_or_default();
    let digits = name::to_digits(title);
    let digits = core::str::from_utf8(&digits).map_err(|_| CertificateError::Malformed("system title"))?;
    let attribute = Attribute { kind: name::COMMON_NAME, value: Utf8StringRef::new(digits)? };
    let info = Info {
        version: 0,
        subject: [RelativeName { attribute }],
        public_key: SubjectPublicKeyInfoRef {
            algorithm: AlgorithmIdentifier { oid: EC_PUBLIC_KEY, parameters: Some((&curve).into()) },
            subject_public_key: BitStringRef::from_bytes(point)?,
        },
        attributes: AnyRef::new(Tag::ContextSpecific { constructed: true, number: TagNumber(0) }, &[])?,
    };

    let mut signed = [0; 256];
    let signed = info.encode_to_slice(&mut signed).map_err(|_| CertificateError::TooLong)?;
    let mut raw = [0; 96];
    let len = crypto.sign(suite, key, &[Part::Bytes(signed)], &mut raw)?;
    let (r, s) =
        raw.get(..len).unwrap_or_default().split_at_checked(suite.coordinate_len()).unwrap_or_default();
    let mut signature = [0; 128];
    let signature =
        EcdsaSignature { r: UintRef::new(r)?, s: UintRef::new(s)? }.encode_to_slice(&mut signature)?;
    let request = Request {
        info,
        algorithm: AlgorithmIdentifier { oid: algorithm, parameters: None },
        signature: BitStringRef::from_bytes(signature)?,
    };
    request.encode_to_slice(out).map_err(|_| CertificateError::TooLong)
}

struct Request<'a> {
    info: Info<'a>,
    algorithm: AlgorithmIdentifierRef<'a>,
    signature: BitStringRef<'a>,
}

struct Info<'a> {
    version: u8,
    subject: [RelativeName<'a>; 1],
    public_key: SubjectPublicKeyInfoRef<'a>,
    /// None: `[0]`, empty.
    attributes: AnyRef<'a>,
}

/// A set of one attribute.
struct RelativeName<'a> {
    attribute: Attribute<'a>,
}

struct Attribute<'a> {
    kind: ObjectIdentifier,
    value: Utf8StringRef<'a>,
}

struct EcdsaSignature<'a> {
    r: UintRef<'a>,
    s: UintRef<'a>,
}

/// Writes the members one after the other.
macro_rules! encoded {
    ($tag:ident $name:ident { $($member:ident),* }) => {
        impl FixedTag for $name<'_> {
            const TAG: Tag = Tag::$tag;
        }

        impl EncodeValue for $name<'_> {
            fn value_len(&self) -> spki::der::Result<Length> {
                let mut len = Length::ZERO;
                $(len = (len + self.$member.encoded_len()?)?;)*
                Ok(len)
            }

            fn encode_value(&self, writer: &mut impl Writer) -> spki::der::Result<()> {
                $(self.$member.encode(writer)?;)*
                Ok(())
            }
        }
    };
}

encoded!(Sequence Request { info, algorithm, signature });
encoded!(Sequence Info { version, subject, public_key, attributes });
encoded!(Set RelativeName { attribute });
encoded!(Sequence Attribute { kind, value });
encoded!(Sequence EcdsaSignature { r, s });
