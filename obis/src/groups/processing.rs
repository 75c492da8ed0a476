//! Group D of electricity.

/// What became of a measured electrical quantity, group D. The numbers are those of the averaging schemes, integrals and
/// recording intervals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Processing {
    /// Average since the last reset.
    BillingAverage,
    /// Sum of the minima of the billing periods.
    CumulativeMinimum(u8),
    /// Sum of the maxima of the billing periods.
    CumulativeMaximum(u8),
    /// Smallest average of the billing period.
    Minimum(u8),
    /// Average of the running interval.
    CurrentAverage(u8),
    /// Average of the last closed interval.
    LastAverage(u8),
    /// Largest average of the billing period.
    Maximum(u8),
    /// Instantaneous value.
    Instantaneous,
    /// Time integral, such as energy: 1 since the start of measurement, 2 since the start of the billing period, 3 above
    /// a limit, 4 test, 5 and 6 of the interval of load profiles 1 and 2, 7 to 10 as agreed.
    TimeIntegral(u8),
    /// Value that counts as beyond the limit.
    Threshold(Limit),
    /// How often it was beyond the limit.
    Occurrences(Limit),
    /// How long it was beyond the limit.
    Duration(Limit),
    /// How far it was beyond the limit.
    Magnitude(Limit),
    /// Time after which being beyond the limit counts.
    TimeThreshold(Limit),
    /// Contracted value.
    Contracted,
    /// Average of a recording interval.
    RecordingAverage(u8),
    /// Minimum of a recording interval.
    RecordingMinimum(u8),
    /// Maximum of a recording interval.
    RecordingMaximum(u8),
    /// Average for tests.
    TestAverage,
}

/// The limit an electrical quantity is watched against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Limit {
    /// Below the lower limit, as in a voltage sag.
    Under,
    /// Above the upper limit, as in a voltage swell.
    Over,
    /// Missing, as in a voltage cut.
    Missing,
}

impl Processing {
    /// The meaning of group D of a measured electrical quantity.
    pub const fn from_group(d: u8) -> Option<Self> {
        Some(match d {
            0 => Self::BillingAverage,
            1 => Self::CumulativeMinimum(1),
            2 => Self::CumulativeMaximum(1),
            3 => Self::Minimum(1),
            4 => Self::CurrentAverage(1),
            5 => Self::LastAverage(1),
            6 => Self::Maximum(1),
            7 => Self::Instantaneous,
            8 => Self::TimeIntegral(1),
            9 => Self::TimeIntegral(2),
            10 => Self::TimeIntegral(3),
            11 => Self::CumulativeMinimum(2),
            12 => Self::CumulativeMaximum(2),
            13 => Self::Minimum(2),
            14 => Self::CurrentAverage(2),
            15 => Self::LastAverage(2),
            16 => Self::Maximum(2),
            17 => Self::TimeIntegral(7),
            18 => Self::TimeIntegral(8),
            19 => Self::TimeIntegral(9),
            20 => Self::TimeIntegral(10),
            21 => Self::CumulativeMinimum(3),
            22 => Self::CumulativeMaximum(3),
            23 => Self::Minimum(3),
            24 => Self::CurrentAverage(3),
            25 => Self::LastAverage(3),
            26 => Self::Maximum(3),
            27 => Self::CurrentAverage(5),
            28 => Self::CurrentAverage(6),
            29 => Self::TimeIntegral(5),
            30 => Self::TimeIntegral(6),
            31 => Self::Threshold(Limit::Under),
            32 => Self::Occurrences(Limit::Under),
            33 => Self::Duration(Limit::Under),
            34 => Self::Magnitude(Limit::Under),
            35 => Self::Threshold(Limit::Over),
            36 => Self::Occurrences(Limit::Over),
            37 => Self::Duration(Limit::Over),
            38 => Self::Magnitude(Limit::Over),
            39 => Self::Threshold(Limit::Missing),
            40 => Self::Occurrences(Limit::Missing),
            41 => Self::Duration(Limit::Missing),
            42 => Self::Magnitude(Limit::Missing),
            43 => Self::TimeThreshold(Limit::Under),
            44 => Self::TimeThreshold(Limit::Over),
            45 => Self::TimeThreshold(Limit::Missing),
            46 => Self::Contracted,
            49 => Self::RecordingAverage(1),
            50 => Self::RecordingAverage(2),
            51 => Self::RecordingMinimum(1),
            52 => Self::RecordingMinimum(2),
            53 => Self::RecordingMaximum(1),
            54 => Self::RecordingMaximum(2),
            55 => Self::TestAverage,
            56 => Self::CurrentAverage(4),
            58 => Self::TimeIntegral(4),
            _ => return None,
        })
    }
}
