use dlms_core::crypto::CryptoError;

/// Why a certificate is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum CertificateError {
    /// It is no certificate, or none of the profile.
    #[error("not a certificate of the profile: {0}")]
    Malformed(&'static str),
    /// It is longer than any is allowed to be.
    #[error("longer than a certificate may be")]
    TooLong,
    /// Another version, algorithm or curve than the profile has.
    #[error("not in the profile: {0}")]
    Unsupported(&'static str),
    /// An extension that is critical and not known.
    #[error("an unknown critical extension")]
    CriticalExtension,
    /// Its time is over.
    #[error("expired")]
    Expired,
    /// Its time has not come.
    #[error("not yet valid")]
    NotYetValid,
    /// Nobody knows what time it is.
    #[error("the time is not known, and so not whether it is valid")]
    NoTime,
    /// No chain of authorities leads to a trust anchor.
    #[error("no trust anchor vouches for it")]
    Untrusted,
    /// A signature is wrong.
    #[error("its signature is wrong")]
    Inauthentic,
    /// It is not for this use.
    #[error("its key is for another use")]
    KeyUsage,
    /// It is not for this suite.
    #[error("its key is of another suite")]
    Suite,
    /// It is another's, or nobody's.
    #[error("it names another system title, or none")]
    SystemTitle,
    /// The crypto provider failed.
    #[error(transparent)]
    Provider(CryptoError),
}

impl From<CryptoError> for CertificateError {
    fn from(error: CryptoError) -> Self {
        match error {
            CryptoError::Inauthentic => Self::Inauthentic,
            other => Self::Provider(other),
        }
    }
}

impl From<spki::der::Error> for CertificateError {
    fn from(_: spki::der::Error) -> Self {
        Self::Malformed("DER")
    }
}
