use dlms_core::time::Instant;

use crate::LineSettings;

/// When what is being waited for comes or is given up.
///
/// A wait begins when it is first asked for, but not before what was sent is out, so it matters little whether the
/// driver's write returns before or after.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Clock {
    pub(crate) sent_until: Instant,
    pub(crate) until: Option<Instant>,
}

impl Clock {
    /// So many characters begin to go out.
    pub(crate) fn sending(&mut self, line: LineSettings, characters: usize, now: Instant) {
        self.sent_until = self.sent_until.max(now).plus(line.milliseconds(characters));
        self.until = None;
    }

    /// A new wait, from `now` on.
    pub(crate) const fn set(&mut self, now: Instant, milliseconds: u64) {
        self.until = Some(now.plus(milliseconds));
    }

    /// The end of the wait that began at the first call.
    pub(crate) fn wait(&mut self, now: Instant, milliseconds: u64) -> Instant {
        *self.until.get_or_insert(self.sent_until.max(now).plus(milliseconds))
    }

    /// Whether the wait is over; if so, there is none any more.
    pub(crate) fn expired(&mut self, now: Instant) -> bool {
        let expired = self.until.is_some_and(|until| until <= now);
        if expired {
            self.until = None;
        }
        expired
    }
}
