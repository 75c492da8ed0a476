use dlms_core::buffer::Buffer;
use dlms_core::crypto::CryptoProvider;
use dlms_core::link::Link;
use dlms_security::CounterStore;

use super::{Client, ClientError, Exchange};

impl<L: Link, C: CryptoProvider, S: CounterStore, B: Buffer> Client<L, C, S, B> {
    /// Nobody waits for what is being read any more: it is read no further. `Failed` follows, with
    /// [`ClientError::Abandoned`]: with the next block, which is on its way and is not confirmed, or at once where the
    /// server can be told, by the end of a general block transfer. The next request ends what the server has left to
    /// send. Nothing but reading can be abandoned.
    pub fn abandon(&mut self) {
        if !self.is_reading() {
            return;
        }
        self.abandoned = true;
        #[cfg(feature = "general-block-transfer")]
        if self.abort_general() {
            return;
        }
        // Nothing was asked yet, or the next block was not.
        if self.outgoing.take().is_some() {
            self.fail(ClientError::Abandoned);
        }
    }

    fn is_reading(&self) -> bool {
        match &self.exchange {
            Exchange::Get { .. } => true,
            Exchange::Variables(of) => of.is_read(),
            _ => false,
        }
    }
}
