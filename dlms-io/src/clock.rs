use std::time::{SystemTime, UNIX_EPOCH};

use cosem_classes::clock::TimeSource;
use dlms_core::apdu::DataAccessResult;
use dlms_core::time::Instant;

/// The host's monotonic clock, in a machine's milliseconds since it was started.
#[derive(Debug, Clone, Copy)]
pub struct Clock(std::time::Instant);

impl Clock {
    /// A clock that begins at zero now.
    #[must_use]
    pub fn start() -> Self {
        Self(std::time::Instant::now())
    }

    /// The time that passed since.
    #[must_use]
    pub fn now(&self) -> Instant {
        Instant::default() + self.0.elapsed()
    }
}

/// The host's time of day for a meter's clock. Setting it leaves the host's alone: only the difference is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SystemClock {
    /// Milliseconds ahead of the host.
    pub offset: i64,
}

impl TimeSource for SystemClock {
    fn utc_milliseconds(&self) -> i64 {
        host().saturating_add(self.offset)
    }

    fn set(&mut self, utc_milliseconds: i64) -> Result<(), DataAccessResult> {
        self.offset = utc_milliseconds.saturating_sub(host());
        Ok(())
    }
}

fn host() -> i64 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_millis()).unwrap_or(i64::MAX),
        Err(before) => {
            i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |before| before.saturating_neg())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_was_set_goes_on_from_there() {
        let mut clock = SystemClock::default();
        assert!(clock.utc_milliseconds() > 1_600_000_000_000);
        clock.set(1_000).unwrap();
        let first = clock.utc_milliseconds();
        assert!((1_000..60_000).contains(&first));
        std::thread::sleep(core::time::Duration::from_millis(5));
        assert!(clock.utc_milliseconds() > first);
    }

    #[test]
    fn a_monotonic_clock_begins_at_zero() {
        let clock = Clock::start();
        let first = clock.now();
        assert!(first < Instant(60_000));
        assert!(clock.now() >= first);
    }
}
