use super::{Leniencies, Leniency, tag};
use crate::codec::{Decode, DecodeError, Encode, Reader, Writer, codes};

/// Refuses a request as such: the service could not even be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[error("{state_error}: {service_error}")]
pub struct ExceptionResponse {
    /// Why this state does not allow it.
    pub state_error: StateError,
    /// What is wrong with it.
    pub service_error: ExceptionServiceError,
}

impl ExceptionResponse {
    /// As [`decode`](Decode::decode), but with the deviations that `leniencies` accepts.
    ///
    /// # Errors
    /// What is wrong, and at which octet.
    pub fn decode_with(r: &mut Reader<'_>, leniencies: &mut Leniencies) -> Result<Self, DecodeError> {
        tag::expect(r, tag::EXCEPTION_RESPONSE, "exception-response")?;
        let state_error = StateError::from_code(r.u8()?);
        let service_error = match r.u8()? {
            6 if r.is_empty() && leniencies.permits(Leniency::NoInvocationCounter) => {
                ExceptionServiceError::InvocationCounterError(None)
            }
            6 => ExceptionServiceError::InvocationCounterError(Some(r.u32()?)),
            code => ExceptionServiceError::from_code(code),
        };
        Ok(Self { state_error, service_error })
    }
}

impl Encode for ExceptionResponse {
    fn encode(&self, w: &mut Writer<'_>) {
        w.array([tag::EXCEPTION_RESPONSE, self.state_error.code(), self.service_error.code()]);
        if let ExceptionServiceError::InvocationCounterError(Some(counter)) = self.service_error {
            w.u32(counter);
        }
    }
}

impl<'a> Decode<'a> for ExceptionResponse {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Self::decode_with(r, &mut Leniencies::none())
    }
}

codes! {
    /// Why the state of the server does not allow a service: state-error.
    StateError, otherwise "unknown" {
        ServiceNotAllowed = 1 "service-not-allowed",
        ServiceUnknown = 2 "service-unknown",
    }
}

/// What is wrong with a request: service-error of exception-response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum ExceptionServiceError {
    /// `operation-not-possible`, 1.
    #[error("operation-not-possible")]
    OperationNotPossible,
    /// `service-not-supported`, 2.
    #[error("service-not-supported")]
    ServiceNotSupported,
    /// `other-reason`, 3.
    #[error("other-reason")]
    OtherReason,
    /// `pdu-too-long`, 4.
    #[error("pdu-too-long")]
    PduTooLong,
    /// `deciphering-error`, 5.
    #[error("deciphering-error")]
    DecipheringError,
    /// `invocation-counter-error`, 6, with the counter that the peer holds. Nothing only in the short form of
    /// older stacks ([`Leniency::NoInvocationCounter`]).
    #[error("invocation-counter-error")]
    InvocationCounterError(Option<u32>),
    /// A code the standard does not name.
    #[error("service-error {0}")]
    Other(u8),
}

impl ExceptionServiceError {
    /// The code on the wire.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::OperationNotPossible => 1,
            Self::ServiceNotSupported => 2,
            Self::OtherReason => 3,
            Self::PduTooLong => 4,
            Self::DecipheringError => 5,
            Self::InvocationCounterError(_) => 6,
            Self::Other(code) => code,
        }
    }

    /// What the code means; 6 without its counter.
    #[must_use]
    pub const fn from_code(code: u8) -> Self {
        match code {
            1 => Self::OperationNotPossible,
            2 => Self::ServiceNotSupported,
            3 => Self::OtherReason,
            4 => Self::PduTooLong,
            5 => Self::DecipheringError,
            6 => Self::InvocationCounterError(None),
            code => Self::Other(code),
        }
    }

    /// The name in the standard's words; `unknown` for a code it does not name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OperationNotPossible => "operation-not-possible",
            Self::ServiceNotSupported => "service-not-supported",
            Self::OtherReason => "other-reason",
            Self::PduTooLong => "pdu-too-long",
            Self::DecipheringError => "deciphering-error",
            Self::InvocationCounterError(_) => "invocation-counter-error",
            Self::Other(_) => "unknown",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::DecodeErrorKind;

    #[test]
    fn the_counter_may_be_missing_only_when_permitted() {
        let full = ExceptionResponse::from_bytes(&[0xd8, 2, 6, 0, 0, 0, 42]).unwrap();
        assert_eq!(full.service_error, ExceptionServiceError::InvocationCounterError(Some(42)));
        let short = [0xd8, 2, 6];
        assert_eq!(
            ExceptionResponse::from_bytes(&short),
            Err(DecodeError { kind: DecodeErrorKind::Truncated { missing: 4 }, offset: 3 })
        );
        let mut leniencies = Leniencies::all();
        let lenient = ExceptionResponse::decode_with(&mut Reader::new(&short), &mut leniencies).unwrap();
        assert_eq!(lenient.service_error, ExceptionServiceError::InvocationCounterError(None));
        assert!(leniencies.met().eq([Leniency::NoInvocationCounter]));
        assert_eq!(lenient.encode_to_slice(&mut [0; 8]), Ok(&short[..]));
    }
}
