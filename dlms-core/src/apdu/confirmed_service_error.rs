use super::{InitiateError, ServiceError, tag};
use crate::codec::{Decode, DecodeError, Encode, Reader, Writer, codes};

/// Why a service failed: ConfirmedServiceError.
///
/// In an AARE, where the xDLMS context is refused, and in short name referencing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[error("{service}: {error}")]
pub struct ConfirmedServiceError {
    /// The service that failed.
    pub service: ConfirmedService,
    /// Why.
    pub error: ServiceError,
}

impl ConfirmedServiceError {
    /// The first octet.
    pub const TAG: u8 = tag::CONFIRMED_SERVICE_ERROR;

    /// The refusal of an xDLMS context.
    #[must_use]
    pub const fn initiate(error: InitiateError) -> Self {
        Self { service: ConfirmedService::InitiateError, error: ServiceError::Initiate(error) }
    }
}

impl Encode for ConfirmedServiceError {
    fn encode(&self, w: &mut Writer<'_>) {
        w.array([Self::TAG, self.service.code(), self.error.category(), self.error.code()]);
    }
}

impl<'a> Decode<'a> for ConfirmedServiceError {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        tag::expect(r, Self::TAG, "confirmed-service-error")?;
        Ok(Self {
            service: ConfirmedService::from_code(r.u8()?),
            error: ServiceError::from_codes(r.u8()?, r.u8()?),
        })
    }
}

codes! {
    /// The service that failed: the alternatives of ConfirmedServiceError in use.
    ConfirmedService, otherwise "other" {
        InitiateError = 1 "initiateError",
        Read = 5 "read",
        Write = 6 "write",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::DecodeErrorKind;
    use std::string::ToString;

    #[test]
    fn a_refused_context() {
        let error = ConfirmedServiceError::initiate(InitiateError::DlmsVersionTooLow);
        let octets = [0x0e, 1, 6, 1];
        assert_eq!(ConfirmedServiceError::from_bytes(&octets), Ok(error));
        assert_eq!(error.encode_to_slice(&mut [0; 4]).unwrap(), octets);
        assert_eq!(error.to_string(), "initiateError: initiate: dlms-version-too-low");
        for end in 0..octets.len() {
            let error = ConfirmedServiceError::from_bytes(&octets[..end]).unwrap_err();
            assert_eq!(error, DecodeError { kind: DecodeErrorKind::Truncated { missing: 1 }, offset: end });
        }
    }

    #[test]
    fn codes_without_a_name_survive() {
        for octets in [[0x0e, 5, 3, 2], [0x0e, 0, 8, 9], [0x0e, 19, 6, 200]] {
            let error = ConfirmedServiceError::from_bytes(&octets).unwrap();
            assert_eq!(error.encode_to_slice(&mut [0; 4]).unwrap(), octets);
        }
    }
}
