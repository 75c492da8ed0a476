/// How much a client sent and received: what a reading costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Statistics {
    /// Requests sent that were answered or are still waiting: one a round trip.
    pub round_trips: u32,
    /// Octets of APDUs sent, ciphering included, framing not.
    pub sent: u64,
    /// Octets of APDUs received, ciphering included, framing not.
    pub received: u64,
    /// Messages received that answered nothing that was asked, or were late: they were let pass.
    pub let_pass: u32,
}

impl Statistics {
    /// Something was sent; it makes a round trip if the server's answer is waited for.
    pub(super) const fn sent(&mut self, octets: usize, waits: bool) {
        if waits {
            self.round_trips = self.round_trips.saturating_add(1);
        }
        self.sent = self.sent.saturating_add(octets as u64);
    }

    pub(super) const fn let_pass(&mut self) {
        self.let_pass = self.let_pass.saturating_add(1);
    }

    pub(super) const fn received(&mut self, octets: usize) {
        self.received = self.received.saturating_add(octets as u64);
    }
}
