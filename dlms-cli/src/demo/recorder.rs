use std::sync::{Arc, Mutex, PoisonError};

use dlms_io::Observer;

/// Remembers the last frame that was sent, as one who listens on the line could.
#[derive(Debug, Clone, Default)]
pub(super) struct Recorder(Arc<Mutex<Vec<u8>>>);

impl Recorder {
    /// The last frame that was sent.
    pub(super) fn last_sent(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Observer for Recorder {
    fn sent(&mut self, octets: &[u8]) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = octets.to_vec();
    }

    fn received(&mut self, _: &[u8]) {}
}
