use dlms_core::codec::{Decode, DecodeError, DecodeErrorKind, Reader};

use crate::{SecurityControl, ServiceCiphering, SystemTitle};

/// A `glo-`, `ded-`, general-glo-ciphering or general-ded-ciphering APDU, as far as it shows without keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct CipheredApdu<'a> {
    /// Its tag.
    pub tag: u8,
    /// Its form.
    pub form: ServiceCiphering,
    /// The originator's system title, 8 octets or none; only the general forms have it.
    pub system_title: Option<&'a [u8]>,
    /// Suite, protection and key set.
    pub security_control: SecurityControl,
    /// The invocation counter.
    pub invocation_counter: u32,
    /// What follows the security header: the plain or encrypted APDU, then the tag if it is authenticated.
    pub content: &'a [u8],
    /// Offset of the content; the security control octet is five before it.
    pub content_offset: usize,
}

impl<'a> CipheredApdu<'a> {
    /// The content without the authentication tag.
    #[must_use]
    pub fn ciphertext(&self) -> &'a [u8] {
        self.split().0
    }

    /// The authentication tag, 12 octets, if there is one.
    #[must_use]
    pub fn authentication_tag(&self) -> Option<&'a [u8; 12]> {
        self.split().1
    }

    fn split(&self) -> (&'a [u8], Option<&'a [u8; 12]>) {
        if !self.security_control.authenticated() {
            return (self.content, None);
        }
        let len = self.content.len().saturating_sub(ServiceCiphering::TAG_LEN);
        let (ciphertext, tag) = self.content.split_at_checked(len).unwrap_or_default();
        (ciphertext, tag.first_chunk())
    }
}

impl<'a> Decode<'a> for CipheredApdu<'a> {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let start = r.offset();
        let tag = r.u8()?;
        let Some(form) = ServiceCiphering::from_tag(tag) else {
            return Err(DecodeError { kind: DecodeErrorKind::UnknownTag(tag), offset: start });
        };
        let system_title = if form.is_general() { Some(title(r)?) } else { None };
        let SecurityHeader { security_control, invocation_counter, content, content_offset } =
            SecurityHeader::decode(r)?;
        Ok(Self { tag, form, system_title, security_control, invocation_counter, content, content_offset })
    }
}

/// The octet string at the end of every ciphered APDU: security control, invocation counter, content.
pub(crate) struct SecurityHeader<'a> {
    pub(crate) security_control: SecurityControl,
    pub(crate) invocation_counter: u32,
    pub(crate) content: &'a [u8],
    pub(crate) content_offset: usize,
}

impl<'a> Decode<'a> for SecurityHeader<'a> {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let length = r.length()?;
        let mut inner = r.nested(length)?;
        let security_control = SecurityControl(inner.u8()?);
        let invocation_counter = inner.u32()?;
        // At least the tag octet of an APDU, and the authentication tag.
        let tag = if security_control.authenticated() { ServiceCiphering::TAG_LEN } else { 0 };
        let missing = (1 + tag).saturating_sub(inner.remaining());
        if missing > 0 {
            return Err(inner.error(DecodeErrorKind::Truncated { missing }));
        }
        let (content, content_offset) = (inner.rest(), inner.offset());
        Ok(Self { security_control, invocation_counter, content, content_offset })
    }
}

/// A system title that may be left out.
pub(crate) fn title<'a>(r: &mut Reader<'a>) -> Result<&'a [u8], DecodeError> {
    let offset = r.offset();
    let title = r.octets()?;
    match title.len() {
        0 | SystemTitle::LEN => Ok(title),
        _ => Err(DecodeError { kind: DecodeErrorKind::InvalidValue("system title"), offset }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_what_there_is_without_keys() {
        let mut apdu = std::vec![0xdb, 8, b'M', b'M', b'M', 0, 0, 0xbc, 0x61, 0x4e, 20, 0x30, 0, 0, 1, 2];
        apdu.extend_from_slice(&[0xaa; 15]);
        let view = CipheredApdu::from_bytes(&apdu).unwrap();
        assert_eq!(view.form, ServiceCiphering::GeneralGlobal);
        assert_eq!(view.system_title, Some(&b"MMM\0\0\xbcaN"[..]));
        assert_eq!((view.invocation_counter, view.content_offset), (0x102, 16));
        assert_eq!((view.ciphertext().len(), view.authentication_tag()), (3, Some(&[0xaa; 12])));
        for n in 0..apdu.len() {
            assert!(CipheredApdu::from_bytes(&apdu[..n]).is_err());
        }
    }

    #[test]
    fn says_where_it_ends_early() {
        let at = |bytes: &[u8]| CipheredApdu::from_bytes(bytes).unwrap_err();
        let truncated =
            |missing, offset| DecodeError { kind: DecodeErrorKind::Truncated { missing }, offset };
        assert_eq!(at(&[0xc8, 4, 0x30, 1, 2, 3]), truncated(1, 3));
        assert_eq!(at(&[0xc8, 5, 0x30, 1, 2, 3, 4]), truncated(13, 7));
        assert_eq!(at(&[0xc8, 5, 0x20, 1, 2, 3, 4]), truncated(1, 7));
        assert_eq!(at(&[0xdb, 3, 1, 2, 3]).offset, 1);
        assert_eq!(at(&[0xc0]).kind, DecodeErrorKind::UnknownTag(0xc0));
    }
}
