use super::PushError;

/// How a push ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PushEvent {
    /// It was handed over to the transport, and nobody is to confirm it.
    Sent,
    /// The client confirmed it.
    Confirmed,
    /// It failed.
    Failed(PushError),
}
