/// Octets that came in pieces, each of which remembers where in the input it was.
#[derive(Debug, Clone, Default)]
pub(super) struct Pieces {
    octets: Vec<u8>,
    /// Where in the octets a piece begins, and where in the input.
    starts: Vec<(usize, usize)>,
}

impl Pieces {
    /// One piece.
    pub(super) fn one(octets: &[u8], offset: usize) -> Self {
        let mut pieces = Self::default();
        pieces.push(octets, offset);
        pieces
    }

    /// A piece more.
    pub(super) fn push(&mut self, octets: &[u8], offset: usize) {
        if !octets.is_empty() {
            self.starts.push((self.octets.len(), offset));
            self.octets.extend_from_slice(octets);
        }
    }

    /// A part of others, behind.
    pub(super) fn push_part(&mut self, of: &Self, from: usize, to: usize) {
        let mut at = from;
        while at < to {
            let behind = of.starts.partition_point(|(start, _)| *start <= at);
            let next = of.starts.get(behind).map_or(to, |(start, _)| *start).min(to);
            self.push(of.octets.get(at..next).unwrap_or_default(), of.offset(at));
            at = next;
        }
    }

    /// The same places, with what their octets decipher to.
    pub(super) fn deciphered(of: &Self, octets: &[u8]) -> Self {
        Self { octets: octets.to_vec(), starts: of.starts.clone() }
    }

    /// All octets.
    pub(super) fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// Where in the input octet number `at` was.
    pub(super) fn offset(&self, at: usize) -> usize {
        let behind = self.starts.partition_point(|(start, _)| *start <= at);
        let piece = behind.checked_sub(1).and_then(|piece| self.starts.get(piece));
        piece.map_or(at, |(start, offset)| offset + (at - start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_octet_knows_where_it_was() {
        let mut pieces = Pieces::one(&[1, 2, 3], 10);
        pieces.push(&[4, 5], 20);
        assert_eq!((0..6).map(|at| pieces.offset(at)).collect::<Vec<_>>(), [10, 11, 12, 20, 21, 22]);
        let mut part = Pieces::default();
        part.push_part(&pieces, 2, 5);
        assert_eq!(part.octets(), [3, 4, 5]);
        assert_eq!((0..3).map(|at| part.offset(at)).collect::<Vec<_>>(), [12, 20, 21]);
    }
}
