//! Messages in JSON, both ways: `apdu` names the kind, `fields` holds its own fields by the standard's names, and what
//! several kinds have stands beside: `invoke-id`, `date-time`, `body`.

mod access;
mod acse;
mod action;
mod block;
mod codes;
mod descriptor;
mod exception;
mod gateway;
mod get;
mod initiate;
mod invoke;
mod members;
mod notification;
mod outcome;
mod set;
mod short_name;

use core::fmt;

use dlms_core::apdu::{Apdu, LongInvokeIdAndPriority};
use dlms_core::data::{Data, DataBuf, DateTime};
use serde_json::{Map, Value};

pub(crate) use block::{general_head, general_with};
pub(crate) use members::Members;

use crate::failure::Failure;
use crate::value_json::{self, Budget};

/// What a message says.
#[derive(Debug, Default)]
pub(crate) struct Message<'a> {
    /// Which request or notification.
    pub(crate) invoke_id: Option<u32>,
    /// When it was made.
    pub(crate) date_time: Option<DateTime>,
    /// Its own fields.
    pub(crate) fields: Map<String, Value>,
    /// The value it is all about.
    pub(crate) body: Option<Data<'a>>,
    /// A message in this one.
    pub(crate) nested: Option<Nested<'a>>,
}

/// A message in another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Nested<'a> {
    /// The field it belongs in.
    pub(crate) member: &'static str,
    /// Its octets.
    pub(crate) octets: &'a [u8],
}

impl<'a> Message<'a> {
    /// What this message says; a message in it is left as octets.
    ///
    /// # Errors
    /// `unsupported`: it says more than a document can hold.
    pub(crate) fn of(apdu: &Apdu<'a>, budget: &mut Budget) -> Result<Self, Failure> {
        Ok(match apdu {
            Apdu::InitiateRequest(of) => initiate::request(of),
            Apdu::InitiateResponse(of) => initiate::response(of),
            Apdu::ConfirmedServiceError(of) => initiate::confirmed_service_error(of),
            Apdu::ReadRequest(of) => short_name::read_request(of, budget)?,
            Apdu::ReadResponse(of) => short_name::read_response(of, budget)?,
            Apdu::WriteRequest(of) => short_name::write_request(of, budget)?,
            Apdu::WriteResponse(of) => short_name::write_response(of),
            Apdu::UnconfirmedWriteRequest(of) => short_name::unconfirmed_write_request(of, budget)?,
            Apdu::InformationReportRequest(of) => short_name::information_report(of, budget)?,
            Apdu::Aarq(of) => acse::aarq(of),
            Apdu::Aare(of) => acse::aare(of),
            Apdu::ReleaseRequest(of) => acse::rlrq(of),
            Apdu::ReleaseResponse(of) => acse::rlre(of),
            Apdu::GetRequest(of) => get::request(of, budget)?,
            Apdu::GetResponse(of) => get::response(of, budget)?,
            Apdu::SetRequest(of) => set::request(of, budget)?,
            Apdu::SetResponse(of) => set::response(of),
            Apdu::ActionRequest(of) => action::request(of, budget)?,
            Apdu::ActionResponse(of) => action::response(of, budget)?,
            Apdu::AccessRequest(of) => access::request(of, budget)?,
            Apdu::AccessResponse(of) => access::response(of, budget)?,
            Apdu::GeneralBlockTransfer(of) => Self { fields: block::general(of), ..Self::default() },
            Apdu::GatewayRequest(of) => gateway::request(of),
            Apdu::GatewayResponse(of) => gateway::response(of),
            Apdu::DataNotification(of) => notification::data(of),
            Apdu::DataNotificationConfirm(of) => notification::confirm(of),
            Apdu::EventNotificationRequest(of) => notification::event(of),
            Apdu::ExceptionResponse(of) => exception::response(of),
            other => return Err(Failure::unsupported(format!("a plain {}", other.name()))),
        })
    }

    fn request(id: u32, kind: &str) -> Self {
        let mut fields = Map::new();
        fields.insert("type".into(), kind.into());
        Self { invoke_id: Some(id), fields, ..Self::default() }
    }

    fn long(invoke: LongInvokeIdAndPriority, date_time: Option<DateTime>) -> Self {
        let mut message = Self { invoke_id: Some(invoke.id()), date_time, ..Self::default() };
        invoke::insert_long(&mut message.fields, invoke);
        message
    }
}

/// What a message shall say.
pub(crate) struct Parts<'a> {
    invoke_id: Option<u32>,
    date_time: Option<DateTime>,
    fields: Members<'a>,
    body: Option<&'a Value>,
    encode_nested: &'a dyn Fn(&Value) -> Result<Vec<u8>, Failure>,
}

impl<'a> Parts<'a> {
    /// Those in a document; `encode_nested` gives the octets of a message in it.
    ///
    /// # Errors
    /// `usage`: a member is missing or not what it should be.
    pub(crate) fn of(
        document: &Members<'a>,
        encode_nested: &'a dyn Fn(&Value) -> Result<Vec<u8>, Failure>,
    ) -> Result<Self, Failure> {
        let date_time = match document.optional("date-time") {
            Some(json) => {
                let value = value_json::from_json(json)?;
                Some(
                    value
                        .as_data()
                        .as_date_time()
                        .ok_or_else(|| document.wrong("date-time", "a date-time"))?,
                )
            }
            None => None,
        };
        Ok(Self {
            invoke_id: document.optional_number("invoke-id")?,
            date_time,
            fields: document.object("fields")?,
            body: document.optional("body"),
            encode_nested,
        })
    }

    /// The octets of the plain message of this name.
    ///
    /// # Errors
    /// `usage`: there is no such message, or a field is missing or not what it should be.
    pub(crate) fn encode(&self, apdu: &str) -> Result<Vec<u8>, Failure> {
        match apdu {
            "initiate-request" => initiate::request_from(self),
            "initiate-response" => initiate::response_from(self),
            "confirmed-service-error" => initiate::confirmed_service_error_from(self),
            "read-request" => short_name::read_request_from(self),
            "read-response" => short_name::read_response_from(self),
            "write-request" => short_name::write_request_from(self),
            "write-response" => short_name::write_response_from(self),
            "unconfirmed-write-request" => short_name::unconfirmed_write_request_from(self),
            "information-report-request" => short_name::information_report_from(self),
            "aarq" => acse::aarq_from(self),
            "aare" => acse::aare_from(self),
            "rlrq" => acse::rlrq_from(self),
            "rlre" => acse::rlre_from(self),
            "get-request" => get::request_from(self),
            "get-response" => get::response_from(self),
            "set-request" => set::request_from(self),
            "set-response" => set::response_from(self),
            "action-request" => action::request_from(self),
            "action-response" => action::response_from(self),
            "access-request" => access::request_from(self),
            "access-response" => access::response_from(self),
            "general-block-transfer" => block::general_from(&self.fields),
            "gateway-request" => gateway::request_from(self),
            "gateway-response" => gateway::response_from(self),
            "data-notification" => notification::data_from(self),
            "data-notification-confirm" => notification::confirm_from(self),
            "event-notification-request" => notification::event_from(self),
            "exception-response" => exception::response_from(self),
            other => Err(Failure::usage(format!("{other} is no plain message"))),
        }
    }

    fn body(&self) -> Result<DataBuf, Failure> {
        self.optional_body()?.ok_or_else(|| Failure::usage("body is missing"))
    }

    fn optional_body(&self) -> Result<Option<DataBuf>, Failure> {
        self.body.map(value_json::from_json).transpose()
    }

    fn nested(&self, json: &Value) -> Result<Vec<u8>, Failure> {
        (self.encode_nested)(json)
    }
}

impl fmt::Debug for Parts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parts")
            .field("fields", &self.fields)
            .field("body", &self.body)
            .finish_non_exhaustive()
    }
}
