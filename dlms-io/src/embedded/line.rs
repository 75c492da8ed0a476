use embedded_io_async::{Read, Write};
use iec62056_21::LineSettings;

/// A serial line, whose speed and characters can be changed.
#[allow(async_fn_in_trait, reason = "for executors of one thread; nothing is asked of the futures")]
pub trait Line: Read + Write {
    /// Waits until what was written has left, and changes then.
    ///
    /// # Errors
    /// The line cannot be so.
    async fn set_line(&mut self, settings: LineSettings) -> Result<(), Self::Error>;
}

impl<T: Line> Line for &mut T {
    async fn set_line(&mut self, settings: LineSettings) -> Result<(), Self::Error> {
        (**self).set_line(settings).await
    }
}
