use dlms_core::apdu::tag;

use crate::{Protection, SecurityError, SystemTitle};

/// The forms of ciphered APDUs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum ServiceCiphering {
    /// `glo-`: a tag for each service, global keys.
    Global,
    /// `ded-`: a tag for each service, the dedicated key of the association.
    Dedicated,
    /// general-glo-ciphering: any APDU, with the originator's system title.
    GeneralGlobal,
    /// general-ded-ciphering: the same under the dedicated key.
    GeneralDedicated,
    /// general-ciphering: any APDU, with both system titles and with how the key is told: with feature
    /// `general-protection`.
    GeneralCiphering,
}

impl ServiceCiphering {
    /// Octets of an authentication tag.
    pub(crate) const TAG_LEN: usize = 12;
    /// Security control and invocation counter.
    pub(crate) const SECURITY_HEADER_LEN: usize = 5;

    /// The form that APDUs of this tag have, general-ciphering excepted: that is a [`GeneralCiphering`](crate::GeneralCiphering).
    #[must_use]
    pub const fn from_tag(ciphered: u8) -> Option<Self> {
        match ciphered {
            tag::GENERAL_GLO_CIPHERING => Some(Self::GeneralGlobal),
            tag::GENERAL_DED_CIPHERING => Some(Self::GeneralDedicated),
            _ => {
                let Some(plain) = tag::plain_of(ciphered) else { return None };
                match tag::global(plain) {
                    Some(global) if global == ciphered => Some(Self::Global),
                    _ if opens(plain) => None,
                    _ => Some(Self::Dedicated),
                }
            }
        }
    }

    /// The tag of an APDU of this form with a plain APDU of tag `plain` inside; nothing if there is none: ACCESS and
    /// data notifications have general forms only, and nothing protects the initiate services by a dedicated key.
    #[must_use]
    pub const fn tag_of(self, plain: u8) -> Option<u8> {
        match self {
            Self::Global => tag::global(plain),
            Self::Dedicated if opens(plain) => None,
            Self::Dedicated => tag::dedicated(plain),
            Self::GeneralGlobal if may_be_protected(plain) => Some(tag::GENERAL_GLO_CIPHERING),
            Self::GeneralDedicated if may_be_protected(plain) && !opens(plain) => {
                Some(tag::GENERAL_DED_CIPHERING)
            }
            Self::GeneralCiphering if may_be_protected(plain) => Some(tag::GENERAL_CIPHERING),
            _ => None,
        }
    }

    /// Whether the key is the dedicated one.
    #[must_use]
    pub const fn is_dedicated(self) -> bool {
        matches!(self, Self::Dedicated | Self::GeneralDedicated)
    }

    /// Whether it is a general form, with the system title inside.
    #[must_use]
    pub const fn is_general(self) -> bool {
        matches!(self, Self::GeneralGlobal | Self::GeneralDedicated | Self::GeneralCiphering)
    }

    /// The general form with the same key: what a service goes in that has no ciphered form of its own.
    #[must_use]
    pub const fn general(self) -> Self {
        match self {
            Self::Global | Self::GeneralGlobal => Self::GeneralGlobal,
            Self::Dedicated | Self::GeneralDedicated => Self::GeneralDedicated,
            Self::GeneralCiphering => Self::GeneralCiphering,
        }
    }

    /// The form for what is sent unasked: general-ciphering is for requests and answers, whose transactions are one.
    #[must_use]
    pub const fn untransacted(self) -> Self {
        match self {
            Self::GeneralCiphering => Self::GeneralGlobal,
            other => other,
        }
    }

    /// The same form with the dedicated key, where it has one.
    #[must_use]
    pub const fn dedicated(self) -> Self {
        match self {
            Self::Global | Self::Dedicated => Self::Dedicated,
            Self::GeneralGlobal | Self::GeneralDedicated => Self::GeneralDedicated,
            Self::GeneralCiphering => Self::GeneralCiphering,
        }
    }

    /// Octets between the tag and the length of the content.
    pub(crate) const fn title_len(self) -> usize {
        if self.is_general() { 1 + SystemTitle::LEN } else { 0 }
    }

    /// Checks that an APDU of tag `plain` may be in one of this form and tag `ciphered`, whose tag is not authentic.
    pub(crate) const fn check_inner(self, ciphered: u8, plain: u8) -> Result<(), SecurityError> {
        if !may_be_protected(plain) {
            return Err(SecurityError::Nested);
        }
        match self.tag_of(plain) {
            Some(expected) if expected == ciphered => Ok(()),
            _ => Err(SecurityError::Inconsistent),
        }
    }
}

/// The octets that protection adds to a plain APDU of `plain_len` octets, exactly; of general-ciphering and signatures
/// only the context knows ([`SecurityContext::overhead`](crate::SecurityContext::overhead)).
#[must_use]
pub const fn overhead(form: ServiceCiphering, protection: Protection, plain_len: usize) -> usize {
    if !protection.authenticated && !protection.encrypted {
        return 0;
    }
    let fixed = fixed_content(protection);
    let length = length_octets(plain_len.saturating_add(fixed));
    fixed.saturating_add(length).saturating_add(form.title_len()).saturating_add(1)
}

/// The longest plain APDU that is no longer than `apdu_len` octets when protected.
#[must_use]
pub const fn plain_capacity(form: ServiceCiphering, protection: Protection, apdu_len: usize) -> usize {
    // One octet more may cost a length octet more: from the optimistic guess down, at most four steps.
    let mut plain_len = apdu_len.saturating_sub(overhead(form, protection, 0));
    while plain_len > 0 && plain_len.saturating_add(overhead(form, protection, plain_len)) > apdu_len {
        plain_len = plain_len.saturating_sub(1);
    }
    plain_len
}

/// Octets of the content besides the plain APDU.
const fn fixed_content(protection: Protection) -> usize {
    let tag = if protection.authenticated { ServiceCiphering::TAG_LEN } else { 0 };
    ServiceCiphering::SECURITY_HEADER_LEN + tag
}

/// Octets of an A-XDR length as the writer writes it.
const fn length_octets(length: usize) -> usize {
    match length {
        0..=0x7f => 1,
        0x80..=0xff => 2,
        0x100..=0xffff => 3,
        _ => 5,
    }
}

/// Whether APDUs of this tag may be protected: those of the services, neither protected themselves nor ACSE nor blocks.
pub(crate) const fn may_be_protected(plain: u8) -> bool {
    tag::global(plain).is_some()
        || matches!(
            plain,
            tag::DATA_NOTIFICATION
                | tag::DATA_NOTIFICATION_CONFIRM
                | tag::EXCEPTION_RESPONSE
                | tag::ACCESS_REQUEST
                | tag::ACCESS_RESPONSE
        )
}

/// Whether the APDU belongs to the opening, before there is a dedicated key.
const fn opens(plain: u8) -> bool {
    matches!(plain, tag::INITIATE_REQUEST | tag::INITIATE_RESPONSE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ServiceCiphering::{Dedicated, GeneralDedicated, GeneralGlobal, Global};

    #[test]
    fn tags_and_forms() {
        assert_eq!(Global.tag_of(0x01), Some(0x21));
        assert_eq!(Global.tag_of(0x0e), Some(0x2e));
        assert_eq!(Dedicated.tag_of(0xc0), Some(0xd0));
        assert_eq!(Dedicated.tag_of(0x01), None);
        assert_eq!(GeneralDedicated.tag_of(0x08), None);
        assert_eq!(Global.tag_of(0xd9), None);
        assert_eq!(GeneralGlobal.tag_of(0xd9), Some(0xdb));
        for plain in [0x60, 0x61, 0x62, 0x63, 0x21, 0xc8, 0xd0, 0xdb, 0xdc, 0xdd, 0xdf, 0xe0, 0xc6] {
            assert_eq!(GeneralGlobal.tag_of(plain), None, "{plain:#04x}");
        }
        for ciphered in 0..=u8::MAX {
            if let Some(form) = ServiceCiphering::from_tag(ciphered) {
                assert!((0..=u8::MAX).any(|plain| form.tag_of(plain) == Some(ciphered)), "{ciphered:#04x}");
            }
        }
        assert_eq!(ServiceCiphering::from_tag(0x41), None);
    }

    #[test]
    fn the_overhead_of_the_standard_forms() {
        let both = Protection::AUTHENTICATED_ENCRYPTED;
        assert_eq!(overhead(Global, both, 13), 19);
        assert_eq!(overhead(Global, Protection::AUTHENTICATED, 13), 19);
        assert_eq!(overhead(Global, Protection::ENCRYPTED, 13), 7);
        assert_eq!(overhead(GeneralGlobal, both, 13), 28);
        assert_eq!(overhead(Global, both, 110), 19);
        assert_eq!(overhead(Global, both, 111), 20);
        assert_eq!(overhead(Global, both, 238), 20);
        assert_eq!(overhead(Global, both, 239), 21);
        assert_eq!(overhead(Global, Protection::NONE, 239), 0);
    }

    #[test]
    fn the_capacity_is_the_largest_that_fits() {
        for form in [Global, Dedicated, GeneralGlobal, GeneralDedicated] {
            for protection in [Protection::NONE, Protection::ENCRYPTED, Protection::AUTHENTICATED_ENCRYPTED] {
                for len in (30..600).chain(65_500..65_600) {
                    let n = plain_capacity(form, protection, len);
                    assert!(n + overhead(form, protection, n) <= len);
                    assert!(n + 1 + overhead(form, protection, n + 1) > len);
                }
            }
        }
    }
}
