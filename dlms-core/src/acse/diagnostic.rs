use super::element;
use crate::ber::Tlv;
use crate::codec::{Decode, DecodeError, DecodeErrorKind, Encode, Writer, codes};

codes! {
    /// How the proposal of an association ended: Association-result.
    AssociationResult, otherwise "unknown" {
        Accepted = 0 "accepted",
        RejectedPermanent = 1 "rejected-permanent",
        RejectedTransient = 2 "rejected-transient",
    }
}

codes! {
    /// What the application says to the proposal: acse-service-user.
    UserDiagnostic, otherwise "unknown" {
        Null = 0 "null",
        NoReasonGiven = 1 "no-reason-given",
        ApplicationContextNameNotSupported = 2 "application-context-name-not-supported",
        CallingApTitleNotRecognized = 3 "calling-AP-title-not-recognized",
        CallingApInvocationIdentifierNotRecognized = 4 "calling-AP-invocation-identifier-not-recognized",
        CallingAeQualifierNotRecognized = 5 "calling-AE-qualifier-not-recognized",
        CallingAeInvocationIdentifierNotRecognized = 6 "calling-AE-invocation-identifier-not-recognized",
        CalledApTitleNotRecognized = 7 "called-AP-title-not-recognized",
        CalledApInvocationIdentifierNotRecognized = 8 "called-AP-invocation-identifier-not-recognized",
        CalledAeQualifierNotRecognized = 9 "called-AE-qualifier-not-recognized",
        CalledAeInvocationIdentifierNotRecognized = 10 "called-AE-invocation-identifier-not-recognized",
        AuthenticationMechanismNameNotRecognised = 11 "authentication-mechanism-name-not-recognised",
        AuthenticationMechanismNameRequired = 12 "authentication-mechanism-name-required",
        AuthenticationFailure = 13 "authentication-failure",
        AuthenticationRequired = 14 "authentication-required",
    }
}

codes! {
    /// What ACSE itself says to the proposal: acse-service-provider.
    ProviderDiagnostic, otherwise "unknown" {
        Null = 0 "null",
        NoReasonGiven = 1 "no-reason-given",
        NoCommonAcseVersion = 2 "no-common-acse-version",
    }
}

/// Who says what to the proposal: Associate-source-diagnostic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum AcseDiagnostic {
    /// \[1\] acse-service-user, the application.
    #[error("{0}")]
    User(UserDiagnostic),
    /// \[2\] acse-service-provider, ACSE itself.
    #[error("{0} (acse-service-provider)")]
    Provider(ProviderDiagnostic),
}

impl AcseDiagnostic {
    /// Nothing to say.
    pub const NULL: Self = Self::User(UserDiagnostic::Null);
    /// Nothing that is said.
    pub const NO_REASON_GIVEN: Self = Self::User(UserDiagnostic::NoReasonGiven);
    /// Accepted with this, the association waits for the passes 3 and 4 of HLS.
    pub const AUTHENTICATION_REQUIRED: Self = Self::User(UserDiagnostic::AuthenticationRequired);

    /// The name of the diagnostic in the standard's words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::User(diagnostic) => diagnostic.name(),
            Self::Provider(diagnostic) => diagnostic.name(),
        }
    }

    /// Reads what an element wraps.
    pub(super) fn decode_element(element: Tlv<'_>) -> Result<Self, DecodeError> {
        let mut content = element.value;
        let choice = Tlv::decode(&mut content)?;
        content.finish()?;
        match choice.tag {
            0xa1 => {
                element::code(choice, "acse-service-user").map(|v| Self::User(UserDiagnostic::from_code(v)))
            }
            0xa2 => element::code(choice, "acse-service-provider")
                .map(|v| Self::Provider(ProviderDiagnostic::from_code(v))),
            tag => Err(DecodeError { kind: DecodeErrorKind::UnknownTag(tag), offset: choice.offset }),
        }
    }
}

/// The CHOICE alone, without the element around it.
impl Encode for AcseDiagnostic {
    fn encode(&self, w: &mut Writer<'_>) {
        match self {
            Self::User(diagnostic) => element::write_code(w, 0xa1, diagnostic.code()),
            Self::Provider(diagnostic) => element::write_code(w, 0xa2, diagnostic.code()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn words_for_people() {
        let user = AcseDiagnostic::User(UserDiagnostic::AuthenticationFailure);
        assert_eq!(
            (user.name(), user.to_string()),
            ("authentication-failure", "authentication-failure".into())
        );
        let provider = AcseDiagnostic::Provider(ProviderDiagnostic::NoCommonAcseVersion);
        assert_eq!(provider.to_string(), "no-common-acse-version (acse-service-provider)");
        assert_eq!(UserDiagnostic::from_code(99).to_string(), "unknown (99)");
    }
}
