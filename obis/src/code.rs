//! The code itself.

use core::fmt;

/// An OBIS code: six value groups of one octet, IEC 62056-6-1 clause 4.
///
/// As six octets it is the logical name of a COSEM object. Ordered group by group, A first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObisCode {
    /// Medium: abstract objects, electricity, gas…
    pub a: u8,
    /// Channel of measurement or communication.
    pub b: u8,
    /// Quantity or abstract item; depends on A.
    pub c: u8,
    /// Processing of the quantity; depends on A and C.
    pub d: u8,
    /// Further classification, often the tariff rate.
    pub e: u8,
    /// Billing period of a historical value; 255 when not used.
    pub f: u8,
}

impl ObisCode {
    /// The code of the six groups.
    pub const fn new(a: u8, b: u8, c: u8, d: u8, e: u8, f: u8) -> Self {
        Self { a, b, c, d, e, f }
    }

    /// The code of a logical name.
    pub const fn from_octets([a, b, c, d, e, f]: [u8; 6]) -> Self {
        Self { a, b, c, d, e, f }
    }

    /// The logical name.
    pub const fn to_octets(self) -> [u8; 6] {
        [self.a, self.b, self.c, self.d, self.e, self.f]
    }
}

impl From<[u8; 6]> for ObisCode {
    fn from(octets: [u8; 6]) -> Self {
        Self::from_octets(octets)
    }
}

impl From<ObisCode> for [u8; 6] {
    fn from(code: ObisCode) -> Self {
        code.to_octets()
    }
}

/// `1-0:1.8.0.255`; width and alignment are honoured.
impl fmt::Display for ObisCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { a, b, c, d, e, f: last } = *self;
        if f.width().is_none() && f.precision().is_none() {
            return write!(f, "{a}-{b}:{c}.{d}.{e}.{last}");
        }
        let mut text = Text::default();
        fmt::write(&mut text, format_args!("{a}-{b}:{c}.{d}.{e}.{last}"))?;
        f.pad(text.as_str())
    }
}

impl fmt::Debug for ObisCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ObisCode({self})")
    }
}

/// The longest code is `255-255:255.255.255.255`.
#[derive(Default)]
struct Text {
    octets: [u8; 23],
    used: usize,
}

impl Text {
    fn as_str(&self) -> &str {
        let used = self.octets.get(..self.used).unwrap_or_default();
        core::str::from_utf8(used).unwrap_or_default()
    }
}

impl fmt::Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for &octet in text.as_bytes() {
            *self.octets.get_mut(self.used).ok_or(fmt::Error)? = octet;
            self.used = self.used.saturating_add(1);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::{format, string::ToString};

    #[test]
    fn octets_and_groups_agree() {
        let code = ObisCode::new(1, 0, 1, 8, 0, 255);
        assert_eq!(code.to_octets(), [1, 0, 1, 8, 0, 255]);
        assert_eq!(ObisCode::from_octets([1, 0, 1, 8, 0, 255]), code);
        assert_eq!(ObisCode::from(<[u8; 6]>::from(code)), code);
    }

    #[test]
    fn displays_with_width() {
        let code = ObisCode::new(1, 0, 1, 8, 0, 255);
        assert_eq!(code.to_string(), "1-0:1.8.0.255");
        assert_eq!(format!("[{code:<15}]"), "[1-0:1.8.0.255  ]");
        assert_eq!(format!("[{code:>15}]"), "[  1-0:1.8.0.255]");
        assert_eq!(format!("{code:?}"), "ObisCode(1-0:1.8.0.255)");
        assert_eq!(format!("{:>24}", ObisCode::from([255; 6])), " 255-255:255.255.255.255");
    }

    #[test]
    fn orders_from_group_a_to_f() {
        assert!(ObisCode::new(0, 9, 9, 9, 9, 9) < ObisCode::new(1, 0, 0, 0, 0, 0));
        assert!(ObisCode::new(1, 0, 1, 8, 0, 254) < ObisCode::new(1, 0, 1, 8, 0, 255));
    }
}
