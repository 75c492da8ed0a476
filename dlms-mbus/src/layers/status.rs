/// The status octet of a header of the transport layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Status(pub u8);

/// What the application of a meter says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum ApplicationState {
    /// Nothing is wrong.
    NoError,
    /// It is busy.
    Busy,
    /// It failed.
    Error,
    /// An abnormal condition, or an alarm.
    Abnormal,
}

impl Status {
    /// What the application says.
    #[must_use]
    pub const fn application(self) -> ApplicationState {
        match self.0 & 0x03 {
            0 => ApplicationState::NoError,
            1 => ApplicationState::Busy,
            2 => ApplicationState::Error,
            _ => ApplicationState::Abnormal,
        }
    }

    /// The battery or supply is low.
    #[must_use]
    pub const fn power_low(self) -> bool {
        self.0 & 0x04 != 0
    }

    /// An error that needs somebody to come.
    #[must_use]
    pub const fn permanent_error(self) -> bool {
        self.0 & 0x08 != 0
    }

    /// An error that may go away by itself.
    #[must_use]
    pub const fn temporary_error(self) -> bool {
        self.0 & 0x10 != 0
    }

    /// The bits that are the manufacturer's.
    #[must_use]
    pub const fn specific(self) -> u8 {
        self.0 >> 5
    }
}
