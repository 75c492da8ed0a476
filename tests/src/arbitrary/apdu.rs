use dlms_core::apdu::{Apdu, GatewayRequest, GatewayResponse, GeneralBlockTransfer, Protected, tag};
use proptest::prelude::*;

use super::{
    aare, aarq, access_request, access_response, action_request, action_response, confirmed_service_error,
    data_notification, data_notification_confirm, event_notification, exception_response, get_request,
    get_response, information_report, initiate_request, initiate_response, octets, read_request,
    read_response, release_request, release_response, set_request, set_response, some_octets,
    unconfirmed_write_request, write_request, write_response,
};

/// Any message that says itself where it ends.
pub fn apdu() -> impl Strategy<Value = Apdu<'static>> {
    prop_oneof![
        prop_oneof![
            get_request().prop_map(Apdu::GetRequest),
            get_response().prop_map(Apdu::GetResponse),
            set_request().prop_map(Apdu::SetRequest),
            set_response().prop_map(Apdu::SetResponse),
            action_request().prop_map(Apdu::ActionRequest),
            action_response().prop_map(Apdu::ActionResponse),
            access_request().prop_map(Apdu::AccessRequest),
            access_response().prop_map(Apdu::AccessResponse),
        ],
        prop_oneof![
            data_notification().prop_map(Apdu::DataNotification),
            data_notification_confirm().prop_map(Apdu::DataNotificationConfirm),
            event_notification().prop_map(Apdu::EventNotificationRequest),
            exception_response().prop_map(Apdu::ExceptionResponse),
            confirmed_service_error().prop_map(Apdu::ConfirmedServiceError),
            general_block_transfer().prop_map(Apdu::GeneralBlockTransfer),
        ],
        prop_oneof![
            read_request().prop_map(Apdu::ReadRequest),
            read_response().prop_map(Apdu::ReadResponse),
            write_request().prop_map(Apdu::WriteRequest),
            write_response().prop_map(Apdu::WriteResponse),
            unconfirmed_write_request().prop_map(Apdu::UnconfirmedWriteRequest),
            information_report().prop_map(Apdu::InformationReportRequest),
        ],
        prop_oneof![
            initiate_request().prop_map(Apdu::InitiateRequest),
            initiate_response().prop_map(Apdu::InitiateResponse),
            aarq().prop_map(Apdu::Aarq),
            aare().prop_map(Apdu::Aare),
            release_request().prop_map(Apdu::ReleaseRequest),
            release_response().prop_map(Apdu::ReleaseResponse),
        ],
    ]
}

/// Any message that takes all there is.
pub fn open_ended() -> impl Strategy<Value = Apdu<'static>> {
    let parts = || (any::<u8>(), octets(255), some_octets(40));
    prop_oneof![
        protected().prop_map(Apdu::Protected),
        parts().prop_map(|(network, address, apdu)| {
            Apdu::GatewayRequest(GatewayRequest::new(network, address, apdu).unwrap())
        }),
        parts().prop_map(|(network, address, apdu)| {
            Apdu::GatewayResponse(GatewayResponse::new(network, address, apdu).unwrap())
        }),
    ]
}

/// A message whose content only keys show.
pub fn protected() -> impl Strategy<Value = Protected<'static>> {
    let tags: Vec<u8> = (0..=u8::MAX).filter(|tag| tag::is_protected(*tag)).collect();
    (proptest::sample::select(tags), octets(60)).prop_map(|(tag, body)| Protected { tag, body })
}

/// A block of any message.
pub fn general_block_transfer() -> impl Strategy<Value = GeneralBlockTransfer<'static>> {
    (any::<[bool; 2]>(), 0u8..64, any::<[u16; 2]>(), octets(300)).prop_map(
        |([last_block, streaming], window, [block_number, block_number_ack], block_data)| {
            GeneralBlockTransfer { last_block, streaming, window, block_number, block_number_ack, block_data }
        },
    )
}
