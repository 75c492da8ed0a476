use dlms_core::apdu::{
    AccessRequest, AccessSpecification, ActionRequest, AttributeDescriptor, AttributeSelection, DataBlock,
    GeneralBlockTransfer, GetRequest, InvokeIdAndPriority, List, LongInvokeIdAndPriority, MethodDescriptor,
    SelectiveAccess, SetRequest,
};
use dlms_core::codec::Encode;
use dlms_core::data::{Data, Elements};

use crate::{BREAKER, ENERGY, HIDDEN, NOTE, PROFILE};

const INVOKE: InvokeIdAndPriority = InvokeIdAndPriority::confirmed(1);
const VALUE: AttributeDescriptor = AttributeDescriptor::new(3, ENERGY, 2);
const TEXT: AttributeDescriptor = AttributeDescriptor::new(1, NOTE, 2);
const SECRET: AttributeDescriptor = AttributeDescriptor::new(1, HIDDEN, 2);
const BUFFER: AttributeDescriptor = AttributeDescriptor::new(7, PROFILE, 2);
const DISCONNECT: MethodDescriptor = MethodDescriptor::new(70, BREAKER, 1);
const RECONNECT: MethodDescriptor = MethodDescriptor::new(70, BREAKER, 2);

/// A request that makes sense, by its number: of reading, writing and invoking in all forms, and of the steps of long
/// exchanges.
#[must_use]
pub fn request(number: u8) -> Vec<u8> {
    match number % 32 {
        n @ 0..8 => get(n),
        n @ 8..16 => set(n - 8),
        n @ 16..24 => action(n - 16),
        n => general(n - 24),
    }
}

fn get(number: u8) -> Vec<u8> {
    let invoke = INVOKE;
    let normal = |attribute, selection| GetRequest::Normal { invoke, attribute, selection }.encode_to_vec();
    let with_list = |attributes: &[AttributeDescriptor]| {
        let all: Vec<_> = attributes.iter().map(|of| AttributeSelection::whole(*of)).collect();
        GetRequest::WithList { invoke, attributes: List::of(&all) }.encode_to_vec()
    };
    match number {
        0 => normal(VALUE, None),
        1 => normal(BUFFER, None),
        2 => GetRequest::Next { invoke, block_number: 1 }.encode_to_vec(),
        3 => GetRequest::Next { invoke, block_number: 2 }.encode_to_vec(),
        4 => {
            // Entries 1 to 5, all columns.
            let entries = [6, 0, 0, 0, 1, 6, 0, 0, 0, 5, 18, 0, 1, 18, 0, 0];
            let parameters = Data::Structure(Elements::new(4, &entries).expect("four numbers"));
            normal(BUFFER, Some(SelectiveAccess { selector: 2, parameters }))
        }
        5 => with_list(&[VALUE, SECRET, TEXT]),
        6 => with_list(&[BUFFER, VALUE, BUFFER]),
        _ => normal(SECRET, None),
    }
}

fn set(number: u8) -> Vec<u8> {
    let invoke = INVOKE;
    let both = [TEXT, VALUE].map(AttributeSelection::whole);
    let (attribute, selection, attributes) = (TEXT, None, List::of(&both));
    let block = |last_block, block_number, raw_data| DataBlock { last_block, block_number, raw_data };
    let request = match number {
        0 => SetRequest::Normal { invoke, attribute, selection, value: Data::OctetString(b"abc") },
        1 => SetRequest::Normal { invoke, attribute: SECRET, selection, value: Data::NullData },
        2 => SetRequest::WithFirstDatablock {
            invoke,
            attribute,
            selection,
            block: block(false, 1, &[9, 5, 1]),
        },
        3 => SetRequest::WithDatablock { invoke, block: block(false, 2, &[2, 3]) },
        4 => SetRequest::WithDatablock { invoke, block: block(true, 3, &[4, 5]) },
        5 => SetRequest::WithDatablock { invoke, block: block(true, 2, &[2, 3, 4, 5]) },
        6 => SetRequest::WithList {
            invoke,
            attributes,
            values: List::of(&[Data::OctetString(b"x"), Data::DoubleLongUnsigned(5)]),
        },
        _ => SetRequest::WithListAndFirstDatablock {
            invoke,
            attributes,
            block: block(false, 1, &[2, 9, 3, 1]),
        },
    };
    request.encode_to_vec()
}

fn action(number: u8) -> Vec<u8> {
    let invoke = INVOKE;
    let both = [DISCONNECT, RECONNECT];
    let zero = Data::Integer(0);
    let zeros = [zero, zero];
    let block = |last_block, block_number, raw_data| DataBlock { last_block, block_number, raw_data };
    let request = match number {
        0 => ActionRequest::Normal { invoke, method: DISCONNECT, parameters: Some(zero) },
        1 => ActionRequest::Normal { invoke, method: RECONNECT, parameters: None },
        2 => ActionRequest::WithList { invoke, methods: List::of(&both), parameters: List::of(&zeros) },
        3 => ActionRequest::WithFirstPblock { invoke, method: RECONNECT, block: block(false, 1, &[15]) },
        4 => ActionRequest::WithPblock { invoke, block: block(true, 2, &[0]) },
        5 => ActionRequest::WithListAndFirstPblock {
            invoke,
            methods: List::of(&both),
            block: block(false, 1, &[2, 15, 0, 15]),
        },
        6 => ActionRequest::NextPblock { invoke, block_number: 1 },
        // Captures a row of the profile.
        _ => ActionRequest::Normal {
            invoke,
            method: MethodDescriptor::new(7, PROFILE, 2),
            parameters: Some(zero),
        },
    };
    request.encode_to_vec()
}

/// ACCESS, and general blocks of requests and confirmations.
fn general(number: u8) -> Vec<u8> {
    let access = |long_invoke_id, items: &[AccessSpecification<'_>], values: &[Data<'_>]| {
        let (specifications, data) = (List::of(items), List::of(values));
        AccessRequest { long_invoke_id, date_time: None, specifications, data }.encode_to_vec()
    };
    let items = [
        AccessSpecification::Get(BUFFER),
        AccessSpecification::Set(TEXT),
        AccessSpecification::Action(DISCONNECT),
        AccessSpecification::Get(SECRET),
    ];
    let values = [Data::NullData, Data::OctetString(&[7; 100]), Data::Integer(0), Data::NullData];
    let block = |last_block, block_number, block_number_ack, block_data: &[u8]| {
        GeneralBlockTransfer {
            last_block,
            streaming: false,
            window: 5,
            block_number,
            block_number_ack,
            block_data,
        }
        .encode_to_vec()
    };
    let whole = get(1);
    let (front, back) = whole.split_at(5);
    match number {
        0 => access(LongInvokeIdAndPriority::confirmed(1), &items, &values),
        // Self-descriptive, up to the first error.
        1 => access(LongInvokeIdAndPriority(0x7000_0002), &items, &values),
        2 => block(false, 1, 0, front),
        3 => block(true, 2, 0, back),
        4 => block(true, 1, 0, &whole),
        5 => block(true, 2, 1, &[]),
        6 => block(true, 3, 6, &[]),
        _ => block(true, 3, 3, &[]),
    }
}
