use dlms_core::{
    apdu::tag,
    codec::{Decode, DecodeError, DecodeErrorKind, Reader},
};

use crate::{
    SecurityControl,
    ciphered_apdu::{SecurityHeader, title},
};

/// A general-ciphering APDU, as far as it shows without keys. It can be shown, not yet processed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct GeneralCiphering<'a> {
    /// The originator's name for the exchange.
    pub transaction_id: &'a [u8],
    /// The originator's system title, 8 octets or none.
    pub originator_system_title: &'a [u8],
    /// The recipient's system title, 8 octets or none.
    pub recipient_system_title: &'a [u8],
    /// A date-time, or none.
    pub date_time: &'a [u8],
    /// Octets of other use.
    pub other_information: &'a [u8],
    /// The five octet strings above with their lengths, as they are authenticated.
    pub header: &'a [u8],
    /// Which key; nothing for the one of the message before.
    pub key_info: Option<KeyInfo<'a>>,
    /// Suite and protection.
    pub security_control: SecurityControl,
    /// The invocation counter.
    pub invocation_counter: u32,
    /// What follows the security header, the authentication tag included.
    pub content: &'a [u8],
    /// Offset of the content.
    pub content_offset: usize,
}

/// How the key of a general-ciphering APDU is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum KeyInfo<'a> {
    /// By its number: 0 global unicast encryption key, 1 global broadcast encryption key.
    Identified {
        /// The key's number.
        key: u8,
    },
    /// By itself, wrapped.
    Wrapped {
        /// The number of the key it is wrapped under: 0 the key encryption key.
        kek: u8,
        /// The wrapped key.
        wrapped_key: &'a [u8],
    },
    /// By an agreement.
    Agreed {
        /// The scheme: `01` one-pass Diffie-Hellman C(1e,1s), `02` static unified model C(0e,2s).
        key_parameters: &'a [u8],
        /// The ephemeral public key and its signature, or nothing.
        key_ciphered_data: &'a [u8],
    },
}

impl<'a> Decode<'a> for GeneralCiphering<'a> {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        expect(r, tag::GENERAL_CIPHERING)?;
        let Header { fields, octets: header } = Header::decode(r)?;
        let offset = r.offset();
        let key_info = match r.u8()? {
            0 => None,
            1 => Some(KeyInfo::decode(r)?),
            // Nothing authenticates this octet: it has one meaning or none.
            _ => {
                return Err(DecodeError {
                    kind: DecodeErrorKind::InvalidValue("presence of key-info"),
                    offset,
                });
            }
        };
        let SecurityHeader { security_control, invocation_counter, content, content_offset } =
            SecurityHeader::decode(r)?;
        let [transaction_id, originator_system_title, recipient_system_title, date_time, other_information] =
            fields;
        Ok(Self {
            transaction_id,
            originator_system_title,
            recipient_system_title,
            date_time,
            other_information,
            header,
            key_info,
            security_control,
            invocation_counter,
            content,
            content_offset,
        })
    }
}

impl<'a> Decode<'a> for KeyInfo<'a> {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let offset = r.offset();
        match r.u8()? {
            0 => Ok(Self::Identified { key: r.u8()? }),
            1 => Ok(Self::Wrapped { kek: r.u8()?, wrapped_key: r.octets()? }),
            2 => Ok(Self::Agreed { key_parameters: r.octets()?, key_ciphered_data: r.octets()? }),
            choice => Err(DecodeError { kind: DecodeErrorKind::UnknownTag(choice), offset }),
        }
    }
}

/// The five octet strings that general-ciphering and general-signing begin with.
pub(crate) struct Header<'a> {
    /// Transaction id, originator's and recipient's system title, date-time, other information.
    pub(crate) fields: [&'a [u8]; 5],
    /// All of it, lengths included.
    pub(crate) octets: &'a [u8],
}

impl<'a> Decode<'a> for Header<'a> {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let (start, all) = (r.offset(), r.rest());
        let fields = [r.octets()?, title(r)?, title(r)?, r.octets()?, r.octets()?];
        let octets = all.get(..r.offset().wrapping_sub(start)).unwrap_or_default();
        Ok(Self { fields, octets })
    }
}

/// Reads the tag that must stand here.
pub(crate) fn expect(r: &mut Reader<'_>, tag: u8) -> Result<(), DecodeError> {
    let offset = r.offset();
    match r.u8()? {
        found if found == tag => Ok(()),
        found => Err(DecodeError { kind: DecodeErrorKind::UnknownTag(found), offset }),
    }
}
