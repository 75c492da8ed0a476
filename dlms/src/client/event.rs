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
    /// A part of a long value came; fetch it with [`Client::block`](super::Client::block).
    Block,
    /// The request failed.
    Failed(ClientError),
    /// The connection ended.
    Closed,
}
