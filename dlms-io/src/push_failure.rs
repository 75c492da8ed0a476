use dlms::server::PushError;

/// Why a push did not arrive.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PushFailure {
    /// The transport.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// All else.
    #[error(transparent)]
    Push(#[from] PushError),
    /// The devices could not be had.
    #[error("the devices are not there")]
    NoDevices,
}
