use dlms_core::apdu::DataAccessResult;
use dlms_core::link::LinkError;
use dlms_security::SecurityError;

/// Why a push failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PushError {
    /// Another push is under way.
    #[error("another push is under way")]
    Busy,
    /// There is no such logical device.
    #[error("no such logical device")]
    NoDevice,
    /// The Push setup object is not there or cannot be read.
    #[error("the push setup object: {0}")]
    Setup(DataAccessResult),
    /// A buffer is too small for any push.
    #[error("no room in the buffers")]
    NoRoom,
    /// The notification is longer than the client or the link takes, and does not go in blocks; or than the buffer.
    #[error("notification of {needed} bytes or more, {max} can be sent")]
    TooLong {
        /// Octets of the notification, protected; at least so many.
        needed: usize,
        /// Octets that can be sent.
        max: usize,
    },
    /// It could not be protected as it has to be.
    #[error("security: {0}")]
    Security(#[from] SecurityError),
    /// The line.
    #[error("link: {0}")]
    Link(LinkError),
    /// No confirmation came in time.
    #[error("not confirmed in time")]
    NotConfirmed,
}
