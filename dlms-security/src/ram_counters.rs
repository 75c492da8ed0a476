use crate::{CounterId, CounterStore, StoreError};

/// A counter store that forgets when the power goes: for tests, and for keys that end with the process.
/// Keys that live longer need one that keeps, such as the file of a host.
#[derive(Debug, Clone)]
pub struct RamCounters<const N: usize = 4>([Option<(CounterId, u32)>; N]);

impl<const N: usize> RamCounters<N> {
    /// Nothing reserved yet.
    #[must_use]
    pub const fn new() -> Self {
        Self([None; N])
    }
}

impl<const N: usize> Default for RamCounters<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize> CounterStore for RamCounters<N> {
    fn load(&mut self, id: CounterId) -> Result<u32, StoreError> {
        Ok(self.0.iter().flatten().find(|(known, _)| *known == id).map_or(0, |(_, ceiling)| *ceiling))
    }

    fn reserve(&mut self, id: CounterId, ceiling: u32) -> Result<(), StoreError> {
        let known = self.0.iter().position(|entry| entry.is_some_and(|(known, _)| known == id));
        let place = known.or_else(|| self.0.iter().position(Option::is_none));
        let place = place.and_then(|i| self.0.get_mut(i)).ok_or(StoreError::Full)?;
        *place = Some((id, ceiling));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_a_ceiling_for_each_key() {
        let mut store = RamCounters::<2>::new();
        let id = |setup| CounterId { setup, broadcast: false };
        assert_eq!(store.load(id(1)), Ok(0));
        store.reserve(id(1), 10).unwrap();
        store.reserve(id(2), 20).unwrap();
        store.reserve(id(1), 11).unwrap();
        assert_eq!(store.reserve(id(3), 1), Err(StoreError::Full));
        assert_eq!((store.load(id(1)), store.load(id(2))), (Ok(11), Ok(20)));
    }
}
