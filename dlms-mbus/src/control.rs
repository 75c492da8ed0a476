use core::fmt;

/// The control field (C) of a frame (EN 13757-2, EN 13757-4): what a frame is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Control(pub u8);

impl Control {
    /// Resets the link.
    pub const SND_NKE: Self = Self(0x40);
    /// User data that the other end confirms.
    pub const SND_UD: Self = Self(0x53);
    /// Asks for user data of class 2: readings.
    pub const REQ_UD2: Self = Self(0x5b);
    /// Asks for user data of class 1: alarms.
    pub const REQ_UD1: Self = Self(0x5a);
    /// User data in answer to a request.
    pub const RSP_UD: Self = Self(0x08);
    /// User data that nobody asked for and nobody confirms.
    pub const SND_NR: Self = Self(0x44);
    /// User data of a meter that wants to be installed.
    pub const SND_IR: Self = Self(0x46);

    /// Whether the frame comes from the primary station of this exchange: it asks, or sends unasked.
    #[must_use]
    pub const fn is_from_primary(self) -> bool {
        self.0 & 0x40 != 0
    }

    /// Whether the frame count bit (FCB) is set; it means something in what a primary station sends only.
    #[must_use]
    pub const fn frame_count_bit(self) -> bool {
        self.0 & 0x20 != 0
    }

    /// The standard's name of this function; of a count bit or a flow bit it makes no difference.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match (self.is_from_primary(), self.0 & 0x0f) {
            _ if self.0 & 0x80 != 0 => return None,
            (true, 0x0) => "SND_NKE",
            (true, 0x3) => "SND_UD",
            (true, 0x4) => "SND_NR",
            (true, 0x6) => "SND_IR",
            (true, 0x7) => "ACC_NR",
            (true, 0x8) => "ACC_DMD",
            (true, 0xa) => "REQ_UD1",
            (true, 0xb) => "REQ_UD2",
            (false, 0x0) => "ACK",
            (false, 0x6) => "CNF_IR",
            (false, 0x8) => "RSP_UD",
            _ => return None,
        })
    }
}

/// The standard's name, else the number.
impl fmt::Display for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "{:#04x}", self.0),
        }
    }
}
