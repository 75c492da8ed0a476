use core::fmt;

/// What a meter measures: the device type of its address (EN 13757-7, "medium" in older editions).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Medium(pub u8);

impl Medium {
    /// Electricity.
    pub const ELECTRICITY: Self = Self(0x02);
    /// Gas.
    pub const GAS: Self = Self(0x03);
    /// Heat, measured at the return.
    pub const HEAT: Self = Self(0x04);
    /// Water.
    pub const WATER: Self = Self(0x07);

    /// The standard's name; nothing for reserved types.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self.0 {
            0x00 => "other",
            0x01 => "oil",
            0x02 => "electricity",
            0x03 => "gas",
            0x04 => "heat",
            0x05 => "steam",
            0x06 => "warm water",
            0x07 => "water",
            0x08 => "heat cost allocator",
            0x09 => "compressed air",
            0x0a => "cooling load, outlet",
            0x0b => "cooling load, inlet",
            0x0c => "heat, inlet",
            0x0d => "heat and cooling load",
            0x0e => "bus or system component",
            0x0f => "unknown",
            0x14 => "calorific value",
            0x15 => "hot water",
            0x16 => "cold water",
            0x17 => "dual register water",
            0x18 => "pressure",
            0x19 => "A/D converter",
            0x1a => "smoke detector",
            0x1b => "room sensor",
            0x1c => "gas detector",
            0x20 => "breaker",
            0x21 => "valve",
            0x25 => "customer unit",
            0x28 => "waste water",
            0x29 => "garbage",
            0x2a => "carbon dioxide",
            0x2b..=0x2f => "environmental meter",
            0x31 => "communication controller",
            0x32 => "unidirectional repeater",
            0x33 => "bidirectional repeater",
            0x36 => "radio converter, system side",
            0x37 => "radio converter, meter side",
            _ => return None,
        })
    }
}

/// The standard's name, else the number.
impl fmt::Display for Medium {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "{:#04x}", self.0),
        }
    }
}
