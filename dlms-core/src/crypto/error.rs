use super::KeyId;

/// Why the provider did not do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum CryptoError {
    /// No key of that name is there.
    #[error("no such key: {0:?}")]
    NoSuchKey(KeyId),
    /// The tag, the signature, or the integrity check of a wrapped key is wrong.
    #[error("not authentic")]
    Inauthentic,
    /// A key of another length than the suite's, or no room for one.
    #[error("wrong key length")]
    KeyLength,
    /// Octets that are no private key, or no point of the curve.
    #[error("no key of this curve")]
    NotOnCurve,
    /// Data that is no multiple of the block length.
    #[error("not whole blocks")]
    NotWholeBlocks,
    /// No slot is free for another key.
    #[error("no room for another key")]
    NoRoom,
    /// The provider does not offer this.
    #[error("not offered by the crypto provider")]
    Unsupported,
    /// The provider failed: randomness, secure element, storage.
    #[error("the crypto provider failed")]
    Hardware,
}
