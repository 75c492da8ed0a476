use dlms_core::time::Instant;

/// A clock that can be waited for: an executor's, a counter's.
#[allow(async_fn_in_trait, reason = "executors of firmware move no futures between threads")]
pub trait Timer {
    /// The time now.
    fn now(&self) -> Instant;

    /// Waits until this instant; not at all if it is past. Dropping the future ends the waiting.
    async fn until(&mut self, instant: Instant);
}

impl<M: Timer> Timer for &mut M {
    fn now(&self) -> Instant {
        (**self).now()
    }

    async fn until(&mut self, instant: Instant) {
        (**self).until(instant).await;
    }
}
