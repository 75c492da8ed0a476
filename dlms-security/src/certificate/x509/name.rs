use spki::ObjectIdentifier;
use spki::der::asn1::{AnyRef, OctetStringRef};
use spki::der::{Decode, Reader, SliceReader, Tag, TagNumber, Tagged};

use super::CertificateError;
use crate::SystemTitle;

pub(super) const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
const HARDWARE_MODULE_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.8.4");
/// The name of another kind in GeneralName: `[0]`, constructed.
const OTHER_NAME: Tag = Tag::ContextSpecific { constructed: true, number: TagNumber(0) };

/// The system title in the common name of a Name, in DER; nothing where there is no common name, or one that is none.
pub(super) fn system_title(name: &[u8]) -> Result<Option<SystemTitle>, CertificateError> {
    let mut title = None;
    let mut r = SliceReader::new(name)?;
    r.sequence(|r| {
        while !r.is_finished() {
            // A set of attributes.
            let set = AnyRef::decode(r)?;
            set.tag().assert_eq(Tag::Set)?;
            let mut attributes = SliceReader::new(set.value())?;
            while !attributes.is_finished() {
                let (kind, value) = attributes.sequence(|r| {
                    Ok::<(ObjectIdentifier, _), spki::der::Error>((r.decode()?, AnyRef::decode(r)?))
                })?;
                if kind == COMMON_NAME {
                    let text = matches!(value.tag(), Tag::Utf8String | Tag::PrintableString);
                    let found = if text { from_digits(value.value()) } else { None };
                    if title.replace(found).is_some() {
                        return Err(CertificateError::Malformed("two common names"));
                    }
                }
            }
        }
        Ok(())
    })?;
    r.finish()?;
    Ok(title.flatten())
}

/// The system title in the hardware module name of a SubjectAltName, in DER.
pub(super) fn hardware_system_title(names: &[u8]) -> Result<Option<SystemTitle>, CertificateError> {
    let mut title = None;
    let mut r = SliceReader::new(names)?;
    r.sequence(|r| {
        while !r.is_finished() {
            let name = AnyRef::decode(r)?;
            if name.tag() != OTHER_NAME {
                continue;
            }
            let mut other = SliceReader::new(name.value())?;
            let kind: ObjectIdentifier = other.decode()?;
            let value = AnyRef::decode(&mut other)?;
            other.finish()?;
            if kind != HARDWARE_MODULE_NAME {
                continue;
            }
            // Explicitly tagged [0]: the type of the hardware, then its serial number.
            let mut module = SliceReader::new(value.value())?;
            let serial = module.sequence(|r| {
                let _: ObjectIdentifier = r.decode()?;
                <&OctetStringRef>::decode(r)
            })?;
            module.finish()?;
            if title.replace(SystemTitle::from_slice(serial.as_bytes())).is_some() {
                return Err(CertificateError::Malformed("two hardware module names"));
            }
        }
        Ok(())
    })?;
    r.finish()?;
    Ok(title.flatten())
}

/// A system title of 16 upper-case hexadecimal digits.
fn from_digits(text: &[u8]) -> Option<SystemTitle> {
    let digits: &[u8; 16] = text.try_into().ok()?;
    let mut title = [0; SystemTitle::LEN];
    for (octet, pair) in title.iter_mut().zip(digits.as_chunks::<2>().0) {
        let [high, low] = pair.map(digit);
        *octet = high?.checked_mul(16)?.checked_add(low?)?;
    }
    Some(SystemTitle(title))
}

const fn digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => digit.checked_sub(b'0'),
        b'A'..=b'F' => digit.checked_sub(b'A' - 10),
        _ => None,
    }
}

/// The digits of a system title.
pub(super) fn to_digits(title: SystemTitle) -> [u8; 16] {
    let mut digits = [0; 16];
    let (pairs, _) = digits.as_chunks_mut::<2>();
    for (pair, octet) in pairs.iter_mut().zip(title.0) {
        *pair = [octet >> 4, octet & 15]
            .map(|n| if n < 10 { n.wrapping_add(b'0') } else { n.wrapping_add(b'A' - 10) });
    }
    digits
}
