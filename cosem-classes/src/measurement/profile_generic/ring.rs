use super::{Storage, StorageError};

/// Room for `ROWS` rows of at most `OCTETS` octets each, in place.
#[derive(Debug, Clone)]
pub struct Ring<const ROWS: usize, const OCTETS: usize> {
    slots: [Slot<OCTETS>; ROWS],
    first: u32,
    end: u32,
}

#[derive(Debug, Clone, Copy)]
struct Slot<const OCTETS: usize> {
    len: usize,
    octets: [u8; OCTETS],
}

impl<const ROWS: usize, const OCTETS: usize> Ring<ROWS, OCTETS> {
    const CAPACITY: u32 = {
        assert!(ROWS > 0 && ROWS < 1 << 24, "a ring has a row at least");
        #[allow(clippy::cast_possible_truncation, reason = "checked above")]
        {
            ROWS as u32
        }
    };

    /// No rows.
    #[must_use]
    pub const fn new() -> Self {
        Self { slots: [Slot { len: 0, octets: [0; OCTETS] }; ROWS], first: 0, end: 0 }
    }

    /// Row `row` is in the slot of its number modulo the number of slots.
    fn slot(&self, row: u32) -> Option<&Slot<OCTETS>> {
        let row = (self.first..self.end).contains(&row).then_some(row)?;
        self.slots.get(index::<ROWS>(row)?)
    }

    fn put(&mut self, row: u32, octets: &[u8]) -> Result<(), StorageError> {
        let slot = index::<ROWS>(row).and_then(|i| self.slots.get_mut(i)).ok_or(StorageError::NoRow)?;
        let place = slot.octets.get_mut(..octets.len()).ok_or(StorageError::TooLong)?;
        for (place, octet) in place.iter_mut().zip(octets) {
            *place = *octet;
        }
        slot.len = octets.len();
        Ok(())
    }

    fn swap(&mut self, a: u32, b: u32) {
        if let (Some(a), Some(b)) = (index::<ROWS>(a), index::<ROWS>(b))
            && a < ROWS
            && b < ROWS
        {
            self.slots.swap(a, b);
        }
    }

    /// Before the numbers run out they begin anew; slots stay what they are.
    fn renumber(&mut self) {
        if self.end > u32::MAX - 2 * Self::CAPACITY {
            let first = self.first.checked_rem(Self::CAPACITY).unwrap_or(0);
            (self.first, self.end) = (first, first.saturating_add(self.end.saturating_sub(self.first)));
        }
    }
}

impl<const ROWS: usize, const OCTETS: usize> Default for Ring<ROWS, OCTETS> {
    fn default() -> Self {
        Self::new()
    }
}

fn index<const ROWS: usize>(row: u32) -> Option<usize> {
    usize::try_from(row).ok()?.checked_rem(ROWS)
}

impl<const ROWS: usize, const OCTETS: usize> Storage for Ring<ROWS, OCTETS> {
    const INSERTS: bool = true;

    fn first(&self) -> u32 {
        self.first
    }

    fn end(&self) -> u32 {
        self.end
    }

    fn capacity(&self) -> u32 {
        Self::CAPACITY
    }

    fn read<T>(&self, row: u32, read: impl FnOnce(&[u8]) -> T) -> Result<T, StorageError> {
        let slot = self.slot(row).ok_or(StorageError::NoRow)?;
        slot.octets.get(..slot.len).map(read).ok_or(StorageError::NoRow)
    }

    fn append(&mut self, row: &[u8]) -> Result<(), StorageError> {
        if row.len() > OCTETS {
            return Err(StorageError::TooLong);
        }
        self.renumber();
        self.put(self.end, row)?;
        self.end = self.end.saturating_add(1);
        self.first = self.first.max(self.end.saturating_sub(Self::CAPACITY));
        Ok(())
    }

    fn insert(&mut self, before: u32, row: &[u8]) -> Result<(), StorageError> {
        if row.len() > OCTETS {
            return Err(StorageError::TooLong);
        }
        let place = before.min(self.end).saturating_sub(self.first);
        if place >= Self::CAPACITY {
            return Ok(());
        }
        self.renumber();
        let before = self.first.saturating_add(place);
        // The slot after the last row takes the new one, or the slot of the last row if there is no other.
        let full = self.end.saturating_sub(self.first) >= Self::CAPACITY;
        let mut at = if full { self.end.saturating_sub(1) } else { self.end };
        self.put(at, row)?;
        while at > before {
            self.swap(at, at.saturating_sub(1));
            at = at.saturating_sub(1);
        }
        // The same slots by other numbers.
        let rows = self.end.saturating_sub(self.first).saturating_add(u32::from(!full));
        self.first = self.first.saturating_add(Self::CAPACITY);
        self.end = self.first.saturating_add(rows);
        Ok(())
    }

    fn keep(&mut self, first: u32, end: u32) -> Result<(), StorageError> {
        self.end = end.min(self.end).max(self.first);
        self.first = first.max(self.first).min(self.end);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::laws;
    use super::*;

    #[test]
    fn keeps_the_laws_of_a_storage() {
        laws::hold(Ring::<4, 3>::new());
    }

    #[test]
    fn numbers_begin_anew_before_they_run_out() {
        let rows = |ring: &Ring<4, 1>| -> std::vec::Vec<u8> {
            (ring.first..ring.end).map(|n| ring.read(n, |row| row[0]).unwrap()).collect()
        };
        let mut ring = Ring::<4, 1>::new();
        (ring.first, ring.end) = (u32::MAX - 9, u32::MAX - 9);
        for octet in 0..20u8 {
            ring.append(&[octet]).unwrap();
            let kept: std::vec::Vec<u8> = (octet.saturating_sub(3)..=octet).collect();
            assert_eq!(rows(&ring), kept);
        }
        assert!(ring.end < 30);

        (ring.first, ring.end) = (u32::MAX - 9, u32::MAX - 9);
        for (n, octet) in [1, 9, 5, 7, 8].into_iter().enumerate() {
            let before = (ring.first..ring.end).find(|n| ring.read(*n, |row| row[0] > octet).unwrap());
            ring.insert(before.unwrap_or(ring.end), &[octet]).unwrap();
            assert_eq!(rows(&ring).len(), (n + 1).min(4));
            assert!(rows(&ring).is_sorted());
        }
        assert!(ring.end < 30);
    }
}
