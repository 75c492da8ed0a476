/// How a clock is synchronised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SynchronisationPolicy {
    /// Seconds that a clock may be wrong without being corrected.
    pub tolerance: u32,
    /// Seconds up to which it is shifted, 900 at most; beyond, it is set.
    pub shift_up_to: u16,
}

impl Default for SynchronisationPolicy {
    /// More than two seconds are corrected, and up to a quarter of an hour by shifting.
    fn default() -> Self {
        Self { tolerance: 2, shift_up_to: 900 }
    }
}

/// What synchronising a clock came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Synchronisation {
    /// Seconds that it was ahead; nothing where it did not show a time.
    pub ahead: Option<i64>,
    /// What was done.
    pub correction: Correction,
}

/// How a clock was corrected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Correction {
    /// Not at all: it was right.
    None,
    /// It was shifted by so many seconds.
    Shifted(i16),
    /// It was set.
    Set,
}

impl SynchronisationPolicy {
    /// What to do with a clock that is so many seconds ahead.
    pub(crate) fn correction(self, ahead: Option<i64>) -> Correction {
        let Some(ahead) = ahead else { return Correction::Set };
        let shift = i16::try_from(ahead.saturating_neg());
        match (ahead.unsigned_abs(), shift) {
            (wrong, _) if wrong <= self.tolerance.into() => Correction::None,
            (wrong, Ok(shift)) if wrong <= self.shift_up_to.min(900).into() => Correction::Shifted(shift),
            _ => Correction::Set,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_errors_are_left_larger_ones_shifted_and_large_ones_set() {
        let policy = SynchronisationPolicy { tolerance: 5, shift_up_to: 2_000 };
        let corrected = |ahead| policy.correction(ahead);
        assert_eq!(corrected(Some(5)), Correction::None);
        assert_eq!(corrected(Some(-6)), Correction::Shifted(6));
        assert_eq!(corrected(Some(900)), Correction::Shifted(-900));
        assert_eq!(corrected(Some(-901)), Correction::Set);
        assert_eq!(corrected(Some(i64::MIN)), Correction::Set);
        assert_eq!(corrected(None), Correction::Set);
        let never = SynchronisationPolicy { shift_up_to: 0, ..policy };
        assert_eq!(never.correction(Some(6)), Correction::Set);
    }
}
