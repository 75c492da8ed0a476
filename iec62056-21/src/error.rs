/// What is wrong with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum ParseErrorKind {
    /// The text ends before its form is complete.
    #[error("text ends too early")]
    Truncated,
    /// A character that the form does not have at this place.
    #[error("unexpected character")]
    Unexpected,
    /// More characters than the field may have.
    #[error("field is too long")]
    TooLong,
    /// More text after the complete form.
    #[error("text after the end")]
    Trailing,
    /// The block check character (BCC) is wrong.
    #[error("wrong block check character: {found:#04x} instead of {calculated:#04x}")]
    BlockCheck {
        /// The one that was found.
        found: u8,
        /// The one that the octets have.
        calculated: u8,
    },
    /// The CRC of a P1 telegram is wrong.
    #[error("wrong CRC: {found:04X} instead of {calculated:04X}")]
    Crc {
        /// The one that was found.
        found: u16,
        /// The one that the octets have.
        calculated: u16,
    },
    /// A P1 telegram has no CRC.
    #[error("no CRC")]
    NoCrc,
    /// An address that is no OBIS code.
    #[error("no OBIS code")]
    Obis,
}

/// What is wrong with a text, and at which octet of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[error("{kind} at byte {offset}")]
pub struct ParseError {
    /// What is wrong.
    pub kind: ParseErrorKind,
    /// Zero-based offset of the octet at which it showed; at most the length of the text.
    pub offset: usize,
}

impl ParseError {
    /// The same in a larger text, in which this one begins at `start`.
    #[must_use]
    pub const fn within(self, start: usize) -> Self {
        Self { kind: self.kind, offset: self.offset.saturating_add(start) }
    }
}

impl ParseErrorKind {
    pub(crate) const fn at(self, offset: usize) -> ParseError {
        ParseError { kind: self, offset }
    }
}
