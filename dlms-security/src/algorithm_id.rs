use dlms_core::crypto::{KeyKind, SecuritySuite};

/// How the algorithm that an agreed key is for goes into the key derivation. Both sides have to do the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum AlgorithmIds {
    /// As the object identifier 2.16.756.5.8.3.n is in BER: `60 85 74 05 08 03 nn`.
    #[default]
    Encoded,
    /// As early printings of the standard have it, and companion standards after them: `60 85 74 06 08 03 nn`.
    Printed,
}

impl AlgorithmIds {
    /// Octets of an algorithm.
    pub const LEN: usize = 7;

    /// The algorithm of a key of this suite: AES key wrap for the key encryption key, AES-GCM for the others.
    #[must_use]
    pub const fn of(self, suite: SecuritySuite, key: KeyKind) -> [u8; Self::LEN] {
        let arc = match self {
            Self::Encoded => 5,
            Self::Printed => 6,
        };
        let algorithm = match (key, suite) {
            (KeyKind::KeyEncryption, SecuritySuite::Suite2) => 3,
            (KeyKind::KeyEncryption, _) => 2,
            (_, SecuritySuite::Suite2) => 1,
            _ => 0,
        };
        [0x60, 0x85, 0x74, arc, 8, 3, algorithm]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_algorithm_follows_from_key_and_suite() {
        let id = |suite, key| AlgorithmIds::Encoded.of(suite, key)[6];
        let [one, two] = [SecuritySuite::Suite1, SecuritySuite::Suite2];
        assert_eq!([id(one, KeyKind::GlobalUnicastEncryption), id(two, KeyKind::Authentication)], [0, 1]);
        assert_eq!([id(one, KeyKind::KeyEncryption), id(two, KeyKind::KeyEncryption)], [2, 3]);
        assert_eq!(AlgorithmIds::Printed.of(one, KeyKind::Dedicated(0)), [0x60, 0x85, 0x74, 6, 8, 3, 0]);
    }
}
