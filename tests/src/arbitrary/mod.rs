//! Generated messages and values of every kind.
//!
//! What is generated borrows from octets that are never given back: the types under test are views, and a test ends
//! soon.

mod access;
mod acse;
mod apdu;
mod compact_array;
mod data;
mod descriptor;
mod initiate;
mod logical_name;
mod notification;
mod short_name;

use core::fmt::Debug;

use dlms_core::apdu::List;
use dlms_core::codec::Decode;
use proptest::collection::vec;
use proptest::prelude::*;

pub use access::{access_request, access_response};
pub use acse::{aare, aarq, release_request, release_response};
pub use apdu::{apdu, general_block_transfer, open_ended, protected};
pub use compact_array::{CompactSample, compact_array};
pub use data::{Sample, data, date_time, sample};
pub use descriptor::{attribute, attribute_selection, method, selection};
pub use initiate::{initiate_request, initiate_response};
pub use logical_name::{
    action_request, action_response, get_request, get_response, set_request, set_response,
};
pub use notification::{
    confirmed_service_error, data_notification, data_notification_confirm, event_notification,
    exception_response,
};
pub use short_name::{
    information_report, read_request, read_response, unconfirmed_write_request, write_request, write_response,
};

/// Up to `max` octets.
pub fn octets(max: usize) -> impl Strategy<Value = &'static [u8]> + Clone {
    vec(any::<u8>(), 0..=max).prop_map(|octets| &*octets.leak())
}

/// At least one octet.
pub fn some_octets(max: usize) -> impl Strategy<Value = &'static [u8]> + Clone {
    vec(any::<u8>(), 1..=max).prop_map(|octets| &*octets.leak())
}

/// What a list can be made of.
trait Item: Decode<'static> + Copy + Debug + 'static {}
impl<T: Decode<'static> + Copy + Debug + 'static> Item for T {}

/// Up to `max` items.
fn list<T: Item>(item: impl Strategy<Value = T>, max: usize) -> impl Strategy<Value = List<'static, T>> {
    vec(item, 0..=max).prop_map(|items| List::of(items.leak()))
}

/// Two lists of as many items.
fn lists<T: Item, U: Item>(
    item: impl Strategy<Value = T>,
    other: impl Strategy<Value = U>,
    max: usize,
) -> impl Strategy<Value = (List<'static, T>, List<'static, U>)> {
    vec((item, other), 0..=max).prop_map(|pairs| {
        let (items, others): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
        (List::of(items.leak()), List::of(others.leak()))
    })
}

/// An A-XDR length in its shortest form, written without the crates under test.
fn length(n: usize) -> Vec<u8> {
    let [.., a, b, c] = u32::try_from(n).unwrap().to_be_bytes();
    match n {
        0..0x80 => vec![c],
        0x80..0x100 => vec![0x81, c],
        0x100..0x1_0000 => vec![0x82, b, c],
        _ => vec![0x83, a, b, c],
    }
}
