use dlms_core::{
    apdu::tag,
    codec::{Decode, DecodeError, Reader},
};

use crate::general_ciphering::{Header, expect};

/// A general-signing APDU, as it shows without verifying it. It can be shown, not yet processed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct GeneralSigning<'a> {
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
    /// The five octet strings above with their lengths, as they are signed.
    pub header: &'a [u8],
    /// The APDU that is signed, plain or ciphered.
    pub content: &'a [u8],
    /// Offset of the content.
    pub content_offset: usize,
    /// The signature, r then s: 64 octets in suite 1, 96 in suite 2.
    pub signature: &'a [u8],
}

impl<'a> Decode<'a> for GeneralSigning<'a> {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        expect(r, tag::GENERAL_SIGNING)?;
        let Header { fields, octets: header } = Header::decode(r)?;
        let length = r.length()?;
        let content_offset = r.offset();
        let content = r.take(length)?;
        let signature = r.octets()?;
        let [transaction_id, originator_system_title, recipient_system_title, date_time, other_information] =
            fields;
        Ok(Self {
            transaction_id,
            originator_system_title,
            recipient_system_title,
            date_time,
            other_information,
            header,
            content,
            content_offset,
            signature,
        })
    }
}
