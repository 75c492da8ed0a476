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

impl ParseErrorKind {
    pub(crate) const fn at(self, offset: usize) -> ParseError {
        ParseError { kind: self, offset }
    }
}
