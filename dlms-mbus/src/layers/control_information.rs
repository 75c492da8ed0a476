/// What the last control information field (CI) announces: the header of the transport layer, and what follows it
/// (EN 13757-7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct ControlInformation {
    /// The header that comes next.
    pub header: HeaderForm,
    /// What follows the header.
    pub content: Content,
}

/// The header of the transport layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum HeaderForm {
    /// None.
    None,
    /// Access number, status, configuration field.
    Short,
    /// The address of the meter, then the same.
    Long,
}

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Content {
    /// Data records (EN 13757-3).
    Records,
    /// A DLMS/COSEM message.
    Dlms,
    /// Values with OBIS codes, a form that is reserved.
    Obis,
    /// Data records whose headers are in another message, known by a signature.
    CompactRecords,
    /// The headers of such data records.
    RecordFormat,
    /// A command to the meter, in data records.
    Command,
    /// An error that the application tells.
    ApplicationError,
    /// An alarm.
    Alarm,
    /// Nothing.
    Nothing,
    /// As the manufacturer pleases.
    Manufacturer,
}

impl ControlInformation {
    /// What the field says; nothing for those that are no transport layer, and for reserved ones.
    #[must_use]
    pub const fn from_octet(octet: u8) -> Option<Self> {
        use {Content as C, HeaderForm as H};
        let (header, content) = match octet {
            0x51 => (H::None, C::Command),
            0x5a => (H::Short, C::Command),
            0x5b => (H::Long, C::Command),
            0x60 => (H::Long, C::Dlms),
            0x61 => (H::Short, C::Dlms),
            0x64 => (H::Long, C::Obis),
            0x65 => (H::Short, C::Obis),
            0x69 => (H::None, C::RecordFormat),
            0x6a => (H::Short, C::RecordFormat),
            0x6b => (H::Long, C::RecordFormat),
            0x6e => (H::Short, C::ApplicationError),
            0x6f => (H::Long, C::ApplicationError),
            0x70 => (H::None, C::ApplicationError),
            0x71 => (H::None, C::Alarm),
            0x72 => (H::Long, C::Records),
            0x73 => (H::Long, C::CompactRecords),
            0x74 => (H::Short, C::Alarm),
            0x75 => (H::Long, C::Alarm),
            0x78 => (H::None, C::Records),
            0x79 => (H::None, C::CompactRecords),
            0x7a => (H::Short, C::Records),
            0x7b => (H::Short, C::CompactRecords),
            0x7c => (H::Long, C::Dlms),
            0x7d => (H::Short, C::Dlms),
            0x7e => (H::Long, C::Obis),
            0x7f => (H::Short, C::Obis),
            0x80 | 0x8b => (H::Long, C::Nothing),
            0x8a => (H::Short, C::Nothing),
            0xa0..=0xb7 => (H::None, C::Manufacturer),
            _ => return None,
        };
        Some(Self { header, content })
    }

    /// Whether a message with this field goes to the meter.
    #[must_use]
    pub const fn is_to_meter(octet: u8) -> bool {
        matches!(octet, 0x50..=0x5f | 0x60 | 0x61 | 0x64 | 0x65 | 0x80)
    }
}
