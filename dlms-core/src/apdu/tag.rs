//! The tags of the xDLMS and ACSE messages, and how those of the ciphered ones follow from them.

use crate::codec::{DecodeError, DecodeErrorKind, Reader};

macro_rules! tags {
    ($($constant:ident = $tag:literal $name:literal),* $(,)?) => {
        $(
            #[doc = concat!("`", $name, "`.")]
            pub const $constant: u8 = $tag;
        )*

        /// The message's name in the standard's words, as in `glo-get-request`.
        #[must_use]
        pub const fn name(tag: u8) -> Option<&'static str> {
            Some(match tag {
                $($constant => $name,)*
                _ => return None,
            })
        }

        /// The tag of the message with this name.
        #[must_use]
        pub fn from_name(name: &str) -> Option<u8> {
            [$(($constant, $name)),*].into_iter().find(|(_, known)| *known == name).map(|(tag, _)| tag)
        }
    };
}

tags! {
    INITIATE_REQUEST = 0x01 "initiate-request",
    READ_REQUEST = 0x05 "read-request",
    WRITE_REQUEST = 0x06 "write-request",
    INITIATE_RESPONSE = 0x08 "initiate-response",
    READ_RESPONSE = 0x0c "read-response",
    WRITE_RESPONSE = 0x0d "write-response",
    CONFIRMED_SERVICE_ERROR = 0x0e "confirmed-service-error",
    DATA_NOTIFICATION = 0x0f "data-notification",
    DATA_NOTIFICATION_CONFIRM = 0x10 "data-notification-confirm",
    UNCONFIRMED_WRITE_REQUEST = 0x16 "unconfirmed-write-request",
    INFORMATION_REPORT_REQUEST = 0x18 "information-report-request",
    GLO_INITIATE_REQUEST = 0x21 "glo-initiate-request",
    GLO_READ_REQUEST = 0x25 "glo-read-request",
    GLO_WRITE_REQUEST = 0x26 "glo-write-request",
    GLO_INITIATE_RESPONSE = 0x28 "glo-initiate-response",
    GLO_READ_RESPONSE = 0x2c "glo-read-response",
    GLO_WRITE_RESPONSE = 0x2d "glo-write-response",
    GLO_CONFIRMED_SERVICE_ERROR = 0x2e "glo-confirmed-service-error",
    GLO_UNCONFIRMED_WRITE_REQUEST = 0x36 "glo-unconfirmed-write-request",
    GLO_INFORMATION_REPORT_REQUEST = 0x38 "glo-information-report-request",
    DED_INITIATE_REQUEST = 0x41 "ded-initiate-request",
    DED_READ_REQUEST = 0x45 "ded-read-request",
    DED_WRITE_REQUEST = 0x46 "ded-write-request",
    DED_INITIATE_RESPONSE = 0x48 "ded-initiate-response",
    DED_READ_RESPONSE = 0x4c "ded-read-response",
    DED_WRITE_RESPONSE = 0x4d "ded-write-response",
    DED_CONFIRMED_SERVICE_ERROR = 0x4e "ded-confirmed-service-error",
    DED_UNCONFIRMED_WRITE_REQUEST = 0x56 "ded-unconfirmed-write-request",
    DED_INFORMATION_REPORT_REQUEST = 0x58 "ded-information-report-request",
    AARQ = 0x60 "aarq",
    AARE = 0x61 "aare",
    RLRQ = 0x62 "rlrq",
    RLRE = 0x63 "rlre",
    GET_REQUEST = 0xc0 "get-request",
    SET_REQUEST = 0xc1 "set-request",
    EVENT_NOTIFICATION_REQUEST = 0xc2 "event-notification-request",
    ACTION_REQUEST = 0xc3 "action-request",
    GET_RESPONSE = 0xc4 "get-response",
    SET_RESPONSE = 0xc5 "set-response",
    ACTION_RESPONSE = 0xc7 "action-response",
    GLO_GET_REQUEST = 0xc8 "glo-get-request",
    GLO_SET_REQUEST = 0xc9 "glo-set-request",
    GLO_EVENT_NOTIFICATION_REQUEST = 0xca "glo-event-notification-request",
    GLO_ACTION_REQUEST = 0xcb "glo-action-request",
    GLO_GET_RESPONSE = 0xcc "glo-get-response",
    GLO_SET_RESPONSE = 0xcd "glo-set-response",
    GLO_ACTION_RESPONSE = 0xcf "glo-action-response",
    DED_GET_REQUEST = 0xd0 "ded-get-request",
    DED_SET_REQUEST = 0xd1 "ded-set-request",
    DED_EVENT_NOTIFICATION_REQUEST = 0xd2 "ded-event-notification-request",
    DED_ACTION_REQUEST = 0xd3 "ded-action-request",
    DED_GET_RESPONSE = 0xd4 "ded-get-response",
    DED_SET_RESPONSE = 0xd5 "ded-set-response",
    DED_ACTION_RESPONSE = 0xd7 "ded-action-response",
    EXCEPTION_RESPONSE = 0xd8 "exception-response",
    ACCESS_REQUEST = 0xd9 "access-request",
    ACCESS_RESPONSE = 0xda "access-response",
    GENERAL_GLO_CIPHERING = 0xdb "general-glo-ciphering",
    GENERAL_DED_CIPHERING = 0xdc "general-ded-ciphering",
    GENERAL_CIPHERING = 0xdd "general-ciphering",
    GENERAL_SIGNING = 0xdf "general-signing",
    GENERAL_BLOCK_TRANSFER = 0xe0 "general-block-transfer",
    GATEWAY_REQUEST = 0xe6 "gateway-request",
    GATEWAY_RESPONSE = 0xe7 "gateway-response",
}

/// The `glo-` tag of a plain message; nothing for those that only general ciphering protects.
#[must_use]
pub const fn global(plain: u8) -> Option<u8> {
    match family(plain) {
        Some(Family::LogicalName) => Some(plain | 8),
        Some(Family::ShortName) => Some(plain | 0x20),
        None => None,
    }
}

/// The `ded-` tag of a plain message; nothing for those that only general ciphering protects.
#[must_use]
pub const fn dedicated(plain: u8) -> Option<u8> {
    match family(plain) {
        Some(Family::LogicalName) => Some(plain | 0x10),
        Some(Family::ShortName) => Some(plain | 0x40),
        None => None,
    }
}

/// The tag of the plain message in a `glo-` or `ded-` one.
#[must_use]
pub const fn plain_of(ciphered: u8) -> Option<u8> {
    let plain = match ciphered {
        0x20..=0x5f => ciphered & 0x1f,
        0xc8..=0xd7 => ciphered & 0xe7,
        _ => return None,
    };
    match (global(plain), dedicated(plain)) {
        (Some(g), _) if g == ciphered => Some(plain),
        (_, Some(d)) if d == ciphered => Some(plain),
        _ => None,
    }
}

/// Whether what follows the tag is ciphered or signed: `glo-`, `ded-` and the `general-` ones but block transfer.
#[must_use]
pub const fn is_protected(tag: u8) -> bool {
    plain_of(tag).is_some()
        || matches!(tag, GENERAL_GLO_CIPHERING | GENERAL_DED_CIPHERING | GENERAL_CIPHERING | GENERAL_SIGNING)
}

/// How the tags of the ciphered messages are numbered: +8 and +16, or +32 and +64.
enum Family {
    LogicalName,
    ShortName,
}

const fn family(plain: u8) -> Option<Family> {
    match plain {
        GET_REQUEST
        | SET_REQUEST
        | EVENT_NOTIFICATION_REQUEST
        | ACTION_REQUEST
        | GET_RESPONSE
        | SET_RESPONSE
        | ACTION_RESPONSE => Some(Family::LogicalName),
        INITIATE_REQUEST
        | READ_REQUEST
        | WRITE_REQUEST
        | INITIATE_RESPONSE
        | READ_RESPONSE
        | WRITE_RESPONSE
        | CONFIRMED_SERVICE_ERROR
        | UNCONFIRMED_WRITE_REQUEST
        | INFORMATION_REPORT_REQUEST => Some(Family::ShortName),
        _ => None,
    }
}

/// Reads the tag of the one message that may stand here.
#[inline]
pub(super) fn expect(r: &mut Reader<'_>, tag: u8, expected: &'static str) -> Result<(), DecodeError> {
    let offset = r.offset();
    match r.u8()? {
        found if found == tag => Ok(()),
        found => Err(DecodeError { kind: DecodeErrorKind::WrongType { expected, found }, offset }),
    }
}

/// The error for an alternative that there is not.
#[cold]
pub(super) const fn unknown(found: u8, offset: usize) -> DecodeError {
    DecodeError { kind: DecodeErrorKind::UnknownTag(found), offset }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ciphered_tags_follow_from_the_plain_ones() {
        for tag in 0..=u8::MAX {
            for (cipher, prefix) in [(global as fn(u8) -> Option<u8>, "glo-"), (dedicated, "ded-")] {
                let Some(ciphered) = cipher(tag) else { continue };
                assert_eq!(plain_of(ciphered), Some(tag));
                let expected = std::format!("{prefix}{}", name(tag).unwrap());
                assert_eq!(name(ciphered), Some(&*expected));
            }
            let named = name(tag).is_some_and(|n| n.starts_with("glo-") || n.starts_with("ded-"));
            assert_eq!(plain_of(tag).is_some(), named, "{tag:#04x}");
            assert_eq!(name(tag).and_then(from_name), name(tag).map(|_| tag));
        }
        assert_eq!(global(GET_REQUEST), Some(0xc8));
        assert_eq!(dedicated(INITIATE_RESPONSE), Some(72));
        assert_eq!(global(ACCESS_REQUEST), None);
        assert!(is_protected(GENERAL_SIGNING) && !is_protected(GENERAL_BLOCK_TRANSFER));
    }
}
