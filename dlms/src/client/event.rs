use super::ClientError;

/// What happened to a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// The association stands.
    Associated,
    /// The association is released.
    Released,
    /// The request is answered; fetch the answer.
    Completed,
    /// The request that nobody answers is on its way.
    Sent,
    /// A part of a long value came; fetch it with [`Client::block`](super::Client::block).
    Block,
    /// The request failed.
    Failed(ClientError),
    /// The server sent something unasked; fetch it with [`Client::notification`](super::Client::notification). The
    /// request that is pending goes on.
    Notification,
    /// Something came that was not protected as it had to be, was replayed, or could not be read, and that is no answer
    /// for sure. The request that is pending goes on; if no answer comes, it fails with what was wrong with this.
    NotificationRefused(ClientError),
    /// The connection ended.
    Closed,
}
