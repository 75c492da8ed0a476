use dlms_core::apdu::{ActionRequest, ActionResponse, ActionResponseItem};
use serde_json::{Value, json};

use super::block::part;
use super::descriptor::{invoke, method};
use super::get::result;
use super::{data, merge};

pub(super) fn request(m: &ActionRequest<'_>) -> Value {
    let head = json!({ "invoke": invoke(m.invoke()) });
    match *m {
        ActionRequest::Normal { method: of, parameters, .. } => {
            let parameters = json!({ "params": parameters.map(|v| data(&v)) });
            json!({ "normal": merge(merge(head, method(of)), parameters) })
        }
        ActionRequest::NextPblock { block_number, .. } => {
            json!({ "next-pblock": merge(head, json!({ "block": block_number })) })
        }
        ActionRequest::WithList { methods, parameters, .. } => {
            let list: Value = methods.iter().map(method).collect();
            let parameters: Value = parameters.iter().map(|v| data(&v)).collect();
            json!({ "with-list": merge(head, json!({ "list": list, "params": parameters })) })
        }
        ActionRequest::WithFirstPblock { method: of, block, .. } => {
            json!({ "with-first-pblock": merge(merge(head, method(of)), part(block)) })
        }
        ActionRequest::WithListAndFirstPblock { methods, block, .. } => {
            let list: Value = methods.iter().map(method).collect();
            json!({ "with-list-and-first-pblock": merge(merge(head, json!({ "list": list })), part(block)) })
        }
        ActionRequest::WithPblock { block, .. } => json!({ "with-pblock": merge(head, part(block)) }),
    }
}

pub(super) fn response(m: &ActionResponse<'_>) -> Value {
    let head = json!({ "invoke": invoke(m.invoke()) });
    match *m {
        ActionResponse::Normal { response, .. } => json!({ "normal": merge(head, item(response)) }),
        ActionResponse::WithPblock { block, .. } => json!({ "with-pblock": merge(head, part(block)) }),
        ActionResponse::WithList { responses, .. } => {
            let list: Value = responses.iter().map(item).collect();
            json!({ "with-list": merge(head, json!({ "list": list })) })
        }
        ActionResponse::NextPblock { block_number, .. } => {
            json!({ "next-pblock": merge(head, json!({ "block": block_number })) })
        }
    }
}

fn item(item: ActionResponseItem<'_>) -> Value {
    json!({ "result": item.result.code(), "return": item.return_parameters.map(result) })
}
