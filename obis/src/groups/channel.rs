//! Group B.

use core::fmt;

/// The channel, group B: one of several inputs, communication channels or M-Bus devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Channel {
    /// 0: no channel, or the only one.
    Unspecified,
    /// 1 to 64.
    Number(u8),
    /// 65 to 127: meaning given by the utility.
    Utility(u8),
    /// 128 to 199: meaning given by the manufacturer.
    Manufacturer(u8),
    /// 200 to 255.
    Reserved(u8),
}

impl Channel {
    /// The meaning of group B.
    pub const fn from_group(b: u8) -> Self {
        match b {
            0 => Self::Unspecified,
            1..=64 => Self::Number(b),
            65..=127 => Self::Utility(b),
            128..=199 => Self::Manufacturer(b),
            200..=255 => Self::Reserved(b),
        }
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unspecified => f.write_str("no channel"),
            Self::Number(b) => write!(f, "channel {b}"),
            Self::Utility(b) => write!(f, "utility specific channel {b}"),
            Self::Manufacturer(b) => write!(f, "manufacturer specific channel {b}"),
            Self::Reserved(b) => write!(f, "reserved channel {b}"),
        }
    }
}
