use dlms_core::apdu::{BlockResult, GetDataResult, GetRequest, GetResponse};
use serde_json::{Value, json};

use super::descriptor::{invoke, selected, selection};
use super::{data, hex, merge};

pub(super) fn request(m: &GetRequest<'_>) -> Value {
    let head = json!({ "invoke": invoke(m.invoke()) });
    match *m {
        GetRequest::Normal { attribute, selection, .. } => {
            json!({ "normal": merge(head, selected(attribute, selection)) })
        }
        GetRequest::Next { block_number, .. } => {
            json!({ "next": merge(head, json!({ "block": block_number })) })
        }
        GetRequest::WithList { attributes, .. } => {
            let list: Value = attributes.iter().map(selection).collect();
            json!({ "with-list": merge(head, json!({ "list": list })) })
        }
    }
}

pub(super) fn response(m: &GetResponse<'_>) -> Value {
    let head = json!({ "invoke": invoke(m.invoke()) });
    match *m {
        GetResponse::Normal { result: value, .. } => {
            json!({ "normal": merge(head, json!({ "result": result(value) })) })
        }
        GetResponse::WithDatablock { last_block, block_number, result, .. } => {
            let block = json!({ "last": last_block, "block": block_number });
            let result = match result {
                BlockResult::RawData(octets) => json!({ "raw": hex(octets) }),
                BlockResult::Error(error) => json!({ "error": error.code() }),
            };
            json!({ "with-datablock": merge(merge(head, block), result) })
        }
        GetResponse::WithList { results, .. } => {
            let list: Value = results.iter().map(result).collect();
            json!({ "with-list": merge(head, json!({ "list": list })) })
        }
    }
}

/// A value, or why there is none.
pub(super) fn result(result: GetDataResult<'_>) -> Value {
    match result {
        GetDataResult::Data(value) => json!({ "data": data(&value) }),
        GetDataResult::Error(error) => json!({ "error": error.code() }),
    }
}
