/// What an orthogonal extension (VIFE) makes of a quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Modifier {
    /// The meter could not give the value; why.
    Fault(RecordFault),
    /// An average.
    Average,
    /// A profile of values, newest or oldest first: `1E`, `1F`, or `13`.
    CompactProfile(u8),
    /// Content that another standard defines.
    StandardContent,
    /// Divided by the unit of that code: time, pulses, litre, cubic metre and so on.
    Per(u8),
    /// Multiplied by the unit of that code: second, second per volt, second per ampere.
    Times(u8),
    /// When the value began, or begins.
    StartOf,
    /// Not corrected for the conditions of measurement.
    Uncorrected,
    /// Forward only: what counts is positive.
    Forward,
    /// Backward only: what counts is negative.
    Backward,
    /// Both ways, without a sign.
    Absolute,
    /// Not in metric units.
    NonMetric,
    /// At base conditions.
    BaseConditions,
    /// What follows is an OBIS code.
    ObisDeclaration,
    /// A limit, how often it was passed, when or for how long: the code.
    Limit(u8),
    /// When or for how long a value was taken: the code.
    Duration(u8),
    /// A value while a limit was passed, leakage or overflow: the code.
    During(u8),
    /// Multiplied by this power of ten.
    Factor(i8),
    /// This power of ten, in the unit of the value, is to be added.
    Offset(i8),
    /// A value that is yet to come.
    Future,
    /// Of this phase: 1 to 3; 4 for the neutral conductor.
    Phase(u8),
    /// Between these two phases.
    Phases(u8, u8),
    /// In this quadrant: 1 to 4.
    Quadrant(u8),
    /// Import less export.
    Net,
    /// The data are an unsigned number, whatever they would be otherwise.
    Unsigned,
    /// The data are bits, whatever they would be otherwise.
    Bits,
    /// From the other end to the meter.
    ToMeter,
    /// From the meter to the other end.
    FromMeter,
    /// The extensions that follow are the manufacturer's.
    Manufacturer,
    /// A code that is reserved.
    Reserved(u8),
    /// The same of the second table.
    ReservedExtension(u8),
}

/// Why a meter could not give a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[allow(missing_docs, reason = "the standard's own words")]
pub enum RecordFault {
    TooManyDataExtensions,
    StorageNumberNotImplemented,
    UnitNumberNotImplemented,
    TariffNumberNotImplemented,
    FunctionNotImplemented,
    DataClassNotImplemented,
    DataSizeNotImplemented,
    TooManyValueExtensions,
    IllegalGroup,
    IllegalExponent,
    ValueAndDataMismatch,
    UnimplementedAction,
    NoDataAvailable,
    DataOverflow,
    DataUnderflow,
    DataError,
    PrematureEnd,
}

impl Modifier {
    /// What a code of the first table says.
    #[must_use]
    pub const fn from_code(code: u8) -> Self {
        use RecordFault as F;
        match code & 0x7f {
            0x01 => Self::Fault(F::TooManyDataExtensions),
            0x02 => Self::Fault(F::StorageNumberNotImplemented),
            0x03 => Self::Fault(F::UnitNumberNotImplemented),
            0x04 => Self::Fault(F::TariffNumberNotImplemented),
            0x05 => Self::Fault(F::FunctionNotImplemented),
            0x06 => Self::Fault(F::DataClassNotImplemented),
            0x07 => Self::Fault(F::DataSizeNotImplemented),
            0x0b => Self::Fault(F::TooManyValueExtensions),
            0x0c => Self::Fault(F::IllegalGroup),
            0x0d => Self::Fault(F::IllegalExponent),
            0x0e => Self::Fault(F::ValueAndDataMismatch),
            0x0f => Self::Fault(F::UnimplementedAction),
            0x12 => Self::Average,
            c @ (0x13 | 0x1e | 0x1f) => Self::CompactProfile(c),
            0x15 => Self::Fault(F::NoDataAvailable),
            0x16 => Self::Fault(F::DataOverflow),
            0x17 => Self::Fault(F::DataUnderflow),
            0x18 => Self::Fault(F::DataError),
            0x1c => Self::Fault(F::PrematureEnd),
            0x1d => Self::StandardContent,
            c @ 0x20..=0x35 => Self::Per(c),
            c @ 0x36..=0x38 => Self::Times(c),
            0x39 => Self::StartOf,
            0x3a => Self::Uncorrected,
            0x3b => Self::Forward,
            0x3c => Self::Backward,
            0x3d => Self::NonMetric,
            0x3e => Self::BaseConditions,
            0x3f => Self::ObisDeclaration,
            c @ 0x40..=0x5f => Self::Limit(c),
            c @ (0x60..=0x67 | 0x6a | 0x6b | 0x6e | 0x6f) => Self::Duration(c),
            c @ (0x68 | 0x69 | 0x6c | 0x6d) => Self::During(c),
            c @ 0x70..=0x77 => Self::Factor((-6i8).wrapping_add_unsigned(c & 7)),
            c @ 0x78..=0x7b => Self::Offset((-3i8).wrapping_add_unsigned(c & 3)),
            0x7d => Self::Factor(3),
            0x7e => Self::Future,
            0x7f => Self::Manufacturer,
            c => Self::Reserved(c),
        }
    }

    /// What the unit of the value is divided by or multiplied with, as it is written behind it.
    #[must_use]
    pub const fn unit_suffix(self) -> Option<&'static str> {
        let (Self::Per(code) | Self::Times(code)) = self else { return None };
        Some(match code {
            0x20 => "/s",
            0x21 => "/min",
            0x22 => "/h",
            0x23 => "/d",
            0x24 => "/week",
            0x25 => "/month",
            0x26 => "/a",
            0x27 => "/revolution",
            0x28 | 0x29 => "/input pulse",
            0x2a | 0x2b => "/output pulse",
            0x2c => "/l",
            0x2d => "/m³",
            0x2e => "/kg",
            0x2f => "/K",
            0x30 => "/kWh",
            0x31 => "/GJ",
            0x32 => "/kW",
            0x33 => "/(K·l)",
            0x34 => "/V",
            0x35 => "/A",
            0x36 => "·s",
            0x37 => "·s/V",
            0x38 => "·s/A",
            _ => return None,
        })
    }

    /// What a code of the second table, behind `FC`, says.
    #[must_use]
    pub const fn from_extension(code: u8) -> Self {
        match code & 0x7f {
            c @ 0x01..=0x04 => Self::Phase(c),
            0x05 => Self::Phases(1, 2),
            0x06 => Self::Phases(2, 3),
            0x07 => Self::Phases(3, 1),
            c @ 0x08..=0x0b => Self::Quadrant((c & 0x03).wrapping_add(1)),
            0x0c => Self::Net,
            0x10 => Self::Absolute,
            0x11 => Self::Unsigned,
            0x12 => Self::Bits,
            0x13 => Self::ToMeter,
            0x14 => Self::FromMeter,
            c => Self::ReservedExtension(c),
        }
    }
}

/// The orthogonal extensions of a value, in order.
#[derive(Debug, Clone, Copy)]
pub struct Modifiers<'a> {
    octets: &'a [u8],
}

impl<'a> Modifiers<'a> {
    pub(super) const fn new(octets: &'a [u8]) -> Self {
        Self { octets }
    }
}

impl Iterator for Modifiers<'_> {
    type Item = Modifier;

    fn next(&mut self) -> Option<Modifier> {
        let (modifier, rest) = match self.octets {
            [] => return None,
            [0xfc, code, rest @ ..] => (Modifier::from_extension(*code), rest),
            // What follows is not ours to read.
            [code, ..] if code & 0x7f == 0x7f => (Modifier::Manufacturer, &[][..]),
            [code, rest @ ..] => (Modifier::from_code(*code), rest),
        };
        self.octets = rest;
        Some(modifier)
    }
}
