use dlms_core::codec::DecodeError;
use dlms_security::SecurityError;

/// Why a listener did not take what came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ListenerError {
    /// It cannot be read.
    #[error("malformed: {0}")]
    Malformed(#[from] DecodeError),
    /// It is not protected as the sender's keys demand, forged or replayed; or the confirmation cannot be protected.
    #[error("security: {0}")]
    Security(#[from] SecurityError),
    /// Nothing is known of who sent it.
    #[error("unknown sender")]
    UnknownSender,
    /// It is no notification.
    #[error("not a notification: {0:#04x}")]
    Unexpected(u8),
    /// Of what came in general blocks one is missing.
    #[error("a block is missing")]
    Incomplete,
    /// It does not fit the receive buffer.
    #[error("message of {needed} bytes does not fit the buffer")]
    TooLong {
        /// Its octets.
        needed: usize,
    },
}
