/// What a key pair and its certificate are for (Security setup, certificate_type).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Purpose {
    /// 0: digital signatures.
    Signing,
    /// 1: key agreement.
    Agreement,
    /// 2: TLS.
    Tls,
}

impl Purpose {
    /// The purpose with this number.
    #[must_use]
    pub const fn from_id(id: u8) -> Option<Self> {
        match id {
            0 => Some(Self::Signing),
            1 => Some(Self::Agreement),
            2 => Some(Self::Tls),
            _ => None,
        }
    }

    /// Its number on the wire.
    #[must_use]
    pub const fn id(self) -> u8 {
        match self {
            Self::Signing => 0,
            Self::Agreement => 1,
            Self::Tls => 2,
        }
    }
}
