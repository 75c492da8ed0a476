/// A running check sequence: CRC-16/X-25, the FCS and HCS of every frame.
///
/// It is sent low octet first; over octets followed by their own check sequence it [holds](Self::holds).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckSequence(u16);

/// What remains in the register after octets and their right check sequence.
const RESIDUE: u16 = 0xf0b8;
/// The generator x¹⁶ + x¹² + x⁵ + 1, lowest order first.
#[cfg(any(test, feature = "fast"))]
const POLYNOMIAL: u16 = 0x8408;

impl CheckSequence {
    /// The check sequence of nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self(0xffff)
    }

    /// The check sequence of `octets`.
    #[inline]
    #[must_use]
    pub fn of(octets: &[u8]) -> Self {
        Self::new().over(octets)
    }

    /// The check sequence that holds at the end of a header, whatever the header: what follows goes on from here.
    #[must_use]
    pub const fn after_header() -> Self {
        Self(RESIDUE)
    }

    /// This check sequence carried on over `octets`.
    #[inline]
    #[must_use]
    pub fn over(self, octets: &[u8]) -> Self {
        Self(table::over(self.0, octets))
    }

    /// Whether the last two octets were the check sequence of those before.
    #[must_use]
    pub const fn holds(self) -> bool {
        self.0 == RESIDUE
    }

    /// The check sequence as a number.
    #[must_use]
    pub const fn value(self) -> u16 {
        !self.0
    }

    /// The two octets as they are sent.
    #[must_use]
    pub const fn to_octets(self) -> [u8; 2] {
        self.value().to_le_bytes()
    }
}

impl Default for CheckSequence {
    fn default() -> Self {
        Self::new()
    }
}

/// An octet at a step, without a table: the generator has so few terms that shifts will do.
#[cfg(any(test, not(feature = "fast")))]
mod shifted {
    pub(super) fn over(register: u16, octets: &[u8]) -> u16 {
        octets.iter().fold(register, |r, octet| {
            let [low, high] = r.to_le_bytes();
            let x = low ^ octet;
            let x = u16::from(x ^ x << 4);
            u16::from(high) ^ x << 8 ^ x << 3 ^ x >> 4
        })
    }
}

/// Sixteen octets at a step: table number k says what an octet comes to k octets later.
#[cfg(any(test, feature = "fast"))]
mod sliced {
    const SLICES: usize = 16;
    /// The table of the octet furthest from the end comes first.
    static TABLES: [[u16; 256]; SLICES] = tables();

    pub(super) fn over(register: u16, octets: &[u8]) -> u16 {
        let (blocks, rest) = octets.as_chunks::<SLICES>();
        let register = blocks.iter().fold(register, |r, block| step(r, &TABLES, block));
        match TABLES.get(SLICES.saturating_sub(rest.len())..) {
            Some(tables) => step(register, tables, rest),
            None => register,
        }
    }

    /// The register after octets, one table for each.
    #[inline]
    fn step(register: u16, tables: &[[u16; 256]], octets: &[u8]) -> u16 {
        let [low, high] = register.to_le_bytes();
        match (tables, octets) {
            ([first_table, second_table, tables @ ..], [first, second, octets @ ..]) => {
                // The register comes in last, so that only two look-ups wait for the block before.
                let later = tables.iter().zip(octets).fold(0, |sum, (t, o)| sum ^ entry(t, *o));
                later ^ entry(first_table, first ^ low) ^ entry(second_table, second ^ high)
            }
            ([table, ..], [only, ..]) => entry(table, only ^ low) ^ u16::from(high),
            _ => register,
        }
    }

    #[inline]
    fn entry(table: &[u16; 256], octet: u8) -> u16 {
        table.get(usize::from(octet)).copied().unwrap_or_default()
    }

    #[expect(
        clippy::indexing_slicing,
        clippy::cast_possible_truncation,
        reason = "evaluated by the compiler"
    )]
    const fn tables() -> [[u16; 256]; SLICES] {
        let mut tables = [[0; 256]; SLICES];
        let mut octet = 0;
        while octet < 256 {
            let mut value = super::shift(octet as u16, 8);
            let mut slice = SLICES;
            while slice > 0 {
                slice -= 1;
                tables[slice][octet] = value;
                value = value >> 8 ^ super::shift(value & 0xff, 8);
            }
            octet += 1;
        }
        tables
    }
}

#[cfg(not(feature = "fast"))]
use shifted as table;
#[cfg(feature = "fast")]
use sliced as table;

/// `bits` bits pushed through the register.
#[cfg(any(test, feature = "fast"))]
const fn shift(mut register: u16, mut bits: u8) -> u16 {
    while bits > 0 {
        register = if register & 1 == 0 { register >> 1 } else { register >> 1 ^ POLYNOMIAL };
        bits = bits.wrapping_sub(1);
    }
    register
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_value_of_the_catalogue() {
        assert_eq!(CheckSequence::of(b"123456789").value(), 0x906e);
        assert_eq!(CheckSequence::of(b"123456789").to_octets(), [0x6e, 0x90]);
        assert!(CheckSequence::of(b"123456789\x6e\x90").holds());
        assert!(!CheckSequence::of(b"123456789\x90\x6e").holds());
    }

    #[test]
    fn both_ways_agree_on_every_length() {
        let mut octets = [0u8; 100];
        let mut seed = 1u32;
        for octet in &mut octets {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *octet = (seed >> 24) as u8;
        }
        for len in 0..octets.len() {
            for start in [0, 0xffff, 0x1234] {
                let bitwise = octets[..len].iter().fold(start, |r, o| shift(r ^ u16::from(*o), 8));
                assert_eq!(sliced::over(start, &octets[..len]), bitwise, "{len}");
                assert_eq!(shifted::over(start, &octets[..len]), bitwise, "{len}");
            }
        }
    }
}
