//! Why a text is no OBIS code.

/// A text that is no OBIS code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at byte {offset}")]
pub struct ParseObisError {
    /// What is wrong.
    pub kind: ParseObisErrorKind,
    /// Where, in bytes from the start; at most the length of the text.
    pub offset: usize,
}

/// What is wrong with the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseObisErrorKind {
    /// The text ends before the form is complete.
    #[error("OBIS code ends too early")]
    Truncated,
    /// A character that no form has at this place.
    #[error("unexpected character in OBIS code")]
    Unexpected,
    /// A group above 255.
    #[error("group of OBIS code above 255")]
    TooLarge,
    /// More text after a complete code.
    #[error("text after OBIS code")]
    Trailing,
}
