use core::ops::Range;

use dlms_core::acse::{Aarq, MechanismName};
use dlms_core::apdu::tag;
use dlms_core::codec::Decode;

/// Where in an APDU secrets stand: the password of an AARQ, a new secret that is written to an association.
pub(super) fn secret(apdu: &[u8]) -> Option<Range<usize>> {
    match *apdu.first()? {
        tag::AARQ => password(apdu),
        tag::WRITE_REQUEST | tag::UNCONFIRMED_WRITE_REQUEST => written_by_short_name(apdu),
        // Also in what is authenticated only, or in blocks.
        _ => written(apdu),
    }
}

fn password(apdu: &[u8]) -> Option<Range<usize>> {
    let aarq = Aarq::from_bytes(apdu).ok()?;
    let value =
        aarq.calling_authentication_value.filter(|_| aarq.mechanism_name == Some(MechanismName::Lls))?;
    let start = (value.as_ptr() as usize).checked_sub(apdu.as_ptr() as usize)?;
    Some(start..start + value.len())
}

/// All behind the name of a secret of Association LN: attribute 7, methods change_HLS_secret; or of Association SN: methods
/// change_LLS_secret and change_HLS_secret.
fn written(apdu: &[u8]) -> Option<Range<usize>> {
    let at = apdu.windows(9).position(|name| {
        matches!(name, [0, 15, 0, 0, 40, 0, _, 255, 2 | 7] | [0, 12, 0, 0, 40, 0, _, 255, 5 | 6])
    })?;
    Some(at + 9..apdu.len())
}

/// All behind a name of Association SN, whose methods are at 0xFA00 and above.
fn written_by_short_name(apdu: &[u8]) -> Option<Range<usize>> {
    let at = apdu.windows(3).position(|name| matches!(name, [2, 0xfa, _]))?;
    Some(at + 3..apdu.len())
}

/// Where in an InitiateRequest a dedicated key stands.
pub(super) fn dedicated_key(plain: &[u8]) -> Option<Range<usize>> {
    match plain {
        [tag::INITIATE_REQUEST, presence, length, ..] if *presence != 0 => Some(3..3 + usize::from(*length)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dlms_core::acse::ApplicationContextName;
    use dlms_core::codec::Encode;

    #[test]
    fn passwords_and_keys_are_found() {
        let aarq = Aarq {
            mechanism_name: Some(MechanismName::Lls),
            calling_authentication_value: Some(b"secret"),
            user_information: Some(&[1, 2, 3]),
            ..Aarq::new(ApplicationContextName::LogicalName)
        };
        let octets = aarq.encode_to_vec();
        assert_eq!(&octets[secret(&octets).unwrap()], b"secret");
        let gmac = Aarq { mechanism_name: Some(MechanismName::HlsGmac), ..aarq }.encode_to_vec();
        assert_eq!(secret(&gmac), None);
        assert_eq!(dedicated_key(&[1, 1, 2, 0xaa, 0xbb, 0, 0, 6]), Some(3..5));
        assert_eq!(dedicated_key(&[1, 0, 0, 0, 6]), None);
    }

    #[test]
    fn new_secrets_are_found_by_what_they_are_written_to() {
        let set = [0xc1, 1, 0xc1, 0, 15, 0, 0, 40, 0, 0, 255, 7, 0, 9, 2, 0x30, 0x31];
        assert_eq!(secret(&set), Some(12..17));
        let other = [0xc1, 1, 0xc1, 0, 15, 0, 0, 40, 0, 0, 255, 3, 0, 9, 2, 0x30, 0x31];
        assert_eq!(secret(&other), None);
        let write = [6, 1, 2, 0xfa, 0x30, 1, 9, 2, 0x30, 0x31];
        assert_eq!(secret(&write), Some(5..10));
    }
}
