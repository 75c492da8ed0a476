use core::fmt;

/// A number with its scale: `mantissa` · 10^`exponent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Decimal {
    /// All digits.
    pub mantissa: i64,
    /// The power of ten they are multiplied with.
    pub exponent: i8,
}

impl Decimal {
    /// The nearest floating point number.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "the nearest is asked for")]
        let mantissa = self.mantissa as f64;
        let power = power_of_ten(self.exponent.unsigned_abs());
        if self.exponent < 0 { mantissa / power } else { mantissa * power }
    }
}

/// 10^`exponent`; exact up to 22.
pub(super) fn power_of_ten(exponent: u8) -> f64 {
    (0..exponent).fold(1.0, |power, _| power * 10.0)
}

/// With a point where there are decimals, and without an exponent: `1234.500`, `12000`.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (digits, sign) = (self.mantissa.unsigned_abs(), if self.mantissa < 0 { "-" } else { "" });
        let places = self.exponent.unsigned_abs();
        if self.exponent >= 0 {
            let zeros = if digits == 0 { 0 } else { usize::from(places) };
            return write!(f, "{sign}{digits}{:0<zeros$}", "");
        }
        let places = usize::from(places);
        match 10u64.checked_pow(u32::from(self.exponent.unsigned_abs())) {
            Some(unit) => {
                let (whole, part) = (digits.checked_div(unit), digits.checked_rem(unit));
                write!(f, "{sign}{}.{:0places$}", whole.unwrap_or_default(), part.unwrap_or_default())
            }
            None => write!(f, "{sign}0.{digits:0places$}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn as_text() {
        for (mantissa, exponent, text) in [
            (1_234_500, -3, "1234.500"),
            (-5, -2, "-0.05"),
            (12, 3, "12000"),
            (0, 3, "0"),
            (7, 0, "7"),
            (1, -25, "0.0000000000000000000000001"),
        ] {
            assert_eq!(Decimal { mantissa, exponent }.to_string(), text);
        }
        assert_eq!(Decimal { mantissa: 1717, exponent: -3 }.to_f64(), 1.717);
        assert_eq!(Decimal { mantissa: 2, exponent: 3 }.to_f64(), 2000.0);
    }
}
