use std::time::{SystemTime, UNIX_EPOCH};

use dlms_security::{CounterId, CounterStore, InvocationCounters, StoreError, SystemTitle};

use super::CounterFile;
use crate::connection::{Counting, Settings};
use crate::failure::{Failure, FailureKind};

/// Our counter: of the global unicast key.
pub(super) const UNICAST: CounterId = CounterId { setup: 0, broadcast: false };
/// 2025-01-01T00:00:00Z in seconds since 1970.
const EPOCH: u64 = 1_735_689_600;

/// Values of a kept counter reserved at a time. What a command does not use of them is lost: it keeps the counter ahead
/// of what others may have used in between under the same key.
const STEP: u32 = 100;

/// Where our invocation counters outlive the command.
#[derive(Debug)]
pub(crate) enum Counters {
    /// In a file.
    Kept(CounterFile),
    /// Nowhere: they begin at this value.
    From(u32),
}

impl Counters {
    /// Those that the flags want. Where the meter said what it expects, they begin there, or later if they are kept; else,
    /// if they are not kept, at the time in tenths of a second since 2025.
    pub(super) fn open(
        settings: &Settings,
        expected: Option<u32>,
    ) -> Result<InvocationCounters<Self>, Failure> {
        let store = match (&settings.counting, settings.config.ciphering) {
            (Counting::Kept(path), Some(ciphering)) => {
                Self::Kept(CounterFile::open(path, ciphering.system_title)?)
            }
            _ => Self::From(expected.unwrap_or_else(time)),
        };
        let mut counters = InvocationCounters::new(store).with_step(STEP);
        if let Some(expected) = expected {
            let raised = counters.raise(UNICAST, expected);
            raised.map_err(|error| Failure::new(FailureKind::Io, error.to_string()))?;
        }
        Ok(counters)
    }
}

fn time() -> u32 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let tenths = (now.as_millis() / 100).saturating_sub(u128::from(EPOCH) * 10);
    u32::try_from(tenths).unwrap_or(u32::MAX)
}

impl CounterStore for Counters {
    fn load(&mut self, id: CounterId) -> Result<u32, StoreError> {
        match self {
            Self::Kept(file) => file.load(id),
            Self::From(first) => Ok(*first),
        }
    }

    fn reserve(&mut self, id: CounterId, ceiling: u32) -> Result<(), StoreError> {
        match self {
            Self::Kept(file) => file.reserve(id, ceiling),
            Self::From(_) => Ok(()),
        }
    }
}

/// The name of a counter in a file: whose it is, and which key's.
pub(super) fn names(title: SystemTitle, id: CounterId) -> (String, String) {
    let cast = if id.broadcast { "broadcast" } else { "unicast" };
    (crate::hex::to_text(&title.0), format!("key-set-{}-{cast}", id.setup))
}
