//! xDLMS messages.

use dlms_core::apdu::{
    AccessRequest, AccessResponse, AccessResult, AccessSpecification, ActionRequest, Apdu,
    AttributeSelection, Conformance, DataAccessResult, GetRequest, InformationReportRequest,
    InvokeIdAndPriority, Leniencies, List, LongInvokeIdAndPriority, SetRequest, UnconfirmedWriteRequest,
    VariableAccessSpecification, WriteRequest,
};
use dlms_core::codec::{Decode, DecodeErrorKind, Encode, Reader};
use dlms_tests::arbitrary;
use dlms_tests::laws::{End, is_written_as, there_and_back};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::cases;

proptest! {
    #![proptest_config(cases(120))]

    #[test]
    fn get(request in arbitrary::get_request(), response in arbitrary::get_response()) {
        there_and_back(&request, End::Counted);
        there_and_back(&response, End::Counted);
    }

    #[test]
    fn set(request in arbitrary::set_request(), response in arbitrary::set_response()) {
        there_and_back(&request, End::Counted);
        there_and_back(&response, End::Counted);
    }

    #[test]
    fn action(request in arbitrary::action_request(), response in arbitrary::action_response()) {
        there_and_back(&request, End::Counted);
        there_and_back(&response, End::Counted);
    }

    #[test]
    fn access(request in arbitrary::access_request(), response in arbitrary::access_response()) {
        there_and_back(&request, End::Counted);
        there_and_back(&response, End::Counted);
    }

    #[test]
    fn notifications(
        data in arbitrary::data_notification(),
        confirm in arbitrary::data_notification_confirm(),
        event in arbitrary::event_notification(),
    ) {
        there_and_back(&data, End::Counted);
        there_and_back(&confirm, End::Measured);
        there_and_back(&event, End::Counted);
    }

    #[test]
    fn errors(exception in arbitrary::exception_response(), service in arbitrary::confirmed_service_error()) {
        there_and_back(&exception, End::Measured);
        there_and_back(&service, End::Measured);
        prop_assert!(!exception.to_string().is_empty() && !service.to_string().is_empty());
    }

    #[test]
    fn read(request in arbitrary::read_request(), response in arbitrary::read_response()) {
        there_and_back(&request, End::Counted);
        there_and_back(&response, End::Counted);
    }

    #[test]
    fn write(request in arbitrary::write_request(), response in arbitrary::write_response()) {
        there_and_back(&request, End::Counted);
        there_and_back(&response, End::Counted);
    }

    #[test]
    fn unconfirmed(write in arbitrary::unconfirmed_write_request(), report in arbitrary::information_report()) {
        there_and_back(&write, End::Counted);
        there_and_back(&report, End::Counted);
    }

    #[test]
    fn initiate(request in arbitrary::initiate_request(), response in arbitrary::initiate_response()) {
        there_and_back(&request, End::Measured);
        there_and_back(&response, End::Measured);
    }

    #[test]
    fn blocks(block in arbitrary::general_block_transfer()) {
        there_and_back(&block, End::Measured);
    }

    #[test]
    fn protected_and_relayed(message in arbitrary::open_ended()) {
        there_and_back(&message, End::Open);
    }

    #[test]
    fn descriptors(
        attribute in arbitrary::attribute(),
        method in arbitrary::method(),
        selection in arbitrary::selection(),
    ) {
        there_and_back(&attribute, End::Measured);
        there_and_back(&method, End::Measured);
        there_and_back(&selection, End::Counted);
        there_and_back(&AttributeSelection { attribute, selection }, End::Counted);
    }

    #[test]
    fn conformance(octets in any::<[u8; 3]>()) {
        let block = Conformance::from_octets(octets);
        prop_assert_eq!(block.to_octets(), octets);
        is_written_as(&block, &[&[0x5f, 0x1f, 4, 0], &octets[..]].concat());
        let named = block.names().filter_map(Conformance::from_name).fold(Conformance::NONE, |a, b| a | b);
        prop_assert!(block.contains(named));
        // Bits 0 and 7 have no name.
        prop_assert_eq!(named, block.without(Conformance::from_octets([0x81, 0, 0])));
    }

    /// Lists that go together have as many items.
    #[test]
    fn lists_of_different_lengths(
        attributes in vec(arbitrary::attribute_selection(), 0..4),
        methods in vec(arbitrary::method(), 0..4),
        values in vec(arbitrary::data(), 0..4),
    ) {
        let (invoke, long_invoke_id) = (InvokeIdAndPriority(1), LongInvokeIdAndPriority(1));
        let (attribute, method) = (List::of(&attributes), List::of(&methods));
        let specifications: Vec<_> = methods.iter().map(|of| AccessSpecification::Action(*of)).collect();
        let results: Vec<_> = attributes.iter().map(|_| AccessResult::Set(DataAccessResult::Success)).collect();
        let variables: Vec<_> =
            methods.iter().map(|of| VariableAccessSpecification::VariableName(of.class_id)).collect();
        let (specifications, variables) = (List::of(&specifications), List::of(&variables));
        let (values, results) = (List::of(&values), List::of(&results));
        let (a, m, v) = (attributes.len(), methods.len(), values.len());
        for (message, [expected, found]) in [
            (Apdu::SetRequest(SetRequest::WithList { invoke, attributes: attribute, values }), [a, v]),
            (
                Apdu::ActionRequest(ActionRequest::WithList { invoke, methods: method, parameters: values }),
                [m, v],
            ),
            (
                Apdu::AccessRequest(AccessRequest {
                    long_invoke_id,
                    date_time: None,
                    specifications,
                    data: values,
                }),
                [m, v],
            ),
            (
                Apdu::AccessResponse(AccessResponse {
                    long_invoke_id,
                    date_time: None,
                    specifications: None,
                    data: values,
                    results,
                }),
                [v, a],
            ),
            (Apdu::WriteRequest(WriteRequest { variables, values }), [m, v]),
            (Apdu::UnconfirmedWriteRequest(UnconfirmedWriteRequest { variables, values }), [m, v]),
            (
                Apdu::InformationReportRequest(InformationReportRequest {
                    current_time: None,
                    variables,
                    values,
                }),
                [m, v],
            ),
        ] {
            let octets = message.encode_to_vec();
            match Apdu::from_bytes(&octets) {
                Ok(again) => prop_assert!(expected == found && again == message),
                Err(error) => {
                    prop_assert_eq!(error.kind, DecodeErrorKind::WrongCount { expected, found });
                    prop_assert_eq!(usize::from(octets[error.offset]), found);
                }
            }
        }
    }

    /// Leniency reads what strictness reads, as the same.
    #[test]
    fn leniency_changes_nothing_that_is_right(message in arbitrary::apdu()) {
        let octets = message.encode_to_vec();
        let mut leniencies = Leniencies::all();
        let lenient = Apdu::decode_with(&mut Reader::new(&octets), &mut leniencies);
        prop_assert_eq!(lenient, Ok(message));
        prop_assert_eq!(leniencies.met().count(), 0);
    }

    #[test]
    fn any_message_by_its_tag(message in arbitrary::apdu()) {
        there_and_back(&message, End::Counted);
        prop_assert_eq!(message.tag(), message.encode_to_vec()[0]);
        prop_assert!(message.name() != "unknown");
        let as_get = GetRequest::from_bytes(&message.encode_to_vec()).is_ok();
        prop_assert_eq!(as_get, matches!(message, Apdu::GetRequest(_)));
    }
}
