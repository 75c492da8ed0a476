use dlms_core::apdu::{ConfirmedServiceError, ExceptionResponse, ExceptionServiceError};
use serde_json::{Value, json};

use super::merge;

pub(super) fn exception(m: &ExceptionResponse) -> Value {
    let codes = json!({ "state_error": m.state_error.code(), "service_error": m.service_error.code() });
    match m.service_error {
        ExceptionServiceError::InvocationCounterError(counter) => {
            merge(codes, json!({ "invocation_counter": counter }))
        }
        _ => codes,
    }
}

pub(super) fn confirmed_service(m: &ConfirmedServiceError) -> Value {
    json!({ "service": m.service.code(), "error_type": m.error.category(), "value": m.error.code() })
}
