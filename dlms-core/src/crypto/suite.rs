/// The algorithms an association uses (Security setup, security_suite).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum SecuritySuite {
    /// AES-GCM-128, AES-128 key wrap.
    #[default]
    Suite0,
    /// Suite 0 with ECDSA and ECDH on P-256, SHA-256.
    Suite1,
    /// AES-GCM-256, AES-256 key wrap, ECDSA and ECDH on P-384, SHA-384.
    Suite2,
}

impl SecuritySuite {
    /// The suite of a security control byte's low nibble, or of Security setup attribute 3.
    #[must_use]
    pub const fn from_id(id: u8) -> Option<Self> {
        match id {
            0 => Some(Self::Suite0),
            1 => Some(Self::Suite1),
            2 => Some(Self::Suite2),
            _ => None,
        }
    }

    /// Its number on the wire.
    #[must_use]
    pub const fn id(self) -> u8 {
        match self {
            Self::Suite0 => 0,
            Self::Suite1 => 1,
            Self::Suite2 => 2,
        }
    }

    /// Octets of its symmetric keys.
    #[must_use]
    pub const fn key_len(self) -> usize {
        match self {
            Self::Suite0 | Self::Suite1 => 16,
            Self::Suite2 => 32,
        }
    }

    /// Octets of a coordinate and of a private key on its curve; 0 without one.
    #[must_use]
    pub const fn coordinate_len(self) -> usize {
        match self {
            Self::Suite0 => 0,
            Self::Suite1 => 32,
            Self::Suite2 => 48,
        }
    }

    /// Octets of a public key, x then y, and of a signature, r then s; 0 without a curve.
    #[must_use]
    pub const fn public_key_len(self) -> usize {
        self.coordinate_len().saturating_mul(2)
    }
}
