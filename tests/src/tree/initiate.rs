use dlms_core::apdu::{Conformance, InitiateRequest, InitiateResponse};
use serde_json::{Value, json};

use super::hex;

pub(super) fn request(m: &InitiateRequest<'_>) -> Value {
    json!({
        "dedicated_key": m.dedicated_key.map(hex),
        "response_allowed": m.response_allowed,
        "qos": m.quality_of_service,
        "version": m.dlms_version,
        "conformance": conformance(m.conformance),
        "max_pdu": m.client_max_receive_pdu_size,
    })
}

pub(super) fn response(m: &InitiateResponse) -> Value {
    json!({
        "qos": m.quality_of_service,
        "version": m.dlms_version,
        "conformance": conformance(m.conformance),
        "max_pdu": m.server_max_receive_pdu_size,
        "vaa_name": hex(&m.vaa_name.to_be_bytes()),
    })
}

fn conformance(block: Conformance) -> Value {
    json!({ "raw": hex(&block.to_octets()), "bits": block.names().collect::<Vec<_>>() })
}
