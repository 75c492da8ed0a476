/// The frame format field, type 3: segmentation bit and length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Format {
    /// More segments of the same APDU follow.
    pub segmented: bool,
    /// Octets between the two flags, 11 bits.
    pub length: u16,
}

/// The largest frame, flags not counted.
pub const MAX_FRAME: usize = 0x7ff;

impl Format {
    /// The field, unless it is of another type.
    #[must_use]
    pub const fn from_octets([high, low]: [u8; 2]) -> Option<Self> {
        if high & 0xf0 != 0xa0 {
            return None;
        }
        Some(Self { segmented: high & 0x08 != 0, length: ((high & 0x07) as u16) << 8 | low as u16 })
    }

    /// The two octets; the upper five bits of the length are not sent.
    #[must_use]
    pub const fn to_octets(self) -> [u8; 2] {
        let segmented = if self.segmented { 0x0800 } else { 0 };
        (0xa000 | segmented | self.length & 0x07ff).to_be_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segmentation_bit_and_length() {
        for (octets, segmented, length) in
            [([0xa0, 0x07], false, 7), ([0xa8, 0x20], true, 32), ([0xaf, 0xff], true, 2047)]
        {
            let format = Format { segmented, length };
            assert_eq!(Format::from_octets(octets), Some(format));
            assert_eq!(format.to_octets(), octets);
        }
        assert_eq!(Format::from_octets([0x90, 0x08]), None);
    }
}
