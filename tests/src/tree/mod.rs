//! Messages and values in the form that the vectors expect them in: that of the reference decoder which made them.

mod access;
mod acse;
mod action;
mod block;
mod ciphered;
mod data;
mod descriptor;
mod error;
mod get;
mod initiate;
mod notification;
mod set;
mod short_name;

use dlms_core::apdu::Apdu;
use dlms_core::codec::Decode;
use dlms_core::data::DateTime;
use serde_json::{Map, Value, json};

pub use data::data;

/// Gives the plain message in a protected one, if it has the keys; otherwise nothing, and the tree ends there.
pub type Open<'o> = &'o mut dyn FnMut(&[u8]) -> Option<Vec<u8>>;

/// A message, by its name; protected ones only as far as they show without keys.
///
/// # Panics
/// What it carries is no message.
#[must_use]
pub fn apdu(message: &Apdu<'_>) -> Value {
    opened(message, &mut |_| None)
}

/// A message, by its name, with what is in protected ones.
///
/// # Panics
/// What it carries is no message.
#[must_use]
pub fn opened(message: &Apdu<'_>, open: Open<'_>) -> Value {
    let content = match message {
        Apdu::InitiateRequest(m) => initiate::request(m),
        Apdu::InitiateResponse(m) => initiate::response(m),
        Apdu::ConfirmedServiceError(m) => error::confirmed_service(m),
        Apdu::Aarq(m) => acse::aarq(m, open),
        Apdu::Aare(m) => acse::aare(m, open),
        Apdu::ReleaseRequest(m) => acse::release(m.reason.map(|r| r.code()), m.user_information, open),
        Apdu::ReleaseResponse(m) => acse::release(m.reason.map(|r| r.code()), m.user_information, open),
        Apdu::GetRequest(m) => get::request(m),
        Apdu::GetResponse(m) => get::response(m),
        Apdu::SetRequest(m) => set::request(m),
        Apdu::SetResponse(m) => set::response(m),
        Apdu::ActionRequest(m) => action::request(m),
        Apdu::ActionResponse(m) => action::response(m),
        Apdu::AccessRequest(m) => access::request(m),
        Apdu::AccessResponse(m) => access::response(m),
        Apdu::DataNotification(m) => notification::data(m),
        Apdu::DataNotificationConfirm(m) => notification::confirm(m),
        Apdu::EventNotificationRequest(m) => notification::event(m),
        Apdu::ExceptionResponse(m) => error::exception(m),
        Apdu::ReadRequest(m) => short_name::read_request(m),
        Apdu::ReadResponse(m) => short_name::read_response(m),
        Apdu::WriteRequest(m) => short_name::write_request(m.variables, m.values),
        Apdu::UnconfirmedWriteRequest(m) => short_name::write_request(m.variables, m.values),
        Apdu::WriteResponse(m) => short_name::write_response(m),
        Apdu::InformationReportRequest(m) => short_name::information_report(m),
        Apdu::GeneralBlockTransfer(m) => block::general(m),
        Apdu::Protected(m) => ciphered::message(m, open),
        other => panic!("no vector has a {}", other.name()),
    };
    single(message.name(), content)
}

/// The message in a field of another.
fn inner(octets: &[u8], open: Open<'_>) -> Value {
    opened(&Apdu::from_bytes(octets).unwrap(), open)
}

fn single(name: &str, content: Value) -> Value {
    Value::Object(Map::from_iter([(name.to_owned(), content)]))
}

/// Adds the members of `more`, an object.
fn merge(mut object: Value, more: Value) -> Value {
    if let (Value::Object(object), Value::Object(more)) = (&mut object, more) {
        object.extend(more);
    }
    object
}

fn hex(octets: &[u8]) -> Value {
    json!(octets.iter().map(|octet| format!("{octet:02X}")).collect::<String>())
}

fn date_time(value: Option<DateTime>) -> Value {
    value.map_or(Value::Null, |v| hex(&v.to_octets()))
}
