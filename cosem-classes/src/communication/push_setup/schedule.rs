use dlms_core::crypto::{CryptoError, CryptoProvider};
use dlms_core::time::Instant;

use super::Settings;

/// When a push is due: a machine without a clock. One for each Push setup object.
///
/// A push that is [`trigger`](Self::trigger)ed waits for a window and for its random delay; when [`poll`](Self::poll)
/// says [`Step::Push`], the device tries, and tells [`succeeded`](Self::succeeded) or [`failed`](Self::failed).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Schedule {
    state: State,
    failures: u8,
    /// Triggered once more while a push was to come.
    again: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    #[default]
    Idle,
    /// Triggered, to be put off at random as soon as a window is open.
    Triggered,
    /// To be sent from then on, as soon as a window is open.
    Due(Instant),
    UnderWay,
}

/// What a schedule wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Try to push now.
    Push,
    /// Nothing until then; nothing at all until it is triggered, told how a push ended, or a window is written.
    Wait(Option<Instant>),
}

/// Milliseconds after which a window is looked for again where none will open: the clock may be set.
const LOOK_AGAIN: u64 = 3_600_000;

impl Schedule {
    /// Nothing to push.
    #[must_use]
    pub const fn new() -> Self {
        Self { state: State::Idle, failures: 0, again: false }
    }

    /// A push is wanted. While one is under way, one more is sent after it; while one is still to come, that will do.
    pub fn trigger(&mut self) {
        match self.state {
            State::Idle => (self.state, self.failures) = (State::Triggered, 0),
            State::Triggered => {}
            State::Due(_) | State::UnderWay => self.again = true,
        }
    }

    /// Gives up what is still to come: method `reset`.
    pub fn reset(&mut self) {
        *self = Self::new();
    }

    /// What to do at `now`, which is `local` seconds since 1970-01-01T00:00:00 of the device's local time.
    ///
    /// # Errors
    /// There is no randomness to be had; the push is still to come.
    pub fn poll<C: CryptoProvider + ?Sized>(
        &mut self,
        settings: &Settings,
        crypto: &mut C,
        local: i64,
        now: Instant,
    ) -> Result<Step, CryptoError> {
        if matches!(self.state, State::Idle | State::UnderWay) {
            return Ok(Step::Wait(None));
        }
        if !settings.windows.is_open_at(local) {
            // What was put off into no window is put off again from the next one on.
            self.state = State::Triggered;
            let ahead = settings.windows.next_start(local).map(|start| start.saturating_sub(local));
            let ahead = ahead.and_then(|seconds| u64::try_from(seconds).ok());
            let wait = ahead.map_or(LOOK_AGAIN, |seconds| seconds.saturating_mul(1_000).min(LOOK_AGAIN));
            return Ok(Step::Wait(Some(now.plus(wait.max(1)))));
        }
        if self.state == State::Triggered {
            let delay = random_up_to(crypto, settings.randomisation_start_interval)?;
            self.state = State::Due(now.plus(delay));
        }
        match self.state {
            State::Due(at) if now < at => Ok(Step::Wait(Some(at))),
            _ => {
                self.state = State::UnderWay;
                Ok(Step::Push)
            }
        }
    }

    /// The push was sent, and confirmed if it has to be.
    pub fn succeeded(&mut self) {
        self.end();
    }

    /// The push failed. Whether it will be tried again; if not, it is given up.
    pub fn failed(&mut self, settings: &Settings, now: Instant) -> bool {
        if self.state != State::UnderWay {
            return self.state != State::Idle;
        }
        if self.failures >= settings.number_of_retries {
            self.end();
            return false;
        }
        self.failures = self.failures.saturating_add(1);
        let delay = u64::from(settings.repetition_delay.after(self.failures));
        self.state = State::Due(now.plus(delay.saturating_mul(1_000)));
        true
    }

    /// Whether a push is under way.
    #[must_use]
    pub fn is_under_way(&self) -> bool {
        self.state == State::UnderWay
    }

    fn end(&mut self) {
        let again = self.again;
        *self = Self::new();
        if again {
            self.trigger();
        }
    }
}

/// A number of milliseconds, up to so many seconds.
fn random_up_to<C: CryptoProvider + ?Sized>(crypto: &mut C, seconds: u16) -> Result<u64, CryptoError> {
    if seconds == 0 {
        return Ok(0);
    }
    let mut octets = [0; 4];
    crypto.random(&mut octets)?;
    let most = u64::from(seconds).saturating_mul(1_000).saturating_add(1);
    // The high half of the product: each number as likely as the next, near enough.
    Ok(u64::from(u32::from_be_bytes(octets)).saturating_mul(most) >> 32)
}
