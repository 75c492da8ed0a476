/// Octets and silence on a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traffic {
    /// Octets that were sent, by anybody.
    pub octets: u64,
    /// Of them, those that two stations sent at once.
    pub collisions: u64,
    /// Nanoseconds in which nobody spoke, up to the last octet.
    pub idle: u64,
    /// The longest of the silences, in nanoseconds.
    pub longest_silence: u64,
    /// Nanoseconds that were counted.
    pub elapsed: u64,
    pub(super) since: u64,
}

impl Traffic {
    pub(super) const fn starting(since: u64) -> Self {
        Self { octets: 0, collisions: 0, idle: 0, longest_silence: 0, elapsed: 0, since }
    }

    pub(super) fn silence(&mut self, nanoseconds: u64) {
        self.idle += nanoseconds;
        self.longest_silence = self.longest_silence.max(nanoseconds);
    }
}
