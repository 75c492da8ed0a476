use std::sync::{Mutex, PoisonError};

/// The threads of a server: one waits for the next connection, others may wait for their turn to do so, the rest serve.
#[derive(Debug)]
pub(super) struct Workers {
    /// Held by the one that waits for a connection.
    door: Mutex<()>,
    count: Mutex<Count>,
    most: usize,
}

#[derive(Debug)]
struct Count {
    all: usize,
    idle: usize,
}

impl Workers {
    /// Threads beyond one that may wait for their turn.
    const SPARE: usize = 2;

    /// The first thread, `most` at a time.
    pub(super) fn new(most: usize) -> Self {
        Self { door: Mutex::new(()), count: Mutex::new(Count { all: 1, idle: 1 }), most: most.max(1) }
    }

    /// Does this when it is this thread's turn.
    pub(super) fn accept<T>(&self, accept: impl FnOnce() -> T) -> T {
        let _turn = self.door.lock().unwrap_or_else(PoisonError::into_inner);
        accept()
    }

    /// This thread has something to serve. Returns whether another is to be started in its place; it is counted.
    pub(super) fn leave(&self) -> bool {
        let mut count = self.count.lock().unwrap_or_else(PoisonError::into_inner);
        count.idle = count.idle.saturating_sub(1);
        let another = count.idle == 0 && count.all < self.most;
        if another {
            count.all = count.all.saturating_add(1);
            count.idle = 1;
        }
        another
    }

    /// This thread has served. Returns whether it is still needed.
    pub(super) fn come_back(&self) -> bool {
        let mut count = self.count.lock().unwrap_or_else(PoisonError::into_inner);
        let needed = count.idle <= Self::SPARE;
        if needed {
            count.idle = count.idle.saturating_add(1);
        } else {
            count.all = count.all.saturating_sub(1);
        }
        needed
    }

    /// The thread that was to be started was not.
    pub(super) fn dismiss(&self) {
        let mut count = self.count.lock().unwrap_or_else(PoisonError::into_inner);
        count.all = count.all.saturating_sub(1);
        count.idle = count.idle.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_waits_while_the_others_serve_up_to_the_most() {
        let workers = Workers::new(3);
        assert!(workers.leave() && workers.leave());
        // All three serve now.
        assert!(!workers.leave());
        assert!(workers.come_back() && workers.come_back());
        assert!(!workers.leave());
        workers.dismiss();
        assert!(workers.leave());
    }

    #[test]
    fn no_more_wait_than_are_needed_soon() {
        let workers = Workers::new(100);
        for _ in 0..10 {
            assert!(workers.leave());
        }
        assert_eq!((0..10).filter(|_| workers.come_back()).count(), Workers::SPARE);
        for _ in 0..Workers::SPARE {
            assert!(!workers.leave());
        }
    }
}
