use core::fmt;

/// A number as a meter writes it, every digit kept: `mantissa` · 10^-`decimals`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Decimal {
    /// All digits.
    pub mantissa: i64,
    /// How many of them stand behind the point.
    pub decimals: u8,
}

impl Decimal {
    /// The number in a text: digits, perhaps a sign in front and a point or comma among them. Nothing for any other
    /// text, and for a number beyond 64 bits.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let (negative, digits) = match text.as_bytes() {
            [b'-', digits @ ..] => (true, digits),
            [b'+', digits @ ..] | digits => (false, digits),
        };
        let (mut mantissa, mut decimals) = (0i64, None);
        for character in digits {
            match character {
                b'0'..=b'9' => {
                    let digit = i64::from(character.wrapping_sub(b'0'));
                    let ten_times = mantissa.checked_mul(10)?;
                    mantissa =
                        if negative { ten_times.checked_sub(digit) } else { ten_times.checked_add(digit) }?;
                    decimals = match decimals {
                        None => None,
                        Some(count) => Some(u8::checked_add(count, 1)?),
                    };
                }
                b'.' | b',' if decimals.is_none() => decimals = Some(0),
                _ => return None,
            }
        }
        let has_digits = digits.iter().any(u8::is_ascii_digit);
        has_digits.then_some(Self { mantissa, decimals: decimals.unwrap_or_default() })
    }
}

/// With a point, and without zeros in front: `8048.375`.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (digits, sign) = (self.mantissa.unsigned_abs(), if self.mantissa < 0 { "-" } else { "" });
        let places = usize::from(self.decimals);
        match 10u64.checked_pow(u32::from(self.decimals)) {
            Some(1) => write!(f, "{sign}{digits}"),
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
    fn every_digit_is_kept() {
        for (text, shown) in [
            ("00032549.5061662", "32549.5061662"),
            ("-0.05", "-0.05"),
            ("+12", "12"),
            ("007", "7"),
            ("1,50", "1.50"),
            (".5", "0.5"),
            ("5.", "5"),
            ("-9223372036854775808", "-9223372036854775808"),
            ("0.0000000000000000000000001", "0.0000000000000000000000001"),
        ] {
            assert_eq!(Decimal::from_text(text).map(|number| number.to_string()).as_deref(), Some(shown));
        }
        for text in ["", "-", ".", "1.2.3", "12h", " 1", "1-", "9223372036854775808", "1E3"] {
            assert_eq!(Decimal::from_text(text), None, "{text}");
        }
    }
}
