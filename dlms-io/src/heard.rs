use core::net::SocketAddr;

use dlms::Notification;
use dlms::listener::Event;
use dlms_core::codec::{Decode, DecodeError};

/// What a listener heard, and from where.
#[derive(Debug, Clone, Copy)]
pub struct Heard<'a> {
    /// The other end.
    pub from: SocketAddr,
    /// What happened.
    pub event: Event,
    /// The plain APDU of a notification.
    pub apdu: &'a [u8],
}

impl<'a> Heard<'a> {
    /// The notification.
    ///
    /// # Errors
    /// It is none.
    pub fn notification(&self) -> Result<Notification<'a>, DecodeError> {
        Notification::from_bytes(self.apdu)
    }
}
