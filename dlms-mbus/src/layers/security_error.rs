use dlms_core::crypto::CryptoError;

use super::SecurityMode;
use crate::FrameError;

/// Why the protection of a message was not taken off, or put on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum SecurityError {
    /// The message cannot be read.
    #[error("malformed: {0}")]
    Malformed(#[from] FrameError),
    /// There is no key for it.
    #[error("no key")]
    NoKey,
    /// What was decrypted is nothing: the key is another, or the message is damaged.
    #[error("wrong key, or damaged")]
    WrongKey,
    /// The message authentication code is wrong: the key is another, or the message is forged or damaged.
    #[error("wrong message authentication code")]
    Inauthentic,
    /// A message that its security mode wants authenticated is not.
    #[error("no message authentication code")]
    NoAuthentication,
    /// A message that its security mode wants counted has no counter.
    #[error("no message counter")]
    NoCounter,
    /// More octets are said to be encrypted than there are.
    #[error("{announced} byte(s) said to be encrypted, {there} there")]
    Length {
        /// Octets that the configuration field says.
        announced: usize,
        /// Octets of the payload.
        there: usize,
    },
    /// A security mode that this crate does not know to handle.
    #[error("{0} is not supported")]
    Mode(SecurityMode),
    /// Another form of what the message uses, by its name.
    #[error("{0} is not supported")]
    Unsupported(&'static str),
    /// The provider failed, or cannot do it.
    #[error("crypto: {0}")]
    Crypto(CryptoError),
}

impl From<CryptoError> for SecurityError {
    fn from(error: CryptoError) -> Self {
        match error {
            CryptoError::NoSuchKey(_) => Self::NoKey,
            CryptoError::Inauthentic => Self::Inauthentic,
            other => Self::Crypto(other),
        }
    }
}
