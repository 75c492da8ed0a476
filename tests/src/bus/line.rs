/// How fast a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// Bits a second.
    pub baud: u32,
    /// Bits that an octet takes, start, parity and stop bits included: ten for 8N1.
    pub bits: u32,
}

impl Line {
    /// 9600 baud, 8N1.
    pub const STANDARD: Self = Self { baud: 9_600, bits: 10 };

    /// Nanoseconds that an octet takes.
    #[must_use]
    pub const fn octet(self) -> u64 {
        self.bits as u64 * 1_000_000_000 / self.baud as u64
    }
}
