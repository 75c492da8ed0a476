use dlms_core::buffer::Buffer;
use dlms_core::data::BitString;

/// Which blocks of an image are there.
#[derive(Debug, Clone)]
pub struct BlockMap<B> {
    octets: B,
    count: u32,
    first_missing: u32,
}

impl<B: Buffer> BlockMap<B> {
    /// A map without blocks, that has room for eight in each octet.
    #[must_use]
    pub const fn new(octets: B) -> Self {
        Self { octets, count: 0, first_missing: 0 }
    }

    /// Whether there is room for so many blocks.
    #[must_use]
    pub fn fits(&self, count: u32) -> bool {
        octets_of(count) <= self.octets.capacity()
    }

    /// Begins with so many blocks, none of them there. Whether there is room for them.
    pub fn start(&mut self, count: u32) -> bool {
        let Ok(octets) = self.octets.reserve(octets_of(count)) else { return false };
        octets.fill(0);
        (self.count, self.first_missing) = (count, 0);
        true
    }

    /// Begins with the blocks that these bits say are there. Whether there is room for them.
    pub(super) fn restore(&mut self, bits: &BitString<'_>) -> bool {
        let Ok(count) = u32::try_from(bits.len()) else { return false };
        if !self.start(count) {
            return false;
        }
        for (number, _) in (0..count).zip(bits.iter()).filter(|(_, there)| *there) {
            self.insert(number);
        }
        true
    }

    /// How many blocks there are to be.
    #[must_use]
    pub const fn len(&self) -> u32 {
        self.count
    }

    /// Whether there are none to be.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Whether the block with this number is there.
    #[must_use]
    pub fn contains(&self, number: u32) -> bool {
        self.bits().bit(index(number)).unwrap_or(false)
    }

    /// The block with this number is there now; one beyond the last is not.
    pub fn insert(&mut self, number: u32) {
        if number >= self.count {
            return;
        }
        if let Some(octet) = self.octets.as_mut_slice().get_mut(index(number) / 8) {
            *octet |= 0x80 >> (number % 8);
        }
        while self.first_missing < self.count && self.contains(self.first_missing) {
            self.first_missing = self.first_missing.saturating_add(1);
        }
    }

    /// The first block that is not there; the number of blocks if all are.
    #[must_use]
    pub const fn first_missing(&self) -> u32 {
        self.first_missing
    }

    /// Whether all blocks are there.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.first_missing == self.count
    }

    /// A bit for each block, the first is that of block 0.
    #[must_use]
    pub fn bits(&self) -> BitString<'_> {
        let octets = self.octets.as_slice().get(..octets_of(self.count)).unwrap_or_default();
        BitString::new(index(self.count), octets).unwrap_or(BitString::EMPTY)
    }
}

fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn octets_of(count: u32) -> usize {
    index(count).div_ceil(8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_come_in_any_order_and_twice() {
        let mut map = BlockMap::new([0xff; 2]);
        assert!(map.is_empty() && map.is_complete() && !map.contains(0));
        assert!(map.fits(16) && !map.fits(17) && !map.start(17));
        assert!(map.start(10));
        for (number, first_missing) in
            [(1, 0), (9, 0), (0, 2), (0, 2), (3, 2), (2, 4), (10, 4), (u32::MAX, 4)]
        {
            map.insert(number);
            assert_eq!(map.first_missing(), first_missing, "after {number}");
        }
        assert_eq!((map.bits().len(), map.bits().octets()), (10, &[0xf0, 0x40][..]));
        (4..9).for_each(|number| map.insert(number));
        assert!(map.is_complete());
        let mut other = BlockMap::new([0; 2]);
        assert!(other.restore(&map.bits()) && other.is_complete());
        assert_eq!(other.bits(), map.bits());
        assert!(!BlockMap::new([0; 1]).restore(&map.bits()));
    }
}
