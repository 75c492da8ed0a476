use core::cell::RefCell;

use dlms::server::LogicalDevice;

/// The logical devices that the connections of a server share.
pub trait Shared {
    /// A logical device.
    type Device: LogicalDevice;

    /// Does something with the devices, for no longer than it takes to serve one message. Nothing if they cannot be
    /// had: the connection then ends.
    fn with<T>(&self, serve: impl FnOnce(&mut [Self::Device]) -> T) -> Option<T>;
}

impl<S: Shared + ?Sized> Shared for &S {
    type Device = S::Device;

    fn with<T>(&self, serve: impl FnOnce(&mut [Self::Device]) -> T) -> Option<T> {
        (**self).with(serve)
    }
}

/// For the tasks of one thread.
impl<D: LogicalDevice, const N: usize> Shared for RefCell<[D; N]> {
    type Device = D;

    fn with<T>(&self, serve: impl FnOnce(&mut [D]) -> T) -> Option<T> {
        Some(serve(&mut *self.try_borrow_mut().ok()?))
    }
}

#[cfg(feature = "std")]
impl<S: Shared + ?Sized> Shared for std::sync::Arc<S> {
    type Device = S::Device;

    fn with<T>(&self, serve: impl FnOnce(&mut [Self::Device]) -> T) -> Option<T> {
        (**self).with(serve)
    }
}

/// A panic in one connection does not end the others.
#[cfg(feature = "std")]
impl<D: LogicalDevice> Shared for std::sync::Mutex<Vec<D>> {
    type Device = D;

    fn with<T>(&self, serve: impl FnOnce(&mut [D]) -> T) -> Option<T> {
        let mut devices = self.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        Some(serve(&mut devices))
    }
}
