use dlms_core::apdu::{DataAccessResult, List, SetRequest, SetResponse};
use serde_json::{Value, json};

use super::block::part;
use super::descriptor::{invoke, selected, selection};
use super::{data, merge};

pub(super) fn request(m: &SetRequest<'_>) -> Value {
    let head = json!({ "invoke": invoke(m.invoke()) });
    match *m {
        SetRequest::Normal { attribute, selection, value, .. } => {
            let value = json!({ "data": data(&value) });
            json!({ "normal": merge(merge(head, selected(attribute, selection)), value) })
        }
        SetRequest::WithFirstDatablock { attribute, selection, block, .. } => {
            json!({ "first-datablock": merge(merge(head, selected(attribute, selection)), part(block)) })
        }
        SetRequest::WithDatablock { block, .. } => json!({ "with-datablock": merge(head, part(block)) }),
        SetRequest::WithList { attributes, values, .. } => {
            let list: Value = attributes.iter().map(selection).collect();
            let values: Value = values.iter().map(|v| data(&v)).collect();
            json!({ "with-list": merge(head, json!({ "list": list, "data": values })) })
        }
        SetRequest::WithListAndFirstDatablock { attributes, block, .. } => {
            let list: Value = attributes.iter().map(selection).collect();
            json!({ "with-list-and-first-datablock": merge(merge(head, json!({ "list": list })), part(block)) })
        }
    }
}

pub(super) fn response(m: &SetResponse<'_>) -> Value {
    let head = json!({ "invoke": invoke(m.invoke()) });
    match *m {
        SetResponse::Normal { result, .. } => {
            json!({ "normal": merge(head, json!({ "result": result.code() })) })
        }
        SetResponse::Datablock { block_number, .. } => {
            json!({ "datablock": merge(head, json!({ "block": block_number })) })
        }
        SetResponse::LastDatablock { result, block_number, .. } => {
            let content = json!({ "result": result.code(), "block": block_number });
            json!({ "last-datablock": merge(head, content) })
        }
        SetResponse::LastDatablockWithList { results, block_number, .. } => {
            let content = json!({ "results": codes(results), "block": block_number });
            json!({ "last-datablock-with-list": merge(head, content) })
        }
        SetResponse::WithList { results, .. } => {
            json!({ "with-list": merge(head, json!({ "results": codes(results) })) })
        }
    }
}

fn codes(results: List<'_, DataAccessResult>) -> Value {
    results.iter().map(DataAccessResult::code).collect()
}
