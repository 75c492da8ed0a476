use dlms_core::limits;

use crate::station::line_time;
use crate::{AddressSize, ParameterForm, Parameters};

/// What a [`Secondary`](crate::Secondary) is on its line: class 23, IEC HDLC setup, has most of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct SecondarySettings {
    /// The physical device, the lower part of its addresses.
    pub device_address: u16,
    /// The logical devices in it, the upper parts.
    pub logical_devices: &'static [u16],
    /// The sizes in which it is addressed; an answer has that of the command.
    pub address_sizes: AddressSizes,
    /// What is agreed to at most, as far as the frame buffer has room for it.
    pub parameters: Parameters,
    /// How parameters are written.
    pub parameter_form: ParameterForm,
    /// Milliseconds between two octets of a frame.
    pub inter_octet_time_out: u64,
    /// Milliseconds without a frame after which a connection ends; 0 for never.
    pub inactivity_time_out: u64,
    /// Milliseconds the line needs between a command and the answer.
    pub turnaround: u64,
    /// UI frames go out at once, even while a client is connected. Else, as on a line with other stations, they wait
    /// for its next poll.
    pub unsolicited: bool,
    /// Frames with a wrong header check sequence are taken if the frame check sequence is right.
    pub tolerate_header_checks: bool,
}

/// A set of address sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct AddressSizes {
    /// One octet: there is no other physical device on the line.
    pub one: bool,
    /// Two octets.
    pub two: bool,
    /// Four octets.
    pub four: bool,
}

impl AddressSizes {
    /// Every size.
    pub const ALL: Self = Self { one: true, two: true, four: true };

    /// Whether `size` is one of them.
    #[must_use]
    pub const fn contain(self, size: AddressSize) -> bool {
        match size {
            AddressSize::One => self.one,
            AddressSize::Two => self.two,
            AddressSize::Four => self.four,
        }
    }
}

impl SecondarySettings {
    /// The management logical device alone, in physical device 17, on a serial line.
    pub const DEFAULT: Self = Self {
        device_address: 17,
        logical_devices: &[1],
        address_sizes: AddressSizes::ALL,
        parameters: Parameters::symmetric(crate::MAX_INFORMATION, 7),
        parameter_form: ParameterForm {
            two_octet_lengths: false,
            one_octet_windows: false,
            omit_defaults: false,
        },
        inter_octet_time_out: limits::INTER_OCTET_TIME_OUT_SERIAL,
        inactivity_time_out: limits::INACTIVITY_TIME_OUT_HDLC,
        turnaround: 0,
        unsolicited: false,
        tolerate_header_checks: false,
    };

    /// The same on a line of so many baud: no gap of less than four characters ends a frame.
    #[must_use]
    pub const fn at_baud(self, baud: u32) -> Self {
        self.with_gaps(line_time::four_characters(baud))
    }

    /// The same where octets of a frame may come so many milliseconds apart: through TCP, through a port of a host.
    #[must_use]
    pub const fn with_gaps(mut self, milliseconds: u64) -> Self {
        if self.inter_octet_time_out < milliseconds {
            self.inter_octet_time_out = milliseconds;
        }
        self
    }
}

impl Default for SecondarySettings {
    fn default() -> Self {
        Self::DEFAULT
    }
}
