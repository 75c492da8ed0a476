use dlms_core::apdu::{
    InformationReportRequest, ReadRequest, ReadResponse, ReadResult, UnconfirmedWriteRequest,
    VariableAccessSpecification, WriteRequest, WriteResponse, WriteResult,
};
use proptest::option;
use proptest::prelude::*;

use super::descriptor::part;
use super::logical_name::data_access_result;
use super::{data, list, lists, octets};

/// Read of the client.
pub fn read_request() -> impl Strategy<Value = ReadRequest<'static>> {
    list(variable(), 6).prop_map(|variables| ReadRequest { variables })
}

/// Read of the server.
pub fn read_response() -> impl Strategy<Value = ReadResponse<'static>> {
    let result = prop_oneof![
        data().prop_map(ReadResult::Data),
        data_access_result().prop_map(ReadResult::Error),
        (any::<bool>(), any::<u16>(), octets(40)).prop_map(|(last_block, block_number, raw_data)| {
            ReadResult::DataBlock { last_block, block_number, raw_data }
        }),
        any::<u16>().prop_map(ReadResult::BlockNumber),
    ];
    list(result, 6).prop_map(|results| ReadResponse { results })
}

/// Write of the client.
pub fn write_request() -> impl Strategy<Value = WriteRequest<'static>> {
    lists(variable(), data(), 5).prop_map(|(variables, values)| WriteRequest { variables, values })
}

/// Write of the client that wants no answer.
pub fn unconfirmed_write_request() -> impl Strategy<Value = UnconfirmedWriteRequest<'static>> {
    lists(variable(), data(), 5).prop_map(|(variables, values)| UnconfirmedWriteRequest { variables, values })
}

/// Write of the server.
pub fn write_response() -> impl Strategy<Value = WriteResponse<'static>> {
    let result = prop_oneof![
        Just(WriteResult::Success),
        data_access_result().prop_map(WriteResult::Error),
        any::<u16>().prop_map(WriteResult::BlockNumber),
    ];
    list(result, 6).prop_map(|results| WriteResponse { results })
}

/// What a server sends unasked.
pub fn information_report() -> impl Strategy<Value = InformationReportRequest<'static>> {
    (option::of(octets(20)), lists(variable(), data(), 5)).prop_map(|(current_time, (variables, values))| {
        InformationReportRequest { current_time, variables, values }
    })
}

fn variable() -> impl Strategy<Value = VariableAccessSpecification<'static>> {
    use VariableAccessSpecification as V;
    prop_oneof![
        any::<u16>().prop_map(V::VariableName),
        (any::<u16>(), part())
            .prop_map(|(variable_name, selection)| V::ParameterizedAccess { variable_name, selection }),
        any::<u16>().prop_map(V::BlockNumberAccess),
        (any::<bool>(), any::<u16>(), octets(40)).prop_map(|(last_block, block_number, raw_data)| {
            V::ReadDataBlockAccess { last_block, block_number, raw_data }
        }),
        any::<(bool, u16)>()
            .prop_map(|(last_block, block_number)| V::WriteDataBlockAccess { last_block, block_number }),
    ]
}
