use dlms_core::acse::MechanismName;

use crate::Secret;

/// How a client proves who it is.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Authentication {
    /// Not at all: lowest level security.
    None,
    /// By a password: low level security.
    Lls(Secret),
    /// By challenges answered with keys or secrets that the provider holds: high level security.
    Hls(MechanismName),
}

impl Authentication {
    /// The mechanism's name, as it stands in AARQ: none for none.
    #[must_use]
    pub const fn mechanism(&self) -> Option<MechanismName> {
        match self {
            Self::None => None,
            Self::Lls(_) => Some(MechanismName::Lls),
            Self::Hls(mechanism) => Some(*mechanism),
        }
    }
}
