//! Words for the value groups of electricity.

use core::fmt::{self, Formatter};

use crate::{
    Angle, Classification, Dip, Harmonic, Limit, Loss, LossKind, ObisCode, Phase, PhasePoint, Processing,
    Quantity,
};

/// `L2 active energy import, time integral 2 …, rate 3`.
pub(super) fn write_value(code: ObisCode, f: &mut Formatter<'_>) -> Option<fmt::Result> {
    let (quantity, phase) = code.quantity()?;
    Some(write_groups(code, quantity, phase, f))
}

fn write_groups(code: ObisCode, quantity: Quantity, phase: Phase, f: &mut Formatter<'_>) -> fmt::Result {
    let processing = code.processing();
    let classification = code.classification();
    match (quantity, classification) {
        (Quantity::Losses, Some(Classification::Loss(loss))) => write_loss(loss, f)?,
        _ => {
            write_phase(phase, f)?;
            write_quantity(quantity, matches!(processing, Some(Processing::TimeIntegral(_))), f)?;
        }
    }
    if quantity == Quantity::Angle {
        f.write_str(" ")?;
        write_classification(code, f)?;
    }
    f.write_str(", ")?;
    match processing {
        Some(processing) => write_processing(processing, f)?,
        None => write!(f, "D {}", code.d)?,
    }
    match classification {
        None | Some(Classification::Total | Classification::Angle(_) | Classification::Loss(_)) => Ok(()),
        Some(_) if quantity == Quantity::Angle => Ok(()),
        Some(_) => {
            f.write_str(", ")?;
            write_classification(code, f)
        }
    }
}

/// What group E says.
pub(super) fn write_classification(code: ObisCode, f: &mut Formatter<'_>) -> fmt::Result {
    match code.classification() {
        Some(Classification::Total) | None => f.write_str("total"),
        Some(Classification::Rate(rate)) => write!(f, "rate {rate}"),
        Some(Classification::Harmonic(harmonic)) => write_harmonic(harmonic, f),
        Some(Classification::Angle(Angle { from, to })) => {
            f.write_str("from ")?;
            write_phasor(from, f)?;
            f.write_str(" to ")?;
            write_phasor(to, f)
        }
        Some(Classification::Dip(Dip { depth_percent: (shallow, deep), duration_ms: (short, long) })) => {
            write!(f, "dips of {shallow} % to {deep} % for {short} ms to {long} ms")
        }
        Some(Classification::DipTable) => f.write_str("table of dips"),
        Some(Classification::Loss(loss)) => write_loss(loss, f),
        Some(Classification::Manufacturer(e)) => write!(f, "manufacturer specific E {e}"),
        Some(Classification::Reserved(e)) => write!(f, "E {e}"),
    }
}

/// The class of a value that is not in the catalogue.
pub(super) fn classes(code: ObisCode) -> &'static [u16] {
    use Processing as P;
    match code.processing() {
        None => &[],
        Some(P::BillingAverage | P::CurrentAverage(_) | P::LastAverage(_)) => &[5],
        Some(P::Minimum(_) | P::Maximum(_)) => &[4],
        Some(P::Occurrences(_)) => &[1],
        Some(_) => &[3],
    }
}

/// The unit of a value that is not in the catalogue.
pub(super) fn unit(code: ObisCode) -> Option<&'static str> {
    let (quantity, _) = code.quantity()?;
    if let Some(Classification::Harmonic(
        Harmonic::TotalHarmonicDistortion | Harmonic::TotalDemandDistortion,
    )) = code.classification()
    {
        return Some("%");
    }
    match code.processing()? {
        Processing::TimeIntegral(_) => integral_unit(quantity, code.classification()),
        Processing::Duration(_) | Processing::TimeThreshold(_) => Some("s"),
        Processing::Occurrences(_) => None,
        _ => instantaneous_unit(quantity),
    }
}

fn instantaneous_unit(quantity: Quantity) -> Option<&'static str> {
    use Quantity as Q;
    Some(match quantity {
        Q::ActiveImport | Q::ActiveExport | Q::ActiveAbsolute | Q::ActiveNet | Q::ActiveQuadrant(_) => "W",
        Q::ReactivePlus | Q::ReactiveMinus | Q::ReactiveQuadrant(_) => "var",
        Q::ApparentPlus | Q::ApparentMinus => "VA",
        Q::Current | Q::CurrentSum => "A",
        Q::Voltage => "V",
        Q::PowerFactor | Q::PowerFactorMinus | Q::Unitless => "1",
        Q::Frequency => "Hz",
        Q::Angle => "°",
        Q::Losses | Q::SquaredCurrent | Q::SquaredVoltage => return None,
    })
}

fn integral_unit(quantity: Quantity, classification: Option<Classification>) -> Option<&'static str> {
    use Quantity as Q;
    Some(match quantity {
        Q::ActiveImport | Q::ActiveExport | Q::ActiveAbsolute | Q::ActiveNet | Q::ActiveQuadrant(_) => "Wh",
        Q::ReactivePlus | Q::ReactiveMinus | Q::ReactiveQuadrant(_) => "varh",
        Q::ApparentPlus | Q::ApparentMinus => "VAh",
        Q::Current => "Ah",
        Q::Unitless => "1",
        Q::SquaredCurrent => "A²h",
        Q::SquaredVoltage => "V²h",
        Q::Losses => match classification {
            Some(Classification::Loss(Loss { kind: LossKind::Active(_), .. })) => "Wh",
            Some(Classification::Loss(Loss { kind: LossKind::Reactive(_), .. })) => "varh",
            Some(Classification::Loss(Loss { kind: LossKind::SquaredCurrent, .. })) => "A²h",
            Some(Classification::Loss(Loss { kind: LossKind::SquaredVoltage, .. })) => "V²h",
            _ => return None,
        },
        Q::Voltage | Q::PowerFactor | Q::PowerFactorMinus | Q::Frequency | Q::Angle | Q::CurrentSum => {
            return None;
        }
    })
}

fn write_phase(phase: Phase, f: &mut Formatter<'_>) -> fmt::Result {
    f.write_str(match phase {
        Phase::All => "",
        Phase::L1 => "L1 ",
        Phase::L2 => "L2 ",
        Phase::L3 => "L3 ",
        Phase::Neutral => "neutral ",
        Phase::L1ToL2 => "L1-L2 ",
        Phase::L2ToL3 => "L2-L3 ",
        Phase::L3ToL1 => "L3-L1 ",
    })
}

fn write_quantity(quantity: Quantity, integral: bool, f: &mut Formatter<'_>) -> fmt::Result {
    let power = if integral { "energy" } else { "power" };
    f.write_str(match quantity {
        Quantity::ActiveImport => return write!(f, "active {power} import"),
        Quantity::ActiveExport => return write!(f, "active {power} export"),
        Quantity::ReactivePlus => return write!(f, "reactive {power}+"),
        Quantity::ReactiveMinus => return write!(f, "reactive {power}-"),
        Quantity::ReactiveQuadrant(quadrant) => return write!(f, "reactive {power} {}", roman(quadrant)),
        Quantity::ApparentPlus => return write!(f, "apparent {power}+"),
        Quantity::ApparentMinus => return write!(f, "apparent {power}-"),
        Quantity::ActiveAbsolute => return write!(f, "active {power} absolute"),
        Quantity::ActiveNet => return write!(f, "active {power} net"),
        Quantity::ActiveQuadrant(quadrant) => return write!(f, "active {power} {}", roman(quadrant)),
        Quantity::Current => "current",
        Quantity::Voltage => "voltage",
        Quantity::PowerFactor => "power factor",
        Quantity::PowerFactorMinus => "power factor-",
        Quantity::Frequency => "supply frequency",
        Quantity::Angle => "phase angle",
        Quantity::Unitless => "unitless quantity",
        Quantity::Losses => "losses",
        Quantity::SquaredCurrent => "ampere-squared hours",
        Quantity::SquaredVoltage => "volt-squared hours",
        Quantity::CurrentSum => "sum of phase currents",
    })
}

fn roman(quadrant: u8) -> &'static str {
    match quadrant {
        1 => "QI",
        2 => "QII",
        3 => "QIII",
        _ => "QIV",
    }
}

fn write_processing(processing: Processing, f: &mut Formatter<'_>) -> fmt::Result {
    match processing {
        Processing::BillingAverage => f.write_str("average of the billing period"),
        Processing::CumulativeMinimum(scheme) => write!(f, "cumulative minimum {scheme}"),
        Processing::CumulativeMaximum(scheme) => write!(f, "cumulative maximum {scheme}"),
        Processing::Minimum(scheme) => write!(f, "minimum {scheme}"),
        Processing::CurrentAverage(scheme) => write!(f, "current average {scheme}"),
        Processing::LastAverage(scheme) => write!(f, "last average {scheme}"),
        Processing::Maximum(scheme) => write!(f, "maximum {scheme}"),
        Processing::Instantaneous => f.write_str("instantaneous"),
        Processing::TimeIntegral(integral) => {
            write!(f, "time integral {integral}")?;
            f.write_str(match integral {
                1 => " (since the start of measurement)",
                2 => " (since the start of the billing period)",
                3 => " (above the limit)",
                4 => " (test)",
                5 => " (interval of load profile 1)",
                6 => " (interval of load profile 2)",
                _ => "",
            })
        }
        Processing::Threshold(limit) => write!(f, "{} threshold", words(limit)),
        Processing::Occurrences(limit) => write!(f, "{} occurrences", words(limit)),
        Processing::Duration(limit) => write!(f, "{} duration", words(limit)),
        Processing::Magnitude(limit) => write!(f, "{} magnitude", words(limit)),
        Processing::TimeThreshold(limit) => write!(f, "{} time threshold", words(limit)),
        Processing::Contracted => f.write_str("contracted value"),
        Processing::RecordingAverage(interval) => write!(f, "average of recording interval {interval}"),
        Processing::RecordingMinimum(interval) => write!(f, "minimum of recording interval {interval}"),
        Processing::RecordingMaximum(interval) => write!(f, "maximum of recording interval {interval}"),
        Processing::TestAverage => f.write_str("test average"),
    }
}

fn words(limit: Limit) -> &'static str {
    match limit {
        Limit::Under => "under limit",
        Limit::Over => "over limit",
        Limit::Missing => "missing",
    }
}

fn write_harmonic(harmonic: Harmonic, f: &mut Formatter<'_>) -> fmt::Result {
    f.write_str(match harmonic {
        Harmonic::Order(1) => "fundamental",
        Harmonic::Order(order) => return write!(f, "harmonic {order}"),
        Harmonic::TotalHarmonicDistortion => "total harmonic distortion",
        Harmonic::TotalDemandDistortion => "total demand distortion",
        Harmonic::All => "all harmonics",
        Harmonic::AllToNominal => "all harmonics relative to nominal",
    })
}

fn write_phasor(phasor: PhasePoint, f: &mut Formatter<'_>) -> fmt::Result {
    let (letter, phase) = match phasor {
        PhasePoint::Voltage(phase) => ('U', phase),
        PhasePoint::Current(phase) => ('I', phase),
    };
    let phase = match phase {
        Phase::L1 => "L1",
        Phase::L2 => "L2",
        Phase::L3 => "L3",
        _ => "L0",
    };
    write!(f, "{letter}({phase})")
}

fn write_loss(Loss { phase, kind }: Loss, f: &mut Formatter<'_>) -> fmt::Result {
    fn direction(number: u8) -> (&'static str, &'static str) {
        let place = match number / 3 {
            0 => "line losses",
            1 => "transformer losses",
            _ => "losses",
        };
        let sign = match number % 3 {
            0 => "+",
            1 => "-",
            _ => " net",
        };
        (place, sign)
    }
    write_phase(phase, f)?;
    let (kind, (place, sign)) = match kind {
        LossKind::Active(number) => ("active ", direction(number)),
        LossKind::Reactive(number) => ("reactive ", direction(number)),
        LossKind::TransformerNormalised => ("", ("transformer losses", ", normalised")),
        LossKind::LineNormalised => ("", ("line losses", ", normalised")),
        LossKind::Compensated(number) => return write!(f, "loss compensated value {number}"),
        LossKind::SquaredCurrent => ("", ("ampere-squared hours", "")),
        LossKind::SquaredVoltage => ("", ("volt-squared hours", "")),
    };
    write!(f, "{kind}{place}{sign}")
}
