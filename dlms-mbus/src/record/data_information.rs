use dlms_core::codec::{Encode, Reader, Writer};

use super::{Function, RecordError, RecordErrorKind};

/// Octets that may extend a data or value information field.
pub(super) const MAX_EXTENSIONS: usize = 10;

/// The data information of a record (DIF and DIFEs): how its data are coded, and which of many values they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct DataInformation {
    /// How the data are coded.
    pub coding: Coding,
    /// Which value.
    pub function: Function,
    /// The storage number: 0 now, others at earlier times.
    pub storage: u64,
    /// The tariff; 0 for all together.
    pub tariff: u32,
    /// Which part of the device.
    pub subunit: u16,
}

/// How the data of a record are coded: the data field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Coding {
    /// No data.
    None,
    /// A binary number of so many octets: 1 to 4, 6 or 8.
    Integer(u8),
    /// A floating point number of 32 bits.
    Real,
    /// A decimal number of so many octets, two digits in each: 1 to 4 or 6.
    Bcd(u8),
    /// No data: the value is selected for readout.
    Selection,
    /// Data with a length octet.
    Variable,
}

impl Coding {
    const fn from_bits(data_information: u8) -> Option<Self> {
        Some(match data_information & 0x0f {
            0x0 => Self::None,
            n @ 0x1..=0x4 => Self::Integer(n),
            0x5 => Self::Real,
            0x6 => Self::Integer(6),
            0x7 => Self::Integer(8),
            0x8 => Self::Selection,
            n @ 0x9..=0xc => Self::Bcd(n & 0x07),
            0xd => Self::Variable,
            0xe => Self::Bcd(6),
            _ => return None,
        })
    }

    const fn bits(self) -> u8 {
        match self {
            Self::None => 0x0,
            Self::Integer(n) => match n {
                0..=4 => n,
                5 | 6 => 0x6,
                _ => 0x7,
            },
            Self::Real => 0x5,
            Self::Selection => 0x8,
            Self::Bcd(n) => match n {
                0..=4 => 0x8 | n,
                _ => 0xe,
            },
            Self::Variable => 0xd,
        }
    }
}

impl DataInformation {
    /// The value now, of the whole device, in all tariffs.
    #[must_use]
    pub const fn new(coding: Coding) -> Self {
        Self { coding, function: Function::Instantaneous, storage: 0, tariff: 0, subunit: 0 }
    }

    /// Reads what follows the first octet, `dif`, which is no special one.
    pub(super) fn decode(dif: u8, r: &mut Reader<'_>) -> Result<Self, RecordError> {
        let at = r.offset().saturating_sub(1);
        let coding = Coding::from_bits(dif).ok_or(RecordErrorKind::Reserved(dif).at(at))?;
        let mut all = Self { function: Function::from_bits(dif), ..Self::new(coding) };
        all.storage = u64::from(dif >> 6 & 1);
        let mut more = dif & 0x80 != 0;
        let mut n = 0u32;
        while more {
            if n >= 10 {
                return Err(RecordErrorKind::DataExtensions.at(r.offset()));
            }
            let dife = r.u8()?;
            more = dife & 0x80 != 0;
            all.storage |= u64::from(dife & 0x0f) << n.wrapping_mul(4).wrapping_add(1);
            all.tariff |= u32::from(dife >> 4 & 0x03) << n.wrapping_mul(2);
            all.subunit |= u16::from(dife >> 6 & 0x01) << n;
            n = n.wrapping_add(1);
        }
        Ok(all)
    }
}

impl Encode for DataInformation {
    /// With as many extensions as the numbers need; of what ten do not hold, the rest is left out.
    fn encode(&self, w: &mut Writer<'_>) {
        let (mut storage, mut tariff, mut subunit) = (self.storage >> 1, self.tariff, self.subunit);
        let [low, ..] = self.storage.to_le_bytes();
        let mut octet = self.coding.bits() | self.function.bits() | (low & 1) << 6;
        for _ in 0..MAX_EXTENSIONS {
            if storage == 0 && tariff == 0 && subunit == 0 {
                break;
            }
            w.u8(octet | 0x80);
            let ([s, ..], [t, ..], [u, _]) =
                (storage.to_le_bytes(), tariff.to_le_bytes(), subunit.to_le_bytes());
            octet = s & 0x0f | (t & 0x03) << 4 | (u & 0x01) << 6;
            (storage, tariff, subunit) = (storage >> 4, tariff >> 2, subunit >> 1);
        }
        w.u8(octet);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_spread_over_the_extensions() {
        for (storage, tariff, subunit) in
            [(0, 0, 0), (1, 0, 0), (8, 0, 0), (33, 5, 2), ((1 << 41) - 1, 0xf_ffff, 0x3ff)]
        {
            let all = DataInformation { storage, tariff, subunit, ..DataInformation::new(Coding::Bcd(6)) };
            let mut room = [0; 12];
            let octets = all.encode_to_slice(&mut room).unwrap();
            let mut r = Reader::new(&octets[1..]);
            assert_eq!(DataInformation::decode(octets[0], &mut r), Ok(all));
            assert!(r.is_empty());
        }
    }

    #[test]
    fn eleven_extensions_are_refused() {
        let mut r = Reader::new(&[0x8c; 14]);
        assert_eq!(DataInformation::decode(0x8c, &mut r), Err(RecordErrorKind::DataExtensions.at(10)));
    }
}
