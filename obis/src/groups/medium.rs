//! Group A.

use core::fmt;

/// The medium or kind of energy, group A.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Medium {
    /// 0: no medium, the meter itself.
    Abstract,
    /// 1.
    Electricity,
    /// 4.
    HeatCostAllocator,
    /// 5: thermal energy for cooling.
    Cooling,
    /// 6: thermal energy for heating.
    Heat,
    /// 7.
    Gas,
    /// 8.
    ColdWater,
    /// 9.
    HotWater,
    /// 15.
    Other,
    /// Any other value.
    Reserved(u8),
}

impl Medium {
    /// The meaning of group A.
    pub const fn from_group(a: u8) -> Self {
        match a {
            0 => Self::Abstract,
            1 => Self::Electricity,
            4 => Self::HeatCostAllocator,
            5 => Self::Cooling,
            6 => Self::Heat,
            7 => Self::Gas,
            8 => Self::ColdWater,
            9 => Self::HotWater,
            15 => Self::Other,
            _ => Self::Reserved(a),
        }
    }
}

impl fmt::Display for Medium {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Abstract => "abstract",
            Self::Electricity => "electricity",
            Self::HeatCostAllocator => "heat cost allocator",
            Self::Cooling => "cooling",
            Self::Heat => "heat",
            Self::Gas => "gas",
            Self::ColdWater => "cold water",
            Self::HotWater => "hot water",
            Self::Other => "other medium",
            Self::Reserved(a) => return write!(f, "reserved medium {a}"),
        })
    }
}
