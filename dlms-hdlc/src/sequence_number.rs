/// A send or receive sequence number, modulo 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct SequenceNumber(u8);

impl SequenceNumber {
    /// The number `value` modulo 8.
    #[must_use]
    pub const fn new(value: u8) -> Self {
        Self(value & 7)
    }

    /// 0 to 7.
    #[must_use]
    pub const fn value(self) -> u8 {
        self.0
    }

    /// The number `n` further on.
    #[must_use]
    pub const fn plus(self, n: u8) -> Self {
        Self::new(self.0.wrapping_add(n))
    }

    /// How many steps lead from `earlier` to this number: 0 to 7.
    #[must_use]
    pub const fn since(self, earlier: Self) -> u8 {
        self.0.wrapping_sub(earlier.0) & 7
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_wrap_at_eight() {
        assert_eq!(SequenceNumber::new(7).plus(1), SequenceNumber::new(0));
        assert_eq!(SequenceNumber::new(1).since(SequenceNumber::new(6)), 3);
        assert_eq!(SequenceNumber::new(3).since(SequenceNumber::new(3)), 0);
    }
}
