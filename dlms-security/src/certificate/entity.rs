/// Whose a certificate is (Security setup, certificate_entity).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Entity {
    /// 0: the server's own.
    Server,
    /// 1: a client's.
    Client,
    /// 2: a certification authority's.
    Authority,
    /// 3: another's.
    Other,
}

impl Entity {
    /// The entity with this number.
    #[must_use]
    pub const fn from_id(id: u8) -> Option<Self> {
        match id {
            0 => Some(Self::Server),
            1 => Some(Self::Client),
            2 => Some(Self::Authority),
            3 => Some(Self::Other),
            _ => None,
        }
    }

    /// Its number on the wire.
    #[must_use]
    pub const fn id(self) -> u8 {
        match self {
            Self::Server => 0,
            Self::Client => 1,
            Self::Authority => 2,
            Self::Other => 3,
        }
    }
}
