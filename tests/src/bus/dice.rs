/// A generator that gives the same every time (SplitMix64).
#[derive(Debug, Clone)]
pub struct Dice(pub u64);

impl Dice {
    /// 64 bits.
    pub const fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// An octet.
    pub const fn octet(&mut self) -> u8 {
        self.roll().to_le_bytes()[0]
    }

    /// A place among so many.
    ///
    /// # Panics
    /// There is none.
    pub fn place(&mut self, places: usize) -> usize {
        usize::try_from(self.between(1, places as u64)).unwrap() - 1
    }

    /// A number from `low` to `high`.
    pub const fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.roll() % (high - low + 1)
    }

    /// Whether something happens that happens `chance` times in a thousand.
    pub fn happens(&mut self, chance: u16) -> bool {
        chance > 0 && self.between(0, 999) < u64::from(chance)
    }

    /// Whether something happens that happens `chance` times in a hundred thousand.
    pub fn happens_rarely(&mut self, chance: u16) -> bool {
        chance > 0 && self.between(0, 99_999) < u64::from(chance)
    }
}
