use dlms_core::apdu::{
    AttributeDescriptor, AttributeSelection, InvokeIdAndPriority, LongInvokeIdAndPriority, MethodDescriptor,
    SelectiveAccess,
};
use serde_json::{Value, json};

use super::{data, hex, merge};

pub(super) fn invoke(id: InvokeIdAndPriority) -> Value {
    json!({
        "raw": hex(&[id.0]),
        "id": id.id(),
        "confirmed": id.is_confirmed(),
        "high_priority": id.is_high_priority(),
    })
}

pub(super) fn long_invoke(id: LongInvokeIdAndPriority) -> Value {
    json!({
        "raw": hex(&id.0.to_be_bytes()),
        "id": id.id(),
        "self_descriptive": id.is_self_descriptive(),
        "break_on_error": id.is_break_on_error(),
        "confirmed": id.is_confirmed(),
        "high_priority": id.is_high_priority(),
    })
}

pub(super) fn attribute(attribute: AttributeDescriptor) -> Value {
    let AttributeDescriptor { class_id, logical_name, id } = attribute;
    json!({ "class": class_id, "obis": logical_name.to_string(), "attr": id })
}

pub(super) fn method(method: MethodDescriptor) -> Value {
    let MethodDescriptor { class_id, logical_name, id } = method;
    json!({ "class": class_id, "obis": logical_name.to_string(), "method": id })
}

/// An attribute, with the part of it if one is selected.
pub(super) fn selected(of: AttributeDescriptor, selection: Option<SelectiveAccess<'_>>) -> Value {
    let selection = selection.map_or(
        json!({}),
        |s| json!({ "access": { "selector": s.selector, "params": data(&s.parameters) } }),
    );
    merge(attribute(of), selection)
}

pub(super) fn selection(item: AttributeSelection<'_>) -> Value {
    selected(item.attribute, item.selection)
}
