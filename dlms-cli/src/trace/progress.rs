use core::time::Duration;
use std::io::Write;
use std::time::Instant;

use dlms_io::Observer;

/// How long a transfer lasts before anything is said of it.
const PATIENCE: Duration = Duration::from_secs(1);
/// Between two times that something is said.
const STEP: Duration = Duration::from_millis(200);

/// Tells the terminal how much came, once a transfer takes its time.
pub(super) struct Progress {
    began: Instant,
    shown: Option<Instant>,
    received: usize,
}

impl Progress {
    /// Nothing came yet.
    pub(super) fn new() -> Self {
        Self { began: Instant::now(), shown: None, received: 0 }
    }
}

impl Observer for Progress {
    fn sent(&mut self, _: &[u8]) {}

    fn received(&mut self, octets: &[u8]) {
        self.received = self.received.saturating_add(octets.len());
        let due = self.shown.map_or(self.began + PATIENCE, |shown| shown + STEP);
        if Instant::now() >= due {
            self.shown = Some(Instant::now());
            let mut stderr = std::io::stderr().lock();
            let _ = write!(stderr, "\r{} bytes received", self.received).and_then(|()| stderr.flush());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown.is_some() {
            // The line is cleared for what comes next.
            let _ = write!(std::io::stderr().lock(), "\r\x1b[K");
        }
    }
}
