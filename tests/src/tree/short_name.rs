use dlms_core::apdu::{
    InformationReportRequest, List, ReadRequest, ReadResponse, ReadResult, VariableAccessSpecification,
    WriteResponse, WriteResult,
};
use dlms_core::data::Data;
use serde_json::{Value, json};

use super::{data, hex};

pub(super) fn read_request(m: &ReadRequest<'_>) -> Value {
    variables(m.variables)
}

pub(super) fn read_response(m: &ReadResponse<'_>) -> Value {
    m.results.iter().map(read_result).collect()
}

pub(super) fn write_request(
    names: List<'_, VariableAccessSpecification<'_>>,
    values: List<'_, Data<'_>>,
) -> Value {
    json!({ "vars": variables(names), "data": written(values) })
}

pub(super) fn write_response(m: &WriteResponse<'_>) -> Value {
    let result = |result| match result {
        WriteResult::Success => json!({ "success": null }),
        WriteResult::Error(error) => json!({ "error": error.code() }),
        WriteResult::BlockNumber(number) => json!({ "block-number": number }),
    };
    m.results.iter().map(result).collect()
}

pub(super) fn information_report(m: &InformationReportRequest<'_>) -> Value {
    let time = m.current_time.map(|time| String::from_utf8_lossy(time).into_owned());
    json!({ "time": time, "vars": variables(m.variables), "data": written(m.values) })
}

fn variables(list: List<'_, VariableAccessSpecification<'_>>) -> Value {
    list.iter().map(variable).collect()
}

fn variable(specification: VariableAccessSpecification<'_>) -> Value {
    use VariableAccessSpecification as V;
    match specification {
        V::VariableName(name) => json!({ "variable-name": hex(&name.to_be_bytes()) }),
        V::ParameterizedAccess { variable_name, selection } => json!({ "parameterized-access": {
            "variable-name": hex(&variable_name.to_be_bytes()),
            "selector": selection.selector,
            "parameter": data(&selection.parameters),
        } }),
        V::BlockNumberAccess(number) => json!({ "block-number-access": number }),
        V::ReadDataBlockAccess { last_block, block_number, raw_data } => json!({
            "read-data-block-access": { "last": last_block, "block": block_number, "raw": hex(raw_data) }
        }),
        V::WriteDataBlockAccess { last_block, block_number } => {
            json!({ "write-data-block-access": { "last": last_block, "block": block_number } })
        }
    }
}

fn written(values: List<'_, Data<'_>>) -> Value {
    values.iter().map(|value| data(&value)).collect()
}

fn read_result(result: ReadResult<'_>) -> Value {
    match result {
        ReadResult::Data(value) => json!({ "data": data(&value) }),
        ReadResult::Error(error) => json!({ "error": error.code() }),
        ReadResult::DataBlock { last_block, block_number, raw_data } => json!({
            "data-block-result": { "last": last_block, "block": block_number, "raw": hex(raw_data) }
        }),
        ReadResult::BlockNumber(number) => json!({ "block-number": number }),
    }
}
