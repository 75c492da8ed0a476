use dlms_core::codec::{Encode, Reader, Writer};

use super::decimal::power_of_ten;
use super::{
    Coding, DataInformation, Decimal, Modifier, Quantity, RecordError, RecordErrorKind, RecordFault, Text,
    Time, Unit, Value, ValueInformation,
};
use crate::bcd;

/// A value with what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Record<'a> {
    /// Where in the input it begins.
    pub offset: usize,
    /// How the data are coded, and which value they are.
    pub information: DataInformation,
    /// What they are.
    pub value_information: ValueInformation<'a>,
    /// The data, without a length octet.
    pub data: &'a [u8],
    /// The length octet of variable data: it says what they are, too.
    variable: Option<u8>,
}

impl<'a> Record<'a> {
    /// A record with data of the length that its coding has; nothing for other data, and for variable data that are
    /// longer than a text can be.
    #[must_use]
    pub fn new(
        information: DataInformation,
        value_information: ValueInformation<'a>,
        data: &'a [u8],
    ) -> Option<Self> {
        let variable = match information.coding {
            Coding::Variable => Some(u8::try_from(data.len()).ok().filter(|len| *len < 0xc0)?),
            _ => None,
        };
        let fits = fixed_len(information.coding).is_none_or(|len| len == data.len());
        fits.then_some(Self { offset: 0, information, value_information, data, variable })
    }

    /// Reads what follows its first octet, `dif`, which is no special one.
    pub(super) fn decode(dif: u8, r: &mut Reader<'a>) -> Result<Self, RecordError> {
        let offset = r.offset().saturating_sub(1);
        let information = DataInformation::decode(dif, r)?;
        let value_information = ValueInformation::decode(r)?;
        let (len, variable) = match fixed_len(information.coding) {
            Some(len) => (len, None),
            None => {
                let at = r.offset();
                let octet = r.u8()?;
                let len = variable_len(octet).ok_or(RecordErrorKind::VariableLength(octet).at(at))?;
                (len, Some(octet))
            }
        };
        let data = r.take(len)?;
        Ok(Self { offset, information, value_information, data, variable })
    }

    /// What the value is the value of.
    #[must_use]
    pub const fn quantity(&self) -> Quantity {
        self.value_information.meaning().quantity
    }

    /// The unit of [`scaled`](Self::scaled); modifiers may divide or multiply it.
    #[must_use]
    pub fn unit(&self) -> Option<Unit> {
        match self.altered() {
            Some(other) => other,
            None => self.value_information.meaning().unit,
        }
    }

    /// What the extensions make of the quantity.
    #[must_use]
    pub const fn modifiers(&self) -> super::Modifiers<'a> {
        self.value_information.modifiers()
    }

    /// Why the meter could not give the value, if it says so.
    #[must_use]
    pub fn fault(&self) -> Option<RecordFault> {
        self.modifiers().find_map(|modifier| match modifier {
            Modifier::Fault(fault) => Some(fault),
            _ => None,
        })
    }

    /// The value as it came.
    #[must_use]
    pub fn value(&self) -> Value<'a> {
        match (self.information.coding, self.variable) {
            (Coding::None | Coding::Selection, _) => Value::None,
            (Coding::Real, _) => match <[u8; 4]>::try_from(self.data) {
                Ok(octets) => Value::Real(f32::from_le_bytes(octets)),
                Err(_) => Value::Invalid,
            },
            (Coding::Bcd(_), _) => decimal(self.data, false),
            (Coding::Integer(_), _) => self.integer(),
            (Coding::Variable, Some(0x00..=0xbf)) if !self.is_binary() => Value::Text(Text(self.data)),
            (Coding::Variable, Some(0xc0..=0xcf)) => decimal(self.data, false),
            (Coding::Variable, Some(0xd0..=0xdf)) => decimal(self.data, true),
            (Coding::Variable, Some(0xe0..=0xff)) if self.data.len() <= 8 && !self.is_time() => {
                self.integer()
            }
            (Coding::Variable, _) => Value::Octets(self.data),
        }
    }

    /// The value with its scale, exact. Nothing if it is no whole number, if the meter could not give it, or if the
    /// manufacturer alone knows its scale.
    #[must_use]
    pub fn scaled(&self) -> Option<Decimal> {
        let mantissa = match self.value() {
            Value::Integer(number) => number,
            Value::Unsigned(number) => i64::try_from(number).ok()?,
            _ => return None,
        };
        Some(Decimal { mantissa, exponent: self.exponent()? })
    }

    /// The value with its scale, as the nearest floating point number; of floating point values, too.
    #[must_use]
    pub fn to_f64(&self) -> Option<f64> {
        match self.value() {
            Value::Real(number) => {
                let exponent = self.exponent()?;
                let power = power_of_ten(exponent.unsigned_abs());
                let number = f64::from(number);
                Some(if exponent < 0 { number / power } else { number * power })
            }
            _ => self.scaled().map(Decimal::to_f64),
        }
    }

    /// The power of ten of the value, where it can be told.
    fn exponent(&self) -> Option<i8> {
        if matches!(self.quantity(), Quantity::ManufacturerSpecific | Quantity::Reserved) {
            return None;
        }
        let own = if self.altered().is_some() { 0 } else { self.value_information.meaning().exponent };
        self.modifiers().try_fold(own, |exponent, modifier| match modifier {
            Modifier::Factor(power) => exponent.checked_add(power),
            Modifier::Fault(_) | Modifier::Offset(_) => None,
            _ => Some(exponent),
        })
    }

    /// The unit, where a modifier makes something else of the value than its quantity: a count or a duration.
    fn altered(&self) -> Option<Option<Unit>> {
        self.modifiers().find_map(|modifier| match modifier {
            Modifier::Limit(0x40 | 0x48) => None,
            Modifier::Limit(code @ 0x50..=0x5f) | Modifier::Duration(code @ 0x60..=0x67) => {
                Some(Some(match code & 0x03 {
                    0 => Unit::Second,
                    1 => Unit::Minute,
                    2 => Unit::Hour,
                    _ => Unit::Day,
                }))
            }
            Modifier::Limit(_) | Modifier::Duration(_) | Modifier::StartOf => Some(None),
            _ => None,
        })
    }

    /// Whether the value is a time.
    fn is_time(&self) -> bool {
        let of_quantity = matches!(
            self.quantity(),
            Quantity::Date | Quantity::DateTime | Quantity::TariffStart | Quantity::BatteryChange
        );
        let mut counts = false;
        let by_modifier = self.modifiers().any(|modifier| match modifier {
            Modifier::StartOf => true,
            Modifier::Limit(code @ 0x40..=0x4f) => code & 0x02 != 0,
            Modifier::Duration(code @ 0x6a..=0x6f) => code & 0x02 != 0,
            Modifier::Limit(_) | Modifier::Duration(_) => {
                counts = true;
                false
            }
            _ => false,
        });
        by_modifier || of_quantity && !counts
    }

    /// Whether variable data with the length of a text are something else.
    fn is_binary(&self) -> bool {
        self.is_time()
            || matches!(self.quantity(), Quantity::WirelessContainer | Quantity::ManufacturerContainer)
            || self.modifiers().any(|m| matches!(m, Modifier::CompactProfile(_) | Modifier::StandardContent))
    }

    fn integer(&self) -> Value<'a> {
        if self.is_time() {
            return match Time::from_octets(self.data) {
                Some(time) => Value::Time(time),
                None => Value::Octets(self.data),
            };
        }
        let mut octets = [0; 8];
        for (slot, octet) in octets.iter_mut().zip(self.data) {
            *slot = *octet;
        }
        let unsigned = u64::from_le_bytes(octets);
        match self.class() {
            Class::Bits => Value::Bits(unsigned),
            Class::Unsigned => Value::Unsigned(unsigned),
            Class::Signed => {
                let unused =
                    64u32.saturating_sub(u32::try_from(self.data.len()).unwrap_or(8).saturating_mul(8));
                let signed = (unsigned << unused.min(63)).cast_signed() >> unused.min(63);
                // The least of all numbers says that there is none.
                let least = !self.data.is_empty() && unsigned == 1u64 << 63u32.saturating_sub(unused);
                if least { Value::Invalid } else { Value::Integer(signed) }
            }
        }
    }

    /// What a binary number is, by its quantity and by what extensions say.
    fn class(&self) -> Class {
        let said = self.modifiers().find_map(|modifier| match modifier {
            Modifier::Unsigned => Some(Class::Unsigned),
            Modifier::Bits => Some(Class::Bits),
            _ => None,
        });
        said.unwrap_or(match self.quantity() {
            Quantity::ErrorFlags
            | Quantity::ErrorMask
            | Quantity::DigitalOutput
            | Quantity::DigitalInput
            | Quantity::RemoteControl
            | Quantity::ControlSignal
            | Quantity::ParameterActivation
            | Quantity::TariffDescriptor => Class::Bits,
            Quantity::FabricationNumber
            | Quantity::EnhancedIdentification
            | Quantity::Address
            | Quantity::TelegramIdentification
            | Quantity::DeviceType
            | Quantity::Manufacturer
            | Quantity::ParameterSet
            | Quantity::ModelVersion
            | Quantity::HardwareVersion
            | Quantity::FirmwareVersion
            | Quantity::SoftwareVersion
            | Quantity::AccessCode
            | Quantity::Password
            | Quantity::SecurityKey => Class::Unsigned,
            _ => Class::Signed,
        })
    }
}

impl Encode for Record<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        self.information.encode(w);
        self.value_information.encode(w);
        if let Some(octet) = self.variable {
            w.u8(octet);
        }
        w.bytes(self.data);
    }
}

enum Class {
    Signed,
    Unsigned,
    Bits,
}

/// Octets of data of that coding, unless they vary.
const fn fixed_len(coding: Coding) -> Option<usize> {
    Some(match coding {
        Coding::None | Coding::Selection => 0,
        Coding::Integer(n) | Coding::Bcd(n) => n as usize,
        Coding::Real => 4,
        Coding::Variable => return None,
    })
}

/// Octets of variable data behind this length octet.
const fn variable_len(octet: u8) -> Option<usize> {
    Some(match octet {
        0x00..=0xbf => octet as usize,
        0xc0..=0xc9 | 0xd0..=0xd9 | 0xe0..=0xef => (octet & 0x0f) as usize,
        0xf0..=0xf4 => (octet as usize).wrapping_sub(0xec).wrapping_mul(4),
        0xf5 => 48,
        0xf6 => 64,
        _ => return None,
    })
}

/// A decimal number; its top digit `F` stands for a minus.
fn decimal(data: &[u8], negative: bool) -> Value<'_> {
    if let Some(number) = bcd::number(data) {
        return Value::Integer(if negative { number.wrapping_neg() } else { number });
    }
    let mut octets = [0; 9];
    for (slot, octet) in octets.iter_mut().zip(data) {
        *slot = *octet;
    }
    let top = data.len().checked_sub(1).and_then(|at| octets.get_mut(at));
    if let Some(octet) = top
        && *octet >= 0xf0
    {
        *octet &= 0x0f;
        if let Some(number) = bcd::number(octets.get(..data.len()).unwrap_or_default()) {
            return Value::Integer(number.wrapping_neg());
        }
    }
    Value::Digits(data)
}

#[cfg(test)]
mod tests {
    use super::super::{Item, records};
    use super::*;
    use std::string::ToString;

    fn one(octets: &[u8]) -> Record<'_> {
        let mut all = records(octets);
        let Some(Ok(Item::Record(record))) = all.next() else { panic!() };
        assert_eq!(all.next(), None);
        let mut room = [0; 300];
        assert_eq!(record.encode_to_slice(&mut room).unwrap(), octets);
        record
    }

    #[test]
    fn numbers_of_every_coding() {
        let scaled = |octets: &[u8]| {
            let record = one(octets);
            (record.quantity(), record.scaled().map(|n| n.to_string()))
        };
        assert_eq!(scaled(&[0x01, 0x1f, 5]), (Quantity::Mass, Some("50000".into())));
        assert_eq!(scaled(&[0x02, 0x65, 0x2b, 0x08]), (Quantity::ExternalTemperature, Some("20.91".into())));
        assert_eq!(scaled(&[0x03, 0x13, 0xff, 0xff, 0xff]), (Quantity::Volume, Some("-0.001".into())));
        assert_eq!(
            scaled(&[0x0c, 0x13, 0x27, 0x04, 0x85, 0x02]),
            (Quantity::Volume, Some("2850.427".into()))
        );
        assert_eq!(scaled(&[0x0a, 0x5a, 0x59, 0xf1]), (Quantity::FlowTemperature, Some("-15.9".into())));
        assert_eq!(scaled(&[0x02, 0xfd, 0x48, 0xfc, 0x08]), (Quantity::Voltage, Some("230.0".into())));
        assert_eq!(scaled(&[0x0d, 0x03, 0xd2, 0x34, 0x12]), (Quantity::Energy, Some("-1234".into())));
        assert_eq!(scaled(&[0x0d, 0x03, 0xe2, 0x34, 0x12]), (Quantity::Energy, Some("4660".into())));
        // multiplied by a thousand, of phase 1
        assert_eq!(scaled(&[0x01, 0x83, 0xfd, 0xfc, 0x01, 5]), (Quantity::Energy, Some("5000".into())));
        assert_eq!(one(&[0x05, 0x5b, 0x20, 0xd7, 0xac, 0x41]).to_f64(), Some(f64::from(21.605_042_f32)));
    }

    #[test]
    fn what_is_no_number() {
        assert_eq!(one(&[0x02, 0x13, 0x00, 0x80]).value(), Value::Invalid);
        assert_eq!(one(&[0x02, 0xfd, 0x17, 0x00, 0x80]).value(), Value::Bits(0x8000));
        assert_eq!(one(&[0x0b, 0x3b, 0xdd, 0xb4, 0xeb]).value(), Value::Digits(&[0xdd, 0xb4, 0xeb]));
        let Value::Text(text) = one(&[0x0d, 0x78, 0x03, b'c', b'b', b'a']).value() else { panic!() };
        assert_eq!(text.to_string(), "abc");
        let Value::Time(time) = one(&[0x42, 0x6c, 0xd0, 0x23]).value() else { panic!() };
        assert_eq!(time.to_string(), "2022-03-16");
        let faulty = one(&[0x04, 0x93, 0x15, 1, 0, 0, 0]);
        assert_eq!((faulty.fault(), faulty.scaled()), (Some(RecordFault::NoDataAvailable), None));
        // how long, and when, an upper limit was passed
        let duration = one(&[0x02, 0xbb, 0x5a, 5, 0]);
        assert_eq!(
            (duration.unit(), duration.scaled().unwrap().to_string().as_str()),
            (Some(Unit::Hour), "5")
        );
        assert!(matches!(one(&[0x04, 0xbb, 0x4a, 0x2a, 0x06, 0xd8, 0x25]).value(), Value::Time(_)));
    }

    #[test]
    fn a_unit_in_words() {
        let record = one(&[0x02, 0xfc, 0x03, 0x48, 0x52, 0x25, 0x74, 0x34, 0x12]);
        assert_eq!(record.value_information.text().unwrap().to_string(), "%RH");
        assert_eq!(record.scaled().unwrap().to_string(), "46.60");
    }

    #[test]
    fn new_records_are_checked() {
        let of = |coding, data| {
            let energy = ValueInformation::new(super::super::Table::Primary, 3);
            Record::new(DataInformation::new(coding), energy, data)
        };
        assert!(of(Coding::Integer(2), &[1, 2]).is_some());
        assert!(of(Coding::Integer(2), &[1]).is_none());
        assert!(of(Coding::Variable, &[0; 0xbf]).is_some());
        assert!(of(Coding::Variable, &[0; 0xc0]).is_none());
    }
}
