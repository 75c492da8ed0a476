/// The CRC of a telegram, CRC-16/ARC, over everything from `/` to `!`.
#[must_use]
pub fn crc(octets: &[u8]) -> u16 {
    octets.iter().fold(0, |register, octet| half(half(register ^ u16::from(*octet))))
}

/// Four bits at a step.
fn half(register: u16) -> u16 {
    let entry = TABLE.get(usize::from(register & 0x0f)).copied().unwrap_or_default();
    register >> 4 ^ entry
}

const TABLE: [u16; 16] = [
    0x0000, 0xcc01, 0xd801, 0x1400, 0xf001, 0x3c00, 0x2800, 0xe401, 0xa001, 0x6c00, 0x7800, 0xb401, 0x5000,
    0x9c01, 0x8801, 0x4400,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_value_of_the_catalogue() {
        assert_eq!(crc(b"123456789"), 0xbb3d);
        assert_eq!(crc(b""), 0);
    }

    #[test]
    fn the_table_is_that_of_the_generator() {
        for (nibble, entry) in (0u16..).zip(TABLE) {
            let bitwise = (0..4).fold(nibble, |r, _| if r & 1 == 0 { r >> 1 } else { r >> 1 ^ 0xa001 });
            assert_eq!(bitwise, entry);
        }
    }
}
