use core::fmt;

use dlms_core::codec::{Encode, Writer};

/// How many octets an address takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum AddressSize {
    /// Seven bits: a client, or the logical device of a server alone.
    One,
    /// Seven bits of logical device and seven of physical device.
    Two,
    /// Fourteen bits of logical device and fourteen of physical device.
    Four,
}

impl AddressSize {
    /// The number of octets.
    #[must_use]
    pub const fn octets(self) -> usize {
        match self {
            Self::One => 1,
            Self::Two => 2,
            Self::Four => 4,
        }
    }

    /// The largest value of one part: the all-station address.
    #[must_use]
    pub const fn all_station(self) -> u16 {
        match self {
            Self::One | Self::Two => 0x7f,
            Self::Four => 0x3fff,
        }
    }

    /// The lower address of the calling physical device: whoever is at the other end.
    #[must_use]
    pub const fn calling(self) -> u16 {
        self.all_station().wrapping_sub(1)
    }
}

/// A station address: the upper part names the logical device or the client, the lower one the physical device.
///
/// In one word: two bits of size, fourteen for each part.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Address(u32);

const PART: u32 = 0x3fff;
const TWO: u32 = 1 << 28;
const FOUR: u32 = 1 << 29;

impl Address {
    /// The address nobody has. A push may be sent to it, a connected station never answers it.
    pub const NO_STATION: Self = Self(0);

    /// An address of this size; none if a part does not fit. The lower part of a one-octet address is nothing.
    #[must_use]
    pub const fn new(size: AddressSize, upper: u16, lower: u16) -> Option<Self> {
        let most = size.all_station();
        let (size, lower) = match size {
            AddressSize::One => (0, 0),
            AddressSize::Two => (TWO, lower),
            AddressSize::Four => (FOUR, lower),
        };
        if upper > most || lower > most {
            return None;
        }
        Some(Self(size | (upper as u32) << 14 | lower as u32))
    }

    /// A one-octet address: a client, or a logical device.
    #[must_use]
    pub const fn one(upper: u16) -> Option<Self> {
        Self::new(AddressSize::One, upper, 0)
    }

    /// A two-octet address of a server.
    #[must_use]
    pub const fn two(upper: u16, lower: u16) -> Option<Self> {
        Self::new(AddressSize::Two, upper, lower)
    }

    /// A four-octet address of a server.
    #[must_use]
    pub const fn four(upper: u16, lower: u16) -> Option<Self> {
        Self::new(AddressSize::Four, upper, lower)
    }

    /// Octets it takes.
    #[must_use]
    pub const fn size(self) -> AddressSize {
        match self.0 {
            FOUR.. => AddressSize::Four,
            TWO.. => AddressSize::Two,
            _ => AddressSize::One,
        }
    }

    /// The logical device, or the client.
    #[must_use]
    pub const fn upper(self) -> u16 {
        part(self.0 >> 14)
    }

    /// The physical device, if the address names one.
    #[must_use]
    pub const fn lower(self) -> Option<u16> {
        match self.size() {
            AddressSize::One => None,
            AddressSize::Two | AddressSize::Four => Some(part(self.0)),
        }
    }

    /// Whether nobody is meant.
    #[must_use]
    pub const fn is_no_station(self) -> bool {
        self.0 & (PART << 14 | PART) == 0
    }

    /// Whether everybody is meant, in every part.
    #[must_use]
    pub const fn is_all_station(self) -> bool {
        self.names_all_upper() && (matches!(self.size(), AddressSize::One) || self.names_all_lower())
    }

    /// Whether every logical device, or every client, is meant.
    #[must_use]
    pub const fn names_all_upper(self) -> bool {
        self.upper() == self.size().all_station()
    }

    /// Whether every physical device is meant.
    #[must_use]
    pub const fn names_all_lower(self) -> bool {
        matches!(self.lower(), Some(lower) if lower == self.size().all_station())
    }

    /// Whether the physical device is the one that happens to be at the other end of the line.
    #[must_use]
    pub const fn is_calling(self) -> bool {
        matches!(self.lower(), Some(lower) if lower == self.size().calling())
    }

    /// The address at the front of `octets`; else how many octets it seems to take.
    pub(crate) const fn read(octets: &[u8]) -> Result<Self, AddressProblem> {
        Ok(match *octets {
            [a, ..] if a & 1 == 1 => Self((a as u32 >> 1) << 14),
            [a, b, ..] if b & 1 == 1 => Self(TWO | (a as u32 >> 1) << 14 | b as u32 >> 1),
            [_, _, c, ..] if c & 1 == 1 => return Err(AddressProblem::Size),
            [a, b, c, d, ..] if d & 1 == 1 => {
                let upper = (a as u32 >> 1) << 7 | b as u32 >> 1;
                Self(FOUR | upper << 14 | (c as u32 >> 1) << 7 | d as u32 >> 1)
            }
            [_, _, _, _, ..] => return Err(AddressProblem::Size),
            _ => return Err(AddressProblem::Truncated),
        })
    }
}

/// Why there is no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AddressProblem {
    /// It takes three octets, or more than four.
    Size,
    /// It goes on behind the end.
    Truncated,
}

impl Encode for Address {
    fn encode(&self, w: &mut Writer<'_>) {
        let ([a, b], [c, d]) = (split(self.upper()), split(part(self.0)));
        let octets = match self.size() {
            AddressSize::One => &[b | 1][..],
            AddressSize::Two => &[b, d | 1],
            AddressSize::Four => &[a, b, c, d | 1],
        };
        w.bytes(octets);
    }
}

/// `1/17`, or `16` without a physical device.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.lower() {
            None => write!(f, "{}", self.upper()),
            Some(lower) => write!(f, "{}/{lower}", self.upper()),
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} ({:?})", self.size())
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Address {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "{}/{} ({})", self.upper(), part(self.0), self.size());
    }
}

const fn part(word: u32) -> u16 {
    (word & PART) as u16
}

const fn split(part: u16) -> [u8; 2] {
    let ([high, _], [_, low]) = ((part << 2).to_be_bytes(), (part << 1).to_be_bytes());
    [high & 0xfe, low]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_there_and_back() {
        for (address, octets) in [
            (Address::one(1), &[0x03][..]),
            (Address::one(16), &[0x21]),
            (Address::one(0x7f), &[0xff]),
            (Address::two(1, 17), &[0x02, 0x23]),
            (Address::two(103, 127), &[0xce, 0xff]),
            (Address::four(1, 17), &[0x00, 0x02, 0x00, 0x23]),
            (Address::four(0x3fff, 0x3fff), &[0xfe, 0xfe, 0xfe, 0xff]),
            (Address::four(1, 9561), &[0x00, 0x02, 0x94, 0xb3]),
        ] {
            let address = address.unwrap();
            assert_eq!(address.encode_to_slice(&mut [0; 4]), Ok(octets));
            assert_eq!(Address::read(octets), Ok(address));
            assert_eq!(Address::read(&octets[..octets.len() - 1]), Err(AddressProblem::Truncated));
        }
    }

    #[test]
    fn three_octets_and_five_are_no_address() {
        for octets in [&[0, 2, 5, 0x21][..], &[0, 2, 4, 6, 3]] {
            assert_eq!(Address::read(octets), Err(AddressProblem::Size));
        }
    }

    #[test]
    fn parts_that_do_not_fit_make_no_address() {
        assert_eq!(Address::one(128), None);
        assert_eq!(Address::two(1, 128), None);
        assert_eq!(Address::four(0x4000, 0), None);
    }

    #[test]
    fn special_addresses_in_every_size() {
        assert!(Address::one(0).unwrap().is_no_station());
        assert!(!Address::two(1, 0).unwrap().is_no_station());
        assert!(Address::one(0x7f).unwrap().is_all_station());
        assert!(!Address::two(0x7f, 17).unwrap().is_all_station());
        assert!(Address::four(0x3fff, 0x3fff).unwrap().is_all_station());
        assert!(Address::two(1, 0x7e).unwrap().is_calling());
        assert!(Address::four(1, 0x3ffe).unwrap().is_calling());
        assert!(!Address::one(0x7e).unwrap().is_calling());
    }
}
