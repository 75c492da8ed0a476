use std::time::{SystemTime, UNIX_EPOCH};

use dlms_security::{CounterId, CounterStore, StoreError, SystemTitle};

use super::CounterFile;
use crate::connection::{Counting, Settings};
use crate::failure::Failure;

/// 2025-01-01T00:00:00Z in seconds since 1970.
const EPOCH: u64 = 1_735_689_600;

/// Where our invocation counters outlive the command.
#[derive(Debug)]
pub(crate) enum Counters {
    /// In a file.
    Kept(CounterFile),
    /// Nowhere: they begin at the time, in tenths of a second since 2025.
    FromTime(u32),
}

impl Counters {
    /// As the flags want it.
    pub(super) fn new(settings: &Settings) -> Result<Self, Failure> {
        match (&settings.counting, settings.config.ciphering) {
            (Counting::Kept(path), Some(ciphering)) => {
                CounterFile::open(path, ciphering.system_title).map(Self::Kept)
            }
            _ => Ok(Self::from_time()),
        }
    }

    /// Counters for someone who has no file.
    pub(super) fn from_time() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let tenths = (now.as_millis() / 100).saturating_sub(u128::from(EPOCH) * 10);
        Self::FromTime(u32::try_from(tenths).unwrap_or(u32::MAX))
    }
}

impl CounterStore for Counters {
    fn load(&mut self, id: CounterId) -> Result<u32, StoreError> {
        match self {
            Self::Kept(file) => file.load(id),
            Self::FromTime(first) => Ok(*first),
        }
    }

    fn reserve(&mut self, id: CounterId, ceiling: u32) -> Result<(), StoreError> {
        match self {
            Self::Kept(file) => file.reserve(id, ceiling),
            Self::FromTime(_) => Ok(()),
        }
    }
}

/// The name of a counter in a file: whose it is, and which key's.
pub(super) fn names(title: SystemTitle, id: CounterId) -> (String, String) {
    let cast = if id.broadcast { "broadcast" } else { "unicast" };
    (crate::hex::to_text(&title.0), format!("key-set-{}-{cast}", id.setup))
}
