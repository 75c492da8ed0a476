//! From octets to values: an APDU, the value in it, and what is wrong with one that is cut short.
//!
//! `cargo run -p dlms-examples --example decode_telegram`
#![allow(missing_docs, reason = "a program")]

use dlms_core::apdu::Apdu;
use dlms_core::codec::Decode;
use dlms_core::data::Data;

/// A notification as a meter pushes it: long-invoke-id, date-time, a structure.
const TELEGRAM: &[u8] = &[
    0x0f, 0x40, 0x00, 0x00, 0x01, 0x0c, 0x07, 0xe5, 0x07, 0x13, 0x01, 0x0f, 0x2e, 0x23, 0x00, 0xff, 0x88,
    0x80, 0x02, 0x02, 0x09, 0x06, 0x01, 0x00, 0x01, 0x08, 0x00, 0xff, 0x06, 0x00, 0x01, 0xe2, 0x40,
];

fn main() {
    match Apdu::from_bytes(TELEGRAM) {
        Ok(Apdu::DataNotification(notification)) => {
            if let Some(time) = notification.date_time {
                println!("pushed at {time}");
            }
            print(notification.body, 0);
        }
        Ok(other) => println!("{}", other.name()),
        Err(error) => println!("{error}"),
    }
    // Every error says what is wrong, and at which octet.
    for len in [1, 10, 25, 32] {
        if let Err(error) = Apdu::from_bytes(TELEGRAM.get(..len).unwrap_or_default()) {
            println!("the first {len} octets: {error}");
        }
    }
}

/// Prints a value as a tree. It is walked where it lies: nothing is copied.
fn print(value: Data<'_>, depth: usize) {
    match value {
        Data::Array(elements) | Data::Structure(elements) => {
            println!("{:depth$}{} of {}", "", value.type_name(), elements.len());
            for element in elements {
                print(element, depth + 2);
            }
        }
        Data::OctetString(octets) => println!("{:depth$}octet-string {octets:02X?}", ""),
        other => println!("{:depth$}{other:?}", ""),
    }
}
