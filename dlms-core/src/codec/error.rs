/// Why bytes could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// The input ends before the value does.
    #[error("input ends {missing} byte(s) early")]
    Truncated {
        /// Octets that would have been needed at least.
        missing: usize,
    },
    /// The value ends before the input does.
    #[error("{0} byte(s) left over")]
    Trailing(usize),
    /// A tag that no alternative has.
    #[error("unknown tag {0:#04x}")]
    UnknownTag(u8),
    /// A well-formed value of another type.
    #[error("expected {expected}, found tag {found:#04x}")]
    WrongType {
        /// The type that was expected, in the standard's words.
        expected: &'static str,
        /// The tag that was found.
        found: u8,
    },
    /// A structure with another number of members.
    #[error("expected {expected} element(s), found {found}")]
    WrongCount {
        /// The number of elements that was expected.
        expected: usize,
        /// The number that was found.
        found: usize,
    },
    /// A value that its field does not allow.
    #[error("invalid {0}")]
    InvalidValue(&'static str),
    /// A length or count in a form that is not allowed, or larger than what can follow.
    #[error("length out of bounds")]
    Length,
    /// More levels of nesting than [`limits::NESTING`](crate::limits::NESTING).
    #[error("nested too deep")]
    TooDeep,
    /// More elements than the stated limit.
    #[error("too many elements")]
    TooMany,
}

/// What went wrong, and at which octet of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[error("{kind} at byte {offset}")]
pub struct DecodeError {
    /// What went wrong.
    pub kind: DecodeErrorKind,
    /// Zero-based offset of the octet at which it showed.
    pub offset: usize,
}

/// The output was too small.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[error("buffer too small: {needed} bytes needed")]
pub struct Overflow {
    /// The number of octets that would have fitted.
    pub needed: usize,
}
