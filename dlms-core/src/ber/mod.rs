//! The parts of BER that ACSE needs: definite lengths, OCTET STRING, small INTEGER, OBJECT IDENTIFIER.

mod object_identifier;
mod tlv;

pub use object_identifier::ObjectIdentifier;
pub use tlv::{Elements, Tlv};
pub(crate) use tlv::{constructed, explicit, primitive};

/// INTEGER.
pub(crate) const INTEGER: u8 = 0x02;
/// OCTET STRING.
pub(crate) const OCTET_STRING: u8 = 0x04;
/// OBJECT IDENTIFIER.
pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
