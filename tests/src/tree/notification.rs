use dlms_core::apdu::{DataNotification, DataNotificationConfirm, EventNotificationRequest};
use serde_json::{Value, json};

use super::date_time;
use super::descriptor::{attribute, long_invoke};

pub(super) fn data(m: &DataNotification<'_>) -> Value {
    json!({
        "long_invoke_id": long_invoke(m.long_invoke_id),
        "date_time": date_time(m.date_time),
        "body": super::data(&m.body),
    })
}

pub(super) fn confirm(m: &DataNotificationConfirm) -> Value {
    json!({ "long_invoke_id": long_invoke(m.long_invoke_id), "date_time": date_time(m.date_time) })
}

pub(super) fn event(m: &EventNotificationRequest<'_>) -> Value {
    json!({ "time": date_time(m.time), "attribute": attribute(m.attribute), "value": super::data(&m.value) })
}
