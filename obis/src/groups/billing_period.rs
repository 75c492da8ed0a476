//! Group F.

use core::fmt;

/// The billing period of a stored value, group F.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BillingPeriod {
    /// 255: the current value, or F is not used.
    Current,
    /// 0 to 99: the period that closed when the billing period counter, modulo 100, had this value.
    Counter(u8),
    /// 101 to 125: counted back from now; 1 is the last closed period. In a profile: that many of them.
    Last(u8),
    /// 126: an unspecified number of last periods.
    Unspecified,
    /// 128 to 254: meaning given by the manufacturer.
    Manufacturer(u8),
    /// 100 and 127.
    Reserved(u8),
}

impl BillingPeriod {
    /// The meaning of group F.
    pub const fn from_group(f: u8) -> Self {
        match f {
            255 => Self::Current,
            0..=99 => Self::Counter(f),
            101..=125 => Self::Last(f.wrapping_sub(100)),
            126 => Self::Unspecified,
            128..=254 => Self::Manufacturer(f),
            100 | 127 => Self::Reserved(f),
        }
    }
}

impl fmt::Display for BillingPeriod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Current => f.write_str("current value"),
            Self::Counter(value) => write!(f, "billing period {value}"),
            Self::Last(1) => f.write_str("last billing period"),
            Self::Last(number) => write!(f, "billing period -{number}"),
            Self::Unspecified => f.write_str("last billing periods"),
            Self::Manufacturer(value) => write!(f, "manufacturer specific period {value}"),
            Self::Reserved(value) => write!(f, "reserved period {value}"),
        }
    }
}
