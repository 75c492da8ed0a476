use dlms_core::time::Instant;

/// What a primary waits for, besides the next octet of a frame, for which the line waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Timer {
    /// The final frame of an answer.
    Response,
    /// The time to ask a peer again that was not ready.
    Poll,
    /// The time after which a peer that is not ready counts as gone.
    Readiness,
    /// The time the line needs between two directions.
    Turnaround,
}

/// One instant for each [`Timer`] that runs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timers {
    at: [Option<Instant>; 4],
}

impl Timers {
    pub(crate) const fn new() -> Self {
        Self { at: [None; 4] }
    }

    pub(crate) fn start(&mut self, timer: Timer, at: Instant) {
        self.set(timer, Some(at));
    }

    pub(crate) fn stop(&mut self, timer: Timer) {
        self.set(timer, None);
    }

    pub(crate) fn is_running(&self, timer: Timer) -> bool {
        self.at.get(timer as usize).is_some_and(Option::is_some)
    }

    /// Lets a timer that runs run on until `at`, if that is later.
    pub(crate) fn postpone(&mut self, timer: Timer, at: Instant) {
        if let Some(Some(running)) = self.at.get_mut(timer as usize) {
            *running = at.max(*running);
        }
    }

    /// Whether the timer ran out; if so, it is stopped.
    pub(crate) fn expired(&mut self, timer: Timer, now: Instant) -> bool {
        match self.at.get_mut(timer as usize) {
            Some(slot) if slot.is_some_and(|at| at <= now) => {
                *slot = None;
                true
            }
            _ => false,
        }
    }

    /// When the first of them runs out.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.at.iter().fold(None, |first, at| earlier(first, *at))
    }

    fn set(&mut self, timer: Timer, at: Option<Instant>) {
        if let Some(slot) = self.at.get_mut(timer as usize) {
            *slot = at;
        }
    }
}

/// The first of two instants, if there are any.
pub(crate) fn earlier(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    match (one, other) {
        (Some(one), Some(other)) => Some(if other < one { other } else { one }),
        (one, None) => one,
        (None, other) => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_the_timers_counts() {
        let mut timers = Timers::new();
        assert_eq!(timers.next(), None);
        timers.start(Timer::Response, Instant(50));
        timers.start(Timer::Turnaround, Instant(20));
        assert_eq!(timers.next(), Some(Instant(20)));
        assert!(!timers.expired(Timer::Turnaround, Instant(19)));
        assert!(timers.expired(Timer::Turnaround, Instant(20)));
        assert!(!timers.expired(Timer::Turnaround, Instant(20)));
        assert!(timers.is_running(Timer::Response));
        timers.stop(Timer::Response);
        assert_eq!(timers.next(), None);
    }
}
