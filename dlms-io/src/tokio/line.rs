use core::future::Future;
use std::io;

use iec62056_21::LineSettings;
use tokio::io::{AsyncRead, AsyncWrite};

use super::EchoCancelling;

/// A serial line, whose speed and characters can be changed.
pub trait Line: AsyncRead + AsyncWrite + Unpin {
    /// Waits until what was written has left, and changes then.
    ///
    /// # Errors
    /// The line cannot be so.
    fn set_line(&mut self, settings: LineSettings) -> impl Future<Output = io::Result<()>> + Send;
}

impl<T: Line> Line for &mut T {
    fn set_line(&mut self, settings: LineSettings) -> impl Future<Output = io::Result<()>> + Send {
        (**self).set_line(settings)
    }
}

impl<T: Line> Line for EchoCancelling<T> {
    fn set_line(&mut self, settings: LineSettings) -> impl Future<Output = io::Result<()>> + Send {
        self.transport_mut().set_line(settings)
    }
}
