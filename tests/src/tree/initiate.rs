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

/// The reference decoder has words for the reserved bits, too.
fn conformance(block: Conformance) -> Value {
    let all = u32::from_be_bytes([&[0][..], &block.to_octets()].concat().try_into().unwrap());
    let name = |bit: u32| {
        let [_, octets @ ..] = (1u32 << (23 - bit)).to_be_bytes();
        let named = Conformance::from_octets(octets).names().next();
        named.unwrap_or(if bit == 0 { "reserved-zero" } else { "reserved-seven" })
    };
    let bits: Vec<_> = (0..24).filter(|bit| all >> (23 - bit) & 1 != 0).map(name).collect();
    json!({ "raw": hex(&block.to_octets()), "bits": bits })
}
