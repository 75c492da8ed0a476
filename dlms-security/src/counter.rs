/// Whose invocation counter it is. Counters belong to keys: all associations that use a Security setup share them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct CounterId {
    /// The Security setup instance the key belongs to.
    pub setup: u8,
    /// Of the global broadcast key, not the unicast one.
    pub broadcast: bool,
}

/// Why a store did not do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum StoreError {
    /// The medium failed.
    #[error("the counter store failed")]
    Unavailable,
    /// What is stored makes no sense.
    #[error("the counter store is corrupt")]
    Corrupt,
    /// No room for another counter.
    #[error("the counter store is full")]
    Full,
}

/// Where counters outlive a power failure: flash on a meter, a file on a host.
pub trait CounterStore {
    /// The ceiling last reserved, from which counting goes on; 0 if there never was one.
    ///
    /// # Errors
    /// The store failed. Nothing is sent then: a guess might use a counter twice.
    fn load(&mut self, id: CounterId) -> Result<u32, StoreError>;

    /// Stores the ceiling that [`load`](Self::load) is to give from now on, in place of the last one.
    /// It must outlive a power failure once this returns.
    ///
    /// # Errors
    /// The store failed.
    fn reserve(&mut self, id: CounterId, ceiling: u32) -> Result<(), StoreError>;
}

impl<S: CounterStore + ?Sized> CounterStore for &mut S {
    fn load(&mut self, id: CounterId) -> Result<u32, StoreError> {
        (**self).load(id)
    }
    fn reserve(&mut self, id: CounterId, ceiling: u32) -> Result<(), StoreError> {
        (**self).reserve(id, ceiling)
    }
}

/// Why there is no counter to send under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum CounterError {
    /// All values were used: the key must be replaced.
    #[error("invocation counter exhausted: the key must be replaced")]
    Exhausted,
    /// More counters in use than there are places for.
    #[error("no room for another invocation counter")]
    NoRoom,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The invocation counters to send under, `N` of them.
///
/// Counters are reserved ahead: the store is written once in `step` messages, and after a restart counting goes on at
/// the stored ceiling. So no value is ever used twice, however the power fails, at the price of up to `step` values a
/// restart. The first value of a new key is 1; 0xFFFF_FFFF is never used.
#[derive(Debug)]
pub struct InvocationCounters<S, const N: usize = 4> {
    store: S,
    step: u32,
    slots: [Option<Slot>; N],
}

#[derive(Debug, Clone, Copy)]
struct Slot {
    id: CounterId,
    /// The value to use next.
    next: u32,
    /// The first value that is not reserved.
    ceiling: u32,
}

impl<S: CounterStore, const N: usize> InvocationCounters<S, N> {
    /// Values reserved at a time, unless told otherwise.
    pub const STEP: u32 = 1000;

    /// Counters that go on where `store` says.
    pub const fn new(store: S) -> Self {
        Self { store, step: Self::STEP, slots: [None; N] }
    }

    /// As before, with `step` values reserved at a time; at least one.
    #[must_use]
    pub fn with_step(self, step: u32) -> Self {
        Self { step: step.max(1), ..self }
    }

    /// The value to send the next message under. It is used up, whatever becomes of the message.
    ///
    /// # Errors
    /// `Exhausted`, `NoRoom`, or the store failed; no value is used up then.
    pub fn next(&mut self, id: CounterId) -> Result<u32, CounterError> {
        let step = self.step;
        let (slot, store) = self.slot(id)?;
        let value = slot.next;
        if value == u32::MAX {
            return Err(CounterError::Exhausted);
        }
        if value >= slot.ceiling {
            let ceiling = value.saturating_add(step);
            store.reserve(id, ceiling)?;
            slot.ceiling = ceiling;
        }
        slot.next = value.saturating_add(1);
        Ok(value)
    }

    /// The value that [`next`](Self::next) would give.
    ///
    /// # Errors
    /// As [`next`](Self::next).
    pub fn peek(&mut self, id: CounterId) -> Result<u32, CounterError> {
        match self.slot(id)?.0.next {
            u32::MAX => Err(CounterError::Exhausted),
            value => Ok(value),
        }
    }

    /// Goes on at `at_least` or higher: what the peer expects, by its invocation counter object or its
    /// invocation-counter-error. Never goes back. Whoever can make this up can use up all values; so only on the word
    /// of a peer that is authentic or physically at hand.
    ///
    /// # Errors
    /// `NoRoom`, or the store failed.
    pub fn raise(&mut self, id: CounterId, at_least: u32) -> Result<(), CounterError> {
        let slot = self.slot(id)?.0;
        slot.next = slot.next.max(at_least);
        Ok(())
    }

    /// Starts again at 1 after the key was replaced. With a key that was used before, this breaks its secrecy.
    ///
    /// # Errors
    /// `NoRoom`, or the store failed; counting then goes on as before.
    pub fn restart_with_new_key(&mut self, id: CounterId) -> Result<(), CounterError> {
        let (slot, store) = self.slot(id)?;
        store.reserve(id, 1)?;
        *slot = Slot { id, next: 1, ceiling: 1 };
        Ok(())
    }

    /// Gives back what was reserved and not used, before an orderly end.
    ///
    /// # Errors
    /// The store failed; then the values are lost, no more.
    pub fn settle(&mut self) -> Result<(), CounterError> {
        for slot in self.slots.iter_mut().flatten() {
            if slot.next < slot.ceiling {
                self.store.reserve(slot.id, slot.next)?;
                slot.ceiling = slot.next;
            }
        }
        Ok(())
    }

    /// The store.
    pub fn into_store(self) -> S {
        self.store
    }

    fn slot(&mut self, id: CounterId) -> Result<(&mut Slot, &mut S), CounterError> {
        let known = self.slots.iter().position(|slot| slot.is_some_and(|slot| slot.id == id));
        let place = known.or_else(|| self.slots.iter().position(Option::is_none));
        let place = place.and_then(|i| self.slots.get_mut(i)).ok_or(CounterError::NoRoom)?;
        let slot = match place {
            Some(slot) => slot,
            None => {
                // Some receivers take 0 for the last value they saw.
                let next = self.store.load(id)?.max(1);
                place.insert(Slot { id, next, ceiling: next })
            }
        };
        Ok((slot, &mut self.store))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RamCounters;

    const ID: CounterId = CounterId { setup: 0, broadcast: false };
    const BROADCAST: CounterId = CounterId { setup: 0, broadcast: true };

    /// Counts writes, and can fail.
    #[derive(Default)]
    struct Flash {
        counters: RamCounters,
        writes: usize,
        broken: bool,
    }

    impl CounterStore for Flash {
        fn load(&mut self, id: CounterId) -> Result<u32, StoreError> {
            if self.broken { Err(StoreError::Unavailable) } else { self.counters.load(id) }
        }
        fn reserve(&mut self, id: CounterId, ceiling: u32) -> Result<(), StoreError> {
            if self.broken {
                return Err(StoreError::Unavailable);
            }
            self.writes += 1;
            self.counters.reserve(id, ceiling)
        }
    }

    #[test]
    fn a_restart_never_uses_a_value_again() {
        let mut flash = Flash::default();
        let mut last = 0;
        for run in 0..50 {
            let mut counters = InvocationCounters::<_>::new(&mut flash).with_step(7);
            for _ in 0..run {
                let value = counters.next(ID).unwrap();
                assert!(value > last);
                last = value;
            }
        }
    }

    #[test]
    fn the_store_is_written_once_a_step() {
        let mut flash = Flash::default();
        let mut counters = InvocationCounters::<_>::new(&mut flash).with_step(100);
        for expected in 1..=1000 {
            assert_eq!(counters.next(ID), Ok(expected));
        }
        assert_eq!(flash.writes, 10);
    }

    #[test]
    fn what_was_settled_is_not_lost() {
        let mut store = RamCounters::<1>::default();
        let mut counters = InvocationCounters::<_>::new(&mut store);
        assert_eq!(counters.next(ID), Ok(1));
        counters.settle().unwrap();
        assert_eq!(counters.next(ID), Ok(2));
        counters.settle().unwrap();
        assert_eq!(InvocationCounters::<_>::new(&mut store).next(ID), Ok(3));
    }

    #[test]
    fn the_last_value_is_never_used_and_nothing_wraps() {
        let mut counters = InvocationCounters::<_>::new(RamCounters::<2>::default());
        counters.raise(ID, u32::MAX - 2).unwrap();
        assert_eq!(counters.next(ID), Ok(u32::MAX - 2));
        assert_eq!(counters.next(ID), Ok(u32::MAX - 1));
        assert_eq!(counters.next(ID), Err(CounterError::Exhausted));
        assert_eq!(counters.next(ID), Err(CounterError::Exhausted));
        assert_eq!(counters.peek(ID), Err(CounterError::Exhausted));
        assert_eq!(counters.next(BROADCAST), Ok(1));
        let mut again = InvocationCounters::<_>::new(counters.into_store());
        assert_eq!(again.next(ID), Err(CounterError::Exhausted));
        again.restart_with_new_key(ID).unwrap();
        assert_eq!(again.next(ID), Ok(1));
    }

    #[test]
    fn raising_never_lowers() {
        let mut counters = InvocationCounters::<_>::new(RamCounters::<1>::default());
        counters.raise(ID, 500).unwrap();
        counters.raise(ID, 20).unwrap();
        assert_eq!(counters.peek(ID), Ok(500));
        assert_eq!(counters.next(ID), Ok(500));
        assert_eq!(counters.next(ID), Ok(501));
    }

    #[test]
    fn a_store_that_fails_gives_no_values() {
        let mut flash = Flash { broken: true, ..Flash::default() };
        let error = Err(CounterError::Store(StoreError::Unavailable));
        assert_eq!(InvocationCounters::<_>::new(&mut flash).next(ID), error);
        flash.broken = false;
        let mut counters = InvocationCounters::<_>::new(flash).with_step(1);
        assert_eq!(counters.next(ID), Ok(1));
        counters.store.broken = true;
        assert_eq!(counters.next(ID), error);
        counters.store.broken = false;
        assert_eq!(counters.next(ID), Ok(2));
    }

    #[test]
    fn more_keys_than_places_are_refused() {
        let mut counters = InvocationCounters::<_, 1>::new(RamCounters::<4>::default());
        assert_eq!(counters.next(ID), Ok(1));
        assert_eq!(counters.next(BROADCAST), Err(CounterError::NoRoom));
        assert_eq!(counters.next(ID), Ok(2));
    }
}
