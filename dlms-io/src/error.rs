use dlms::client::ClientError;

/// Why a request to a meter failed: what the client says, or the transport under it.
#[derive(Debug, thiserror::Error)]
pub enum Error<E> {
    /// The client: the answer is no, or there is none, or it is wrong.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The transport failed; the connection is of no more use.
    #[error("transport: {0}")]
    Io(#[source] E),
}
