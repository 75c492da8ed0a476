//! The control characters.

pub(crate) const SOH: u8 = 0x01;
pub(crate) const STX: u8 = 0x02;
pub(crate) const ETX: u8 = 0x03;
pub(crate) const EOT: u8 = 0x04;
pub(crate) const ACK: u8 = 0x06;
pub(crate) const NAK: u8 = 0x15;
