use core::fmt;

/// Who made a meter: three letters in 15 bits (EN 13757-7, IEC 62056-21).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Manufacturer(pub u16);

impl Manufacturer {
    /// The manufacturer with these three upper-case letters.
    #[must_use]
    pub const fn from_letters(letters: [u8; 3]) -> Option<Self> {
        let [a, b, c] = letters;
        if !a.is_ascii_uppercase() || !b.is_ascii_uppercase() || !c.is_ascii_uppercase() {
            return None;
        }
        Some(Self(number(a) << 10 | number(b) << 5 | number(c)))
    }

    /// The three letters; nothing if they are none.
    #[must_use]
    pub const fn letters(self) -> Option<[u8; 3]> {
        let letters = [letter(self.0 >> 10), letter(self.0 >> 5), letter(self.0)];
        match Self::from_letters(letters) {
            // The topmost bit says that an address is not unique everywhere.
            Some(same) if same.0 == self.0 & 0x7fff => Some(letters),
            _ => None,
        }
    }

    /// The two octets as they are sent, low octet first.
    #[must_use]
    pub const fn to_octets(self) -> [u8; 2] {
        self.0.to_le_bytes()
    }
}

const fn number(letter: u8) -> u16 {
    (letter & 0x1f) as u16
}

const fn letter(bits: u16) -> u8 {
    (bits & 0x1f) as u8 | 0x40
}

/// The letters, else the number.
impl fmt::Display for Manufacturer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.letters() {
            Some(letters) => letters.iter().try_for_each(|letter| write!(f, "{}", char::from(*letter))),
            None => write!(f, "{:04X}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn letters_and_numbers() {
        for (letters, number) in [(*b"KAM", 0x2c2d), (*b"ELS", 0x1593), (*b"AAA", 0x0421), (*b"ZZZ", 0x6b5a)]
        {
            assert_eq!(Manufacturer::from_letters(letters), Some(Manufacturer(number)));
            assert_eq!(Manufacturer(number).letters(), Some(letters));
        }
        assert_eq!(Manufacturer::from_letters(*b"Kam"), None);
        assert_eq!(Manufacturer(0).to_string(), "0000");
        assert_eq!(Manufacturer(0x8000 | 0x2c2d).to_string(), "KAM");
    }
}
