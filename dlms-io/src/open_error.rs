use iec62056_21::OpeningError;

/// Why a line could not be opened: what the opening says, or the transport under it.
#[derive(Debug, thiserror::Error)]
pub enum OpenError<E> {
    /// No meter answered, or not as it must.
    #[error(transparent)]
    Opening(#[from] OpeningError),
    /// The transport failed.
    #[error("transport: {0}")]
    Io(#[source] E),
}
