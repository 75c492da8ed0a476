use dlms_core::crypto::SecuritySuite;

use crate::Protection;

/// The security control octet, first of every security header (IEC 62056-5-3).
///
/// | bits | mask | meaning |
/// |---|---|---|
/// | 0–3 | `0F` | security suite |
/// | 4 | `10` | authenticated |
/// | 5 | `20` | encrypted |
/// | 6 | `40` | key set: 0 unicast, 1 broadcast |
/// | 7 | `80` | compressed |
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct SecurityControl(pub u8);

impl SecurityControl {
    const SUITE: u8 = 0x0f;
    const AUTHENTICATED: u8 = 0x10;
    const ENCRYPTED: u8 = 0x20;
    const BROADCAST: u8 = 0x40;
    const COMPRESSED: u8 = 0x80;

    /// The octet for an uncompressed APDU.
    #[must_use]
    pub const fn new(suite: SecuritySuite, protection: Protection, broadcast: bool) -> Self {
        let mut octet = suite.id();
        if protection.authenticated {
            octet |= Self::AUTHENTICATED;
        }
        if protection.encrypted {
            octet |= Self::ENCRYPTED;
        }
        if broadcast {
            octet |= Self::BROADCAST;
        }
        Self(octet)
    }

    /// The security suite, unless its number is a reserved one.
    #[must_use]
    pub const fn suite(self) -> Option<SecuritySuite> {
        SecuritySuite::from_id(self.0 & Self::SUITE)
    }

    /// Whether an authentication tag follows.
    #[must_use]
    pub const fn authenticated(self) -> bool {
        self.0 & Self::AUTHENTICATED != 0
    }

    /// Whether the content is encrypted.
    #[must_use]
    pub const fn encrypted(self) -> bool {
        self.0 & Self::ENCRYPTED != 0
    }

    /// Whether the key is the broadcast one, GBEK.
    #[must_use]
    pub const fn broadcast(self) -> bool {
        self.0 & Self::BROADCAST != 0
    }

    /// Whether the APDU was compressed before it was protected.
    #[must_use]
    pub const fn compressed(self) -> bool {
        self.0 & Self::COMPRESSED != 0
    }

    /// Bits A and E.
    #[must_use]
    pub const fn protection(self) -> Protection {
        Protection { authenticated: self.authenticated(), encrypted: self.encrypted(), signed: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits() {
        for octet in 0..=u8::MAX {
            let control = SecurityControl(octet);
            let Some(suite) = control.suite() else {
                assert!(octet & 0x0f > 2);
                continue;
            };
            let again = SecurityControl::new(suite, control.protection(), control.broadcast());
            assert_eq!(again.0, octet & 0x7f);
            assert_eq!(control.compressed(), octet & 0x80 != 0);
        }
        let protection = Protection::AUTHENTICATED_ENCRYPTED;
        assert_eq!(SecurityControl::new(SecuritySuite::Suite2, protection, true), SecurityControl(0x72));
    }
}
