use dlms_core::crypto::SecuritySuite;

/// A public key: x then y, 64 octets in suite 1 and 96 in suite 2. Whether it is a point of the curve shows when it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct PublicKey {
    octets: [u8; Self::MAX],
    suite: SecuritySuite,
}

impl PublicKey {
    /// Octets at most.
    pub const MAX: usize = 96;

    /// The key in `octets`, if they are 64 or 96.
    #[must_use]
    pub fn from_slice(octets: &[u8]) -> Option<Self> {
        let suite = match octets.len() {
            64 => SecuritySuite::Suite1,
            Self::MAX => SecuritySuite::Suite2,
            _ => return None,
        };
        let mut key = Self { octets: [0; Self::MAX], suite };
        key.octets.iter_mut().zip(octets).for_each(|(to, from)| *to = *from);
        Some(key)
    }

    /// Its octets.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        self.octets.get(..self.suite.public_key_len()).unwrap_or_default()
    }

    /// The suite it goes with.
    #[must_use]
    pub const fn suite(&self) -> SecuritySuite {
        self.suite
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_as_long_as_the_suite_says() {
        for (len, suite) in [(64, SecuritySuite::Suite1), (96, SecuritySuite::Suite2)] {
            let key = PublicKey::from_slice(&[7; 96][..len]).unwrap();
            assert_eq!((key.as_slice(), key.suite()), (&[7; 96][..len], suite));
        }
        assert!([0, 63, 65, 95].iter().all(|len| PublicKey::from_slice(&[7; 96][..*len]).is_none()));
    }
}
