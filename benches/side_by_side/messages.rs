//! Reading short messages: a register, a request, an AARQ.

use core::hint::black_box;

use dlms_bench::{Comparison, Contender, Target};
use dlms_core::acse::Aarq;
use dlms_core::apdu::{GetDataResult, GetRequest, GetResponse};
use dlms_core::codec::{Decode, Reader};
use dlms_core::data::Data;
use dlms_cosem_rs::codec::Decode as _;
use dlms_cosem_rs::{acse, transport, xdlms};
use dlms_wrapper::Header;

/// From logical device 1 to client 16.
const WRAPPER: [u8; 8] = [0, 1, 0, 1, 0, 16, 0, 9];
const REGISTER: [u8; 9] = [0xc4, 1, 0xc1, 0, 6, 0, 1, 0xe2, 0x40];
const WRAPPED_REGISTER: [u8; 17] = {
    let mut unit = [0; 17];
    let (header, apdu) = unit.split_at_mut(8);
    header.copy_from_slice(&WRAPPER);
    apdu.copy_from_slice(&REGISTER);
    unit
};
const GET_REQUEST: [u8; 13] = [0xc0, 1, 0xc1, 0, 3, 1, 0, 1, 8, 0, 255, 2, 0];
/// High level security with GMAC in a ciphered context.
const AARQ: [u8; 89] = *b"\x60\x57\xa1\x09\x06\x07\x60\x85\x74\x05\x08\x01\x03\xa6\x0a\x04\x08MMM\x00\x00\xbcaN\
    \x8a\x02\x07\x80\x8b\x07\x60\x85\x74\x05\x08\x02\x05\xac\x0a\x80\x08K56iVagY\
    \xbe\x25\x04\x23\x21\x21\x30\x01\x23\x45\x67\x80\x13\x02\xff\x8at\x13=AL\xed%\xb4%4\xd2\x8d\xb0\x04w `k\x17[\xd5\x00\x00";

pub(crate) fn comparisons() -> Vec<Comparison<'static>> {
    vec![
        Comparison::new("D3", "register: GET response → value")
            .target(Target::peer(3.4))
            .by(Contender::Ours, || register(black_box(&REGISTER)))
            .by(Contender::DlmsCosemRs, || peer_register(black_box(&REGISTER)))
            .by(Contender::Limit, || match *black_box(&REGISTER[..]) {
                [0xc4, 1, _, 0, 6, a, b, c, d] => u32::from_be_bytes([a, b, c, d]).into(),
                _ => panic!(),
            }),
        Comparison::new("D3", "register with wrapper → value")
            .target(Target::peer(3.4))
            .by(Contender::Ours, || {
                let mut r = Reader::new(black_box(&WRAPPED_REGISTER));
                let header = Header::decode(&mut r).unwrap();
                register(r.take(header.length.into()).unwrap())
            })
            .by(Contender::DlmsCosemRs, || {
                peer_register(
                    transport::wrapper::Wpdu::from_bytes(black_box(&WRAPPED_REGISTER)).unwrap().apdu,
                )
            }),
        Comparison::new("D3", "GET request: decode")
            .by(Contender::Ours, || match GetRequest::from_bytes(black_box(&GET_REQUEST)) {
                Ok(GetRequest::Normal { attribute, selection: None, .. }) => {
                    name(attribute.class_id, attribute.logical_name.to_octets(), attribute.id)
                }
                _ => panic!(),
            })
            .by(Contender::DlmsCosemRs, || {
                match xdlms::GetRequest::from_bytes(&black_box(&GET_REQUEST)[1..]) {
                    Ok(xdlms::GetRequest::Normal { descriptor, access: None, .. }) => {
                        name(descriptor.class_id, descriptor.instance_id.0, descriptor.attribute_id)
                    }
                    _ => panic!(),
                }
            }),
        Comparison::new("D3", "AARQ with HLS: decode")
            .by(Contender::Ours, || {
                let aarq = Aarq::from_bytes(black_box(&AARQ)).unwrap();
                lengths([aarq.calling_ap_title, aarq.calling_authentication_value, aarq.user_information])
            })
            .by(Contender::DlmsCosemRs, || {
                let aarq = acse::Aarq::from_bytes(black_box(&AARQ)).unwrap();
                lengths([aarq.calling_ap_title, aarq.calling_authentication_value, aarq.user_information])
            }),
    ]
}

fn register(apdu: &[u8]) -> u64 {
    match GetResponse::from_bytes(apdu) {
        Ok(GetResponse::Normal { result: GetDataResult::Data(Data::DoubleLongUnsigned(v)), .. }) => v.into(),
        _ => panic!(),
    }
}

fn peer_register(apdu: &[u8]) -> u64 {
    match xdlms::GetResponse::from_bytes(&apdu[1..]) {
        Ok(xdlms::GetResponse::Normal { result, .. }) => result.value().unwrap().as_u64().unwrap(),
        _ => panic!(),
    }
}

fn name(class: u16, logical_name: [u8; 6], id: i8) -> u64 {
    let [a, b, c, d, e, f] = logical_name;
    u64::from_be_bytes([0, 0, a, b, c, d, e, f]) ^ u64::from(class) << 48 ^ u64::from(id.cast_unsigned())
}

fn lengths(parts: [Option<&[u8]>; 3]) -> u64 {
    parts.iter().fold(0, |sum, part| sum << 8 | part.unwrap().len() as u64)
}
