use dlms_core::apdu::{AccessRequest, AccessResponse, AccessResult, AccessSpecification, List};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::descriptor::{long_invoke, part};
use super::logical_name::{action_result, data_access_result};
use super::{attribute, data, date_time, lists, method};

/// ACCESS of the client.
pub fn access_request() -> impl Strategy<Value = AccessRequest<'static>> {
    (long_invoke(), option::of(date_time()), lists(specification(), data(), 5)).prop_map(
        |(long_invoke_id, date_time, (specifications, data))| AccessRequest {
            long_invoke_id,
            date_time,
            specifications,
            data,
        },
    )
}

/// ACCESS of the server.
pub fn access_response() -> impl Strategy<Value = AccessResponse<'static>> {
    let items = vec((specification(), data(), result()), 0..=5);
    (long_invoke(), option::of(date_time()), any::<bool>(), items).prop_map(
        |(long_invoke_id, date_time, self_descriptive, items)| {
            let (mut specifications, mut data, mut results) = (Vec::new(), Vec::new(), Vec::new());
            for (specification, value, result) in items {
                specifications.push(specification);
                data.push(value);
                results.push(result);
            }
            AccessResponse {
                long_invoke_id,
                date_time,
                specifications: self_descriptive.then(|| List::of(specifications.leak())),
                data: List::of(data.leak()),
                results: List::of(results.leak()),
            }
        },
    )
}

fn specification() -> impl Strategy<Value = AccessSpecification<'static>> {
    prop_oneof![
        attribute().prop_map(AccessSpecification::Get),
        attribute().prop_map(AccessSpecification::Set),
        method().prop_map(AccessSpecification::Action),
        (attribute(), part()).prop_map(|(of, part)| AccessSpecification::GetWithSelection(of, part)),
        (attribute(), part()).prop_map(|(of, part)| AccessSpecification::SetWithSelection(of, part)),
    ]
}

fn result() -> impl Strategy<Value = AccessResult> {
    prop_oneof![
        data_access_result().prop_map(AccessResult::Get),
        data_access_result().prop_map(AccessResult::Set),
        action_result().prop_map(AccessResult::Action),
    ]
}
