//! SET: writing attributes.

use dlms_core::apdu::{DataAccessResult, List, SetRequest, SetResponse};
use dlms_core::codec::Encode;
use dlms_core::data::DataBuf;
use serde_json::Value;

use super::block::{self, BLOCK_NUMBER, Block};
use super::descriptor::{self, Part, Selected};
use super::get::{ATTRIBUTE_LIST, selected_list};
use super::{Members, Message, Parts, codes, invoke};
use crate::failure::Failure;
use crate::value_json::{Budget, to_json_within};

const RESULT: &str = "result";
const VALUE_LIST: &str = "value-list";

pub(super) fn request<'a>(of: &SetRequest<'a>, budget: &mut Budget) -> Result<Message<'a>, Failure> {
    let mut message = Message::request(
        of.invoke().id().into(),
        match of {
            SetRequest::Normal { .. } => "normal",
            SetRequest::WithFirstDatablock { .. } => "with-first-datablock",
            SetRequest::WithDatablock { .. } => "with-datablock",
            SetRequest::WithList { .. } => "with-list",
            SetRequest::WithListAndFirstDatablock { .. } => "with-list-and-first-datablock",
        },
    );
    let fields = &mut message.fields;
    invoke::insert(fields, of.invoke());
    match of {
        SetRequest::Normal { attribute, selection, value, .. } => {
            descriptor::insert_attribute(fields, *attribute, selection.as_ref(), budget)?;
            message.body = Some(*value);
        }
        SetRequest::WithFirstDatablock { attribute, selection, block, .. } => {
            descriptor::insert_attribute(fields, *attribute, selection.as_ref(), budget)?;
            block::insert(fields, block);
        }
        SetRequest::WithDatablock { block, .. } => block::insert(fields, block),
        SetRequest::WithList { attributes, values, .. } => {
            let list = descriptor::attribute_list(attributes.iter(), budget)?;
            fields.insert(ATTRIBUTE_LIST.into(), list);
            let list = values.iter().map(|value| to_json_within(&value, budget));
            fields.insert(VALUE_LIST.into(), list.collect::<Result<_, _>>()?);
        }
        SetRequest::WithListAndFirstDatablock { attributes, block, .. } => {
            let list = descriptor::attribute_list(attributes.iter(), budget)?;
            fields.insert(ATTRIBUTE_LIST.into(), list);
            block::insert(fields, block);
        }
    }
    Ok(message)
}

pub(super) fn request_from(parts: &Parts<'_>) -> Result<Vec<u8>, Failure> {
    let fields = &parts.fields;
    let invoke = invoke::from(parts.invoke_id, fields)?;
    let attribute = || descriptor::attribute_from(&fields.object(descriptor::ATTRIBUTE)?);
    Ok(match fields.text("type")? {
        "normal" => {
            let (part, body) = (Part::of(fields)?, parts.body()?);
            let (selection, value) = (part.as_ref().map(Part::view), body.as_data());
            SetRequest::Normal { invoke, attribute: attribute()?, selection, value }.encode_to_vec()
        }
        "with-first-datablock" => {
            let (part, block) = (Part::of(fields)?, Block::from(fields)?);
            let (selection, block) = (part.as_ref().map(Part::view), block.view());
            SetRequest::WithFirstDatablock { invoke, attribute: attribute()?, selection, block }
                .encode_to_vec()
        }
        "with-datablock" => {
            SetRequest::WithDatablock { invoke, block: Block::from(fields)?.view() }.encode_to_vec()
        }
        "with-list" => {
            let (attributes, values) = (selected_list(fields)?, fields.values(VALUE_LIST)?);
            let attributes: Vec<_> = attributes.iter().map(Selected::view).collect();
            let values: Vec<_> = values.iter().map(DataBuf::as_data).collect();
            let (attributes, values) = (List::of(&attributes), List::of(&values));
            SetRequest::WithList { invoke, attributes, values }.encode_to_vec()
        }
        "with-list-and-first-datablock" => {
            let (attributes, block) = (selected_list(fields)?, Block::from(fields)?);
            let attributes: Vec<_> = attributes.iter().map(Selected::view).collect();
            let (attributes, block) = (List::of(&attributes), block.view());
            SetRequest::WithListAndFirstDatablock { invoke, attributes, block }.encode_to_vec()
        }
        _ => return Err(fields.wrong("type", "one of set-request")),
    })
}

pub(super) fn response(of: &SetResponse<'_>) -> Message<'static> {
    let mut message = Message::request(
        of.invoke().id().into(),
        match of {
            SetResponse::Normal { .. } => "normal",
            SetResponse::Datablock { .. } => "datablock",
            SetResponse::LastDatablock { .. } => "last-datablock",
            SetResponse::LastDatablockWithList { .. } => "last-datablock-with-list",
            SetResponse::WithList { .. } => "with-list",
        },
    );
    let fields = &mut message.fields;
    invoke::insert(fields, of.invoke());
    match of {
        SetResponse::Normal { result, .. } | SetResponse::LastDatablock { result, .. } => {
            fields.insert(RESULT.into(), codes::access_result(*result));
        }
        SetResponse::LastDatablockWithList { results, .. } | SetResponse::WithList { results, .. } => {
            fields.insert(RESULT.into(), results.iter().map(codes::access_result).collect());
        }
        SetResponse::Datablock { .. } => {}
    }
    match of {
        SetResponse::Datablock { block_number, .. }
        | SetResponse::LastDatablock { block_number, .. }
        | SetResponse::LastDatablockWithList { block_number, .. } => {
            fields.insert(BLOCK_NUMBER.into(), (*block_number).into());
        }
        SetResponse::Normal { .. } | SetResponse::WithList { .. } => {}
    }
    message
}

pub(super) fn response_from(parts: &Parts<'_>) -> Result<Vec<u8>, Failure> {
    let fields = &parts.fields;
    let invoke = invoke::from(parts.invoke_id, fields)?;
    let result = || codes::access_result_from(fields.any(RESULT)?);
    let block_number = || fields.number(BLOCK_NUMBER);
    Ok(match fields.text("type")? {
        "normal" => SetResponse::Normal { invoke, result: result()? }.encode_to_vec(),
        "datablock" => SetResponse::Datablock { invoke, block_number: block_number()? }.encode_to_vec(),
        "last-datablock" => {
            SetResponse::LastDatablock { invoke, result: result()?, block_number: block_number()? }
                .encode_to_vec()
        }
        "last-datablock-with-list" => {
            let (results, block_number) = (results(fields)?, block_number()?);
            SetResponse::LastDatablockWithList { invoke, results: List::of(&results), block_number }
                .encode_to_vec()
        }
        "with-list" => SetResponse::WithList { invoke, results: List::of(&results(fields)?) }.encode_to_vec(),
        _ => return Err(fields.wrong("type", "one of set-response")),
    })
}

fn results(fields: &Members<'_>) -> Result<Vec<DataAccessResult>, Failure> {
    let list: &[Value] = fields.list(RESULT)?;
    list.iter().map(codes::access_result_from).collect()
}
