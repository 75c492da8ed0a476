/// Why octets are not a frame, or not what a layer of it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum FrameErrorKind {
    /// The input ends before the frame or the layer does.
    #[error("input ends {missing} byte(s) early")]
    Truncated {
        /// Octets that would have been needed at least.
        missing: usize,
    },
    /// No frame begins with this octet.
    #[error("no frame begins with {0:#04x}")]
    Start(u8),
    /// The two length fields of a long frame differ.
    #[error("length fields {first} and {second} differ")]
    LengthFields {
        /// The first one.
        first: u8,
        /// The second one.
        second: u8,
    },
    /// The length field says less than a frame has at least, or something else than the input.
    #[error("length {0} does not fit")]
    Length(u8),
    /// The checksum of a wired frame is wrong.
    #[error("wrong checksum: {found:#04x} instead of {calculated:#04x}")]
    Checksum {
        /// The one that was found.
        found: u8,
        /// The one that the octets have.
        calculated: u8,
    },
    /// A wired frame does not end with the stop octet.
    #[error("{0:#04x} in place of the stop byte")]
    Stop(u8),
    /// The CRC of a block of a wireless frame, or of a payload, is wrong.
    #[error("wrong CRC: {found:04X} instead of {calculated:04X}")]
    Crc {
        /// The one that was found.
        found: u16,
        /// The one that the octets have.
        calculated: u16,
    },
    /// The frame is longer than the room for it.
    #[error("frame of {0} bytes is too long")]
    TooLong(usize),
    /// A control information field (CI) that has no meaning here.
    #[error("control information field {0:#04x} is not known")]
    ControlInformation(u8),
    /// A layer that this crate does not read, by its standard name.
    #[error("{0} is not supported")]
    Unsupported(&'static str),
    /// A segment of a DLMS message out of sequence.
    #[error("segment {found} instead of {expected}")]
    Segment {
        /// The number that should have come.
        expected: u8,
        /// The number that came.
        found: u8,
    },
    /// A digit of an identification number, or a letter of a manufacturer, that is none.
    #[error("invalid {0}")]
    Invalid(&'static str),
}

/// What is wrong with a frame, and at which octet of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[error("{kind} at byte {offset}")]
pub struct FrameError {
    /// What is wrong.
    pub kind: FrameErrorKind,
    /// Zero-based offset of the octet at which it showed; of a check, its first octet.
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

/// The only errors of a [`Reader`](dlms_core::codec::Reader) that this crate's layers meet are ends of the input.
impl From<dlms_core::codec::DecodeError> for FrameError {
    fn from(error: dlms_core::codec::DecodeError) -> Self {
        let missing = match error.kind {
            dlms_core::codec::DecodeErrorKind::Truncated { missing } => missing,
            _ => 1,
        };
        FrameErrorKind::Truncated { missing }.at(error.offset)
    }
}
