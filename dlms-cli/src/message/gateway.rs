//! Messages for and from devices behind a gateway.

use dlms_core::apdu::{GatewayRequest, GatewayResponse};
use dlms_core::codec::Encode;

use super::{Message, Nested, Parts};
use crate::failure::Failure;
use crate::hex;

const APDU: &str = "apdu";

pub(super) fn request<'a>(of: &GatewayRequest<'a>) -> Message<'a> {
    prefix(of.network_id, of.physical_device_address(), of.apdu)
}

pub(super) fn response<'a>(of: &GatewayResponse<'a>) -> Message<'a> {
    prefix(of.network_id, of.physical_device_address(), of.apdu)
}

fn prefix<'a>(network_id: u8, address: &[u8], apdu: &'a [u8]) -> Message<'a> {
    let mut message = Message::default();
    message.fields.insert("network-id".into(), network_id.into());
    message.fields.insert("physical-device-address".into(), hex::to_text(address).into());
    message.nested = Some(Nested { member: APDU, octets: apdu });
    message
}

pub(super) fn request_from(parts: &Parts<'_>) -> Result<Vec<u8>, Failure> {
    let (network_id, address, apdu) = prefix_from(parts)?;
    GatewayRequest::new(network_id, &address, &apdu)
        .map(|request| request.encode_to_vec())
        .ok_or_else(too_long)
}

pub(super) fn response_from(parts: &Parts<'_>) -> Result<Vec<u8>, Failure> {
    let (network_id, address, apdu) = prefix_from(parts)?;
    GatewayResponse::new(network_id, &address, &apdu)
        .map(|response| response.encode_to_vec())
        .ok_or_else(too_long)
}

fn prefix_from(parts: &Parts<'_>) -> Result<(u8, Vec<u8>, Vec<u8>), Failure> {
    let fields = &parts.fields;
    Ok((
        fields.number("network-id")?,
        fields.octets("physical-device-address")?,
        parts.nested(fields.any(APDU)?)?,
    ))
}

fn too_long() -> Failure {
    Failure::usage("a physical-device-address has 255 octets at most")
}
