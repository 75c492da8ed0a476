use super::Faults;

/// How a station is connected to the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Port {
    /// Microseconds from the last octet heard to the first that this station can send.
    pub turnaround: u64,
    /// It hears its own octets, as with adapters that do not switch the receiver off.
    pub echo: bool,
    /// It waits until nobody speaks; else it speaks into what others say.
    pub listens_first: bool,
    /// In which pieces it reads.
    pub reads: Reads,
    /// What happens to what it sends.
    pub faults: Faults,
}

/// In which pieces a station reads what it hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reads {
    /// As soon as so many octets came,
    pub octets: usize,
    /// or when it was silent for the time of so many octets.
    pub silence: u64,
}

impl Reads {
    /// One octet a read.
    pub const OCTETS: Self = Self { octets: 1, silence: 0 };
    /// Whatever is said in one go.
    pub const FRAMES: Self = Self { octets: usize::MAX, silence: 2 };

    /// So many octets at a time, and the rest after a little silence: what serial controllers do.
    #[must_use]
    pub const fn pieces(octets: usize) -> Self {
        Self { octets, silence: 4 }
    }
}

impl Port {
    /// Speaks at once, reads every octet, nothing goes wrong.
    pub const PLAIN: Self =
        Self { turnaround: 0, echo: false, listens_first: true, reads: Reads::OCTETS, faults: Faults::NONE };

    /// The same with so many milliseconds of turn-around.
    #[must_use]
    pub const fn turning_in(self, milliseconds: u64) -> Self {
        Self { turnaround: milliseconds * 1_000, ..self }
    }
}
