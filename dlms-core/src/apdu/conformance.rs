use core::fmt;
use core::ops::{BitAnd, BitOr};

use crate::codec::{Decode, DecodeError, DecodeErrorKind, Encode, Reader, Writer};

/// The services an association offers: the Conformance block, 24 bits, bit 0 the highest.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Conformance(u32);

macro_rules! bits {
    ($($constant:ident = $bit:literal $name:literal),* $(,)?) => {
        impl Conformance {
            $(
                #[doc = concat!("Bit ", stringify!($bit), ", `", $name, "`.")]
                pub const $constant: Self = Self(1 << (23 - $bit));
            )*
            const NAMES: [(Self, &'static str); [$($bit),*].len()] = [$((Self::$constant, $name)),*];
        }
    };
}

bits! {
    GENERAL_PROTECTION = 1 "general-protection",
    GENERAL_BLOCK_TRANSFER = 2 "general-block-transfer",
    READ = 3 "read",
    WRITE = 4 "write",
    UNCONFIRMED_WRITE = 5 "unconfirmed-write",
    DELTA_VALUE_ENCODING = 6 "delta-value-encoding",
    ATTRIBUTE0_SUPPORTED_WITH_SET = 8 "attribute0-supported-with-set",
    PRIORITY_MGMT_SUPPORTED = 9 "priority-mgmt-supported",
    ATTRIBUTE0_SUPPORTED_WITH_GET = 10 "attribute0-supported-with-get",
    BLOCK_TRANSFER_WITH_GET_OR_READ = 11 "block-transfer-with-get-or-read",
    BLOCK_TRANSFER_WITH_SET_OR_WRITE = 12 "block-transfer-with-set-or-write",
    BLOCK_TRANSFER_WITH_ACTION = 13 "block-transfer-with-action",
    MULTIPLE_REFERENCES = 14 "multiple-references",
    INFORMATION_REPORT = 15 "information-report",
    DATA_NOTIFICATION = 16 "data-notification",
    ACCESS = 17 "access",
    PARAMETERIZED_ACCESS = 18 "parameterized-access",
    GET = 19 "get",
    SET = 20 "set",
    SELECTIVE_ACCESS = 21 "selective-access",
    EVENT_NOTIFICATION = 22 "event-notification",
    ACTION = 23 "action",
}

impl Conformance {
    /// No service.
    pub const NONE: Self = Self(0);

    /// From the three octets of the wire; bits without a name are kept.
    #[must_use]
    pub const fn from_octets(octets: [u8; 3]) -> Self {
        let [a, b, c] = octets;
        Self(u32::from_be_bytes([0, a, b, c]))
    }

    /// To the three octets of the wire.
    #[must_use]
    pub const fn to_octets(self) -> [u8; 3] {
        let [_, a, b, c] = self.0.to_be_bytes();
        [a, b, c]
    }

    /// Whether all bits of `other` are set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether no bit is set.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The bits of both.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The bits that are in both.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The bits without those of `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The names of the set bits, in the standard's order and words.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Self::NAMES.iter().filter(move |(bit, _)| self.contains(*bit)).map(|(_, name)| *name)
    }

    /// The bit with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(_, known)| *known == name).map(|(bit, _)| *bit)
    }
}

impl BitOr for Conformance {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        self.union(other)
    }
}

impl BitAnd for Conformance {
    type Output = Self;
    fn bitand(self, other: Self) -> Self {
        self.intersection(other)
    }
}

impl fmt::Debug for Conformance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}

/// `[APPLICATION 31]` in BER, an island in A-XDR: `5F 1F 04 00` and three octets.
impl Encode for Conformance {
    fn encode(&self, w: &mut Writer<'_>) {
        w.array([0x5f, 0x1f, 4, 0]);
        w.array(self.to_octets());
    }
}

/// Also with the one-octet tag `5F` of older stacks.
impl<'a> Decode<'a> for Conformance {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let at = r.clone();
        match r.u8()? {
            0x5f => {}
            other => return Err(at.error(DecodeErrorKind::UnknownTag(other))),
        }
        if r.peek() == Some(0x1f) {
            r.u8()?;
        }
        let at = r.clone();
        if r.array()? != [4, 0] {
            return Err(at.error(DecodeErrorKind::InvalidValue("conformance block")));
        }
        r.array().map(Self::from_octets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_bits() {
        let c = Conformance::from_octets([0, 0x50, 0x1f]);
        assert!(c.names().eq([
            "priority-mgmt-supported",
            "block-transfer-with-get-or-read",
            "get",
            "set",
            "selective-access",
            "event-notification",
            "action"
        ]));
        assert_eq!(Conformance::from_bytes(&[0x5f, 4, 0, 0, 0x50, 0x1f]), Ok(c));
    }
}
