use core::ops::Range;

use crate::LLC_LEN;

/// An APDU on its way out: LLC header and APDU, cut into information fields.
///
/// It is read from the caller's buffer again for every frame, the first time and every other.
#[derive(Debug, Clone)]
pub(crate) struct Outgoing {
    apdu: Range<usize>,
    /// Octets of header and APDU that need not be sent again.
    done: usize,
    /// Octets that were sent at least once.
    sent: usize,
}

/// One information field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    /// The LLC header stands in front.
    pub(crate) first: bool,
    /// The part of the transmit buffer.
    pub(crate) apdu: Range<usize>,
    /// Nothing follows.
    pub(crate) last: bool,
}

impl Outgoing {
    pub(crate) const fn new(apdu: Range<usize>) -> Self {
        Self { apdu, done: 0, sent: 0 }
    }

    /// Information field number `index` from the oldest one not done, of `most` octets at most.
    pub(crate) fn piece(&self, index: u8, most: usize) -> Option<Piece> {
        let start = self.done.wrapping_add(most.saturating_mul(usize::from(index)));
        let total = self.total();
        if start >= total {
            return None;
        }
        let end = start.wrapping_add(most).min(total);
        let place = |octet: usize| self.apdu.start.wrapping_add(octet.saturating_sub(LLC_LEN));
        Some(Piece { first: start == 0, apdu: place(start)..place(end), last: end == total })
    }

    /// Information field number `index` was sent.
    pub(crate) fn mark_sent(&mut self, index: u8, most: usize) {
        let end = self.done.wrapping_add(most.saturating_mul(usize::from(index).wrapping_add(1)));
        self.sent = self.sent.max(end.min(self.total()));
    }

    /// The oldest `frames` information fields need not be sent again.
    pub(crate) fn mark_done(&mut self, frames: u8, most: usize) {
        self.done = self.done.wrapping_add(most.saturating_mul(usize::from(frames))).min(self.total());
    }

    /// Whether nothing is left.
    pub(crate) fn is_done(&self) -> bool {
        self.done >= self.total()
    }

    /// Whether all of it was sent at least once.
    pub(crate) fn is_sent(&self) -> bool {
        self.sent >= self.total()
    }

    fn total(&self) -> usize {
        self.apdu.len().wrapping_add(LLC_LEN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_counts_against_the_first_field() {
        let mut out = Outgoing::new(10..20);
        let piece = |first, apdu, last| Some(Piece { first, apdu, last });
        assert_eq!(out.piece(0, 5), piece(true, 10..12, false));
        assert_eq!(out.piece(1, 5), piece(false, 12..17, false));
        assert_eq!(out.piece(2, 5), piece(false, 17..20, true));
        assert_eq!(out.piece(3, 5), None);
        out.mark_sent(1, 5);
        assert!(!out.is_sent());
        out.mark_done(2, 5);
        assert_eq!(out.piece(0, 5), piece(false, 17..20, true));
        out.mark_sent(0, 5);
        assert!(out.is_sent() && !out.is_done());
        out.mark_done(1, 5);
        assert!(out.is_done());
        assert_eq!(Outgoing::new(10..20).piece(0, 13), piece(true, 10..20, true));
    }
}
