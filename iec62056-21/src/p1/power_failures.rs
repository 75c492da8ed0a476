use super::Timestamp;
use crate::Values;

/// The log of long power failures: how many the meter has counted, and those it remembers.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct PowerFailures<'a> {
    counted: u32,
    entries: Values<'a>,
}

/// One power failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct PowerFailure {
    /// When it was over.
    pub end: Timestamp,
    /// How long it was, in seconds.
    pub seconds: u32,
}

impl<'a> PowerFailures<'a> {
    /// The log in `(count)(0-0:96.7.19)(end)(seconds*s)…`, if it is one.
    pub(super) fn new(mut values: Values<'a>) -> Option<Self> {
        let counted = values.next()?.text.parse().ok()?;
        values.next()?;
        let mut entries = values.clone();
        while entries.clone().next().is_some() {
            next(&mut entries)?;
        }
        Some(Self { counted, entries: values })
    }

    /// How many the meter says there are; it may remember fewer.
    #[must_use]
    pub const fn counted(&self) -> u32 {
        self.counted
    }
}

impl Iterator for PowerFailures<'_> {
    type Item = PowerFailure;

    fn next(&mut self) -> Option<PowerFailure> {
        next(&mut self.entries)
    }
}

fn next(entries: &mut Values<'_>) -> Option<PowerFailure> {
    let end = Timestamp::from_text(entries.next()?.text)?;
    let seconds = entries.next().filter(|value| value.unit == Some("s"))?;
    Some(PowerFailure { end, seconds: seconds.text.parse().ok()? })
}
