use core::fmt;

/// The configuration field of a header of the transport layer: how what follows is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Configuration {
    /// The field itself.
    pub field: u16,
    /// The octet that extends it in the security modes that have one.
    pub extension: Option<u8>,
}

/// How the payload of a message is protected (EN 13757-7, table of security modes).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum SecurityMode {
    /// Not at all.
    None,
    /// Mode 5: AES-CBC, with an initialisation vector of address and access number.
    AesCbc,
    /// Mode 7: AES-CBC under a key derived for every message.
    AesCbcEphemeral,
    /// Any other: DES (2, 3), AES-CTR (8), AES-GCM (9), AES-CCM (10), TLS (13), and what is reserved.
    Other(u8),
}

impl SecurityMode {
    /// The mode of a number.
    #[must_use]
    pub const fn from_number(number: u8) -> Self {
        match number {
            0 => Self::None,
            5 => Self::AesCbc,
            7 => Self::AesCbcEphemeral,
            other => Self::Other(other),
        }
    }

    /// Its number.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::None => 0,
            Self::AesCbc => 5,
            Self::AesCbcEphemeral => 7,
            Self::Other(number) => number,
        }
    }
}

impl fmt::Display for SecurityMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "security mode {}", self.number())
    }
}

impl Configuration {
    /// A field for that many encrypted blocks of sixteen octets, at most fifteen, and no flags.
    #[must_use]
    pub const fn new(mode: SecurityMode, encrypted_blocks: u8) -> Self {
        let field = u16::from_be_bytes([mode.number() & 0x1f, (encrypted_blocks & 0x0f) << 4]);
        // Derivation of keys as EN 13757-7 has it, key number 0.
        let extension = if matches!(mode, SecurityMode::AesCbcEphemeral) { Some(0x10) } else { None };
        Self { field, extension }
    }

    /// The security mode.
    #[must_use]
    pub const fn mode(self) -> SecurityMode {
        let [high, _] = self.field.to_be_bytes();
        SecurityMode::from_number(high & 0x1f)
    }

    /// Octets that are encrypted; they come first.
    #[must_use]
    pub const fn encrypted_len(self) -> usize {
        let [_, low] = self.field.to_be_bytes();
        match self.mode() {
            SecurityMode::AesCbc | SecurityMode::AesCbcEphemeral => (low & 0xf0) as usize,
            _ => 0,
        }
    }

    /// How the keys of mode 7 are derived; 1 is the function with AES-CMAC.
    #[must_use]
    pub const fn key_derivation(self) -> Option<u8> {
        match self.extension {
            Some(extension) => Some(extension >> 4 & 0x03),
            None => None,
        }
    }

    /// Whether this field is followed by one octet that extends it.
    pub(super) const fn has_extension(field: u16) -> bool {
        let [high, _] = field.to_be_bytes();
        matches!(high & 0x1f, 7 | 13)
    }
}
