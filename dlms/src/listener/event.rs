use dlms_core::crypto::SecuritySuite;
use dlms_core::link::{LinkError, Saps};
use dlms_security::{Protection, ServiceCiphering, SystemTitle};

use super::ListenerError;

/// What happened on a link on which meters push.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A notification came; fetch it with [`Listener::notification`](super::Listener::notification).
    Notification(Origin),
    /// The telegram of a P1 port came, in the clear or ciphered; its text is [`Listener::apdu`](super::Listener::apdu).
    #[cfg(feature = "any-link")]
    Telegram(Origin),
    /// An array or a structure came without a message around it; it is [`Listener::apdu`](super::Listener::apdu).
    Value(Origin),
    /// Something came that was not taken.
    Refused(Saps, ListenerError),
    /// The line failed, or is not a line of this kind.
    Line(LinkError),
}

/// Where a notification came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// The logical device that sent it, and the client that it was for.
    pub saps: Saps,
    /// How it was protected; nothing if it came in the clear.
    pub security: Option<Security>,
}

/// How a notification was protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Security {
    /// The sender's system title.
    pub system_title: SystemTitle,
    /// The form it came in.
    pub form: ServiceCiphering,
    /// The algorithms.
    pub suite: SecuritySuite,
    /// Whether it was authenticated, and whether encrypted.
    pub protection: Protection,
    /// Whether it was protected by the broadcast key.
    pub broadcast: bool,
    /// The counter it came under.
    pub invocation_counter: u32,
}
