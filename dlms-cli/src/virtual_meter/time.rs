use core::sync::atomic::{AtomicI64, Ordering};
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use cosem_classes::clock::TimeSource;
use dlms_core::apdu::DataAccessResult;

/// The meter's time: the computer's when it starts, then as fast as wanted, and off by what clients set.
#[derive(Debug, Clone)]
pub(crate) struct MeterTime {
    start: i64,
    since: Instant,
    speed: u32,
    offset: Arc<AtomicI64>,
}

impl MeterTime {
    /// A time that begins now and runs `speed` times as fast as ours.
    pub(crate) fn new(speed: u32) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let start = i64::try_from(now.as_millis()).unwrap_or(0);
        Self { start, since: Instant::now(), speed, offset: Arc::default() }
    }

    /// Milliseconds since 1970-01-01T00:00:00Z in the world the meter stands in, whatever its clock shows.
    pub(crate) fn world(&self) -> i64 {
        let passed = i64::try_from(self.since.elapsed().as_millis()).unwrap_or(i64::MAX);
        self.start.saturating_add(passed.saturating_mul(i64::from(self.speed)))
    }
}

impl TimeSource for MeterTime {
    fn utc_milliseconds(&self) -> i64 {
        self.world().saturating_add(self.offset.load(Ordering::Relaxed))
    }

    fn set(&mut self, utc_milliseconds: i64) -> Result<(), DataAccessResult> {
        self.offset.store(utc_milliseconds.saturating_sub(self.world()), Ordering::Relaxed);
        Ok(())
    }
}
