use dlms_core::apdu::{Conformance, InitiateRequest, InitiateResponse};
use proptest::option;
use proptest::prelude::*;

use super::octets;

/// What a client proposes.
pub fn initiate_request() -> impl Strategy<Value = InitiateRequest<'static>> {
    let dedicated_key = option::of(octets(32));
    (dedicated_key, any::<bool>(), any::<Option<i8>>(), any::<u8>(), any::<[u8; 3]>(), any::<u16>()).prop_map(
        |(dedicated_key, response_allowed, quality_of_service, dlms_version, conformance, size)| {
            InitiateRequest {
                dedicated_key,
                response_allowed,
                quality_of_service,
                dlms_version,
                conformance: Conformance::from_octets(conformance),
                client_max_receive_pdu_size: size,
            }
        },
    )
}

/// What a server agrees to.
pub fn initiate_response() -> impl Strategy<Value = InitiateResponse> {
    any::<(Option<i8>, u8, [u8; 3], u16, u16)>().prop_map(
        |(quality_of_service, dlms_version, conformance, size, vaa_name)| InitiateResponse {
            quality_of_service,
            dlms_version,
            conformance: Conformance::from_octets(conformance),
            server_max_receive_pdu_size: size,
            vaa_name,
        },
    )
}
