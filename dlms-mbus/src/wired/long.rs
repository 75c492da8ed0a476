use dlms_core::codec::{Encode, Writer};

use crate::Control;
use crate::wired::frame::{LONG, STOP, sum};

/// Octets that may follow the control information field of a long frame.
pub const MAX_DATA: usize = 252;

/// A long frame; without data, the standard's control frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct LongFrame<'a> {
    control: Control,
    address: u8,
    control_information: u8,
    data: &'a [u8],
}

impl<'a> LongFrame<'a> {
    /// A frame with at most [`MAX_DATA`] octets of data.
    #[must_use]
    pub const fn new(control: Control, address: u8, control_information: u8, data: &'a [u8]) -> Option<Self> {
        if data.len() > MAX_DATA {
            return None;
        }
        Some(Self { control, address, control_information, data })
    }

    /// The content between the second start octet and the checksum; one of wrapped length may be longer than new ones.
    pub(super) const fn from_content(content: &'a [u8]) -> Option<Self> {
        let [control, address, control_information, data @ ..] = content else { return None };
        Some(Self {
            control: Control(*control),
            address: *address,
            control_information: *control_information,
            data,
        })
    }

    /// What the frame is for.
    #[must_use]
    pub const fn control(&self) -> Control {
        self.control
    }

    /// The primary address: 1 to 250, 253 for the meter selected, 254 for tests, 255 for all.
    #[must_use]
    pub const fn address(&self) -> u8 {
        self.address
    }

    /// What follows: the control information field (CI).
    #[must_use]
    pub const fn control_information(&self) -> u8 {
        self.control_information
    }

    /// What follows the control information field.
    #[must_use]
    pub const fn data(&self) -> &'a [u8] {
        self.data
    }

    /// Whether the length field could not hold the length, and wrapped round.
    #[must_use]
    pub const fn is_wrapped(&self) -> bool {
        self.data.len() > MAX_DATA
    }
}

impl Encode for LongFrame<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        let [length, ..] = self.data.len().wrapping_add(3).to_le_bytes();
        w.array([LONG, length, length, LONG, self.control.0, self.address, self.control_information]);
        w.bytes(self.data);
        let head = [self.control.0, self.address, self.control_information];
        w.array([sum(&head).wrapping_add(sum(self.data)), STOP]);
    }
}
