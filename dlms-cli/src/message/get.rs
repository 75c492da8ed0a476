//! GET: reading attributes.

use super::block::{self, BLOCK_NUMBER, Block, RAW_DATA};
use super::descriptor::{self, Part, Selected};
use super::outcome::{self, ACCESS_RESULT, Outcome};
use super::{Members, Message, Parts, codes, invoke};
use crate::failure::Failure;
use crate::hex;
use crate::value_json::Budget;
use dlms_core::apdu::{BlockResult, GetDataResult, GetRequest, GetResponse, List};
use dlms_core::codec::Encode;

pub(super) const ATTRIBUTE_LIST: &str = "attribute-descriptor-list";
const RESULT: &str = "result";

pub(super) fn request(of: &GetRequest<'_>, budget: &mut Budget) -> Result<Message<'static>, Failure> {
    let mut message = Message::request(
        of.invoke().id().into(),
        match of {
            GetRequest::Normal { .. } => "normal",
            GetRequest::Next { .. } => "next",
            GetRequest::WithList { .. } => "with-list",
        },
    );
    let fields = &mut message.fields;
    invoke::insert(fields, of.invoke());
    match of {
        GetRequest::Normal { attribute, selection, .. } => {
            descriptor::insert_attribute(fields, *attribute, selection.as_ref(), budget)?;
        }
        GetRequest::Next { block_number, .. } => {
            fields.insert(BLOCK_NUMBER.into(), (*block_number).into());
        }
        GetRequest::WithList { attributes, .. } => {
            let list = descriptor::attribute_list(attributes.iter(), budget)?;
            fields.insert(ATTRIBUTE_LIST.into(), list);
        }
    }
    Ok(message)
}

pub(super) fn request_from(parts: &Parts<'_>) -> Result<Vec<u8>, Failure> {
    let fields = &parts.fields;
    let invoke = invoke::from(parts.invoke_id, fields)?;
    Ok(match fields.text("type")? {
        "normal" => {
            let part = Part::of(fields)?;
            GetRequest::Normal {
                invoke,
                attribute: descriptor::attribute_from(&fields.object(descriptor::ATTRIBUTE)?)?,
                selection: part.as_ref().map(Part::view),
            }
            .encode_to_vec()
        }
        "next" => GetRequest::Next { invoke, block_number: fields.number(BLOCK_NUMBER)? }.encode_to_vec(),
        "with-list" => {
            let list = selected_list(fields)?;
            let views: Vec<_> = list.iter().map(Selected::view).collect();
            GetRequest::WithList { invoke, attributes: List::of(&views) }.encode_to_vec()
        }
        _ => return Err(fields.wrong("type", "normal, next or with-list")),
    })
}

pub(super) fn selected_list(fields: &Members<'_>) -> Result<Vec<Selected>, Failure> {
    fields.list(ATTRIBUTE_LIST)?.iter().map(Selected::from_json).collect()
}

pub(super) fn response<'a>(of: &GetResponse<'a>, budget: &mut Budget) -> Result<Message<'a>, Failure> {
    let mut message = Message::request(
        of.invoke().id().into(),
        match of {
            GetResponse::Normal { .. } => "normal",
            GetResponse::WithDatablock { .. } => "with-datablock",
            GetResponse::WithList { .. } => "with-list",
        },
    );
    let fields = &mut message.fields;
    invoke::insert(fields, of.invoke());
    match of {
        GetResponse::Normal { result: GetDataResult::Data(value), .. } => message.body = Some(*value),
        GetResponse::Normal { result: GetDataResult::Error(error), .. } => {
            fields.insert(ACCESS_RESULT.into(), codes::access_result(*error));
        }
        GetResponse::WithDatablock { last_block, block_number, result, .. } => {
            block::insert_head(fields, *last_block, *block_number);
            match result {
                BlockResult::RawData(octets) => fields.insert(RAW_DATA.into(), hex::to_text(octets).into()),
                BlockResult::Error(error) => {
                    fields.insert(ACCESS_RESULT.into(), codes::access_result(*error))
                }
            };
        }
        GetResponse::WithList { results, .. } => {
            let list = results.iter().map(|result| outcome::to_json(&result, budget));
            fields.insert(RESULT.into(), list.collect::<Result<_, _>>()?);
        }
    }
    Ok(message)
}

pub(super) fn response_from(parts: &Parts<'_>) -> Result<Vec<u8>, Failure> {
    let fields = &parts.fields;
    let invoke = invoke::from(parts.invoke_id, fields)?;
    Ok(match fields.text("type")? {
        "normal" => {
            let result = match fields.optional(ACCESS_RESULT) {
                Some(error) => Outcome::Error(codes::access_result_from(error)?),
                None => Outcome::Data(parts.body()?),
            };
            GetResponse::Normal { invoke, result: result.view() }.encode_to_vec()
        }
        "with-datablock" => {
            let block = Block::from(fields)?;
            let result = match fields.optional(ACCESS_RESULT) {
                Some(error) => BlockResult::Error(codes::access_result_from(error)?),
                None => BlockResult::RawData(&block.raw_data),
            };
            let Block { last_block, block_number, .. } = block;
            GetResponse::WithDatablock { invoke, last_block, block_number, result }.encode_to_vec()
        }
        "with-list" => {
            let list: Vec<_> =
                fields.list(RESULT)?.iter().map(Outcome::from_json).collect::<Result<_, _>>()?;
            let views: Vec<_> = list.iter().map(Outcome::view).collect();
            GetResponse::WithList { invoke, results: List::of(&views) }.encode_to_vec()
        }
        _ => return Err(fields.wrong("type", "normal, with-datablock or with-list")),
    })
}
