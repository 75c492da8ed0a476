use core::fmt;

/// Which value of a quantity a record holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Function {
    /// The value now, or at a time stored with it.
    Instantaneous,
    /// The greatest.
    Maximum,
    /// The least.
    Minimum,
    /// The value while the meter was in error.
    InError,
}

impl Function {
    pub(super) const fn from_bits(data_information: u8) -> Self {
        match data_information >> 4 & 0x03 {
            0 => Self::Instantaneous,
            1 => Self::Maximum,
            2 => Self::Minimum,
            _ => Self::InError,
        }
    }

    pub(super) const fn bits(self) -> u8 {
        match self {
            Self::Instantaneous => 0x00,
            Self::Maximum => 0x10,
            Self::Minimum => 0x20,
            Self::InError => 0x30,
        }
    }
}

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Instantaneous => "instantaneous",
            Self::Maximum => "maximum",
            Self::Minimum => "minimum",
            Self::InError => "in error",
        })
    }
}
