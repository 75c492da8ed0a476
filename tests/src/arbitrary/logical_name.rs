use dlms_core::apdu::{
    ActionRequest, ActionResponse, ActionResponseItem, ActionResult, BlockResult, DataAccessResult,
    DataBlock, GetDataResult, GetRequest, GetResponse, SetRequest, SetResponse,
};
use proptest::option;
use proptest::prelude::*;

use super::descriptor::invoke;
use super::{attribute, attribute_selection, data, list, lists, method, octets, selection};

pub(super) fn data_access_result() -> impl Strategy<Value = DataAccessResult> {
    any::<u8>().prop_map(DataAccessResult::from_code)
}

pub(super) fn action_result() -> impl Strategy<Value = ActionResult> {
    any::<u8>().prop_map(ActionResult::from_code)
}

fn block() -> impl Strategy<Value = DataBlock<'static>> {
    (any::<bool>(), any::<u32>(), octets(40)).prop_map(|(last_block, block_number, raw_data)| DataBlock {
        last_block,
        block_number,
        raw_data,
    })
}

fn get_data_result() -> impl Strategy<Value = GetDataResult<'static>> {
    prop_oneof![data().prop_map(GetDataResult::Data), data_access_result().prop_map(GetDataResult::Error)]
}

/// GET of the client.
pub fn get_request() -> impl Strategy<Value = GetRequest<'static>> {
    prop_oneof![
        (invoke(), attribute(), selection()).prop_map(|(invoke, attribute, selection)| GetRequest::Normal {
            invoke,
            attribute,
            selection
        }),
        (invoke(), any::<u32>()).prop_map(|(invoke, block_number)| GetRequest::Next { invoke, block_number }),
        (invoke(), list(attribute_selection(), 6))
            .prop_map(|(invoke, attributes)| GetRequest::WithList { invoke, attributes }),
    ]
}

/// GET of the server.
pub fn get_response() -> impl Strategy<Value = GetResponse<'static>> {
    let part = prop_oneof![
        octets(200).prop_map(BlockResult::RawData),
        data_access_result().prop_map(BlockResult::Error)
    ];
    prop_oneof![
        (invoke(), get_data_result()).prop_map(|(invoke, result)| GetResponse::Normal { invoke, result }),
        (invoke(), any::<bool>(), any::<u32>(), part).prop_map(
            |(invoke, last_block, block_number, result)| {
                GetResponse::WithDatablock { invoke, last_block, block_number, result }
            }
        ),
        (invoke(), list(get_data_result(), 6))
            .prop_map(|(invoke, results)| GetResponse::WithList { invoke, results }),
    ]
}

/// SET of the client.
pub fn set_request() -> impl Strategy<Value = SetRequest<'static>> {
    prop_oneof![
        (invoke(), attribute(), selection(), data()).prop_map(|(invoke, attribute, selection, value)| {
            SetRequest::Normal { invoke, attribute, selection, value }
        }),
        (invoke(), attribute(), selection(), block()).prop_map(|(invoke, attribute, selection, block)| {
            SetRequest::WithFirstDatablock { invoke, attribute, selection, block }
        }),
        (invoke(), block()).prop_map(|(invoke, block)| SetRequest::WithDatablock { invoke, block }),
        (invoke(), lists(attribute_selection(), data(), 5)).prop_map(|(invoke, (attributes, values))| {
            SetRequest::WithList { invoke, attributes, values }
        }),
        (invoke(), list(attribute_selection(), 5), block()).prop_map(|(invoke, attributes, block)| {
            SetRequest::WithListAndFirstDatablock { invoke, attributes, block }
        }),
    ]
}

/// SET of the server.
pub fn set_response() -> impl Strategy<Value = SetResponse<'static>> {
    prop_oneof![
        (invoke(), data_access_result()).prop_map(|(invoke, result)| SetResponse::Normal { invoke, result }),
        (invoke(), any::<u32>())
            .prop_map(|(invoke, block_number)| SetResponse::Datablock { invoke, block_number }),
        (invoke(), data_access_result(), any::<u32>()).prop_map(|(invoke, result, block_number)| {
            SetResponse::LastDatablock { invoke, result, block_number }
        }),
        (invoke(), list(data_access_result(), 6), any::<u32>()).prop_map(
            |(invoke, results, block_number)| {
                SetResponse::LastDatablockWithList { invoke, results, block_number }
            }
        ),
        (invoke(), list(data_access_result(), 6))
            .prop_map(|(invoke, results)| SetResponse::WithList { invoke, results }),
    ]
}

/// ACTION of the client.
pub fn action_request() -> impl Strategy<Value = ActionRequest<'static>> {
    prop_oneof![
        (invoke(), method(), option::of(data())).prop_map(|(invoke, method, parameters)| {
            ActionRequest::Normal { invoke, method, parameters }
        }),
        (invoke(), any::<u32>())
            .prop_map(|(invoke, block_number)| ActionRequest::NextPblock { invoke, block_number }),
        (invoke(), lists(method(), data(), 5)).prop_map(|(invoke, (methods, parameters))| {
            ActionRequest::WithList { invoke, methods, parameters }
        }),
        (invoke(), method(), block()).prop_map(|(invoke, method, block)| ActionRequest::WithFirstPblock {
            invoke,
            method,
            block
        }),
        (invoke(), list(method(), 5), block()).prop_map(|(invoke, methods, block)| {
            ActionRequest::WithListAndFirstPblock { invoke, methods, block }
        }),
        (invoke(), block()).prop_map(|(invoke, block)| ActionRequest::WithPblock { invoke, block }),
    ]
}

/// ACTION of the server.
pub fn action_response() -> impl Strategy<Value = ActionResponse<'static>> {
    let item = || {
        (action_result(), option::of(get_data_result()))
            .prop_map(|(result, return_parameters)| ActionResponseItem { result, return_parameters })
    };
    prop_oneof![
        (invoke(), item()).prop_map(|(invoke, response)| ActionResponse::Normal { invoke, response }),
        (invoke(), block()).prop_map(|(invoke, block)| ActionResponse::WithPblock { invoke, block }),
        (invoke(), list(item(), 5))
            .prop_map(|(invoke, responses)| ActionResponse::WithList { invoke, responses }),
        (invoke(), any::<u32>())
            .prop_map(|(invoke, block_number)| ActionResponse::NextPblock { invoke, block_number }),
    ]
}
