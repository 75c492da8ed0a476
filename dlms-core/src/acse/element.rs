//! The elements that several ACSE messages share.

use super::{AcseRequirements, ApplicationContextName, MechanismName, ProtocolVersion};
use crate::ber::{self, INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, ObjectIdentifier, Tlv};
use crate::codec::{Decode, DecodeError, DecodeErrorKind, Writer};

/// Tag of the CHOICE charstring in an authentication-value.
const CHARSTRING: u8 = 0x80;

pub(super) fn octets<'a>(element: Tlv<'a>) -> Result<&'a [u8], DecodeError> {
    element.explicit(OCTET_STRING, "OCTET STRING").map(|value| value.rest())
}

pub(super) fn integer<'a>(element: Tlv<'a>) -> Result<&'a [u8], DecodeError> {
    let value = element.explicit(INTEGER, "INTEGER")?;
    if value.is_empty() {
        return Err(value.error(DecodeErrorKind::InvalidValue("INTEGER")));
    }
    Ok(value.rest())
}

pub(super) fn code(element: Tlv<'_>, what: &'static str) -> Result<u8, DecodeError> {
    Tlv::code(&element.explicit(INTEGER, "INTEGER")?, what)
}

pub(super) fn authentication_value<'a>(element: Tlv<'a>) -> Result<&'a [u8], DecodeError> {
    element.explicit(CHARSTRING, "charstring").map(|value| value.rest())
}

/// Never empty: it holds an APDU.
pub(super) fn user_information<'a>(element: Tlv<'a>) -> Result<&'a [u8], DecodeError> {
    let value = element.explicit(OCTET_STRING, "OCTET STRING")?;
    if value.is_empty() {
        return Err(value.error(DecodeErrorKind::InvalidValue("user-information")));
    }
    Ok(value.rest())
}

pub(super) fn context_name(element: Tlv<'_>) -> Result<ApplicationContextName, DecodeError> {
    let mut content = element.value;
    let oid = ObjectIdentifier::decode(&mut content)?;
    content.finish()?;
    Ok(oid.into())
}

pub(super) fn mechanism_name(element: &Tlv<'_>) -> Result<MechanismName, DecodeError> {
    ObjectIdentifier::decode_content(&element.value).map(MechanismName::from)
}

pub(super) fn protocol_version(element: &Tlv<'_>) -> Result<ProtocolVersion, DecodeError> {
    element.first_bit("protocol-version").map(|version1| ProtocolVersion { version1 })
}

pub(super) fn requirements(element: &Tlv<'_>) -> Result<AcseRequirements, DecodeError> {
    element.first_bit("acse-requirements").map(|authentication| AcseRequirements { authentication })
}

pub(super) fn write_octets(w: &mut Writer<'_>, tag: u8, octets: Option<&[u8]>) {
    if let Some(octets) = octets {
        ber::explicit(w, tag, OCTET_STRING, octets);
    }
}

pub(super) fn write_integer(w: &mut Writer<'_>, tag: u8, content: Option<&[u8]>) {
    if let Some(content) = content {
        ber::explicit(w, tag, INTEGER, content);
    }
}

pub(super) fn write_code(w: &mut Writer<'_>, tag: u8, code: u8) {
    ber::explicit(w, tag, INTEGER, &[code]);
}

pub(super) fn write_authentication_value(w: &mut Writer<'_>, tag: u8, value: Option<&[u8]>) {
    if let Some(value) = value {
        ber::explicit(w, tag, CHARSTRING, value);
    }
}

pub(super) fn write_primitive(w: &mut Writer<'_>, tag: u8, content: Option<&[u8]>) {
    if let Some(content) = content {
        ber::primitive(w, tag, content);
    }
}

pub(super) fn write_context_name(w: &mut Writer<'_>, tag: u8, name: ApplicationContextName) {
    ber::explicit(w, tag, OBJECT_IDENTIFIER, ObjectIdentifier::from(name).octets());
}

pub(super) fn write_mechanism_name(w: &mut Writer<'_>, tag: u8, name: Option<MechanismName>) {
    if let Some(name) = name {
        ber::primitive(w, tag, ObjectIdentifier::from(name).octets());
    }
}

pub(super) fn write_bit(w: &mut Writer<'_>, tag: u8, bit: Option<bool>) {
    if let Some(bit) = bit {
        ber::primitive(w, tag, &[7, u8::from(bit) << 7]);
    }
}
