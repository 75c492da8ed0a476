//! What a server answers to what goes wrong: one total function.

use dlms_core::apdu::{ExceptionResponse, ExceptionServiceError, StateError};
use dlms_security::SecurityError;

/// What is wrong with a request as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// There is no association, or it is not authenticated yet.
    NotAssociated,
    /// A service that was not negotiated.
    NotNegotiated,
    /// A message that is none of the services.
    UnknownService,
    /// A message that cannot be read.
    Malformed,
    /// A message larger than the server takes.
    TooLong,
    /// It could not be deciphered.
    Security(SecurityError),
    /// The answer cannot be sent.
    Unanswerable,
}

impl Fault {
    /// The answer. What exactly was wrong with a ciphered message is not told: that would help who tries.
    pub(super) const fn response(self) -> ExceptionResponse {
        use ExceptionServiceError as Service;
        let (state_error, service_error) = match self {
            Self::NotAssociated | Self::NotNegotiated => {
                (StateError::ServiceNotAllowed, Service::ServiceNotSupported)
            }
            Self::UnknownService => (StateError::ServiceUnknown, Service::ServiceNotSupported),
            Self::Malformed => (StateError::ServiceUnknown, Service::OperationNotPossible),
            Self::TooLong => (StateError::ServiceNotAllowed, Service::PduTooLong),
            Self::Security(SecurityError::WeakerThanPolicy) => {
                (StateError::ServiceNotAllowed, Service::OperationNotPossible)
            }
            Self::Security(SecurityError::Replayed { expected }) => {
                (StateError::ServiceNotAllowed, Service::InvocationCounterError(Some(expected)))
            }
            Self::Security(_) => (StateError::ServiceNotAllowed, Service::DecipheringError),
            Self::Unanswerable => (StateError::ServiceNotAllowed, Service::OtherReason),
        };
        ExceptionResponse { state_error, service_error }
    }
}
