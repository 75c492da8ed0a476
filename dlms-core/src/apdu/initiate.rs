use core::fmt;

use super::{Conformance, tag};
use crate::codec::{Decode, DecodeError, Encode, Reader, Writer};

/// The version of xDLMS that this is.
pub const DLMS_VERSION: u8 = 6;

/// xDLMS-Initiate.request: what the client proposes.
///
/// `Debug` does not print the dedicated key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct InitiateRequest<'a> {
    /// The key for dedicated ciphering; only in a request that is ciphered itself. The length is not checked here.
    pub dedicated_key: Option<&'a [u8]>,
    /// Whether the server shall answer; `false` opens an unconfirmed association.
    pub response_allowed: bool,
    /// proposed-quality-of-service.
    pub quality_of_service: Option<i8>,
    /// proposed-dlms-version-number, [`DLMS_VERSION`].
    pub dlms_version: u8,
    /// The services the client would use.
    pub conformance: Conformance,
    /// Octets of the longest APDU the client takes; 0 for no limit.
    pub client_max_receive_pdu_size: u16,
}

impl InitiateRequest<'_> {
    /// The first octet.
    pub const TAG: u8 = tag::INITIATE_REQUEST;
}

impl Encode for InitiateRequest<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        w.u8(Self::TAG);
        w.presence(self.dedicated_key.is_some());
        if let Some(key) = self.dedicated_key {
            w.octets(key);
        }
        // DEFAULT TRUE: only FALSE is sent
        w.presence(!self.response_allowed);
        if !self.response_allowed {
            w.u8(0);
        }
        encode_quality_of_service(self.quality_of_service, w);
        w.u8(self.dlms_version);
        self.conformance.encode(w);
        w.u16(self.client_max_receive_pdu_size);
    }
}

impl<'a> Decode<'a> for InitiateRequest<'a> {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        tag::expect(r, Self::TAG, "initiate-request")?;
        Ok(Self {
            dedicated_key: r.presence()?.then(|| r.octets()).transpose()?,
            response_allowed: if r.presence()? { r.u8()? != 0 } else { true },
            quality_of_service: decode_quality_of_service(r)?,
            dlms_version: r.u8()?,
            conformance: Conformance::decode(r)?,
            client_max_receive_pdu_size: r.u16()?,
        })
    }
}

impl fmt::Debug for InitiateRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InitiateRequest")
            .field("dedicated_key", &self.dedicated_key.map(|_| format_args!("..")))
            .field("response_allowed", &self.response_allowed)
            .field("quality_of_service", &self.quality_of_service)
            .field("dlms_version", &self.dlms_version)
            .field("conformance", &self.conformance)
            .field("client_max_receive_pdu_size", &self.client_max_receive_pdu_size)
            .finish()
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for InitiateRequest<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(
            f,
            "InitiateRequest {{ dedicated_key: {}, response_allowed: {}, quality_of_service: {}, dlms_version: {}, \
             conformance: {}, client_max_receive_pdu_size: {} }}",
            self.dedicated_key.map(|_| ".."),
            self.response_allowed,
            self.quality_of_service,
            self.dlms_version,
            self.conformance,
            self.client_max_receive_pdu_size,
        );
    }
}

/// xDLMS-Initiate.response: what was negotiated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct InitiateResponse {
    /// negotiated-quality-of-service.
    pub quality_of_service: Option<i8>,
    /// negotiated-dlms-version-number, [`DLMS_VERSION`].
    pub dlms_version: u8,
    /// The services both peers can use.
    pub conformance: Conformance,
    /// Octets of the longest APDU the server takes; 0 for no limit.
    pub server_max_receive_pdu_size: u16,
    /// [`VAA_NAME_LOGICAL_NAME`](Self::VAA_NAME_LOGICAL_NAME), or the base name of the current Association SN.
    pub vaa_name: u16,
}

impl InitiateResponse {
    /// The first octet.
    pub const TAG: u8 = tag::INITIATE_RESPONSE;
    /// vaa-name where objects are referenced by logical names.
    pub const VAA_NAME_LOGICAL_NAME: u16 = 0x0007;
    /// vaa-name where objects are referenced by short names.
    pub const VAA_NAME_SHORT_NAME: u16 = 0xfa00;
}

impl Encode for InitiateResponse {
    fn encode(&self, w: &mut Writer<'_>) {
        w.u8(Self::TAG);
        encode_quality_of_service(self.quality_of_service, w);
        w.u8(self.dlms_version);
        self.conformance.encode(w);
        w.u16(self.server_max_receive_pdu_size);
        w.u16(self.vaa_name);
    }
}

impl<'a> Decode<'a> for InitiateResponse {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        tag::expect(r, Self::TAG, "initiate-response")?;
        Ok(Self {
            quality_of_service: decode_quality_of_service(r)?,
            dlms_version: r.u8()?,
            conformance: Conformance::decode(r)?,
            server_max_receive_pdu_size: r.u16()?,
            vaa_name: r.u16()?,
        })
    }
}

fn encode_quality_of_service(value: Option<i8>, w: &mut Writer<'_>) {
    w.presence(value.is_some());
    if let Some(value) = value {
        w.array(value.to_be_bytes());
    }
}

fn decode_quality_of_service(r: &mut Reader<'_>) -> Result<Option<i8>, DecodeError> {
    r.presence()?.then(|| r.array().map(i8::from_be_bytes)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::DecodeErrorKind;

    const REQUEST: InitiateRequest<'_> = InitiateRequest {
        dedicated_key: None,
        response_allowed: true,
        quality_of_service: None,
        dlms_version: DLMS_VERSION,
        conformance: Conformance::from_octets([0, 0x7e, 0x1f]),
        client_max_receive_pdu_size: 1200,
    };

    fn both_ways<'a, T: Decode<'a> + Encode + PartialEq + core::fmt::Debug>(octets: &'a [u8], value: &T) {
        assert_eq!(T::from_bytes(octets).as_ref(), Ok(value));
        let mut out = [0; 64];
        assert_eq!(value.encode_to_slice(&mut out), Ok(octets));
        assert_eq!(value.encoded_len(), octets.len());
        for end in 0..octets.len() {
            let error = T::from_bytes(&octets[..end]).unwrap_err();
            assert!(
                matches!(error.kind, DecodeErrorKind::Truncated { .. }) && error.offset <= end,
                "{error}"
            );
        }
    }

    #[test]
    fn requests_with_every_optional_part() {
        both_ways(&[1, 0, 0, 0, 6, 0x5f, 0x1f, 4, 0, 0, 0x7e, 0x1f, 4, 0xb0], &REQUEST);
        let key = [0x11; 16];
        let mut octets = std::vec![1, 1, 16];
        octets.extend_from_slice(&key);
        octets.extend_from_slice(&[1, 0, 1, 0xfe, 6, 0x5f, 0x1f, 4, 0, 0, 0x7e, 0x1f, 4, 0xb0]);
        let request = InitiateRequest {
            dedicated_key: Some(&key),
            response_allowed: false,
            quality_of_service: Some(-2),
            ..REQUEST
        };
        both_ways(&octets, &request);
    }

    #[test]
    fn responses() {
        let mut response = InitiateResponse {
            quality_of_service: None,
            dlms_version: 6,
            conformance: Conformance::from_octets([0, 0x50, 0x1f]),
            server_max_receive_pdu_size: 500,
            vaa_name: InitiateResponse::VAA_NAME_LOGICAL_NAME,
        };
        both_ways(&[8, 0, 6, 0x5f, 0x1f, 4, 0, 0, 0x50, 0x1f, 1, 0xf4, 0, 7], &response);
        response.quality_of_service = Some(1);
        response.vaa_name = InitiateResponse::VAA_NAME_SHORT_NAME;
        both_ways(&[8, 1, 1, 6, 0x5f, 0x1f, 4, 0, 0, 0x50, 0x1f, 1, 0xf4, 0xfa, 0], &response);
    }

    #[test]
    fn what_others_send_reads_too() {
        // TRUE sent although it is the default; the conformance tag in one octet
        let octets = [1, 0, 1, 1, 0, 6, 0x5f, 4, 0, 0, 0x7e, 0x1f, 4, 0xb0];
        assert_eq!(InitiateRequest::from_bytes(&octets), Ok(REQUEST));
    }

    #[test]
    fn what_is_broken_is_refused_where_it_is() {
        let octets = [1, 0, 0, 0, 6, 0x5f, 0x1f, 4, 0, 0, 0x7e, 0x1f, 4, 0xb0, 0];
        let trailing = DecodeError { kind: DecodeErrorKind::Trailing(1), offset: 14 };
        assert_eq!(InitiateRequest::from_bytes(&octets), Err(trailing));
        let mut wrong_unused = octets;
        wrong_unused[8] = 8;
        assert!(InitiateRequest::from_bytes(&wrong_unused[..14]).is_err());
        let wrong = DecodeErrorKind::WrongType { expected: "initiate-response", found: 1 };
        assert_eq!(InitiateResponse::from_bytes(&octets), Err(DecodeError { kind: wrong, offset: 0 }));
    }

    #[test]
    fn debug_hides_the_key() {
        let request = InitiateRequest { dedicated_key: Some(&[0xab; 16]), ..REQUEST };
        let text = std::format!("{request:?} {request:#?}");
        assert!(!text.contains("171") && text.contains("dedicated_key: Some(..)"), "{text}");
    }
}
