/// The check sequence of the blocks of wireless frames: CRC-16/EN-13757, sent high octet first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckSequence(u16);

/// The generator x¹⁶ + x¹³ + x¹² + x¹¹ + x¹⁰ + x⁸ + x⁶ + x⁵ + x² + 1, highest order first.
const POLYNOMIAL: u16 = 0x3d65;

impl CheckSequence {
    /// The check sequence of `octets`.
    #[must_use]
    pub fn of(octets: &[u8]) -> Self {
        Self(!octets.iter().fold(0, |register, octet| {
            (0..8).fold(register ^ u16::from(*octet) << 8, |r, _| {
                if r & 0x8000 == 0 { r << 1 } else { r << 1 ^ POLYNOMIAL }
            })
        }))
    }

    /// The check sequence as a number.
    #[must_use]
    pub const fn value(self) -> u16 {
        self.0
    }

    /// The two octets as they are sent.
    #[must_use]
    pub const fn to_octets(self) -> [u8; 2] {
        self.0.to_be_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_value_of_the_catalogue() {
        assert_eq!(CheckSequence::of(b"123456789").value(), 0xc2b7);
        assert_eq!(CheckSequence::of(&[]).to_octets(), [0xff, 0xff]);
    }
}
