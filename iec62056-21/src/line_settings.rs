/// How a port is to be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct LineSettings {
    /// Bits in a second.
    pub baud: u32,
    /// The form of a character.
    pub format: CharacterFormat,
}

/// The form of a character; both take ten bits on the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum CharacterFormat {
    /// Seven data bits, even parity, one stop bit: IEC 62056-21 (5.4).
    SevenEvenOne,
    /// Eight data bits, no parity, one stop bit: HDLC, and P1.
    EightNoneOne,
}

impl LineSettings {
    /// What every opening begins with: 300 baud, 7E1.
    pub const INITIAL: Self = Self::seven_even_one(300);

    /// `baud` with the characters of IEC 62056-21.
    #[must_use]
    pub const fn seven_even_one(baud: u32) -> Self {
        Self { baud, format: CharacterFormat::SevenEvenOne }
    }

    /// `baud` with octets.
    #[must_use]
    pub const fn eight_none_one(baud: u32) -> Self {
        Self { baud, format: CharacterFormat::EightNoneOne }
    }

    /// The milliseconds that so many characters take, rounded up.
    #[must_use]
    pub fn milliseconds(self, characters: usize) -> u64 {
        let bits = u64::try_from(characters).unwrap_or(u64::MAX).saturating_mul(10_000);
        bits.div_ceil(u64::from(self.baud.max(1)))
    }
}

/// `9600 8N1`.
impl core::fmt::Display for LineSettings {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} {}", self.baud, self.format)
    }
}

/// `7E1` or `8N1`.
impl core::fmt::Display for CharacterFormat {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::SevenEvenOne => "7E1",
            Self::EightNoneOne => "8N1",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn the_time_of_characters() {
        assert_eq!(LineSettings::INITIAL.milliseconds(6), 200);
        assert_eq!(LineSettings::eight_none_one(9600).milliseconds(1), 2);
        assert_eq!(LineSettings::eight_none_one(0).milliseconds(1), 10_000);
        assert_eq!(LineSettings::INITIAL.to_string(), "300 7E1");
        assert_eq!(LineSettings::eight_none_one(9600).to_string(), "9600 8N1");
    }
}
