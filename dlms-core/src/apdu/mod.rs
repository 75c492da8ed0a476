//! The xDLMS messages (IEC 62056-5-3).
//!
//! Every message is a type of its own that reads and writes its octets from the tag on, so that a client need not
//! link what only a server reads. [`Apdu`] is any of them.

mod access;
mod action;
mod confirmed_service_error;
mod conformance;
mod data_block;
mod data_notification;
mod data_result;
mod date_time;
mod descriptor;
mod event_notification;
mod exception;
mod gateway;
mod general_block_transfer;
mod get;
mod initiate;
mod invoke_id;
mod leniency;
mod list;
mod long_invoke_id;
mod protected;
mod result;
mod service_error;
mod set;
mod short_name;
pub mod tag;

pub use access::{AccessRequest, AccessResponse, AccessResult, AccessSpecification};
pub use action::{ActionRequest, ActionResponse, ActionResponseItem};
pub use confirmed_service_error::{ConfirmedService, ConfirmedServiceError};
pub use conformance::Conformance;
pub use data_block::DataBlock;
pub use data_notification::{DataNotification, DataNotificationConfirm};
pub use data_result::GetDataResult;
pub use descriptor::{AttributeDescriptor, AttributeSelection, MethodDescriptor, SelectiveAccess};
pub use event_notification::EventNotificationRequest;
pub use exception::{ExceptionResponse, ExceptionServiceError, StateError};
pub use gateway::{GatewayRequest, GatewayResponse};
pub use general_block_transfer::GeneralBlockTransfer;
pub use get::{BlockResult, GetRequest, GetResponse};
pub use initiate::{DLMS_VERSION, InitiateRequest, InitiateResponse};
pub use invoke_id::InvokeIdAndPriority;
pub use leniency::{Leniencies, Leniency};
pub use list::{List, ListIter};
pub use long_invoke_id::LongInvokeIdAndPriority;
pub use protected::Protected;
pub use result::{ActionResult, DataAccessResult};
pub use service_error::{
    AccessError, ApplicationReferenceError, DefinitionError, HardwareResourceError, InitiateError,
    LoadDataSetError, ServiceError, ServiceSupportError, TaskError, VdeStateError,
};
pub use set::{SetRequest, SetResponse};
pub use short_name::{
    InformationReportRequest, ReadRequest, ReadResponse, ReadResult, UnconfirmedWriteRequest,
    VariableAccessSpecification, WriteRequest, WriteResponse, WriteResult,
};

use crate::acse::{Aare, Aarq, ReleaseRequest, ReleaseResponse};
use crate::codec::{Decode, DecodeError, Encode, Reader, Writer};

macro_rules! messages {
    (
        strict { $($variant:ident($type:ty) = $tag:ident,)* }
        lenient { $($lenient:ident($lenient_type:ty) = $lenient_tag:ident,)* }
    ) => {
        /// A message, whatever its kind.
        #[derive(Debug, Clone, Copy, PartialEq)]
        #[non_exhaustive]
        pub enum Apdu<'a> {
            $(
                #[doc = concat!("Tag [`", stringify!($tag), "`](tag::", stringify!($tag), ").")]
                $variant($type),
            )*
            $(
                #[doc = concat!("Tag [`", stringify!($lenient_tag), "`](tag::", stringify!($lenient_tag), ").")]
                $lenient($lenient_type),
            )*
            /// Ciphered or signed.
            Protected(Protected<'a>),
        }

        impl<'a> Apdu<'a> {
            /// The first octet.
            #[must_use]
            pub const fn tag(&self) -> u8 {
                match self {
                    $(Self::$variant(_) => tag::$tag,)*
                    $(Self::$lenient(_) => tag::$lenient_tag,)*
                    Self::Protected(message) => message.tag,
                }
            }

            /// As [`decode`](Decode::decode), but with the deviations that `leniencies` accepts.
            ///
            /// # Errors
            /// What is wrong, and at which octet.
            pub fn decode_with(r: &mut Reader<'a>, leniencies: &mut Leniencies) -> Result<Self, DecodeError> {
                match r.peek() {
                    $(Some(tag::$tag) => Decode::decode(r).map(Self::$variant),)*
                    $(Some(tag::$lenient_tag) => {
                        <$lenient_type>::decode_with(r, leniencies).map(Self::$lenient)
                    })*
                    _ => Decode::decode(r).map(Self::Protected),
                }
            }
        }

        impl Encode for Apdu<'_> {
            fn encode(&self, w: &mut Writer<'_>) {
                match self {
                    $(Self::$variant(message) => message.encode(w),)*
                    $(Self::$lenient(message) => message.encode(w),)*
                    Self::Protected(message) => message.encode(w),
                }
            }
        }
    };
}

messages! {
    strict {
        InitiateRequest(InitiateRequest<'a>) = INITIATE_REQUEST,
        ReadRequest(ReadRequest<'a>) = READ_REQUEST,
        WriteRequest(WriteRequest<'a>) = WRITE_REQUEST,
        InitiateResponse(InitiateResponse) = INITIATE_RESPONSE,
        ReadResponse(ReadResponse<'a>) = READ_RESPONSE,
        WriteResponse(WriteResponse<'a>) = WRITE_RESPONSE,
        ConfirmedServiceError(ConfirmedServiceError) = CONFIRMED_SERVICE_ERROR,
        DataNotificationConfirm(DataNotificationConfirm) = DATA_NOTIFICATION_CONFIRM,
        UnconfirmedWriteRequest(UnconfirmedWriteRequest<'a>) = UNCONFIRMED_WRITE_REQUEST,
        InformationReportRequest(InformationReportRequest<'a>) = INFORMATION_REPORT_REQUEST,
        Aarq(Aarq<'a>) = AARQ,
        Aare(Aare<'a>) = AARE,
        ReleaseRequest(ReleaseRequest<'a>) = RLRQ,
        ReleaseResponse(ReleaseResponse<'a>) = RLRE,
        GetRequest(GetRequest<'a>) = GET_REQUEST,
        SetRequest(SetRequest<'a>) = SET_REQUEST,
        ActionRequest(ActionRequest<'a>) = ACTION_REQUEST,
        GetResponse(GetResponse<'a>) = GET_RESPONSE,
        SetResponse(SetResponse<'a>) = SET_RESPONSE,
        ActionResponse(ActionResponse<'a>) = ACTION_RESPONSE,
        AccessRequest(AccessRequest<'a>) = ACCESS_REQUEST,
        AccessResponse(AccessResponse<'a>) = ACCESS_RESPONSE,
        GeneralBlockTransfer(GeneralBlockTransfer<'a>) = GENERAL_BLOCK_TRANSFER,
        GatewayRequest(GatewayRequest<'a>) = GATEWAY_REQUEST,
        GatewayResponse(GatewayResponse<'a>) = GATEWAY_RESPONSE,
    }
    lenient {
        DataNotification(DataNotification<'a>) = DATA_NOTIFICATION,
        EventNotificationRequest(EventNotificationRequest<'a>) = EVENT_NOTIFICATION_REQUEST,
        ExceptionResponse(ExceptionResponse) = EXCEPTION_RESPONSE,
    }
}

impl Apdu<'_> {
    /// The name in the standard's words, as in `get-request`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match tag::name(self.tag()) {
            Some(name) => name,
            None => "unknown",
        }
    }
}

impl<'a> Decode<'a> for Apdu<'a> {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Self::decode_with(r, &mut Leniencies::none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    /// One message of every form, each written out and in the standard's octets.
    const CORPUS: &str = "
        C0 01 C1 0008 0000010000FF 02 00
        C0 02 C1 00000001
        C0 03 C1 02 0008 0000010000FF 02 00 0001 0000600100FF 02 00
        C4 01 C1 00 09 06 0000010000FF
        C4 01 C1 01 04
        C4 02 C1 00 00000001 00 04 01020304
        C4 02 C1 01 00000001 01 13
        C4 03 C1 02 00 09 06 0000010000FF 01 04
        C1 01 C1 0001 0000600100FF 02 00 12 0005
        C1 02 C1 0001 0000600100FF 02 00 00 00000001 03 090801
        C1 03 C1 01 00000002 02 02AA
        C1 04 C1 02 0001 0000600100FF 02 00 0001 0000600101FF 02 00 02 12 0005 11 06
        C1 05 C1 02 0001 0000600100FF 02 00 0001 0000600101FF 02 00 00 00000001 04 02 12 00 05
        C5 01 C1 00
        C5 02 C1 00000001
        C5 03 C1 00 00000002
        C5 04 C1 02 00 04 00000002
        C5 05 C1 02 00 04
        C3 01 C1 0046 000060030AFF 01 00
        C3 01 C1 0046 000060030AFF 01 01 0F00
        C3 02 C1 00000001
        C3 03 C1 02 0046 000060030AFF 01 0046 000060030AFF 02 02 0F00 0F00
        C3 04 C1 0046 000060030AFF 01 00 00000001 03 090801
        C3 05 C1 01 0046 000060030AFF 01 00 00000001 03 010908
        C3 06 C1 01 00000002 02 AABB
        C7 01 C1 00 00
        C7 01 C1 00 01 00 0F00
        C7 01 C1 03 00
        C7 02 C1 00 00000001 03 AABBCC
        C7 03 C1 02 00 00 00 01 00 0F00
        C7 04 C1 00000001
        C2 00 0001 0000600100FF 02 11 05
        C2 01 0C 07E60101FF0A000000800000 0001 0000616200FF 02 06 00000004
        0F 40000001 0C 07E50713010F2E2300FF8880 02 01 12 0005
        10 40000001 00
        18 00 01 02 FA08 01 11 05
        05 01 02 FA00
        05 01 04 FC00 01 06 00000001
        05 01 05 0001
        05 01 06 00 0001 02 AABB
        0C 01 00 12 0005
        0C 02 00 12 0007 01 04
        0C 01 02 00 0001 04 01020304
        0C 01 03 0001
        06 01 02 FA08 01 11 05
        06 01 07 00 0001 01 09 03 AABBCC
        0D 02 00 01 04
        0D 01 02 0001
        16 01 02 FA08 01 11 05
        D8 01 01
        D8 02 06 0000002A
        D9 40000001 00 01 01 0008 0000010000FF 02 01 00
        D9 40000000 0C 07E60101FF0A000000800000
            03 02 0001 0000600100FF 02 03 0046 000060030AFF 01 05 0007 0100630100FF 02 01 00
            03 11 05 0F00 00
        D9 80000003 00 02 04 0007 0100630100FF 02 02 02 04 06 00000001 06 00000002 12 0001 12 0000
            03 0046 000060030AFF 01 02 00 0F00
        DA 40000000 00 00 04 00 09 01 01 00 00 04 01 00 01 00 02 00 02 00
        DA 50000000 00 01 01 03 0046 000060030AFF 01 01 00 01 03 00
        E0 01 0001 0000 05 C001C10008
        E0 43 0002 0001 05 0102030405
        E6 01 02 3432 C0 02 C1 00000001
        E7 01 00 C5 01 C1 00
        01 00 00 00 06 5F1F0400 007E1F 04B0
        08 00 06 5F1F0400 00501F 01F4 0007
        0E 01 06 01
        60 1D A1 09 06 07 60857405080101 BE 10 04 0E 01000000065F1F0400007E1F04B0
        62 03 80 01 00
        63 03 80 01 00
        C0 01 C1 0007 0100630100FF 02 01 01 02 04 02 04 12 0008 09 06 0000010000FF 0F 02 12 0000
            09 0C 07E50101FF000000FF800000 09 0C 07E50102FF000000FF800000 01 00
        C0 01 C1 0007 0100630100FF 02 01 02 02 04 06 00000001 06 00000005 12 0001 12 0000
        C3 01 C1 000F 0000280000FF 01 01 09 11 10 00000001 1A52FE7DD3E72748973C1E28
        C7 01 C1 00 01 00 09 11 10 01234567 FE1466AFB3DBCD4F9389E2B7";

    fn corpus() -> Vec<Vec<u8>> {
        let mut all: Vec<Vec<u8>> = Vec::new();
        for line in CORPUS.lines().filter(|line| !line.trim().is_empty()) {
            let digits: Vec<u32> = line.chars().filter_map(|c| c.to_digit(16)).collect();
            let octets = digits.chunks(2).map(|pair| u8::try_from(pair[0] << 4 | pair[1]).unwrap());
            match all.last_mut().filter(|_| line.starts_with("            ")) {
                Some(last) => last.extend(octets),
                None => all.push(octets.collect()),
            }
        }
        all
    }

    #[test]
    fn every_form_is_written_as_it_was_read() {
        for octets in corpus() {
            let apdu = Apdu::from_bytes(&octets).unwrap_or_else(|e| panic!("{octets:02X?}: {e}"));
            let mut out = [0; 100];
            assert_eq!(apdu.encode_to_slice(&mut out).unwrap(), octets, "{apdu:?}");
            assert_eq!(apdu.encoded_len(), octets.len());
            assert_eq!(apdu.tag(), octets[0]);
            let mut part = [0; 5];
            let mut w = Writer::window(3, &mut part);
            apdu.encode(&mut w);
            assert_eq!(w.stored(), &octets[3..octets.len().min(8)]);
        }
    }

    #[test]
    fn every_cut_is_refused_where_it_shows() {
        for octets in corpus().into_iter().filter(|octets| octets[0] & 0xfe != 0xe6) {
            for n in 0..octets.len() {
                let error = Apdu::from_bytes(&octets[..n]).unwrap_err();
                assert!(error.offset <= n, "{octets:02X?} cut to {n}: {error}");
            }
        }
    }

    #[test]
    fn changed_octets_do_no_harm() {
        for octets in corpus() {
            for at in 0..octets.len() {
                for octet in 0..=u8::MAX {
                    let mut changed = octets.clone();
                    changed[at] = octet;
                    let Ok(apdu) = Apdu::from_bytes(&changed) else { continue };
                    // What is read is read again from what is written, be it other octets.
                    let mut out = [0; 200];
                    let again = apdu.encode_to_slice(&mut out).unwrap();
                    assert_eq!(Apdu::from_bytes(again).unwrap().encoded_len(), again.len());
                }
            }
        }
    }

    #[test]
    fn what_is_no_message_is_refused() {
        for octets in
            ["", "00", "FF", "DE", "19", "C004C1000F0000280000FF0100", "C001C100080000010000FF020001"]
        {
            let octets: Vec<u8> = (0..octets.len() / 2)
                .map(|i| u8::from_str_radix(&octets[2 * i..2 * i + 2], 16).unwrap())
                .collect();
            assert!(Apdu::from_bytes(&octets).is_err(), "{octets:02X?}");
        }
    }

    #[test]
    fn protected_messages_are_left_alone() {
        let octets = [0xc8, 0x05, 0x30, 1, 2, 3, 4];
        let apdu = Apdu::from_bytes(&octets).unwrap();
        assert_eq!(apdu, Apdu::Protected(Protected { tag: tag::GLO_GET_REQUEST, body: &octets[1..] }));
        assert_eq!(apdu.name(), "glo-get-request");
        assert_eq!(apdu.encode_to_slice(&mut [0; 8]).unwrap(), octets);
    }
}
