use std::io;

use iec62056_21::LineSettings;

use super::{EchoCancelling, Transport};

/// A serial line, whose speed and characters can be changed.
pub trait Line: Transport {
    /// Waits until what was written has left, and changes then.
    ///
    /// # Errors
    /// The line cannot be so.
    fn set_line(&mut self, settings: LineSettings) -> io::Result<()>;
}

impl<T: Line + ?Sized> Line for &mut T {
    fn set_line(&mut self, settings: LineSettings) -> io::Result<()> {
        (**self).set_line(settings)
    }
}

impl<T: Line + ?Sized> Line for Box<T> {
    fn set_line(&mut self, settings: LineSettings) -> io::Result<()> {
        (**self).set_line(settings)
    }
}

impl<T: Line> Line for EchoCancelling<T> {
    fn set_line(&mut self, settings: LineSettings) -> io::Result<()> {
        self.transport_mut().set_line(settings)
    }
}
