//! What a request's failure is called.

use std::io::ErrorKind;

use dlms::client::{ClientError, Misuse, Refusal, Timer};
use dlms_core::apdu::{ActionResult, DataAccessResult, ExceptionServiceError};
use dlms_core::link::LinkError;
use dlms_io::blocking::Error;
use dlms_security::{CounterError, SecurityError};
use serde_json::json;

use crate::failure::{Failure, FailureKind};

/// The failure of a request of this service: `get`, `set`, `action`.
pub(crate) fn failed(service: &str, error: Error) -> Failure {
    match error {
        Error::Io(error) => transport(&error),
        Error::Client(error) => client(service, error),
    }
}

/// The failure of opening an association.
pub(crate) fn rejected(error: Error) -> Failure {
    match error {
        Error::Client(ClientError::Security(SecurityError::Inauthentic)) => {
            Failure::new(FailureKind::WrongKey, "the answer is not authentic: a wrong key, or forged")
        }
        other => failed("action", other),
    }
}

/// The transport failed.
pub(crate) fn transport(error: &std::io::Error) -> Failure {
    let kind = match error.kind() {
        ErrorKind::TimedOut | ErrorKind::WouldBlock => FailureKind::Timeout,
        _ => FailureKind::Link,
    };
    Failure::new(kind, error.to_string())
}

/// Access to an attribute was refused.
pub(crate) fn refused(service: &str, result: DataAccessResult) -> Failure {
    refused_as(service, result.name(), &result.to_string())
}

/// Invocation of a method was refused.
fn refused_action(result: ActionResult) -> Failure {
    refused_as("action", result.name(), &result.to_string())
}

fn refused_as(service: &str, result: &str, text: &str) -> Failure {
    let failure = Failure::new(FailureKind::Refused, format!("the meter refused: {text}"));
    failure.with_detail(json!({"service": service, "result": result}))
}

fn client(service: &str, error: ClientError) -> Failure {
    let text = error.to_string();
    match error {
        ClientError::Malformed(error) => Failure::from(error).with_remark(" in the meter's answer"),
        ClientError::Link(LinkError::NoAnswer) => Failure::new(FailureKind::Timeout, text),
        ClientError::Link(_) => Failure::new(FailureKind::Link, text),
        ClientError::Timeout(Timer::ImageVerification) => {
            Failure::new(FailureKind::Timeout, "the meter still verifies the image")
        }
        ClientError::Timeout(Timer::ImageActivation) => {
            Failure::new(FailureKind::Timeout, "the meter still activates the image")
        }
        ClientError::Timeout(_) => Failure::new(FailureKind::Timeout, "no answer in time"),
        ClientError::Security(error) => security(error),
        ClientError::Refused(refusal) => refusal_of(service, refusal),
        ClientError::Overflow(_) => Failure::unsupported(text),
        ClientError::Misuse(Misuse::NotNegotiated(services)) => {
            let names: Vec<_> = services.names().collect();
            Failure::unsupported(format!("the meter does not offer {}", names.join(", ")))
        }
        ClientError::Misuse(Misuse::Incomplete(what)) => Failure::usage(format!("{what} is missing")),
        // The meter lists no such object.
        ClientError::Misuse(Misuse::NoShortName) => refused(service, DataAccessResult::ObjectUndefined),
        ClientError::Misuse(_) => Failure::unsupported(text),
        // The peer breaks the rules: its octets are not what they should be.
        _ => Failure::decode(text),
    }
}

fn security(error: SecurityError) -> Failure {
    let text = error.to_string();
    match error {
        // The keys fitted when the association was opened.
        SecurityError::Inauthentic => Failure::new(
            FailureKind::BadTag,
            "the answer is not authentic: changed on its way, forged, or the meter's key was replaced",
        ),
        SecurityError::NoKey(_) => Failure::new(FailureKind::MissingKey, text),
        SecurityError::Replayed { .. } => {
            Failure::new(FailureKind::Replayed, format!("the answer is {text}"))
        }
        SecurityError::WeakerThanPolicy => {
            Failure::new(FailureKind::WeakerThanPolicy, "the answer is protected less than required")
        }
        SecurityError::Decode(error) => Failure::from(error).with_remark(" in the deciphered answer"),
        SecurityError::Counter(CounterError::Store(_)) => Failure::new(FailureKind::Io, text),
        SecurityError::Counter(_) | SecurityError::Unsupported(_) | SecurityError::Provider(_) => {
            Failure::unsupported(text)
        }
        _ => Failure::decode(text),
    }
}

fn refusal_of(service: &str, refusal: Refusal) -> Failure {
    match refusal {
        Refusal::DataAccess(result) => refused(service, result),
        Refusal::Action(result) => refused_action(result),
        Refusal::Association { result, diagnostic, service_error } => {
            let mut detail = json!({"result": result.name(), "diagnostic": diagnostic.name()});
            if let (Some(detail), Some(error)) = (detail.as_object_mut(), service_error) {
                detail.insert("service-error".into(), error.to_string().into());
            }
            Failure::new(FailureKind::AssociationRejected, "the meter rejected the association")
                .with_detail(detail)
        }
        Refusal::Exception(exception) => {
            let mut detail = json!({
                "state-error": exception.state_error.name(),
                "service-error": exception.service_error.name(),
            });
            if let (Some(detail), ExceptionServiceError::InvocationCounterError(Some(counter))) =
                (detail.as_object_mut(), exception.service_error)
            {
                detail.insert("invocation-counter".into(), counter.into());
            }
            Failure::new(FailureKind::Exception, "the meter answered with an exception").with_detail(detail)
        }
        Refusal::ServiceError(error) => refused_as(service, &error.to_string(), &error.to_string()),
        Refusal::Image(refusal) => refused_as("image-transfer", &refusal.to_string(), &refusal.to_string()),
        other => Failure::new(FailureKind::Refused, other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dlms_core::acse::{AcseDiagnostic, AssociationResult};
    use dlms_core::apdu::{ExceptionResponse, StateError};
    use dlms_core::link::LinkError;

    fn json(error: ClientError) -> serde_json::Value {
        let mut json = failed("get", error.into()).to_json()["error"].take();
        json.as_object_mut().unwrap().remove("message");
        json
    }

    #[test]
    fn every_kind_has_its_particulars() {
        assert_eq!(
            json(Refusal::DataAccess(DataAccessResult::ReadWriteDenied).into()),
            json!({"kind": "refused", "detail": {"service": "get", "result": "read-write-denied"}})
        );
        assert_eq!(
            json(Refusal::Action(ActionResult::OtherReason).into()),
            json!({"kind": "refused", "detail": {"service": "action", "result": "other-reason"}})
        );
        let rejected = Refusal::Association {
            result: AssociationResult::RejectedPermanent,
            diagnostic: AcseDiagnostic::NO_REASON_GIVEN,
            service_error: None,
        };
        assert_eq!(
            json(rejected.into()),
            json!({"kind": "association-rejected",
                "detail": {"result": "rejected-permanent", "diagnostic": "no-reason-given"}})
        );
        let exception = ExceptionResponse {
            state_error: StateError::ServiceNotAllowed,
            service_error: ExceptionServiceError::InvocationCounterError(Some(7)),
        };
        assert_eq!(
            json(Refusal::Exception(exception).into()),
            json!({"kind": "exception", "detail": {"state-error": "service-not-allowed",
                "service-error": "invocation-counter-error", "invocation-counter": 7}})
        );
    }

    #[test]
    fn security_the_clock_and_the_line_are_told_apart() {
        for (error, kind) in [
            (ClientError::Timeout(Timer::Response), "timeout"),
            (LinkError::Disconnected.into(), "link"),
            (SecurityError::Inauthentic.into(), "bad-tag"),
            (SecurityError::Replayed { expected: 2 }.into(), "replayed"),
            (SecurityError::WeakerThanPolicy.into(), "weaker-than-policy"),
            (Misuse::Incomplete("a key").into(), "usage"),
        ] {
            assert_eq!(json(error)["kind"], kind);
        }
        let opening = rejected(Error::Client(SecurityError::Inauthentic.into()));
        assert_eq!(opening.kind(), FailureKind::WrongKey);
        let refused = std::io::Error::from(ErrorKind::ConnectionRefused);
        assert_eq!(failed("get", Error::Io(refused)).kind().exit_status(), 3);
    }
}
