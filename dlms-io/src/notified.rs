use core::fmt;

use dlms::Notification;
use dlms::client::ClientError;

/// Who is told what the meter sends unasked.
type Listener = Box<dyn FnMut(Result<Notification<'_>, ClientError>) + Send>;

/// Who is told what the meter sends unasked, if anyone is.
#[derive(Default)]
pub(crate) struct Notified(pub(crate) Option<Listener>);

impl Notified {
    pub(crate) fn tell(&mut self, notification: Result<Notification<'_>, ClientError>) {
        if let Some(listener) = &mut self.0 {
            listener(notification);
        }
    }
}

impl fmt::Debug for Notified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Notified").field(&self.0.is_some()).finish()
    }
}
