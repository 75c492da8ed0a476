use core::fmt;

/// The unit of a value, its power of ten left to the scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
#[allow(missing_docs, reason = "the names say it")]
pub enum Unit {
    WattHour,
    Joule,
    Calorie,
    VarHour,
    VoltAmpereHour,
    Watt,
    JoulePerHour,
    Var,
    VoltAmpere,
    CubicMetre,
    CubicMetrePerHour,
    CubicMetrePerMinute,
    CubicMetrePerSecond,
    CubicFoot,
    Kilogram,
    KilogramPerHour,
    DegreeCelsius,
    Kelvin,
    Bar,
    Volt,
    Ampere,
    Hertz,
    Degree,
    Percent,
    DecibelMilliwatt,
    Second,
    Minute,
    Hour,
    Day,
    Month,
    Year,
    BitTime,
    Baud,
    /// Units of a heat cost allocator.
    HeatCostAllocation,
    /// The currency of the place.
    Currency,
}

impl Unit {
    /// Its sign.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::WattHour => "Wh",
            Self::Joule => "J",
            Self::Calorie => "cal",
            Self::VarHour => "varh",
            Self::VoltAmpereHour => "VAh",
            Self::Watt => "W",
            Self::JoulePerHour => "J/h",
            Self::Var => "var",
            Self::VoltAmpere => "VA",
            Self::CubicMetre => "m³",
            Self::CubicMetrePerHour => "m³/h",
            Self::CubicMetrePerMinute => "m³/min",
            Self::CubicMetrePerSecond => "m³/s",
            Self::CubicFoot => "ft³",
            Self::Kilogram => "kg",
            Self::KilogramPerHour => "kg/h",
            Self::DegreeCelsius => "°C",
            Self::Kelvin => "K",
            Self::Bar => "bar",
            Self::Volt => "V",
            Self::Ampere => "A",
            Self::Hertz => "Hz",
            Self::Degree => "°",
            Self::Percent => "%",
            Self::DecibelMilliwatt => "dBm",
            Self::Second => "s",
            Self::Minute => "min",
            Self::Hour => "h",
            Self::Day => "d",
            Self::Month => "month",
            Self::Year => "a",
            Self::BitTime => "bit times",
            Self::Baud => "baud",
            Self::HeatCostAllocation => "HCA",
            Self::Currency => "currency",
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.symbol())
    }
}
