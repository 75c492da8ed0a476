use dlms_core::apdu::{Protected, tag};
use dlms_core::codec::{Decode, Encode};
use dlms_security::{CipheredApdu, GeneralCiphering, GeneralSigning, KeyInfo, SecurityControl};
use serde_json::{Value, json};

use super::{Open, hex, inner, merge};

pub(super) fn message(m: &Protected<'_>, open: Open<'_>) -> Value {
    let octets = m.encode_to_vec();
    let tree = match m.tag {
        tag::GENERAL_SIGNING => return signed(&GeneralSigning::from_bytes(&octets).unwrap()),
        tag::GENERAL_CIPHERING => general(&GeneralCiphering::from_bytes(&octets).unwrap()),
        _ => {
            let view = CipheredApdu::from_bytes(&octets).unwrap();
            let title = view.system_title.map_or(json!({}), |title| json!({ "system_title": hex(title) }));
            merge(title, header(view.security_control, view.invocation_counter, view.content))
        }
    };
    match open(&octets) {
        Some(plain) => merge(tree, json!({ "plaintext": hex(&plain), "apdu": inner(&plain, open) })),
        None => tree,
    }
}

fn general(m: &GeneralCiphering<'_>) -> Value {
    let key_info = m.key_info.map(|info| match info {
        KeyInfo::Identified { key } => json!({ "identified-key": key }),
        KeyInfo::Wrapped { kek, wrapped_key } => {
            json!({ "wrapped-key": { "kek": kek, "data": hex(wrapped_key) } })
        }
        KeyInfo::Agreed { key_parameters, key_ciphered_data } => {
            json!({ "agreed-key": { "params": hex(key_parameters), "data": hex(key_ciphered_data) } })
        }
    });
    let names = json!({
        "transaction_id": hex(m.transaction_id),
        "originator": hex(m.originator_system_title),
        "recipient": hex(m.recipient_system_title),
        "date_time": hex(m.date_time),
        "other_info": hex(m.other_information),
        "key_info": key_info,
    });
    merge(names, header(m.security_control, m.invocation_counter, m.content))
}

fn signed(m: &GeneralSigning<'_>) -> Value {
    json!({
        "transaction_id": hex(m.transaction_id),
        "originator": hex(m.originator_system_title),
        "recipient": hex(m.recipient_system_title),
        "date_time": hex(m.date_time),
        "other_info": hex(m.other_information),
        "content": hex(m.content),
        "signature": hex(m.signature),
        "apdu": inner(m.content, &mut |_| None),
    })
}

fn header(control: SecurityControl, invocation_counter: u32, content: &[u8]) -> Value {
    json!({
        "sc": hex(&[control.0]),
        "suite": control.0 & 0x0f,
        "authenticated": control.authenticated(),
        "encrypted": control.encrypted(),
        "broadcast_key": control.broadcast(),
        "compressed": control.compressed(),
        "ic": invocation_counter,
        "ciphered": hex(content),
    })
}
