//! ACCESS: several things at once.

use dlms_core::apdu::{
    AccessRequest, AccessResponse, AccessResult, AccessSpecification, AttributeDescriptor, List,
    SelectiveAccess,
};
use dlms_core::codec::Encode;
use dlms_core::data::DataBuf;
use serde_json::{Map, Value, json};

use super::descriptor::{self, Part};
use super::{Members, Message, Parts, codes, invoke};
use crate::failure::Failure;
use crate::value_json::{Budget, to_json_within};

const SPECIFICATION: &str = "access-request-specification";
const REQUEST_DATA: &str = "access-request-list-of-data";
const RESPONSE_DATA: &str = "access-response-list-of-data";
const RESULTS: &str = "access-response-specification";

pub(super) fn request(of: &AccessRequest<'_>, budget: &mut Budget) -> Result<Message<'static>, Failure> {
    let mut message = Message::long(of.long_invoke_id, of.date_time);
    let fields = &mut message.fields;
    fields.insert(SPECIFICATION.into(), specifications(&of.specifications, budget)?);
    fields.insert(REQUEST_DATA.into(), values(&of.data, budget)?);
    Ok(message)
}

pub(super) fn request_from(parts: &Parts<'_>) -> Result<Vec<u8>, Failure> {
    let specifications = specifications_from(parts.fields.list(SPECIFICATION)?)?;
    let specifications: Vec<_> = specifications.iter().map(Specification::view).collect();
    let data = parts.fields.values(REQUEST_DATA)?;
    let data: Vec<_> = data.iter().map(DataBuf::as_data).collect();
    let request = AccessRequest {
        long_invoke_id: invoke::long_from(parts.invoke_id, &parts.fields)?,
        date_time: parts.date_time,
        specifications: List::of(&specifications),
        data: List::of(&data),
    };
    Ok(request.encode_to_vec())
}

pub(super) fn response(of: &AccessResponse<'_>, budget: &mut Budget) -> Result<Message<'static>, Failure> {
    let mut message = Message::long(of.long_invoke_id, of.date_time);
    let fields = &mut message.fields;
    if let Some(list) = &of.specifications {
        fields.insert(SPECIFICATION.into(), specifications(list, budget)?);
    }
    fields.insert(RESPONSE_DATA.into(), values(&of.data, budget)?);
    fields.insert(RESULTS.into(), of.results.iter().map(result).collect());
    Ok(message)
}

pub(super) fn response_from(parts: &Parts<'_>) -> Result<Vec<u8>, Failure> {
    let fields = &parts.fields;
    let specifications = match fields.optional(SPECIFICATION) {
        Some(_) => Some(specifications_from(fields.list(SPECIFICATION)?)?),
        None => None,
    };
    let specifications: Option<Vec<_>> =
        specifications.as_ref().map(|list| list.iter().map(Specification::view).collect());
    let data = fields.values(RESPONSE_DATA)?;
    let data: Vec<_> = data.iter().map(DataBuf::as_data).collect();
    let results: Vec<_> = fields.list(RESULTS)?.iter().map(result_from).collect::<Result<_, _>>()?;
    let response = AccessResponse {
        long_invoke_id: invoke::long_from(parts.invoke_id, fields)?,
        date_time: parts.date_time,
        specifications: specifications.as_deref().map(List::of),
        data: List::of(&data),
        results: List::of(&results),
    };
    Ok(response.encode_to_vec())
}

fn values(list: &List<'_, dlms_core::data::Data<'_>>, budget: &mut Budget) -> Result<Value, Failure> {
    list.iter().map(|value| to_json_within(&value, budget)).collect()
}

fn specifications(list: &List<'_, AccessSpecification<'_>>, budget: &mut Budget) -> Result<Value, Failure> {
    list.iter().map(|one| specification(&one, budget)).collect()
}

fn specification(of: &AccessSpecification<'_>, budget: &mut Budget) -> Result<Value, Failure> {
    Ok(match of {
        AccessSpecification::Get(attribute) => {
            json!({"access-request-get": descriptor::attribute(*attribute)})
        }
        AccessSpecification::Set(attribute) => {
            json!({"access-request-set": descriptor::attribute(*attribute)})
        }
        AccessSpecification::Action(method) => json!({"access-request-action": descriptor::method(*method)}),
        AccessSpecification::GetWithSelection(attribute, part) => {
            json!({"access-request-get-with-selection": selected(*attribute, part, budget)?})
        }
        AccessSpecification::SetWithSelection(attribute, part) => {
            json!({"access-request-set-with-selection": selected(*attribute, part, budget)?})
        }
    })
}

fn selected(
    of: AttributeDescriptor,
    part: &SelectiveAccess<'_>,
    budget: &mut Budget,
) -> Result<Value, Failure> {
    let mut object = Map::new();
    descriptor::insert_attribute(&mut object, of, Some(part), budget)?;
    Ok(Value::Object(object))
}

/// An access-request-specification that owns its parameters.
enum Specification {
    Plain(AccessSpecification<'static>),
    Selected { set: bool, attribute: AttributeDescriptor, part: Part },
}

impl Specification {
    fn from_json(json: &Value) -> Result<Self, Failure> {
        let (name, content) = Members::of(json, "a specification")?.only()?;
        let members = Members::of(content, name)?;
        Ok(match name {
            "access-request-get" => {
                Self::Plain(AccessSpecification::Get(descriptor::attribute_from(&members)?))
            }
            "access-request-set" => {
                Self::Plain(AccessSpecification::Set(descriptor::attribute_from(&members)?))
            }
            "access-request-action" => {
                Self::Plain(AccessSpecification::Action(descriptor::method_from(&members)?))
            }
            "access-request-get-with-selection" | "access-request-set-with-selection" => Self::Selected {
                set: name == "access-request-set-with-selection",
                attribute: descriptor::attribute_from(&members.object(descriptor::ATTRIBUTE)?)?,
                part: Part::from(&members.object(descriptor::SELECTION)?)?,
            },
            _ => return Err(Failure::usage(format!("{name} is no access-request-specification"))),
        })
    }

    fn view(&self) -> AccessSpecification<'_> {
        match self {
            Self::Plain(specification) => *specification,
            Self::Selected { set: false, attribute, part } => {
                AccessSpecification::GetWithSelection(*attribute, part.view())
            }
            Self::Selected { set: true, attribute, part } => {
                AccessSpecification::SetWithSelection(*attribute, part.view())
            }
        }
    }
}

fn specifications_from(list: &[Value]) -> Result<Vec<Specification>, Failure> {
    list.iter().map(Specification::from_json).collect()
}

fn result(of: AccessResult) -> Value {
    match of {
        AccessResult::Get(result) => json!({"access-response-get": codes::access_result(result)}),
        AccessResult::Set(result) => json!({"access-response-set": codes::access_result(result)}),
        AccessResult::Action(result) => json!({"access-response-action": codes::action_result(result)}),
    }
}

fn result_from(json: &Value) -> Result<AccessResult, Failure> {
    let (name, code) = Members::of(json, "a result")?.only()?;
    Ok(match name {
        "access-response-get" => AccessResult::Get(codes::access_result_from(code)?),
        "access-response-set" => AccessResult::Set(codes::access_result_from(code)?),
        "access-response-action" => AccessResult::Action(codes::action_result_from(code)?),
        _ => return Err(Failure::usage(format!("{name} is no access-response-specification"))),
    })
}
