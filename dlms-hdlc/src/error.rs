/// Why octets are not a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum FrameErrorKind {
    /// The input ends before the frame does.
    #[error("frame ends {missing} byte(s) early")]
    Truncated {
        /// Octets that would have been needed at least.
        missing: usize,
    },
    /// There is no flag where the frame has to start or to end.
    #[error("no flag")]
    Flag,
    /// The frame format is not type 3.
    #[error("frame format {0:#04x} is not type 3")]
    FormatType(u8),
    /// The length field says something else than the input, or less than the shortest frame has.
    #[error("frame length {0} does not fit")]
    Length(u16),
    /// The frame is longer than the room for it.
    #[error("frame of {0} bytes is too long")]
    TooLong(u16),
    /// An address of three octets, or of more than four.
    #[error("address of three or more than four bytes")]
    Address,
    /// The header check sequence (HCS) is wrong.
    #[error("wrong header check sequence")]
    HeaderCheck,
    /// The frame check sequence (FCS) is wrong.
    #[error("wrong frame check sequence")]
    FrameCheck,
}

/// What is wrong with a frame, and at which octet of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[error("{kind} at byte {offset}")]
pub struct FrameError {
    /// What is wrong.
    pub kind: FrameErrorKind,
    /// Zero-based offset of the octet at which it showed; of a check sequence, its first octet.
    pub offset: usize,
}

impl FrameErrorKind {
    pub(crate) const fn at(self, offset: usize) -> FrameError {
        FrameError { kind: self, offset }
    }
}

impl FrameError {
    /// The same in a larger input, in which the frame begins at `start`.
    #[must_use]
    pub const fn within(self, start: usize) -> Self {
        Self { kind: self.kind, offset: self.offset.saturating_add(start) }
    }
}
