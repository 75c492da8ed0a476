use crate::SequenceNumber;

/// The sequence variables of one connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    /// V(A): the oldest frame that is not acknowledged.
    acked: SequenceNumber,
    /// V(R): the frame expected next.
    receive: SequenceNumber,
    /// Which of the frames from V(A) on is sent next.
    next: u8,
    /// How many frames from V(A) on were ever sent.
    sent: u8,
}

/// Where a received I frame stands in the sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// It is the one expected.
    InSequence,
    /// One before it is missing.
    Ahead,
    /// It came before.
    Repeated,
}

impl Window {
    /// All variables zero, as SNRM and UA leave them.
    pub(crate) const fn new() -> Self {
        let zero = SequenceNumber::new(0);
        Self { acked: zero, receive: zero, next: 0, sent: 0 }
    }

    /// Takes N(R): how many frames it acknowledges anew; none if it acknowledges what was never sent.
    pub(crate) fn acknowledge(&mut self, receive: SequenceNumber) -> Option<u8> {
        let frames = receive.since(self.acked);
        self.sent = self.sent.checked_sub(frames)?;
        self.next = self.next.saturating_sub(frames);
        self.acked = receive;
        Some(frames)
    }

    /// Where a frame with this N(S) stands; up to `size` frames may come in a row.
    pub(crate) fn arrival(&self, send: SequenceNumber, size: u8) -> Arrival {
        match send.since(self.receive) {
            0 => Arrival::InSequence,
            ahead if ahead < size => Arrival::Ahead,
            _ => Arrival::Repeated,
        }
    }

    /// The frame expected was taken.
    pub(crate) fn taken(&mut self) {
        self.receive = self.receive.plus(1);
    }

    /// Sends from the oldest unacknowledged frame on again.
    pub(crate) const fn go_back(&mut self) {
        self.next = 0;
    }

    /// Which of the frames from V(A) on is sent next.
    pub(crate) const fn next(&self) -> u8 {
        self.next
    }

    /// Whether the peer takes another frame before it acknowledges.
    pub(crate) const fn has_room(&self, size: u8) -> bool {
        self.next < size
    }

    /// N(S) of the frame sent next, which counts as sent.
    pub(crate) fn send(&mut self) -> SequenceNumber {
        let number = self.acked.plus(self.next);
        self.next = self.next.saturating_add(1);
        self.sent = self.sent.max(self.next);
        number
    }

    /// How many frames were sent and are not acknowledged.
    pub(crate) const fn unacknowledged(&self) -> u8 {
        self.sent
    }

    /// V(R), which goes out as N(R).
    pub(crate) const fn receive(&self) -> SequenceNumber {
        self.receive
    }

    /// V(S).
    pub(crate) const fn send_state(&self) -> SequenceNumber {
        self.acked.plus(self.sent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn n(value: u8) -> SequenceNumber {
        SequenceNumber::new(value)
    }

    #[test]
    fn going_back_sends_the_same_numbers_again() {
        let mut window = Window::new();
        assert_eq!([window.send(), window.send(), window.send()], [n(0), n(1), n(2)]);
        assert!(!window.has_room(3));
        assert_eq!(window.acknowledge(n(1)), Some(1));
        window.go_back();
        assert_eq!(window.unacknowledged(), 2);
        assert_eq!([window.send(), window.send()], [n(1), n(2)]);
        // What was sent the first time may be acknowledged after all.
        window.go_back();
        assert_eq!(window.acknowledge(n(3)), Some(2));
        assert_eq!(window.acknowledge(n(4)), None);
    }

    #[test]
    fn numbers_that_were_never_sent_are_not_acknowledged() {
        let mut window = Window::new();
        window.send();
        assert_eq!(window.acknowledge(n(2)), None);
        assert_eq!(window.acknowledge(n(7)), None);
        assert_eq!(window.acknowledge(n(1)), Some(1));
        assert_eq!(window.acknowledge(n(1)), Some(0));
    }

    #[test]
    fn arrivals_are_in_sequence_ahead_or_repeated() {
        let mut window = Window::new();
        window.taken();
        assert_eq!(window.arrival(n(1), 1), Arrival::InSequence);
        assert_eq!(window.arrival(n(2), 1), Arrival::Repeated);
        assert_eq!(window.arrival(n(2), 3), Arrival::Ahead);
        assert_eq!(window.arrival(n(0), 7), Arrival::Repeated);
    }
}
