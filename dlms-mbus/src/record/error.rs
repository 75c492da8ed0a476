/// Why octets are not a data record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum RecordErrorKind {
    /// The input ends before the record does.
    #[error("record ends {missing} byte(s) early")]
    Truncated {
        /// Octets that would have been needed at least.
        missing: usize,
    },
    /// More than ten octets extend the data information field.
    #[error("more than ten extensions of the data information field")]
    DataExtensions,
    /// More than ten octets extend the value information field.
    #[error("more than ten extensions of the value information field")]
    ValueExtensions,
    /// A data information field that is reserved.
    #[error("reserved data information field {0:#04x}")]
    Reserved(u8),
    /// A length octet of variable data that is reserved.
    #[error("reserved length octet {0:#04x} of variable data")]
    VariableLength(u8),
}

/// What is wrong with a record, and at which octet of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[error("{kind} at byte {offset}")]
pub struct RecordError {
    /// What is wrong.
    pub kind: RecordErrorKind,
    /// Zero-based offset of the octet at which it showed.
    pub offset: usize,
}

impl RecordErrorKind {
    pub(super) const fn at(self, offset: usize) -> RecordError {
        RecordError { kind: self, offset }
    }
}

impl RecordError {
    /// The same in a larger input, in which the records begin at `start`.
    #[must_use]
    pub const fn within(self, start: usize) -> Self {
        Self { kind: self.kind, offset: self.offset.saturating_add(start) }
    }
}

impl From<dlms_core::codec::DecodeError> for RecordError {
    fn from(error: dlms_core::codec::DecodeError) -> Self {
        let missing = match error.kind {
            dlms_core::codec::DecodeErrorKind::Truncated { missing } => missing,
            _ => 1,
        };
        RecordErrorKind::Truncated { missing }.at(error.offset)
    }
}
