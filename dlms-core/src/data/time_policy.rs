use super::date_time::{DateTime, Deviation};

/// What the deviation in the times of a meter is worth: not all count it as the standard does, and some leave it open.
///
/// ```
/// use dlms_core::data::{DateTime, Deviation, DeviationSign, TimePolicy};
///
/// // 12:00 on a clock one hour east of Greenwich, told as +60 against the standard.
/// let told = DateTime::from_utc_seconds(39_600, Deviation(-60));
/// let told = DateTime { deviation: Deviation(60), ..told };
/// assert_eq!(told.local_seconds(), Some(43_200));
///
/// let policy = TimePolicy { sign: DeviationSign::LocalMinusUtc, ..TimePolicy::STANDARD };
/// assert_eq!(policy.utc_seconds(told), Some(39_600));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct TimePolicy {
    /// How the meter counts.
    pub sign: DeviationSign,
    /// The deviation of times that leave it open, or that count for nothing.
    pub otherwise: Deviation,
}

/// Which way a meter counts the deviation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum DeviationSign {
    /// UTC minus local time, as the standard says: −60 is one hour east of Greenwich.
    #[default]
    UtcMinusLocal,
    /// Local time minus UTC: 60 is one hour east of Greenwich.
    LocalMinusUtc,
    /// Whatever it says, it is not so.
    Meaningless,
}

impl TimePolicy {
    /// As the standard says: a time that leaves the deviation open is no moment.
    pub const STANDARD: Self =
        Self { sign: DeviationSign::UtcMinusLocal, otherwise: Deviation::NOT_SPECIFIED };

    /// What deviation a time of the meter has by this policy, as the standard counts it.
    #[must_use]
    pub const fn deviation(&self, time: DateTime) -> Deviation {
        match (self.sign, time.deviation.minutes()) {
            (DeviationSign::UtcMinusLocal, Some(_)) => time.deviation,
            (DeviationSign::LocalMinusUtc, Some(_)) => time.deviation.reversed(),
            _ => self.otherwise,
        }
    }

    /// A time of the meter, its deviation as the standard counts it.
    #[must_use]
    pub const fn corrected(&self, time: DateTime) -> DateTime {
        DateTime { deviation: self.deviation(time), ..time }
    }

    /// Seconds since 1970-01-01T00:00:00Z; nothing for a pattern, or where no deviation is known.
    #[must_use]
    pub fn utc_seconds(&self, time: DateTime) -> Option<i64> {
        self.corrected(time).utc_seconds()
    }
}

impl Default for TimePolicy {
    fn default() -> Self {
        Self::STANDARD
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: DateTime = DateTime::from_octets([0x07, 0xe8, 1, 15, 1, 12, 0, 0, 0, 0x80, 0, 0]);
    const NOON_IN_UTC: i64 = 1_705_320_000;

    #[test]
    fn a_time_without_deviation_is_a_moment_only_by_policy() {
        assert_eq!(TimePolicy::STANDARD.utc_seconds(NOON), None);
        let in_vienna = TimePolicy { otherwise: Deviation(-60), ..TimePolicy::STANDARD };
        assert_eq!(in_vienna.utc_seconds(NOON), Some(NOON_IN_UTC - 3600));
        let told = DateTime { deviation: Deviation(0), ..NOON };
        assert_eq!(in_vienna.utc_seconds(told), Some(NOON_IN_UTC));
    }

    #[test]
    fn the_sign_is_the_policys() {
        let told = DateTime { deviation: Deviation(120), ..NOON };
        let by = |sign| TimePolicy { sign, otherwise: Deviation(-60) }.utc_seconds(told);
        assert_eq!(by(DeviationSign::UtcMinusLocal), Some(NOON_IN_UTC + 7200));
        assert_eq!(by(DeviationSign::LocalMinusUtc), Some(NOON_IN_UTC - 7200));
        assert_eq!(by(DeviationSign::Meaningless), Some(NOON_IN_UTC - 3600));
    }
}
