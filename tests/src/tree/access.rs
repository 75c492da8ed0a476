use dlms_core::apdu::{AccessRequest, AccessResponse, AccessResult, AccessSpecification, List};
use dlms_core::data::Data;
use serde_json::{Value, json};

use super::descriptor::{attribute, long_invoke, method, selected};
use super::{data, date_time};

pub(super) fn request(m: &AccessRequest<'_>) -> Value {
    json!({
        "long_invoke_id": long_invoke(m.long_invoke_id),
        "date_time": date_time(m.date_time),
        "specs": specifications(m.specifications),
        "data": values(m.data),
    })
}

pub(super) fn response(m: &AccessResponse<'_>) -> Value {
    json!({
        "long_invoke_id": long_invoke(m.long_invoke_id),
        "date_time": date_time(m.date_time),
        "specs": m.specifications.map(specifications),
        "data": values(m.data),
        "results": m.results.iter().map(result).collect::<Value>(),
    })
}

fn specifications(list: List<'_, AccessSpecification<'_>>) -> Value {
    list.iter().map(specification).collect()
}

fn specification(specification: AccessSpecification<'_>) -> Value {
    match specification {
        AccessSpecification::Get(of) => json!({ "get": attribute(of) }),
        AccessSpecification::Set(of) => json!({ "set": attribute(of) }),
        AccessSpecification::Action(of) => json!({ "action": method(of) }),
        AccessSpecification::GetWithSelection(of, selection) => {
            json!({ "get-with-selection": selected(of, Some(selection)) })
        }
        AccessSpecification::SetWithSelection(of, selection) => {
            json!({ "set-with-selection": selected(of, Some(selection)) })
        }
    }
}

fn values(list: List<'_, Data<'_>>) -> Value {
    list.iter().map(|value| data(&value)).collect()
}

fn result(result: AccessResult) -> Value {
    match result {
        AccessResult::Get(result) => json!({ "get": result.code() }),
        AccessResult::Set(result) => json!({ "set": result.code() }),
        AccessResult::Action(result) => json!({ "action": result.code() }),
    }
}
