/// The baud rate identification Z: one character that stands for a rate (IEC 62056-21, 6.3.14).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct BaudCharacter(pub u8);

/// Which modes of the standard have a baud character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum ProtocolMode {
    /// No change of the rate: any character that means nothing in the other modes.
    A,
    /// The meter changes the rate by itself: `A` to `I`.
    B,
    /// The client acknowledges and chooses: `0` to `9`. Mode E, too, which an escape sequence announces.
    C,
}

/// The rates of `0` to `6`.
const RATES: [u32; 7] = [300, 600, 1200, 2400, 4800, 9600, 19200];

impl BaudCharacter {
    /// 300 baud, the rate of every opening.
    pub const INITIAL: Self = Self(b'0');

    /// The modes that have this character.
    #[must_use]
    pub const fn mode(self) -> ProtocolMode {
        match self.0 {
            b'0'..=b'9' => ProtocolMode::C,
            b'A'..=b'I' => ProtocolMode::B,
            _ => ProtocolMode::A,
        }
    }

    /// The rate that the standard gives the character: 300 where the rate does not change (mode A), nothing for `7` to
    /// `9` and `G` to `I`, which it reserves.
    #[must_use]
    pub fn rate(self) -> Option<u32> {
        let number = match self.0 {
            digit @ b'0'..=b'9' => digit.wrapping_sub(b'0'),
            letter @ b'A'..=b'I' => letter.wrapping_sub(b'A').wrapping_add(1),
            _ => 0,
        };
        RATES.get(usize::from(number)).copied()
    }

    /// The rate with the reserved characters as makers use them: `7` is 38,400, `8` is 57,600 and `9` is 115,200 baud.
    /// No standard says so.
    #[must_use]
    pub fn vendor_rate(self) -> Option<u32> {
        match self.0 {
            b'7' => Some(38_400),
            b'8' => Some(57_600),
            b'9' => Some(115_200),
            _ => self.rate(),
        }
    }

    /// The character of modes C and E for the highest rate of the standard that is not above `baud`; `0` where none is.
    #[must_use]
    pub fn at_most(baud: u32) -> Self {
        let fitting = RATES.iter().rposition(|rate| *rate <= baud).and_then(|at| u8::try_from(at).ok());
        Self(fitting.unwrap_or_default().wrapping_add(b'0'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rate_has_its_characters() {
        for (digit, letter, rate) in
            [(b'0', b'0', 300), (b'1', b'A', 600), (b'3', b'C', 2400), (b'6', b'F', 19200)]
        {
            assert_eq!(BaudCharacter(digit).rate(), Some(rate));
            assert_eq!(BaudCharacter(letter).rate(), Some(rate));
            assert_eq!(BaudCharacter::at_most(rate), BaudCharacter(digit));
            assert_eq!(BaudCharacter::at_most(rate + 1), BaudCharacter(digit));
        }
        assert_eq!(BaudCharacter::at_most(0), BaudCharacter(b'0'));
        assert_eq!(BaudCharacter::at_most(u32::MAX), BaudCharacter(b'6'));
    }

    #[test]
    fn reserved_characters_are_the_makers() {
        for (character, rate) in [(b'7', 38_400), (b'8', 57_600), (b'9', 115_200)] {
            assert_eq!(BaudCharacter(character).rate(), None);
            assert_eq!(BaudCharacter(character).vendor_rate(), Some(rate));
        }
        assert_eq!(BaudCharacter(b'G').vendor_rate(), None);
        assert_eq!(BaudCharacter(b'5').vendor_rate(), Some(9600));
    }

    #[test]
    fn the_character_tells_the_mode() {
        assert_eq!(BaudCharacter(b'5').mode(), ProtocolMode::C);
        assert_eq!(BaudCharacter(b'C').mode(), ProtocolMode::B);
        assert_eq!((BaudCharacter(b'x').mode(), BaudCharacter(b'x').rate()), (ProtocolMode::A, Some(300)));
    }
}
