//! The services that name variables by short names.

use dlms_core::apdu::{
    DataAccessResult, InformationReportRequest, List, ReadRequest, ReadResponse, ReadResult,
    UnconfirmedWriteRequest, VariableAccessSpecification, WriteRequest, WriteResponse, WriteResult,
};
use dlms_core::codec::Encode;
use dlms_core::data::{Data, DataBuf};
use serde_json::{Map, Value, json};

use super::block::{self, BLOCK_NUMBER, Block, RAW_DATA};
use super::descriptor::Part;
use super::{Members, Message, Parts, codes};
use crate::failure::Failure;
use crate::hex;
use crate::value_json::{Budget, from_json, to_json_within};

const VARIABLES: &str = "variable-access-specification";
const VALUES: &str = "list-of-data";
const RESULT: &str = "result";
const CURRENT_TIME: &str = "current-time";
const VARIABLE_NAME: &str = "variable-name";
const ACCESS_ERROR: &str = "data-access-error";

pub(super) fn read_request(of: &ReadRequest<'_>, budget: &mut Budget) -> Result<Message<'static>, Failure> {
    with_variables(&of.variables, budget)
}

pub(super) fn read_request_from(parts: &Parts<'_>) -> Result<Vec<u8>, Failure> {
    let variables = variables_from(&parts.fields)?;
    let views: Vec<_> = variables.iter().map(Variable::view).collect();
    Ok(ReadRequest { variables: List::of(&views) }.encode_to_vec())
}

pub(super) fn read_response(of: &ReadResponse<'_>, budget: &mut Budget) -> Result<Message<'static>, Failure> {
    let mut message = Message::default();
    let list = of.results.iter().map(|result| read_result(&result, budget));
    message.fields.insert(RESULT.into(), list.collect::<Result<_, _>>()?);
    Ok(message)
}

pub(super) fn read_response_from(parts: &Parts<'_>) -> Result<Vec<u8>, Failure> {
    let results: Vec<_> =
        parts.fields.list(RESULT)?.iter().map(ReadOutcome::from_json).collect::<Result<_, _>>()?;
    let views: Vec<_> = results.iter().map(ReadOutcome::view).collect();
    Ok(ReadResponse { results: List::of(&views) }.encode_to_vec())
}

pub(super) fn write_request(of: &WriteRequest<'_>, budget: &mut Budget) -> Result<Message<'static>, Failure> {
    with_values(with_variables(&of.variables, budget)?, &of.values, budget)
}

pub(super) fn write_request_from(parts: &Parts<'_>) -> Result<Vec<u8>, Failure> {
    let (variables, values) = (variables_from(&parts.fields)?, parts.fields.values(VALUES)?);
    let variables: Vec<_> = variables.iter().map(Variable::view).collect();
    let values: Vec<_> = values.iter().map(DataBuf::as_data).collect();
    Ok(WriteRequest { variables: List::of(&variables), values: List::of(&values) }.encode_to_vec())
}

pub(super) fn unconfirmed_write_request(
    of: &UnconfirmedWriteRequest<'_>,
    budget: &mut Budget,
) -> Result<Message<'static>, Failure> {
    with_values(with_variables(&of.variables, budget)?, &of.values, budget)
}

pub(super) fn unconfirmed_write_request_from(parts: &Parts<'_>) -> Result<Vec<u8>, Failure> {
    let (variables, values) = (variables_from(&parts.fields)?, parts.fields.values(VALUES)?);
    let variables: Vec<_> = variables.iter().map(Variable::view).collect();
    let values: Vec<_> = values.iter().map(DataBuf::as_data).collect();
    Ok(UnconfirmedWriteRequest { variables: List::of(&variables), values: List::of(&values) }.encode_to_vec())
}

pub(super) fn write_response(of: &WriteResponse<'_>) -> Message<'static> {
    let mut message = Message::default();
    let list = of.results.iter().map(|result| match result {
        WriteResult::Success => json!({"success": null}),
        WriteResult::Error(error) => json!({ACCESS_ERROR: codes::access_result(error)}),
        WriteResult::BlockNumber(number) => json!({BLOCK_NUMBER: number}),
    });
    message.fields.insert(RESULT.into(), list.collect());
    message
}

pub(super) fn write_response_from(parts: &Parts<'_>) -> Result<Vec<u8>, Failure> {
    let one = |json: &Value| {
        let members = Members::of(json, "a result")?;
        Ok(match members.only()? {
            ("success", _) => WriteResult::Success,
            (ACCESS_ERROR, error) => WriteResult::Error(codes::access_result_from(error)?),
            (BLOCK_NUMBER, _) => WriteResult::BlockNumber(members.number(BLOCK_NUMBER)?),
            (other, _) => return Err(Failure::usage(format!("{other} is no result of writing"))),
        })
    };
    let results: Vec<_> = parts.fields.list(RESULT)?.iter().map(one).collect::<Result<_, Failure>>()?;
    Ok(WriteResponse { results: List::of(&results) }.encode_to_vec())
}

pub(super) fn information_report(
    of: &InformationReportRequest<'_>,
    budget: &mut Budget,
) -> Result<Message<'static>, Failure> {
    let mut message = Message::default();
    if let Some(time) = of.current_time {
        let text = match core::str::from_utf8(time) {
            Ok(text) if text.is_ascii() => text.into(),
            _ => json!({"hex": hex::to_text(time)}),
        };
        message.fields.insert(CURRENT_TIME.into(), text);
    }
    message.fields.append(&mut with_variables(&of.variables, budget)?.fields);
    with_values(message, &of.values, budget)
}

pub(super) fn information_report_from(parts: &Parts<'_>) -> Result<Vec<u8>, Failure> {
    let fields = &parts.fields;
    let (variables, values) = (variables_from(fields)?, fields.values(VALUES)?);
    let variables: Vec<_> = variables.iter().map(Variable::view).collect();
    let values: Vec<_> = values.iter().map(DataBuf::as_data).collect();
    let time = match fields.optional(CURRENT_TIME) {
        Some(Value::String(text)) => Some(text.as_bytes().to_vec()),
        Some(json) => Some(Members::of(json, CURRENT_TIME)?.octets("hex")?),
        None => None,
    };
    let report = InformationReportRequest {
        current_time: time.as_deref(),
        variables: List::of(&variables),
        values: List::of(&values),
    };
    Ok(report.encode_to_vec())
}

fn with_variables(
    list: &List<'_, VariableAccessSpecification<'_>>,
    budget: &mut Budget,
) -> Result<Message<'static>, Failure> {
    let mut message = Message::default();
    let list = list.iter().map(|one| variable(&one, budget));
    message.fields.insert(VARIABLES.into(), list.collect::<Result<_, _>>()?);
    Ok(message)
}

fn with_values(
    mut message: Message<'static>,
    values: &List<'_, Data<'_>>,
    budget: &mut Budget,
) -> Result<Message<'static>, Failure> {
    let list = values.iter().map(|value| to_json_within(&value, budget));
    message.fields.insert(VALUES.into(), list.collect::<Result<_, _>>()?);
    Ok(message)
}

fn name(of: u16) -> Value {
    format!("{of:04X}").into()
}

fn variable(of: &VariableAccessSpecification<'_>, budget: &mut Budget) -> Result<Value, Failure> {
    Ok(match of {
        VariableAccessSpecification::VariableName(of) => json!({VARIABLE_NAME: name(*of)}),
        VariableAccessSpecification::ParameterizedAccess { variable_name, selection } => {
            json!({"parameterized-access": {
                VARIABLE_NAME: name(*variable_name),
                "selector": selection.selector,
                "parameter": to_json_within(&selection.parameters, budget)?,
            }})
        }
        VariableAccessSpecification::BlockNumberAccess(number) => {
            json!({"block-number-access": {BLOCK_NUMBER: number}})
        }
        VariableAccessSpecification::ReadDataBlockAccess { last_block, block_number, raw_data } => {
            json!({"read-data-block-access": part(*last_block, *block_number, Some(raw_data))})
        }
        VariableAccessSpecification::WriteDataBlockAccess { last_block, block_number } => {
            json!({"write-data-block-access": part(*last_block, *block_number, None)})
        }
    })
}

fn part(last_block: bool, block_number: u16, raw_data: Option<&[u8]>) -> Map<String, Value> {
    let mut object = Map::new();
    block::insert_head(&mut object, last_block, block_number.into());
    if let Some(octets) = raw_data {
        object.insert(RAW_DATA.into(), hex::to_text(octets).into());
    }
    object
}

/// A variable-access-specification that owns its octets.
enum Variable {
    Name(u16),
    Parameterized(u16, Part),
    BlockNumber(u16),
    Read(Block, u16),
    Write(Block, u16),
}

fn variables_from(fields: &Members<'_>) -> Result<Vec<Variable>, Failure> {
    fields.list(VARIABLES)?.iter().map(Variable::from_json).collect()
}

impl Variable {
    fn from_json(json: &Value) -> Result<Self, Failure> {
        let members = Members::of(json, VARIABLES)?;
        let (kind, content) = members.only()?;
        if kind == VARIABLE_NAME {
            return Ok(Self::Name(u16::from_be_bytes(members.array(VARIABLE_NAME)?)));
        }
        let content = Members::of(content, kind)?;
        Ok(match kind {
            "parameterized-access" => Self::Parameterized(
                u16::from_be_bytes(content.array(VARIABLE_NAME)?),
                Part::new(content.number("selector")?, content.value("parameter")?),
            ),
            "block-number-access" => Self::BlockNumber(content.number(BLOCK_NUMBER)?),
            "read-data-block-access" => Self::Read(Block::from(&content)?, content.number(BLOCK_NUMBER)?),
            "write-data-block-access" => Self::Write(Block::from(&content)?, content.number(BLOCK_NUMBER)?),
            _ => return Err(Failure::usage(format!("{kind} is no {VARIABLES}"))),
        })
    }

    fn view(&self) -> VariableAccessSpecification<'_> {
        match self {
            Self::Name(name) => VariableAccessSpecification::VariableName(*name),
            Self::Parameterized(name, part) => VariableAccessSpecification::ParameterizedAccess {
                variable_name: *name,
                selection: part.view(),
            },
            Self::BlockNumber(number) => VariableAccessSpecification::BlockNumberAccess(*number),
            Self::Read(block, number) => VariableAccessSpecification::ReadDataBlockAccess {
                last_block: block.last_block,
                block_number: *number,
                raw_data: &block.raw_data,
            },
            Self::Write(block, number) => VariableAccessSpecification::WriteDataBlockAccess {
                last_block: block.last_block,
                block_number: *number,
            },
        }
    }
}

fn read_result(of: &ReadResult<'_>, budget: &mut Budget) -> Result<Value, Failure> {
    Ok(match of {
        ReadResult::Data(value) => json!({"data": to_json_within(value, budget)?}),
        ReadResult::Error(error) => json!({ACCESS_ERROR: codes::access_result(*error)}),
        ReadResult::DataBlock { last_block, block_number, raw_data } => {
            json!({"data-block-result": part(*last_block, *block_number, Some(raw_data))})
        }
        ReadResult::BlockNumber(number) => json!({BLOCK_NUMBER: number}),
    })
}

/// What came of reading one variable, with its octets.
enum ReadOutcome {
    Data(DataBuf),
    Error(DataAccessResult),
    Block(Block, u16),
    BlockNumber(u16),
}

impl ReadOutcome {
    fn from_json(json: &Value) -> Result<Self, Failure> {
        let members = Members::of(json, "a result")?;
        Ok(match members.only()? {
            ("data", value) => Self::Data(from_json(value)?),
            (ACCESS_ERROR, error) => Self::Error(codes::access_result_from(error)?),
            ("data-block-result", block) => {
                let block = Members::of(block, "data-block-result")?;
                Self::Block(Block::from(&block)?, block.number(BLOCK_NUMBER)?)
            }
            (BLOCK_NUMBER, _) => Self::BlockNumber(members.number(BLOCK_NUMBER)?),
            (other, _) => return Err(Failure::usage(format!("{other} is no result of reading"))),
        })
    }

    fn view(&self) -> ReadResult<'_> {
        match self {
            Self::Data(value) => ReadResult::Data(value.as_data()),
            Self::Error(error) => ReadResult::Error(*error),
            Self::Block(block, number) => ReadResult::DataBlock {
                last_block: block.last_block,
                block_number: *number,
                raw_data: &block.raw_data,
            },
            Self::BlockNumber(number) => ReadResult::BlockNumber(*number),
        }
    }
}
