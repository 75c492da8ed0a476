use core::fmt;

use crate::{Manufacturer, Medium, bcd};

/// Which meter: identification number, manufacturer, version and medium (EN 13757-7). No two meters share all four.
///
/// The same eight octets come in two orders: the link layer of wM-Bus begins with the manufacturer, the long header of
/// the transport layer with the identification number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct MeterAddress {
    /// The identification number: eight decimal digits, the low octet first. Some meters use other digits, too.
    pub identification: [u8; 4],
    /// Who made it.
    pub manufacturer: Manufacturer,
    /// The version, by the manufacturer's own count.
    pub version: u8,
    /// What it measures.
    pub medium: Medium,
}

impl MeterAddress {
    /// An address with a number of at most eight digits.
    #[must_use]
    pub fn new(number: u32, manufacturer: Manufacturer, version: u8, medium: Medium) -> Option<Self> {
        (number < 100_000_000).then(|| Self {
            identification: bcd::digits(number.into()),
            manufacturer,
            version,
            medium,
        })
    }

    /// The identification number; nothing if it has digits that are not decimal.
    #[must_use]
    pub fn number(&self) -> Option<u32> {
        bcd::number(&self.identification).and_then(|number| u32::try_from(number).ok())
    }

    /// From the order of the link layer: manufacturer, number, version, medium.
    #[must_use]
    pub const fn from_link_octets(octets: [u8; 8]) -> Self {
        let [m0, m1, a, b, c, d, version, medium] = octets;
        Self {
            identification: [a, b, c, d],
            manufacturer: Manufacturer(u16::from_le_bytes([m0, m1])),
            version,
            medium: Medium(medium),
        }
    }

    /// In the order of the link layer; initialisation vectors begin with it.
    #[must_use]
    pub const fn to_link_octets(self) -> [u8; 8] {
        let ([m0, m1], [a, b, c, d]) = (self.manufacturer.to_octets(), self.identification);
        [m0, m1, a, b, c, d, self.version, self.medium.0]
    }

    /// From the order of the transport layer: number, manufacturer, version, medium.
    #[must_use]
    pub const fn from_transport_octets(octets: [u8; 8]) -> Self {
        let [a, b, c, d, m0, m1, version, medium] = octets;
        Self::from_link_octets([m0, m1, a, b, c, d, version, medium])
    }

    /// In the order of the transport layer.
    #[must_use]
    pub const fn to_transport_octets(self) -> [u8; 8] {
        let [m0, m1, a, b, c, d, version, medium] = self.to_link_octets();
        [a, b, c, d, m0, m1, version, medium]
    }
}

/// `KAM 76348799 1B cold water`: manufacturer, number, version in hexadecimal digits, medium.
impl fmt::Display for MeterAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = u32::from_le_bytes(self.identification);
        write!(f, "{} {number:08X} {:02X} {}", self.manufacturer, self.version, self.medium)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn both_orders() {
        let link = [0x2d, 0x2c, 0x99, 0x87, 0x34, 0x76, 0x1b, 0x16];
        let address = MeterAddress::from_link_octets(link);
        assert_eq!(address.to_string(), "KAM 76348799 1B cold water");
        assert_eq!(address.number(), Some(76_348_799));
        assert_eq!(address.to_link_octets(), link);
        assert_eq!(MeterAddress::from_transport_octets(address.to_transport_octets()), address);
        let same = MeterAddress::new(76_348_799, address.manufacturer, 0x1b, Medium(0x16));
        assert_eq!(same, Some(address));
        assert_eq!(MeterAddress::new(100_000_000, address.manufacturer, 0, Medium(0)), None);
    }
}
