use crate::ParseError;

/// What happened in programming mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum ProgrammingEvent {
    /// The meter sent the operand (P0) of a secure algorithm: [`Programming::answer`](super::Programming::answer) has
    /// it. The password is what comes next.
    Operand,
    /// The meter did as it was told (ACK).
    Done,
    /// The answer to a read command is complete: [`Programming::answer`](super::Programming::answer).
    Answer,
    /// The meter refused, and said why: [`Programming::answer`](super::Programming::answer).
    Refused,
    /// The session is over: one side said so.
    Ended,
    /// The exchange failed.
    Failed(ProgrammingError),
}

/// Why an exchange failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum ProgrammingError {
    /// The meter does not answer.
    #[error("no answer")]
    NoAnswer,
    /// What it answered was damaged, the last time too.
    #[error("damaged answer: {0}")]
    Damaged(ParseError),
    /// It did not understand the command, the last time either (NAK).
    #[error("the meter does not understand the command")]
    NotUnderstood,
    /// It answered, but not to what it was told.
    #[error("an answer to something else")]
    Unexpected,
    /// The answer is longer than the buffer.
    #[error("the buffer has room for {0} byte(s) of the answer")]
    TooLong(usize),
}
