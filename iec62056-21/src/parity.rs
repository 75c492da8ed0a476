//! Even parity in bit 7, for a port that knows octets only: 8N1 with these is 7E1 on the line.
//!
//! ```
//! use iec62056_21::parity;
//!
//! let request = b"/?!\r\n".map(parity::with_even_parity);
//! assert_eq!(request, [0xaf, 0x3f, 0x21, 0x8d, 0x0a]);
//! assert_eq!(request.map(parity::check), b"/?!\r\n".map(Some));
//! assert_eq!(parity::check(b'/'), None);
//! ```

/// The character with its parity bit: the number of ones becomes even.
#[must_use]
pub const fn with_even_parity(character: u8) -> u8 {
    let character = without(character);
    if character.count_ones().is_multiple_of(2) { character } else { character | 0x80 }
}

/// The character in an octet with even parity; nothing if its parity is odd.
#[must_use]
pub const fn check(octet: u8) -> Option<u8> {
    if octet.count_ones().is_multiple_of(2) { Some(without(octet)) } else { None }
}

/// The character, whatever the parity bit.
#[must_use]
pub const fn without(octet: u8) -> u8 {
    octet & 0x7f
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_and_every_wrong_bit() {
        for character in 0..0x80 {
            let octet = with_even_parity(character);
            assert_eq!((check(octet), without(octet)), (Some(character), character));
            for bit in 0..8 {
                assert_eq!(check(octet ^ 1 << bit), None);
            }
        }
    }
}
