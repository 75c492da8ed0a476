use core::fmt;

use dlms_core::enumeration;

macro_rules! units {
    ($($unit:ident = $code:literal $symbol:literal $name:literal $quantity:literal,)*) => {
        enumeration! {
            /// A physical unit, as in scaler_unit.
            pub enum Unit {
                $(
                    #[doc = concat!($name, ": ", $quantity, ".")]
                    $unit = $code $name,
                )*
            }
        }
        impl Unit {
            /// Every unit with a name, in the order of the codes.
            pub const ALL: [Self; [$($code),*].len()] = [$(Self::$unit),*];

            /// The symbol, as in `m³/h`; empty for a mere count and for codes without a name.
            #[must_use]
            pub const fn symbol(self) -> &'static str {
                match self {
                    $(Self::$unit => $symbol,)*
                    Self::Other(_) => "",
                }
            }

            /// What is measured in it, as in `active energy`; empty for codes without a name.
            #[must_use]
            pub const fn quantity(self) -> &'static str {
                match self {
                    $(Self::$unit => $quantity,)*
                    Self::Other(_) => "",
                }
            }
        }
    };
}

units! {
    Year = 1 "a" "year" "time",
    Month = 2 "mo" "month" "time",
    Week = 3 "wk" "week" "time",
    Day = 4 "d" "day" "time",
    Hour = 5 "h" "hour" "time",
    Minute = 6 "min" "minute" "time",
    Second = 7 "s" "second" "time",
    Degree = 8 "°" "degree" "plane angle",
    DegreeCelsius = 9 "°C" "degree Celsius" "temperature",
    LocalCurrency = 10 "currency" "local currency" "money",
    Metre = 11 "m" "metre" "length",
    MetrePerSecond = 12 "m/s" "metre per second" "speed",
    CubicMetre = 13 "m³" "cubic metre" "volume, uncorrected (or the meter constant in r_V)",
    CorrectedCubicMetre = 14 "m³" "corrected cubic metre" "corrected volume",
    CubicMetrePerHour = 15 "m³/h" "cubic metre per hour" "volume flux",
    CorrectedCubicMetrePerHour = 16 "m³/h" "corrected cubic metre per hour" "corrected volume flux",
    CubicMetrePerDay = 17 "m³/d" "cubic metre per day" "volume flux",
    CorrectedCubicMetrePerDay = 18 "m³/d" "corrected cubic metre per day" "corrected volume flux",
    Litre = 19 "l" "litre" "volume",
    Kilogram = 20 "kg" "kilogram" "mass",
    Newton = 21 "N" "newton" "force",
    NewtonMetre = 22 "Nm" "newton metre" "energy / torque",
    Pascal = 23 "Pa" "pascal" "pressure",
    Bar = 24 "bar" "bar" "pressure",
    Joule = 25 "J" "joule" "energy",
    JoulePerHour = 26 "J/h" "joule per hour" "thermal power",
    Watt = 27 "W" "watt" "active power",
    VoltAmpere = 28 "VA" "volt-ampere" "apparent power",
    Var = 29 "var" "var" "reactive power",
    WattHour = 30 "Wh" "watt-hour" "active energy",
    VoltAmpereHour = 31 "VAh" "volt-ampere-hour" "apparent energy",
    VarHour = 32 "varh" "var-hour" "reactive energy",
    Ampere = 33 "A" "ampere" "current",
    Coulomb = 34 "C" "coulomb" "electrical charge",
    Volt = 35 "V" "volt" "voltage",
    VoltPerMetre = 36 "V/m" "volt per metre" "electric field strength",
    Farad = 37 "F" "farad" "capacitance",
    Ohm = 38 "Ω" "ohm" "resistance",
    OhmSquareMetrePerMetre = 39 "Ωm²/m" "ohm square metre per metre" "resistivity",
    Weber = 40 "Wb" "weber" "magnetic flux",
    Tesla = 41 "T" "tesla" "magnetic flux density",
    AmperePerMetre = 42 "A/m" "ampere per metre" "magnetic field strength",
    Henry = 43 "H" "henry" "inductance",
    Hertz = 44 "Hz" "hertz" "frequency",
    PulsesPerWattHour = 45 "1/(Wh)" "pulses per watt-hour" "active energy meter constant",
    PulsesPerVarHour = 46 "1/(varh)" "pulses per var-hour" "reactive energy meter constant",
    PulsesPerVoltAmpereHour = 47 "1/(VAh)" "pulses per volt-ampere-hour" "apparent energy meter constant",
    VoltSquaredHour = 48 "V²h" "volt-squared hour" "volt-squared hours",
    AmpereSquaredHour = 49 "A²h" "ampere-squared hour" "ampere-squared hours",
    KilogramPerSecond = 50 "kg/s" "kilogram per second" "mass flux",
    Siemens = 51 "S" "siemens" "conductance",
    Kelvin = 52 "K" "kelvin" "temperature",
    PulsesPerVoltSquaredHour = 53 "1/(V²h)" "pulses per volt-squared hour" "volt-squared hour meter constant",
    PulsesPerAmpereSquaredHour = 54 "1/(A²h)" "pulses per ampere-squared hour" "ampere-squared hour meter constant",
    PulsesPerCubicMetre = 55 "1/m³" "pulses per cubic metre" "volume meter constant",
    Percent = 56 "%" "percent" "percentage",
    AmpereHour = 57 "Ah" "ampere-hour" "charge",
    WattHourPerCubicMetre = 60 "Wh/m³" "watt-hour per cubic metre" "energy per volume",
    JoulePerCubicMetre = 61 "J/m³" "joule per cubic metre" "calorific value, Wobbe",
    MolePercent = 62 "Mol %" "mole percent" "gas composition",
    GramPerCubicMetre = 63 "g/m³" "gram per cubic metre" "mass density, quantity of material",
    PascalSecond = 64 "Pa s" "pascal second" "dynamic viscosity",
    JoulePerKilogram = 65 "J/kg" "joule per kilogram" "specific energy",
    GramPerSquareCentimetre = 66 "g/cm²" "gram per square centimetre" "pressure",
    Atmosphere = 67 "atm" "atmosphere" "pressure",
    DecibelMilliwatt = 70 "dBm" "decibel-milliwatt" "signal strength",
    DecibelMicrovolt = 71 "dBµV" "decibel-microvolt" "signal strength",
    Decibel = 72 "dB" "decibel" "logarithmic ratio",
    Inch = 128 "in" "inch" "length",
    Foot = 129 "ft" "foot" "length",
    Pound = 130 "lb" "pound" "mass",
    DegreeFahrenheit = 131 "°F" "degree Fahrenheit" "temperature",
    DegreeRankine = 132 "°R" "degree Rankine" "temperature",
    SquareInch = 133 "in²" "square inch" "area",
    SquareFoot = 134 "ft²" "square foot" "area",
    Acre = 135 "ac" "acre" "area",
    CubicInch = 136 "in³" "cubic inch" "volume",
    CubicFoot = 137 "ft³" "cubic foot" "volume",
    AcreFoot = 138 "ac ft" "acre-foot" "volume",
    ImperialGallon = 139 "gal (imp)" "imperial gallon" "volume",
    UsGallon = 140 "gal (US)" "US gallon" "volume",
    PoundForce = 141 "lbf" "pound force" "force",
    PoundForcePerSquareInch = 142 "psi" "pound force per square inch" "pressure",
    PoundPerCubicFoot = 143 "lb/ft³" "pound per cubic foot" "density",
    PoundPerFootSecond = 144 "lb/(ft s)" "pound per foot second" "dynamic viscosity",
    SquareFootPerSecond = 145 "ft²/s" "square foot per second" "kinematic viscosity",
    BritishThermalUnit = 146 "Btu" "British thermal unit" "energy",
    ThermEc = 147 "thm EC" "therm EC" "energy",
    ThermUs = 148 "thm US" "therm US" "energy",
    BtuPerPound = 149 "Btu/lb" "Btu per pound" "specific energy",
    BtuPerCubicFoot = 150 "Btu/ft³" "Btu per cubic foot" "calorific value",
    Extended = 253 "" "extended table" "reserved",
    OtherUnit = 254 "" "other unit" "other",
    Count = 255 "" "count" "count",
}

/// The symbol; `unit 60` where there is none, nothing for a mere count.
impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.symbol(), self) {
            ("", Self::Count) => Ok(()),
            ("", unit) => write!(f, "unit {}", unit.code()),
            (symbol, _) => f.pad(symbol),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn codes_symbols_and_names_agree() {
        assert_eq!(Unit::ALL.len(), 94);
        for unit in Unit::ALL {
            assert_eq!(Unit::from_code(unit.code()), unit);
            assert!(!unit.name().is_empty() && !unit.quantity().is_empty(), "{unit:?}");
        }
        assert!(Unit::ALL.is_sorted_by_key(|unit| unit.code()));
        assert_eq!((Unit::WattHour.code(), Unit::WattHour.symbol()), (30, "Wh"));
        assert_eq!((Unit::from_code(62).symbol(), Unit::from_code(62).name()), ("Mol %", "mole percent"));
    }

    #[test]
    fn a_code_without_a_symbol_is_shown_as_a_code() {
        assert_eq!(Unit::from_code(58), Unit::Other(58));
        assert_eq!(Unit::Other(58).to_string(), "unit 58");
        assert_eq!(Unit::OtherUnit.to_string(), "unit 254");
        assert_eq!(Unit::Count.to_string(), "");
        assert_eq!(Unit::CubicMetrePerHour.to_string(), "m³/h");
    }
}
