use dlms_core::data::DateTime;
use dlms_core::structure;

use super::pattern::{is_open, last, next};

structure! {
    /// When pushes may be sent: from a start to the end that follows. Fields left open repeat it; a start or an end
    /// with all fields open is none. Local times.
    #[derive(Eq)]
    pub struct Window {
        /// When it opens.
        pub start_time: DateTime,
        /// When it closes.
        pub end_time: DateTime,
    }
}

impl Window {
    /// Whether it is open: `local` in seconds since 1970-01-01T00:00:00 of local time.
    #[must_use]
    pub fn is_open_at(&self, local: i64) -> bool {
        let closed = if is_open(self.end_time) { None } else { last(self.end_time, local) };
        match last(self.start_time, local) {
            _ if is_open(self.start_time) => closed.is_none() || next(self.end_time, local).is_some(),
            None => false,
            Some(opened) => closed.is_none_or(|closed| opened >= closed),
        }
    }

    /// When it opens next, after `local`.
    #[must_use]
    pub fn next_start(&self, local: i64) -> Option<i64> {
        if is_open(self.start_time) { None } else { next(self.start_time, local) }
    }
}

/// The windows of a Push setup, up to [`MAX`](Self::MAX).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Windows {
    windows: [Option<Window>; Self::MAX],
}

impl Windows {
    /// Windows at most.
    pub const MAX: usize = 4;

    /// These; nothing if there are more.
    #[must_use]
    pub fn new(windows: impl IntoIterator<Item = Window>) -> Option<Self> {
        let mut new = Self::default();
        let mut slots = new.windows.iter_mut();
        for window in windows {
            *slots.next()? = Some(window);
        }
        Some(new)
    }

    /// Them.
    pub fn iter(&self) -> impl Iterator<Item = Window> + use<'_> {
        self.windows.iter().flatten().copied()
    }

    /// How many there are.
    pub(super) fn count(&self) -> u32 {
        self.iter().fold(0u32, |count, _| count.saturating_add(1))
    }

    /// Whether one is open, or there is none.
    #[must_use]
    pub fn is_open_at(&self, local: i64) -> bool {
        self.iter().next().is_none() || self.iter().any(|window| window.is_open_at(local))
    }

    /// When one opens next, after `local`.
    #[must_use]
    pub fn next_start(&self, local: i64) -> Option<i64> {
        self.iter().filter_map(|window| window.next_start(local)).min()
    }
}
