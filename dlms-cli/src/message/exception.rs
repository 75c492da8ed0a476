//! A request refused as such.

use dlms_core::apdu::{ExceptionResponse, ExceptionServiceError, StateError};
use dlms_core::codec::Encode;

use super::{Message, Parts, codes};
use crate::failure::Failure;

pub(super) fn response(of: &ExceptionResponse) -> Message<'static> {
    let mut message = Message::default();
    let fields = &mut message.fields;
    fields.insert("state-error".into(), codes::to_json(of.state_error.code(), of.state_error.name()));
    fields.insert("service-error".into(), codes::to_json(of.service_error.code(), of.service_error.name()));
    if let ExceptionServiceError::InvocationCounterError(Some(counter)) = of.service_error {
        fields.insert("invocation-counter".into(), counter.into());
    }
    message
}

pub(super) fn response_from(parts: &Parts<'_>) -> Result<Vec<u8>, Failure> {
    let fields = &parts.fields;
    let state_error = codes::member(fields, "state-error", |code| StateError::from_code(code).name())?;
    let code = codes::member(fields, "service-error", |code| ExceptionServiceError::from_code(code).name())?;
    let service_error = match ExceptionServiceError::from_code(code) {
        ExceptionServiceError::InvocationCounterError(_) => {
            ExceptionServiceError::InvocationCounterError(fields.optional_number("invocation-counter")?)
        }
        other => other,
    };
    Ok(ExceptionResponse { state_error: StateError::from_code(state_error), service_error }.encode_to_vec())
}
