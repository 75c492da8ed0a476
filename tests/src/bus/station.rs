use dlms_core::time::Instant;

/// What is connected to a line.
pub trait Station {
    /// Goes on with what was heard; the next octets for the line, if there are any now.
    fn speak(&mut self, now: Instant) -> Option<Vec<u8>>;

    /// Takes octets from the line.
    fn hear(&mut self, octets: &[u8], now: Instant);

    /// When it wants to be woken.
    fn wakes(&self) -> Option<Instant>;

    /// That time came.
    fn wake(&mut self, now: Instant);
}
