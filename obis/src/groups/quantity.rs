//! Group C of electricity.

/// The measured quantity of an electricity code, group C with the phase taken out.
///
/// Powers stand for their energies too: [`Processing`](crate::Processing) tells which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Quantity {
    /// Active power+, QI + QIV.
    ActiveImport,
    /// Active power−, QII + QIII.
    ActiveExport,
    /// Reactive power+, QI + QII.
    ReactivePlus,
    /// Reactive power−, QIII + QIV.
    ReactiveMinus,
    /// Reactive power of one quadrant, 1 to 4.
    ReactiveQuadrant(u8),
    /// Apparent power+, QI + QIV.
    ApparentPlus,
    /// Apparent power−, QII + QIII.
    ApparentMinus,
    /// Current.
    Current,
    /// Voltage.
    Voltage,
    /// Power factor of import.
    PowerFactor,
    /// Power factor of export.
    PowerFactorMinus,
    /// Supply frequency.
    Frequency,
    /// Active power, |QI + QIV| + |QII + QIII|.
    ActiveAbsolute,
    /// Active power, |QI + QIV| − |QII + QIII|.
    ActiveNet,
    /// Active power of one quadrant, 1 to 4.
    ActiveQuadrant(u8),
    /// Phase angles; group E says between what.
    Angle,
    /// Pulses or pieces.
    Unitless,
    /// Losses of transformer and line; group E says which.
    Losses,
    /// Ampere-squared hours.
    SquaredCurrent,
    /// Volt-squared hours.
    SquaredVoltage,
    /// Algebraic sum of the unsigned phase currents.
    CurrentSum,
}

/// Where an electrical quantity is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// The sum of the phases, or any phase.
    All,
    /// Phase 1.
    L1,
    /// Phase 2.
    L2,
    /// Phase 3.
    L3,
    /// The neutral, L0.
    Neutral,
    /// Between phases 1 and 2.
    L1ToL2,
    /// Between phases 2 and 3.
    L2ToL3,
    /// Between phases 3 and 1.
    L3ToL1,
}

impl Quantity {
    /// The meaning of group C of electricity; `None` when it is no measured quantity.
    pub const fn from_group(c: u8) -> Option<(Self, Phase)> {
        Some(match c {
            // One numbering, moved by 20 a phase.
            1..=20 => (Self::of_phase(c), Phase::All),
            21..=40 => (Self::of_phase(c.wrapping_sub(20)), Phase::L1),
            41..=60 => (Self::of_phase(c.wrapping_sub(40)), Phase::L2),
            61..=80 => (Self::of_phase(c.wrapping_sub(60)), Phase::L3),
            81 => (Self::Angle, Phase::All),
            82 => (Self::Unitless, Phase::All),
            83 => (Self::Losses, Phase::All),
            84 => (Self::PowerFactorMinus, Phase::All),
            85 => (Self::PowerFactorMinus, Phase::L1),
            86 => (Self::PowerFactorMinus, Phase::L2),
            87 => (Self::PowerFactorMinus, Phase::L3),
            88 => (Self::SquaredCurrent, Phase::All),
            89 => (Self::SquaredVoltage, Phase::All),
            90 => (Self::CurrentSum, Phase::All),
            91 => (Self::Current, Phase::Neutral),
            92 => (Self::Voltage, Phase::Neutral),
            124 => (Self::Voltage, Phase::L1ToL2),
            125 => (Self::Voltage, Phase::L2ToL3),
            126 => (Self::Voltage, Phase::L3ToL1),
            _ => return None,
        })
    }

    const fn of_phase(c: u8) -> Self {
        match c {
            1 => Self::ActiveImport,
            2 => Self::ActiveExport,
            3 => Self::ReactivePlus,
            4 => Self::ReactiveMinus,
            5..=8 => Self::ReactiveQuadrant(c.wrapping_sub(4)),
            9 => Self::ApparentPlus,
            10 => Self::ApparentMinus,
            11 => Self::Current,
            12 => Self::Voltage,
            13 => Self::PowerFactor,
            14 => Self::Frequency,
            15 => Self::ActiveAbsolute,
            16 => Self::ActiveNet,
            _ => Self::ActiveQuadrant(c.wrapping_sub(16)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_repeat_the_numbering() {
        assert_eq!(Quantity::from_group(1), Some((Quantity::ActiveImport, Phase::All)));
        assert_eq!(Quantity::from_group(28), Some((Quantity::ReactiveQuadrant(4), Phase::L1)));
        assert_eq!(Quantity::from_group(51), Some((Quantity::Current, Phase::L2)));
        assert_eq!(Quantity::from_group(80), Some((Quantity::ActiveQuadrant(4), Phase::L3)));
        assert_eq!(Quantity::from_group(91), Some((Quantity::Current, Phase::Neutral)));
        assert_eq!(Quantity::from_group(0), None);
        assert_eq!(Quantity::from_group(96), None);
    }
}
