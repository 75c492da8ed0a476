//! Group E of electricity.

use super::{Phase, Quantity};

/// The further classification of a measured electrical quantity, group E.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Classification {
    /// 0: not split any further.
    Total,
    /// 1 to 63: tariff rate.
    Rate(u8),
    /// Harmonic of a current, voltage or active power.
    Harmonic(Harmonic),
    /// Phase angle.
    Angle(Angle),
    /// Depth and duration class of voltage dips.
    Dip(Dip),
    /// All dip classes together.
    DipTable,
    /// Kind of loss.
    Loss(Loss),
    /// 128 to 254: meaning given by the manufacturer.
    Manufacturer(u8),
    /// Any other value.
    Reserved(u8),
}

/// Part of a distorted wave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Harmonic {
    /// 1 is the fundamental; up to 120.
    Order(u8),
    /// Total harmonic distortion.
    TotalHarmonicDistortion,
    /// Total demand distortion.
    TotalDemandDistortion,
    /// All harmonics.
    All,
    /// All harmonics, relative to the nominal value.
    AllToNominal,
}

/// An angle between two phasors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Angle {
    /// The phasor it is measured from.
    pub from: PhasePoint,
    /// The phasor it is measured to.
    pub to: PhasePoint,
}

/// A phasor: a voltage or a current of one phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PhasePoint {
    /// Voltage.
    Voltage(Phase),
    /// Current.
    Current(Phase),
}

/// A class of voltage dips.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Dip {
    /// From least to below most, in percent of the voltage.
    pub depth_percent: (u8, u8),
    /// From shortest to below longest, in milliseconds.
    pub duration_ms: (u16, u16),
}

/// A loss of the line or the transformer between the meter and the billing point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Loss {
    /// Where.
    pub phase: Phase,
    /// What.
    pub kind: LossKind,
}

/// Kinds of loss. The numbers count the nine values line +, −, net, transformer +, −, net, total +, −, net from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LossKind {
    /// Active loss.
    Active(u8),
    /// Reactive loss.
    Reactive(u8),
    /// Total transformer losses, normalised.
    TransformerNormalised,
    /// Total line losses, normalised.
    LineNormalised,
    /// Compensated value, 1 to 8.
    Compensated(u8),
    /// Ampere-squared hours.
    SquaredCurrent,
    /// Volt-squared hours.
    SquaredVoltage,
}

impl Classification {
    /// The meaning of group E, given the quantity of group C, and group D.
    pub const fn from_groups(quantity: Quantity, d: u8, e: u8) -> Self {
        match (Self::of_quantity(quantity, d, e), e) {
            (Some(classification), _) => classification,
            (None, 0) => Self::Total,
            (None, 1..=63) if d != 7 && d != 55 => Self::Rate(e),
            (None, 128..=254) => Self::Manufacturer(e),
            (None, _) => Self::Reserved(e),
        }
    }

    /// The quantities whose E is no rate.
    const fn of_quantity(quantity: Quantity, d: u8, e: u8) -> Option<Self> {
        use Quantity::{ActiveAbsolute, Current, CurrentSum, Losses, Voltage};
        Some(match (quantity, d) {
            (Quantity::Angle, 7) => match Angle::from_group(e) {
                Some(angle) => Self::Angle(angle),
                None => Self::Reserved(e),
            },
            (Losses, _) => match Loss::from_group(e) {
                Some(loss) => Self::Loss(loss),
                None => return None,
            },
            (Voltage, 32) => match Dip::from_group(e) {
                Some(dip) => Self::Dip(dip),
                None if e == 255 => Self::DipTable,
                None => return None,
            },
            (Current | Voltage | ActiveAbsolute | CurrentSum, 7 | 24 | 56) => match Harmonic::from_group(e) {
                Some(harmonic) => Self::Harmonic(harmonic),
                None => return None,
            },
            _ => return None,
        })
    }
}

impl Harmonic {
    const fn from_group(e: u8) -> Option<Self> {
        Some(match e {
            1..=120 => Self::Order(e),
            124 => Self::TotalHarmonicDistortion,
            125 => Self::TotalDemandDistortion,
            126 => Self::All,
            127 => Self::AllToNominal,
            _ => return None,
        })
    }
}

impl Angle {
    const fn from_group(e: u8) -> Option<Self> {
        match (PhasePoint::from_digit(e / 10), PhasePoint::from_digit(e % 10)) {
            (Some(from), Some(to)) => Some(Self { from, to }),
            _ => None,
        }
    }
}

impl PhasePoint {
    const fn from_digit(digit: u8) -> Option<Self> {
        Some(match digit {
            0 => Self::Voltage(Phase::L1),
            1 => Self::Voltage(Phase::L2),
            2 => Self::Voltage(Phase::L3),
            4 => Self::Current(Phase::L1),
            5 => Self::Current(Phase::L2),
            6 => Self::Current(Phase::L3),
            7 => Self::Current(Phase::Neutral),
            _ => return None,
        })
    }
}

impl Dip {
    const fn from_group(e: u8) -> Option<Self> {
        let depth_percent = match e / 10 {
            0 => (10, 15),
            1 => (15, 30),
            2 => (30, 60),
            3 => (60, 90),
            4 => (90, 99),
            _ => return None,
        };
        let duration_ms = match e % 10 {
            0 => (10, 100),
            1 => (100, 500),
            2 => (500, 1000),
            3 => (1000, 3000),
            4 => (3000, 20_000),
            5 => (20_000, 60_000),
            _ => return None,
        };
        Some(Self { depth_percent, duration_ms })
    }
}

impl Loss {
    const fn from_group(e: u8) -> Option<Self> {
        let (phase, number) = match e {
            1..=18 => (Phase::All, e),
            19 => return Some(Self { phase: Phase::All, kind: LossKind::TransformerNormalised }),
            20 => return Some(Self { phase: Phase::All, kind: LossKind::LineNormalised }),
            21..=28 => {
                return Some(Self { phase: Phase::All, kind: LossKind::Compensated(e.wrapping_sub(20)) });
            }
            31..=50 => (Phase::L1, e.wrapping_sub(30)),
            51..=70 => (Phase::L2, e.wrapping_sub(50)),
            71..=90 => (Phase::L3, e.wrapping_sub(70)),
            _ => return None,
        };
        let kind = match number {
            1..=9 => LossKind::Active(number.wrapping_sub(1)),
            10..=18 => LossKind::Reactive(number.wrapping_sub(10)),
            19 => LossKind::SquaredCurrent,
            _ => LossKind::SquaredVoltage,
        };
        Some(Self { phase, kind })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ObisCode, obis};

    #[track_caller]
    fn means(code: ObisCode, classification: Classification) {
        assert_eq!(code.classification(), Some(classification), "{code}");
    }

    #[test]
    fn e_depends_on_quantity_and_processing() {
        means(obis!("1-0:1.8.0.255"), Classification::Total);
        means(obis!("1-0:1.8.2.255"), Classification::Rate(2));
        means(obis!("1-0:1.7.2.255"), Classification::Reserved(2));
        means(obis!("1-0:32.7.0.255"), Classification::Total);
        means(obis!("1-0:32.7.5.255"), Classification::Harmonic(Harmonic::Order(5)));
        means(obis!("1-0:31.7.124.255"), Classification::Harmonic(Harmonic::TotalHarmonicDistortion));
        means(obis!("1-0:1.8.130.255"), Classification::Manufacturer(130));
        means(
            obis!("1-0:81.7.4.255"),
            Classification::Angle(Angle {
                from: PhasePoint::Voltage(Phase::L1),
                to: PhasePoint::Current(Phase::L1),
            }),
        );
        means(
            obis!("1-0:81.7.10.255"),
            Classification::Angle(Angle {
                from: PhasePoint::Voltage(Phase::L2),
                to: PhasePoint::Voltage(Phase::L1),
            }),
        );
        means(obis!("1-0:81.7.3.255"), Classification::Reserved(3));
        means(
            obis!("1-0:12.32.23.255"),
            Classification::Dip(Dip { depth_percent: (30, 60), duration_ms: (1000, 3000) }),
        );
        means(obis!("1-0:12.32.255.255"), Classification::DipTable);
        means(
            obis!("1-0:83.8.45.255"),
            Classification::Loss(Loss { phase: Phase::L1, kind: LossKind::Reactive(5) }),
        );
        means(
            obis!("1-0:83.8.70.255"),
            Classification::Loss(Loss { phase: Phase::L2, kind: LossKind::SquaredVoltage }),
        );
    }
}
