use dlms_core::{
    codec::{DecodeError, Overflow},
    crypto::{CryptoError, KeyId},
};

use crate::CounterError;

/// Why an APDU was not protected, or not accepted.
///
/// A server tells its peer one and the same (deciphering-error) for all of these: which it was helps only who tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum SecurityError {
    /// The octets are no protected APDU. Offsets count from its first octet; in an APDU that was only encrypted, from
    /// the first of the plain one.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The provider has no key of that name.
    #[error("no such key: {0:?}")]
    NoKey(KeyId),
    /// The peer's public key is not known, or not of the suite's curve.
    #[error("no public key of the peer")]
    NoPublicKey,
    /// The authentication tag or the signature is wrong.
    #[error("not authentic")]
    Inauthentic,
    /// The invocation counter was used before.
    #[error("replayed: invocation counter {expected} or higher expected")]
    Replayed {
        /// The least counter that would have been new.
        expected: u32,
    },
    /// A message that no counter protects, in a transaction that is not newer than the last, or not the one it would
    /// have to answer.
    #[error("an old transaction, or another one")]
    OldTransaction,
    /// Less protection than demanded.
    #[error("weaker protection than the policy demands")]
    WeakerThanPolicy,
    /// Another security suite than the association's.
    #[error("not the security suite of the association")]
    Suite,
    /// Something of the standard that is not offered.
    #[error("not offered: {0}")]
    Unsupported(&'static str),
    /// No invocation counter to send under.
    #[error(transparent)]
    Counter(#[from] CounterError),
    /// What is protected does not go with how: a get-response in a glo-get-request, a broadcast under a dedicated key.
    #[error("protection and content do not go together")]
    Inconsistent,
    /// Something in a protected APDU that may not be in one: protection again, an association request, a block.
    #[error("nothing that may be protected")]
    Nested,
    /// The originator's system title is neither in the APDU nor known.
    #[error("no system title of the originator")]
    NoTitle,
    /// A system title that is not the peer's, or is our own.
    #[error("not the system title of the peer")]
    ForeignTitle,
    /// More originators than there are places to remember their counters.
    #[error("no room for the counter of another originator")]
    NoRoom,
    /// A challenge shorter than 8 or longer than 64 octets.
    #[error("challenge of a wrong length")]
    Challenge,
    /// The peer sent our own challenge back.
    #[error("the peer sent our own challenge back")]
    Reflected,
    /// The crypto provider failed.
    #[error(transparent)]
    Provider(CryptoError),
    /// The buffer is too small for the protected APDU.
    #[error(transparent)]
    Overflow(#[from] Overflow),
}

impl From<CryptoError> for SecurityError {
    fn from(error: CryptoError) -> Self {
        match error {
            CryptoError::NoSuchKey(key) => Self::NoKey(key),
            CryptoError::Inauthentic => Self::Inauthentic,
            other => Self::Provider(other),
        }
    }
}
