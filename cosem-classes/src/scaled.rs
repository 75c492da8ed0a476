use core::fmt;

use crate::unit::Unit;

/// A quantity as the meter means it, to the last digit: mantissa × 10^exponent, in a unit.
///
/// Displays all its digits and the symbol of the unit: `263.788 V`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scaled {
    /// The digits.
    pub mantissa: i128,
    /// The power of ten they count in.
    pub exponent: i8,
    /// The unit.
    pub unit: Unit,
}

impl Scaled {
    /// The number as the nearest floating-point number or one beside it.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "what is asked for")]
    pub fn to_f64(self) -> f64 {
        // Powers of ten up to 10^22 are exact, so the common case is rounded once.
        let power = (0..self.exponent.unsigned_abs()).fold(1.0, |power, _| power * 10.0);
        let mantissa = self.mantissa as f64;
        if self.exponent < 0 { mantissa / power } else { mantissa * power }
    }

    /// The number without its unit, all digits of it.
    #[must_use]
    pub const fn number(self) -> impl fmt::Display {
        Number(self)
    }
}

impl fmt::Display for Scaled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.number())?;
        match self.unit {
            Unit::Count => Ok(()),
            unit => write!(f, " {unit}"),
        }
    }
}

struct Number(Scaled);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Scaled { mantissa, exponent, .. } = self.0;
        let digits = Digits::of(mantissa.unsigned_abs());
        let decimals = usize::from(exponent.unsigned_abs());
        if mantissa < 0 {
            f.write_str("-")?;
        }
        if exponent >= 0 {
            f.write_str(digits.as_str())?;
            let zeros = if mantissa == 0 { 0 } else { decimals };
            return (0..zeros).try_for_each(|_| f.write_str("0"));
        }
        match digits.as_str().len().checked_sub(decimals) {
            None | Some(0) => {
                f.write_str("0.")?;
                let zeros = decimals.saturating_sub(digits.as_str().len());
                (0..zeros).try_for_each(|_| f.write_str("0"))?;
                f.write_str(digits.as_str())
            }
            Some(whole) => {
                let (whole, decimals) = digits.as_str().split_at_checked(whole).unwrap_or_default();
                write!(f, "{whole}.{decimals}")
            }
        }
    }
}

/// The decimal digits of a number, right-aligned.
struct Digits {
    octets: [u8; 39],
    first: usize,
}

impl Digits {
    fn of(mut number: u128) -> Self {
        let mut digits = Self { octets: [b'0'; 39], first: 38 };
        for (i, octet) in digits.octets.iter_mut().enumerate().rev() {
            // A remainder of ten is a digit.
            *octet = b'0'.wrapping_add((number % 10).to_le_bytes()[0]);
            digits.first = i;
            number /= 10;
            if number == 0 {
                break;
            }
        }
        digits
    }

    fn as_str(&self) -> &str {
        let octets = self.octets.get(self.first..).unwrap_or_default();
        core::str::from_utf8(octets).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    fn text(mantissa: i128, exponent: i8) -> std::string::String {
        Scaled { mantissa, exponent, unit: Unit::Count }.to_string()
    }

    #[test]
    fn every_digit_is_shown() {
        assert_eq!(text(1234, -2), "12.34");
        assert_eq!(text(-1234, -2), "-12.34");
        assert_eq!(text(1200, -2), "12.00");
        assert_eq!(text(5, -3), "0.005");
        assert_eq!(text(-123, -3), "-0.123");
        assert_eq!(text(0, -2), "0.00");
        assert_eq!(text(12, 3), "12000");
        assert_eq!(text(0, 3), "0");
        assert_eq!(text(i128::from(u64::MAX), -3), "18446744073709551.615");
        assert_eq!(text(i128::MIN, 0), i128::MIN.to_string());
        assert_eq!(text(1, i8::MIN).len(), 130);
        assert_eq!(text(1, i8::MAX).len(), 128);
    }

    #[test]
    fn the_unit_follows() {
        let energy = Scaled { mantissa: 1234, exponent: 1, unit: Unit::WattHour };
        assert_eq!(energy.to_string(), "12340 Wh");
        assert_eq!(Scaled { unit: Unit::Other(99), ..energy }.to_string(), "12340 unit 99");
    }

    #[test]
    fn floating_point_is_as_close_as_the_literal() {
        for (mantissa, exponent, float) in
            [(263_788, -3, 263.788), (1, -1, 0.1), (-7, 2, -700.0), (123, -22, 1.23e-20)]
        {
            let scaled = Scaled { mantissa, exponent, unit: Unit::Count };
            assert_eq!(scaled.to_f64().to_bits(), f64::to_bits(float));
        }
    }
}
