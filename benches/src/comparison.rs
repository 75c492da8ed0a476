use core::fmt;
use core::hint::black_box;
use core::time::Duration;
use std::time::Instant;

use cpu_time::ProcessTime;

/// Batches of every contender at least, and how long to go on with them at least.
const BATCHES: (usize, Duration) = (200, Duration::from_millis(1_500));
/// How long a batch takes at least.
const BATCH: Duration = Duration::from_micros(200);

/// Who does the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contender {
    /// This suite.
    Ours,
    /// dlms-cosem-rs 0.1.0.
    DlmsCosemRs,
    /// dlms_cosem 0.2.0.
    DlmsCosem,
    /// As little code as can do it, for these octets alone: what the machine allows.
    Limit,
}

/// What is aimed at, as ratios in one run: absolute times differ from machine to machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct Target {
    /// Times faster than the best peer, at least.
    pub peer: Option<f64>,
    /// Times the time of the limit, at most.
    pub limit: Option<f64>,
}

impl Target {
    /// So many times faster than the best peer.
    #[must_use]
    pub const fn peer(ratio: f64) -> Self {
        Self { peer: Some(ratio), limit: None }
    }

    /// At most so many times the time of the limit.
    #[must_use]
    pub const fn limit(ratio: f64) -> Self {
        Self { peer: None, limit: Some(ratio) }
    }

    /// At most so many times the time of the limit, too.
    #[must_use]
    pub const fn and_limit(self, ratio: f64) -> Self {
        Self { limit: Some(ratio), ..self }
    }
}

/// So many turns; the sum of what they gave.
type Batch<'w> = Box<dyn FnMut(u64) -> u64 + 'w>;

/// One piece of work, and all who do it.
pub struct Comparison<'w> {
    id: &'static str,
    work: &'static str,
    octets: Option<usize>,
    target: Target,
    batch: Duration,
    entries: Vec<(Contender, Batch<'w>)>,
}

impl<'w> Comparison<'w> {
    /// Work that nobody does yet.
    #[must_use]
    pub const fn new(id: &'static str, work: &'static str) -> Self {
        let target = Target { peer: None, limit: None };
        Self { id, work, octets: None, target, batch: BATCH, entries: Vec::new() }
    }

    /// Each turn works through so many octets: the table shows octets per second.
    #[must_use]
    pub fn octets(self, octets: usize) -> Self {
        Self { octets: Some(octets), ..self }
    }

    /// What is aimed at.
    #[must_use]
    pub fn target(self, target: Target) -> Self {
        Self { target, ..self }
    }

    /// How long a batch takes at least: more where several threads first have to find each other.
    #[must_use]
    pub fn batch(self, batch: Duration) -> Self {
        Self { batch, ..self }
    }

    /// Somebody who does it; every turn gives a checksum, the same for everybody and every time.
    #[must_use]
    pub fn by(mut self, contender: Contender, mut turn: impl FnMut() -> u64 + 'w) -> Self {
        let batch = move |turns| (0..turns).fold(0u64, |sum, _| sum.wrapping_add(black_box(turn())));
        self.entries.push((contender, Box::new(batch)));
        self
    }

    /// Whether its name contains `filter`.
    #[must_use]
    pub fn matches(&self, filter: &str) -> bool {
        format!("{} {}", self.id, self.work).contains(filter)
    }

    /// Lets everybody do it once.
    ///
    /// # Panics
    /// Somebody gives another checksum.
    pub fn check(&mut self) {
        let mut first = None;
        for (contender, batch) in &mut self.entries {
            let checksum = batch(1);
            let expected = *first.get_or_insert(checksum);
            assert_eq!(checksum, expected, "{} {}: {contender:?} gives another result", self.id, self.work);
        }
    }

    /// Measures everybody in turn, batch by batch, so that whatever disturbs the machine disturbs all.
    ///
    /// # Panics
    /// Somebody gives another checksum.
    #[must_use]
    pub fn measure(mut self) -> Measured {
        self.check();
        let mut times: Vec<Times> =
            self.entries.iter_mut().map(|(who, batch)| Times::new(*who, batch, self.batch)).collect();
        let start = Instant::now();
        let mut batches = 0;
        while batches < BATCHES.0 || start.elapsed() < BATCHES.1 {
            batches += 1;
            for ((_, batch), times) in self.entries.iter_mut().zip(&mut times) {
                times.add(batch);
            }
        }
        Measured { id: self.id, work: self.work, octets: self.octets, target: self.target, times }
    }
}

impl fmt::Debug for Comparison<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Comparison").field("id", &self.id).field("work", &self.work).finish_non_exhaustive()
    }
}

/// What a comparison came to.
#[derive(Debug, Clone)]
pub struct Measured {
    pub(crate) id: &'static str,
    pub(crate) work: &'static str,
    pub(crate) octets: Option<usize>,
    pub(crate) target: Target,
    times: Vec<Times>,
}

impl Measured {
    pub(crate) fn times(&self, contender: Contender) -> Option<&Times> {
        self.times.iter().find(|times| times.contender == contender)
    }
}

/// The times of one contender.
#[derive(Debug, Clone)]
pub(crate) struct Times {
    contender: Contender,
    turns: u64,
    checksum: u64,
    /// Of this thread, in one turn.
    pub(crate) allocations: u64,
    /// Nanoseconds of processor time for one turn, by batch.
    nanoseconds: Vec<f64>,
}

impl Times {
    fn new(contender: Contender, batch: &mut Batch<'_>, least: Duration) -> Self {
        let mut checksum = 0;
        let allocations = allocation_counter::measure(|| checksum = batch(1)).count_total;
        let mut turns = 1;
        // The best of a few: one may have been disturbed.
        while turns < 1 << 30 && (0..5).any(|_| time(batch, turns).0 < least) {
            turns *= 2;
        }
        Self { contender, turns, checksum, allocations, nanoseconds: Vec::new() }
    }

    fn add(&mut self, batch: &mut Batch<'_>) {
        let (time, checksum) = time(batch, self.turns);
        assert_eq!(checksum, self.checksum.wrapping_mul(self.turns), "{:?} is not constant", self.contender);
        self.nanoseconds.push(time.as_secs_f64() * 1e9 / self.turns as f64);
    }

    pub(crate) fn minimum(&self) -> f64 {
        self.nanoseconds.iter().copied().fold(f64::INFINITY, f64::min)
    }

    pub(crate) fn median(&self) -> f64 {
        let mut sorted = self.nanoseconds.clone();
        sorted.sort_by(f64::total_cmp);
        sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
    }
}

fn time(batch: &mut Batch<'_>, turns: u64) -> (Duration, u64) {
    let start = ProcessTime::now();
    let checksum = batch(black_box(turns));
    (start.elapsed(), checksum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_is_measured() {
        let measured =
            Comparison::new("X", "work").by(Contender::Ours, || 7).by(Contender::Limit, || 7).measure();
        let ours = measured.times(Contender::Ours).unwrap();
        assert!(ours.minimum() > 0.0 && ours.minimum() <= ours.median());
        assert_eq!(ours.allocations, 0);
        assert!(measured.times(Contender::DlmsCosem).is_none());
    }

    #[test]
    #[should_panic(expected = "Limit gives another result")]
    fn another_result_is_found() {
        Comparison::new("X", "work").by(Contender::Ours, || 7).by(Contender::Limit, || 8).check();
    }

    #[test]
    fn allocations_are_counted() {
        let measured = Comparison::new("X", "work").by(Contender::Ours, || vec![3u64; 9][8]).measure();
        assert_eq!(measured.times(Contender::Ours).unwrap().allocations, 1);
    }
}
