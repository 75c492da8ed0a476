use spki::ObjectIdentifier;
use spki::der::asn1::{BitStringRef, OctetStringRef};
use spki::der::{Decode, Reader, SliceReader, Tag};

use super::{CertificateError, name};
use crate::SystemTitle;
use crate::certificate::Purpose;

const SUBJECT_KEY_IDENTIFIER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.14");
const KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.15");
const SUBJECT_ALT_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.17");
const BASIC_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.19");
const CERTIFICATE_POLICIES: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.32");
const AUTHORITY_KEY_IDENTIFIER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.35");
const EXTENDED_KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37");
const SERVER_AUTH: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.1");
const CLIENT_AUTH: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.2");

/// What the extensions of a certificate say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Extensions<'a> {
    pub(super) usage: KeyUsage,
    /// It may issue others.
    pub(super) authority: bool,
    /// How many authorities may stand below it.
    pub(super) path_length: Option<u8>,
    /// GeneralNames in DER, empty if there are none.
    pub(super) subject_alt_name: &'a [u8],
    /// The system title there.
    pub(super) title: Option<SystemTitle>,
    subject_key: Option<&'a [u8]>,
    authority_key: Option<&'a [u8]>,
    /// Whether it restricts itself to TLS, or to something else.
    extended: Option<bool>,
    seen: Seen,
}

/// The bits of key usage that matter here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct KeyUsage {
    pub(super) digital_signature: bool,
    pub(super) key_agreement: bool,
    pub(super) certificate_signature: bool,
}

/// Which extensions were there: each may be there once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Seen(u8);

impl Seen {
    fn once(&mut self, bit: u8) -> Result<(), CertificateError> {
        if self.0 & bit != 0 {
            return Err(CertificateError::Malformed("an extension twice"));
        }
        self.0 |= bit;
        Ok(())
    }
}

impl<'a> Extensions<'a> {
    /// Reads the sequence of extensions.
    pub(super) fn decode(r: &mut SliceReader<'a>) -> Result<Self, CertificateError> {
        let mut all = Self::default();
        r.sequence(|r| {
            while !r.is_finished() {
                r.sequence(|r| {
                    let kind: ObjectIdentifier = r.decode()?;
                    // False is the default, which DER leaves out.
                    let critical = match Tag::peek(r)? {
                        Tag::Boolean => bool::decode(r)?,
                        _ => false,
                    };
                    let value = <&OctetStringRef>::decode(r)?;
                    all.take(kind, critical, value.as_bytes())
                })?;
            }
            Ok::<_, CertificateError>(())
        })?;
        Ok(all)
    }

    fn take(
        &mut self,
        kind: ObjectIdentifier,
        critical: bool,
        value: &'a [u8],
    ) -> Result<(), CertificateError> {
        match kind {
            KEY_USAGE => {
                self.seen.once(1)?;
                let bits = BitStringRef::from_der(value)?;
                let bit = |number| bits.get(number).unwrap_or(false);
                self.usage = KeyUsage {
                    digital_signature: bit(0),
                    key_agreement: bit(4),
                    certificate_signature: bit(5),
                };
            }
            BASIC_CONSTRAINTS => {
                self.seen.once(2)?;
                let mut r = SliceReader::new(value)?;
                (self.authority, self.path_length) = r.sequence(|r| {
                    let authority = match r.is_finished() {
                        false if Tag::peek(r)? == Tag::Boolean => bool::decode(r)?,
                        _ => false,
                    };
                    let length = if r.is_finished() { None } else { Some(u8::decode(r)?) };
                    Ok::<_, spki::der::Error>((authority, length))
                })?;
                r.finish()?;
            }
            SUBJECT_ALT_NAME => {
                self.seen.once(4)?;
                self.subject_alt_name = value;
                self.title = name::hardware_system_title(value)?;
            }
            SUBJECT_KEY_IDENTIFIER => {
                self.seen.once(8)?;
                self.subject_key = Some(<&OctetStringRef>::from_der(value)?.as_bytes());
            }
            AUTHORITY_KEY_IDENTIFIER => {
                self.seen.once(16)?;
                self.authority_key = authority_key(value)?;
            }
            EXTENDED_KEY_USAGE => {
                self.seen.once(32)?;
                let mut r = SliceReader::new(value)?;
                let mut tls = false;
                r.sequence(|r| {
                    while !r.is_finished() {
                        let usage: ObjectIdentifier = r.decode()?;
                        tls |= usage == SERVER_AUTH || usage == CLIENT_AUTH;
                    }
                    Ok::<_, spki::der::Error>(())
                })?;
                r.finish()?;
                self.extended = Some(tls);
            }
            CERTIFICATE_POLICIES => self.seen.once(64)?,
            _ if critical => return Err(CertificateError::CriticalExtension),
            _ => {}
        }
        Ok(())
    }

    /// Whether the key may be used for this. Without the extension, it may not.
    pub(super) fn allow(&self, purpose: Purpose) -> bool {
        let Self { usage, authority, extended, .. } = self;
        !*authority
            && match purpose {
                Purpose::Signing => usage.digital_signature && *extended != Some(true),
                Purpose::Agreement => usage.key_agreement && *extended != Some(true),
                Purpose::Tls => (usage.digital_signature || usage.key_agreement) && *extended != Some(false),
            }
    }

    /// Whether this may be the issuer of another by their key identifiers, where both have one.
    pub(super) fn may_have_issued(&self, other: &Self) -> bool {
        match (self.subject_key, other.authority_key) {
            (Some(own), Some(named)) => own == named,
            _ => true,
        }
    }
}

/// The key identifier `[0]` in AuthorityKeyIdentifier, if it is there.
fn authority_key(value: &[u8]) -> Result<Option<&[u8]>, CertificateError> {
    use spki::der::asn1::AnyRef;
    use spki::der::{TagNumber, Tagged};
    const KEY: Tag = Tag::ContextSpecific { constructed: false, number: TagNumber(0) };

    let mut r = SliceReader::new(value)?;
    let mut key = None;
    r.sequence(|r| {
        while !r.is_finished() {
            let field = AnyRef::decode(r)?;
            if field.tag() == KEY {
                key = Some(field.value());
            }
        }
        Ok::<_, spki::der::Error>(())
    })?;
    r.finish()?;
    Ok(key)
}
