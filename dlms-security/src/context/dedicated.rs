use dlms_core::crypto::KeyId;

use crate::{CounterError, ReplayWindow, SecurityError};

/// The dedicated key of an association, and the counters under it: both begin with the key and end with it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dedicated {
    pub(super) key: KeyId,
    /// Whether it is counted with the global key: see [`SecurityContext::share_counter`](super::SecurityContext).
    pub(super) shared: bool,
    next: u32,
    received: ReplayWindow,
}

impl Dedicated {
    pub(super) const fn new(key: KeyId) -> Self {
        Self { key, shared: false, next: 1, received: ReplayWindow::new() }
    }

    /// The counter to send the next APDU under, which is used up by this.
    pub(super) fn next(&mut self) -> Result<u32, CounterError> {
        match self.next {
            u32::MAX => Err(CounterError::Exhausted),
            value => {
                self.next = value.saturating_add(1);
                Ok(value)
            }
        }
    }

    pub(super) fn raise(&mut self, at_least: u32) {
        self.next = self.next.max(at_least);
    }

    /// Checks that a received counter is new.
    pub(super) fn check(&self, counter: u32) -> Result<(), SecurityError> {
        if self.received.is_new(counter) {
            Ok(())
        } else {
            Err(SecurityError::Replayed { expected: self.received.expected() })
        }
    }

    pub(super) fn accept(&mut self, counter: u32) {
        self.received.accept(counter);
    }
}
