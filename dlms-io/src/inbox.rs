/// Octets that were received and that the machine has not taken yet.
#[derive(Debug)]
pub(crate) struct Inbox<B> {
    octets: B,
    taken: usize,
    filled: usize,
}

impl<B: AsRef<[u8]> + AsMut<[u8]>> Inbox<B> {
    pub(crate) const fn new(octets: B) -> Self {
        Self { octets, taken: 0, filled: 0 }
    }

    /// What is left to take.
    pub(crate) fn rest(&self) -> &[u8] {
        self.octets.as_ref().get(self.taken..self.filled).unwrap_or_default()
    }

    /// The machine took so many octets. One that takes none would be asked for ever: what there is is dropped then.
    pub(crate) fn take(&mut self, octets: usize) {
        self.taken = self.taken.saturating_add(octets);
        if octets == 0 || self.taken >= self.filled {
            (self.taken, self.filled) = (0, 0);
        }
    }

    /// Room for what comes next.
    pub(crate) fn room(&mut self) -> &mut [u8] {
        self.octets.as_mut().get_mut(self.filled..).unwrap_or_default()
    }

    /// So many octets were written into the room.
    pub(crate) fn fill(&mut self, octets: usize) {
        self.filled = self.filled.saturating_add(octets).min(self.octets.as_ref().len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octets_come_out_as_they_went_in() {
        let mut inbox = Inbox::new([0; 4]);
        inbox.room()[..3].copy_from_slice(&[1, 2, 3]);
        inbox.fill(3);
        inbox.take(1);
        assert_eq!(inbox.rest(), [2, 3]);
        assert_eq!(inbox.room().len(), 1);
        inbox.take(2);
        assert!(inbox.rest().is_empty());
        assert_eq!(inbox.room().len(), 4);
        inbox.fill(9);
        assert_eq!(inbox.rest().len(), 4);
        inbox.take(0);
        assert!(inbox.rest().is_empty());
    }
}
