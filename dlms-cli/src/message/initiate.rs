//! The xDLMS context: what is proposed, what was negotiated, why not.

use dlms_core::apdu::{
    ConfirmedService, ConfirmedServiceError, Conformance, InitiateRequest, InitiateResponse, ServiceError,
};
use dlms_core::codec::Encode;
use serde_json::{Value, json};

use super::{Message, Parts, codes};
use crate::failure::Failure;
use crate::hex;

pub(super) fn request(of: &InitiateRequest<'_>) -> Message<'static> {
    let mut message = Message::default();
    let fields = &mut message.fields;
    if let Some(key) = of.dedicated_key {
        fields.insert("dedicated-key".into(), hex::to_text(key).into());
    }
    fields.insert("response-allowed".into(), of.response_allowed.into());
    if let Some(quality) = of.quality_of_service {
        fields.insert("proposed-quality-of-service".into(), quality.into());
    }
    fields.insert("proposed-dlms-version-number".into(), of.dlms_version.into());
    fields.insert("proposed-conformance".into(), conformance(of.conformance));
    fields.insert("client-max-receive-pdu-size".into(), of.client_max_receive_pdu_size.into());
    message
}

pub(super) fn request_from(parts: &Parts<'_>) -> Result<Vec<u8>, Failure> {
    let fields = &parts.fields;
    let key = fields.optional_octets("dedicated-key")?;
    let request = InitiateRequest {
        dedicated_key: key.as_deref(),
        response_allowed: fields.optional("response-allowed").is_none() || fields.flag("response-allowed")?,
        quality_of_service: fields.optional_number("proposed-quality-of-service")?,
        dlms_version: fields.number("proposed-dlms-version-number")?,
        conformance: conformance_from(fields.list("proposed-conformance")?)?,
        client_max_receive_pdu_size: fields.number("client-max-receive-pdu-size")?,
    };
    Ok(request.encode_to_vec())
}

pub(super) fn response(of: &InitiateResponse) -> Message<'static> {
    let mut message = Message::default();
    let fields = &mut message.fields;
    if let Some(quality) = of.quality_of_service {
        fields.insert("negotiated-quality-of-service".into(), quality.into());
    }
    fields.insert("negotiated-dlms-version-number".into(), of.dlms_version.into());
    fields.insert("negotiated-conformance".into(), conformance(of.conformance));
    fields.insert("server-max-receive-pdu-size".into(), of.server_max_receive_pdu_size.into());
    fields.insert("vaa-name".into(), format!("{:04X}", of.vaa_name).into());
    message
}

pub(super) fn response_from(parts: &Parts<'_>) -> Result<Vec<u8>, Failure> {
    let fields = &parts.fields;
    let response = InitiateResponse {
        quality_of_service: fields.optional_number("negotiated-quality-of-service")?,
        dlms_version: fields.number("negotiated-dlms-version-number")?,
        conformance: conformance_from(fields.list("negotiated-conformance")?)?,
        server_max_receive_pdu_size: fields.number("server-max-receive-pdu-size")?,
        vaa_name: u16::from_be_bytes(fields.array("vaa-name")?),
    };
    Ok(response.encode_to_vec())
}

/// The names of the services; a bit without a name by its number, as `bit-0`.
fn conformance(of: Conformance) -> Value {
    let named = of.names().filter_map(Conformance::from_name).fold(Conformance::NONE, Conformance::union);
    let unnamed = of.without(named);
    let bits = (0..24).filter(|bit| unnamed.contains(bit_number(*bit))).map(|bit| format!("bit-{bit}"));
    of.names().map(String::from).chain(bits).collect()
}

fn conformance_from(list: &[Value]) -> Result<Conformance, Failure> {
    let one = |json: &Value| {
        let name = json.as_str()?;
        let bit = || name.strip_prefix("bit-")?.parse().ok().filter(|bit| *bit < 24).map(bit_number);
        Conformance::from_name(name).or_else(bit)
    };
    list.iter().try_fold(Conformance::NONE, |all, json| {
        let bit = one(json)
            .ok_or_else(|| Failure::usage(format!("{json} is no service of a conformance block")))?;
        Ok(all.union(bit))
    })
}

/// Bit 0 is the highest of the 24.
fn bit_number(bit: u8) -> Conformance {
    let [_, a, b, c] = (0x0080_0000u32.checked_shr(bit.into()).unwrap_or(0)).to_be_bytes();
    Conformance::from_octets([a, b, c])
}

pub(super) fn confirmed_service_error(of: &ConfirmedServiceError) -> Message<'static> {
    let mut message = Message::default();
    let (category, name) = (of.error.category_name(), codes::to_json(of.error.code(), of.error.name()));
    message.fields.insert("service".into(), codes::to_json(of.service.code(), of.service.name()));
    message.fields.insert(
        "service-error".into(),
        match of.error {
            ServiceError::Other { category, code } => json!({category.to_string(): code}),
            _ => json!({category: name}),
        },
    );
    message
}

pub(super) fn confirmed_service_error_from(parts: &Parts<'_>) -> Result<Vec<u8>, Failure> {
    let service = codes::member(&parts.fields, "service", |code| ConfirmedService::from_code(code).name())?;
    let (category_name, code) = parts.fields.object("service-error")?.only()?;
    let wrong = || Failure::usage(format!("{category_name}: {code} is no service-error"));
    let named = (0..=u8::MAX)
        .find(|category| ServiceError::from_codes(*category, 0).category_name() == category_name);
    let category = match category_name.parse() {
        Ok(number) => number,
        Err(_) => named.filter(|_| category_name != "other").ok_or_else(wrong)?,
    };
    let code =
        codes::from_json(code, |code| ServiceError::from_codes(category, code).name()).ok_or_else(wrong)?;
    let error = ServiceError::from_codes(category, code);
    Ok(ConfirmedServiceError { service: ConfirmedService::from_code(service), error }.encode_to_vec())
}
