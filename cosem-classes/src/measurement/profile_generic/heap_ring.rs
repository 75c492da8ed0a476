use alloc::collections::VecDeque;
use alloc::vec::Vec;

use super::{Storage, StorageError};

/// Room for a number of rows of any length, on the heap.
#[derive(Debug, Clone)]
pub struct HeapRing {
    rows: VecDeque<Vec<u8>>,
    first: u32,
    capacity: u32,
}

impl HeapRing {
    /// No rows, and room for `capacity` of them.
    #[must_use]
    pub const fn new(capacity: u32) -> Self {
        Self { rows: VecDeque::new(), first: 0, capacity }
    }

    fn index(&self, row: u32) -> usize {
        usize::try_from(row.saturating_sub(self.first)).unwrap_or(usize::MAX)
    }

    fn len(&self) -> u32 {
        u32::try_from(self.rows.len()).unwrap_or(u32::MAX)
    }

    /// Before the numbers run out they begin anew.
    fn renumber(&mut self) {
        if self.first > u32::MAX / 2 {
            self.first = 0;
        }
    }
}

impl Storage for HeapRing {
    const INSERTS: bool = true;

    fn first(&self) -> u32 {
        self.first
    }

    fn end(&self) -> u32 {
        self.first.saturating_add(self.len())
    }

    fn capacity(&self) -> u32 {
        self.capacity
    }

    fn read<T>(&self, row: u32, read: impl FnOnce(&[u8]) -> T) -> Result<T, StorageError> {
        let row = Some(row).filter(|row| *row >= self.first).and_then(|row| self.rows.get(self.index(row)));
        row.map(|row| read(row)).ok_or(StorageError::NoRow)
    }

    fn append(&mut self, row: &[u8]) -> Result<(), StorageError> {
        self.renumber();
        self.rows.push_back(row.to_vec());
        while self.len() > self.capacity {
            self.rows.pop_front();
            self.first = self.first.saturating_add(1);
        }
        Ok(())
    }

    fn insert(&mut self, before: u32, row: &[u8]) -> Result<(), StorageError> {
        let index = self.index(before).min(self.rows.len());
        self.renumber();
        let end = self.end();
        if self.len() >= self.capacity {
            if index >= self.rows.len() {
                return Ok(());
            }
            self.rows.pop_back();
        }
        self.rows.insert(index, row.to_vec());
        self.first = end;
        Ok(())
    }

    fn keep(&mut self, first: u32, end: u32) -> Result<(), StorageError> {
        let (kept, dropped) = (self.index(end), self.index(first).min(self.rows.len()));
        self.rows.truncate(kept);
        self.rows.drain(..dropped.min(self.rows.len()));
        self.first = self.first.saturating_add(u32::try_from(dropped).unwrap_or(u32::MAX));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::laws;
    use super::*;

    #[test]
    fn keeps_the_laws_of_a_storage() {
        laws::hold(HeapRing::new(4));
    }
}
