//! ACTION: invoking methods.

use dlms_core::apdu::{
    ActionRequest, ActionResponse, ActionResponseItem, ActionResult, GetDataResult, List, MethodDescriptor,
};
use dlms_core::codec::Encode;
use dlms_core::data::DataBuf;
use serde_json::{Map, Value};

use super::block::{self, BLOCK_NUMBER, Block};
use super::outcome::{self, Outcome};
use super::{Members, Message, Parts, codes, descriptor, invoke};
use crate::failure::Failure;
use crate::value_json::{Budget, to_json_within};

const METHOD_LIST: &str = "cosem-method-descriptor-list";
const PARAMETER_LIST: &str = "method-invocation-parameters";
const RESULT: &str = "result";
const RETURN: &str = "return-parameters";
const RESPONSES: &str = "list-of-responses";

pub(super) fn request<'a>(of: &ActionRequest<'a>, budget: &mut Budget) -> Result<Message<'a>, Failure> {
    let mut message = Message::request(
        of.invoke().id().into(),
        match of {
            ActionRequest::Normal { .. } => "normal",
            ActionRequest::NextPblock { .. } => "next-pblock",
            ActionRequest::WithList { .. } => "with-list",
            ActionRequest::WithFirstPblock { .. } => "with-first-pblock",
            ActionRequest::WithListAndFirstPblock { .. } => "with-list-and-first-pblock",
            ActionRequest::WithPblock { .. } => "with-pblock",
        },
    );
    let fields = &mut message.fields;
    invoke::insert(fields, of.invoke());
    match of {
        ActionRequest::Normal { method, .. } | ActionRequest::WithFirstPblock { method, .. } => {
            fields.insert(descriptor::METHOD.into(), descriptor::method(*method));
        }
        ActionRequest::WithList { methods, .. } | ActionRequest::WithListAndFirstPblock { methods, .. } => {
            fields.insert(METHOD_LIST.into(), methods.iter().map(descriptor::method).collect());
        }
        ActionRequest::NextPblock { block_number, .. } => {
            fields.insert(BLOCK_NUMBER.into(), (*block_number).into());
        }
        ActionRequest::WithPblock { .. } => {}
    }
    match of {
        ActionRequest::Normal { parameters, .. } => message.body = *parameters,
        ActionRequest::WithList { parameters, .. } => {
            let list = parameters.iter().map(|value| to_json_within(&value, budget));
            fields.insert(PARAMETER_LIST.into(), list.collect::<Result<_, _>>()?);
        }
        ActionRequest::WithFirstPblock { block, .. }
        | ActionRequest::WithListAndFirstPblock { block, .. }
        | ActionRequest::WithPblock { block, .. } => block::insert(fields, block),
        ActionRequest::NextPblock { .. } => {}
    }
    Ok(message)
}

pub(super) fn request_from(parts: &Parts<'_>) -> Result<Vec<u8>, Failure> {
    let fields = &parts.fields;
    let invoke = invoke::from(parts.invoke_id, fields)?;
    let method = || descriptor::method_from(&fields.object(descriptor::METHOD)?);
    Ok(match fields.text("type")? {
        "normal" => {
            let body = parts.optional_body()?;
            let parameters = body.as_ref().map(DataBuf::as_data);
            ActionRequest::Normal { invoke, method: method()?, parameters }.encode_to_vec()
        }
        "next-pblock" => {
            ActionRequest::NextPblock { invoke, block_number: fields.number(BLOCK_NUMBER)? }.encode_to_vec()
        }
        "with-list" => {
            let (methods, values) = (methods(fields)?, fields.values(PARAMETER_LIST)?);
            let values: Vec<_> = values.iter().map(DataBuf::as_data).collect();
            let (methods, parameters) = (List::of(&methods), List::of(&values));
            ActionRequest::WithList { invoke, methods, parameters }.encode_to_vec()
        }
        "with-first-pblock" => {
            let block = Block::from(fields)?;
            ActionRequest::WithFirstPblock { invoke, method: method()?, block: block.view() }.encode_to_vec()
        }
        "with-list-and-first-pblock" => {
            let (methods, block) = (methods(fields)?, Block::from(fields)?);
            let (methods, block) = (List::of(&methods), block.view());
            ActionRequest::WithListAndFirstPblock { invoke, methods, block }.encode_to_vec()
        }
        "with-pblock" => {
            ActionRequest::WithPblock { invoke, block: Block::from(fields)?.view() }.encode_to_vec()
        }
        _ => return Err(fields.wrong("type", "one of action-request")),
    })
}

fn methods(fields: &Members<'_>) -> Result<Vec<MethodDescriptor>, Failure> {
    let one = |json: &Value| descriptor::method_from(&Members::of(json, "a method in the list")?);
    fields.list(METHOD_LIST)?.iter().map(one).collect()
}

pub(super) fn response<'a>(of: &ActionResponse<'a>, budget: &mut Budget) -> Result<Message<'a>, Failure> {
    let mut message = Message::request(
        of.invoke().id().into(),
        match of {
            ActionResponse::Normal { .. } => "normal",
            ActionResponse::WithPblock { .. } => "with-pblock",
            ActionResponse::WithList { .. } => "with-list",
            ActionResponse::NextPblock { .. } => "next-pblock",
        },
    );
    let fields = &mut message.fields;
    invoke::insert(fields, of.invoke());
    match of {
        ActionResponse::Normal { response, .. } => {
            fields.insert(RESULT.into(), codes::action_result(response.result));
            match &response.return_parameters {
                Some(GetDataResult::Data(value)) => message.body = Some(*value),
                Some(error) => {
                    fields.insert(RETURN.into(), outcome::to_json(error, budget)?);
                }
                None => {}
            }
        }
        ActionResponse::WithPblock { block, .. } => block::insert(fields, block),
        ActionResponse::WithList { responses, .. } => {
            let list = responses.iter().map(|response| item(&response, budget));
            fields.insert(RESPONSES.into(), list.collect::<Result<_, _>>()?);
        }
        ActionResponse::NextPblock { block_number, .. } => {
            fields.insert(BLOCK_NUMBER.into(), (*block_number).into());
        }
    }
    Ok(message)
}

pub(super) fn response_from(parts: &Parts<'_>) -> Result<Vec<u8>, Failure> {
    let fields = &parts.fields;
    let invoke = invoke::from(parts.invoke_id, fields)?;
    Ok(match fields.text("type")? {
        "normal" => {
            let result = codes::action_result_from(fields.any(RESULT)?)?;
            let returned = match fields.optional(RETURN) {
                Some(json) => Some(Outcome::from_json(json)?),
                None => parts.optional_body()?.map(Outcome::Data),
            };
            let response =
                ActionResponseItem { result, return_parameters: returned.as_ref().map(Outcome::view) };
            ActionResponse::Normal { invoke, response }.encode_to_vec()
        }
        "with-pblock" => {
            ActionResponse::WithPblock { invoke, block: Block::from(fields)?.view() }.encode_to_vec()
        }
        "with-list" => {
            let items: Vec<_> = fields.list(RESPONSES)?.iter().map(item_from).collect::<Result<_, _>>()?;
            let views: Vec<_> = items
                .iter()
                .map(|(result, returned)| ActionResponseItem {
                    result: *result,
                    return_parameters: returned.as_ref().map(Outcome::view),
                })
                .collect();
            ActionResponse::WithList { invoke, responses: List::of(&views) }.encode_to_vec()
        }
        "next-pblock" => {
            ActionResponse::NextPblock { invoke, block_number: fields.number(BLOCK_NUMBER)? }.encode_to_vec()
        }
        _ => return Err(fields.wrong("type", "one of action-response")),
    })
}

fn item(of: &ActionResponseItem<'_>, budget: &mut Budget) -> Result<Value, Failure> {
    let mut object = Map::new();
    object.insert(RESULT.into(), codes::action_result(of.result));
    if let Some(returned) = &of.return_parameters {
        object.insert(RETURN.into(), outcome::to_json(returned, budget)?);
    }
    Ok(Value::Object(object))
}

fn item_from(json: &Value) -> Result<(ActionResult, Option<Outcome>), Failure> {
    let members = Members::of(json, "a response in the list")?;
    let returned = members.optional(RETURN).map(Outcome::from_json).transpose()?;
    Ok((codes::action_result_from(members.any(RESULT)?)?, returned))
}
