//! What a server sends unasked, and its confirmation.

use dlms_core::apdu::{DataNotification, DataNotificationConfirm, EventNotificationRequest};
use dlms_core::codec::Encode;

use super::{Message, Parts, descriptor, invoke};
use crate::failure::Failure;

pub(super) fn data<'a>(of: &DataNotification<'a>) -> Message<'a> {
    Message { body: Some(of.body), ..Message::long(of.long_invoke_id, of.date_time) }
}

pub(super) fn data_from(parts: &Parts<'_>) -> Result<Vec<u8>, Failure> {
    let body = parts.body()?;
    let long_invoke_id = invoke::long_from(parts.invoke_id, &parts.fields)?;
    let notification = DataNotification { long_invoke_id, date_time: parts.date_time, body: body.as_data() };
    Ok(notification.encode_to_vec())
}

pub(super) fn confirm(of: &DataNotificationConfirm) -> Message<'static> {
    Message::long(of.long_invoke_id, of.date_time)
}

pub(super) fn confirm_from(parts: &Parts<'_>) -> Result<Vec<u8>, Failure> {
    let long_invoke_id = invoke::long_from(parts.invoke_id, &parts.fields)?;
    Ok(DataNotificationConfirm { long_invoke_id, date_time: parts.date_time }.encode_to_vec())
}

pub(super) fn event<'a>(of: &EventNotificationRequest<'a>) -> Message<'a> {
    let mut message = Message { date_time: of.time, body: Some(of.value), ..Message::default() };
    message.fields.insert(descriptor::ATTRIBUTE.into(), descriptor::attribute(of.attribute));
    message
}

pub(super) fn event_from(parts: &Parts<'_>) -> Result<Vec<u8>, Failure> {
    let body = parts.body()?;
    let event = EventNotificationRequest {
        time: parts.date_time,
        attribute: descriptor::attribute_from(&parts.fields.object(descriptor::ATTRIBUTE)?)?,
        value: body.as_data(),
    };
    Ok(event.encode_to_vec())
}
