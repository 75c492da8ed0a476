use core::ops::Range;

use dlms_core::data::BitString;

/// Runs of blocks that are kept at a time.
const RUNS: usize = 16;

/// Blocks that are to be sent: some runs of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Missing {
    runs: [Range<u32>; RUNS],
    /// There are more runs than there was room for.
    pub(super) is_cut: bool,
}

impl Missing {
    /// Just these.
    pub(super) fn run(run: Range<u32>) -> Self {
        let mut missing = Self::default();
        if let Some(first) = missing.runs.first_mut() {
            *first = run;
        }
        missing
    }

    /// Those whose bits are 0, and how many those are whose bits are 1.
    pub(super) fn of(bits: &BitString<'_>) -> (Self, u32) {
        let mut missing = Self::default();
        let (mut used, mut there, mut after_gap) = (0usize, 0u32, false);
        for (number, is_there) in (0..u32::MAX).zip(bits.iter()) {
            if is_there {
                there = there.saturating_add(1);
            } else if after_gap {
                // It goes on with the run that was begun last, if there was room for that.
                if let Some(run) = missing.runs.get_mut(used.wrapping_sub(1)) {
                    run.end = number.saturating_add(1);
                }
            } else {
                match missing.runs.get_mut(used) {
                    Some(run) => *run = number..number.saturating_add(1),
                    None => missing.is_cut = true,
                }
                used = used.saturating_add(1);
            }
            after_gap = !is_there;
        }
        (missing, there)
    }

    /// The first of them.
    pub(super) fn first(&self) -> Option<u32> {
        self.runs.iter().find(|run| run.start < run.end).map(|run| run.start)
    }

    /// The first of them is there now.
    pub(super) fn remove_first(&mut self) {
        if let Some(run) = self.runs.iter_mut().find(|run| run.start < run.end) {
            run.start = run.start.saturating_add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn numbers(mut missing: Missing) -> Vec<u32> {
        core::iter::from_fn(|| {
            let first = missing.first();
            missing.remove_first();
            first
        })
        .collect()
    }

    #[test]
    fn runs_are_found_as_far_as_there_is_room() {
        let bits = BitString::new(12, &[0b1001_1100, 0b1110_0000]).unwrap();
        let (missing, there) = Missing::of(&bits);
        assert!(!missing.is_cut);
        assert_eq!((numbers(missing), there), (Vec::from([1, 2, 6, 7, 11]), 7));
        assert_eq!(numbers(Missing::run(3..5)), [3, 4]);
        let (missing, there) = Missing::of(&BitString::new(64, &[0b0101_0011; 8]).unwrap());
        assert!(missing.is_cut);
        // Blocks 4 and 5 of eight are one run: sixteen runs end before the sixth octet.
        assert_eq!((numbers(missing).len(), there), (21, 32));
        let (missing, there) = Missing::of(&BitString::EMPTY);
        assert_eq!((missing.first(), missing.is_cut, there), (None, false, 0));
    }
}
