use dlms_core::apdu::{
    ConfirmedService, ConfirmedServiceError, DataNotification, DataNotificationConfirm,
    EventNotificationRequest, ExceptionResponse, ExceptionServiceError, ServiceError, StateError,
};
use proptest::option;
use proptest::prelude::*;

use super::descriptor::long_invoke;
use super::{attribute, data, date_time};

/// What a push sends.
pub fn data_notification() -> impl Strategy<Value = DataNotification<'static>> {
    (long_invoke(), option::of(date_time()), data())
        .prop_map(|(long_invoke_id, date_time, body)| DataNotification { long_invoke_id, date_time, body })
}

/// What confirms a push.
pub fn data_notification_confirm() -> impl Strategy<Value = DataNotificationConfirm> {
    (long_invoke(), option::of(date_time()))
        .prop_map(|(long_invoke_id, date_time)| DataNotificationConfirm { long_invoke_id, date_time })
}

/// What an event sends.
pub fn event_notification() -> impl Strategy<Value = EventNotificationRequest<'static>> {
    (option::of(date_time()), attribute(), data())
        .prop_map(|(time, attribute, value)| EventNotificationRequest { time, attribute, value })
}

/// A refusal with logical names.
pub fn exception_response() -> impl Strategy<Value = ExceptionResponse> {
    let service_error = any::<(u8, u32)>().prop_map(|(code, counter)| match code {
        6 | 0x80.. => ExceptionServiceError::InvocationCounterError(Some(counter)),
        code => ExceptionServiceError::from_code(code),
    });
    (any::<u8>().prop_map(StateError::from_code), service_error)
        .prop_map(|(state_error, service_error)| ExceptionResponse { state_error, service_error })
}

/// A refusal with short names, or of the initiate services.
pub fn confirmed_service_error() -> impl Strategy<Value = ConfirmedServiceError> {
    any::<[u8; 3]>().prop_map(|[service, category, code]| ConfirmedServiceError {
        service: ConfirmedService::from_code(service),
        error: ServiceError::from_codes(category, code),
    })
}
