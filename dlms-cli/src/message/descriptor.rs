//! Which attribute, which method, which part.

use dlms_core::apdu::{AttributeDescriptor, AttributeSelection, MethodDescriptor, SelectiveAccess};
use dlms_core::data::DataBuf;
use serde_json::{Map, Value, json};

use super::Members;
use crate::failure::Failure;
use crate::value_json::{Budget, to_json_within};

pub(super) const ATTRIBUTE: &str = "cosem-attribute-descriptor";
pub(super) const METHOD: &str = "cosem-method-descriptor";
pub(super) const SELECTION: &str = "access-selection";

pub(super) fn attribute(of: AttributeDescriptor) -> Value {
    json!({"class-id": of.class_id, "instance-id": of.logical_name.to_string(), "attribute-id": of.id})
}

pub(super) fn attribute_from(members: &Members<'_>) -> Result<AttributeDescriptor, Failure> {
    Ok(AttributeDescriptor::new(
        members.number("class-id")?,
        members.obis("instance-id")?,
        members.number("attribute-id")?,
    ))
}

pub(super) fn method(of: MethodDescriptor) -> Value {
    json!({"class-id": of.class_id, "instance-id": of.logical_name.to_string(), "method-id": of.id})
}

pub(super) fn method_from(members: &Members<'_>) -> Result<MethodDescriptor, Failure> {
    Ok(MethodDescriptor::new(
        members.number("class-id")?,
        members.obis("instance-id")?,
        members.number("method-id")?,
    ))
}

pub(super) fn selection(of: &SelectiveAccess<'_>, budget: &mut Budget) -> Result<Value, Failure> {
    Ok(json!({
        "access-selector": of.selector,
        "access-parameters": to_json_within(&of.parameters, budget)?,
    }))
}

/// Adds an attribute, and which part of it, to `fields`.
pub(super) fn insert_attribute(
    fields: &mut Map<String, Value>,
    of: AttributeDescriptor,
    part: Option<&SelectiveAccess<'_>>,
    budget: &mut Budget,
) -> Result<(), Failure> {
    fields.insert(ATTRIBUTE.into(), attribute(of));
    if let Some(part) = part {
        fields.insert(SELECTION.into(), selection(part, budget)?);
    }
    Ok(())
}

/// A part of an attribute, with its parameters.
#[derive(Debug)]
pub(super) struct Part {
    selector: u8,
    parameters: DataBuf,
}

impl Part {
    pub(super) const fn new(selector: u8, parameters: DataBuf) -> Self {
        Self { selector, parameters }
    }

    pub(super) fn from(members: &Members<'_>) -> Result<Self, Failure> {
        Ok(Self {
            selector: members.number("access-selector")?,
            parameters: members.value("access-parameters")?,
        })
    }

    /// Out of the member for it, if there is one.
    pub(super) fn of(members: &Members<'_>) -> Result<Option<Self>, Failure> {
        members.optional_object(SELECTION)?.map(|part| Self::from(&part)).transpose()
    }

    pub(super) fn view(&self) -> SelectiveAccess<'_> {
        SelectiveAccess { selector: self.selector, parameters: self.parameters.as_data() }
    }
}

/// An attribute and which part of it.
#[derive(Debug)]
pub(super) struct Selected {
    attribute: AttributeDescriptor,
    part: Option<Part>,
}

impl Selected {
    pub(super) fn from_json(json: &Value) -> Result<Self, Failure> {
        let members = Members::of(json, "an attribute in the list")?;
        Ok(Self { attribute: attribute_from(&members.object(ATTRIBUTE)?)?, part: Part::of(&members)? })
    }

    pub(super) fn view(&self) -> AttributeSelection<'_> {
        AttributeSelection { attribute: self.attribute, selection: self.part.as_ref().map(Part::view) }
    }
}

/// A list of attributes.
pub(super) fn attribute_list<'a>(
    list: impl Iterator<Item = AttributeSelection<'a>>,
    budget: &mut Budget,
) -> Result<Value, Failure> {
    list.map(|item| {
        let mut object = Map::new();
        insert_attribute(&mut object, item.attribute, item.selection.as_ref(), budget)?;
        Ok(Value::Object(object))
    })
    .collect()
}
