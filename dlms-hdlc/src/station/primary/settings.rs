use dlms_core::limits;

use crate::station::line_time;
use crate::{AddressSize, ParameterForm, Parameters};

/// What a [`Primary`](crate::Primary) needs to know of its line and of the meter at the other end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct PrimarySettings {
    /// Octets of the server's address.
    pub address_size: AddressSize,
    /// The physical device, the lower part of the server's address; not used in a one-octet address.
    pub device_address: u16,
    /// What is proposed, as far as the frame buffer has room for it.
    pub parameters: Parameters,
    /// How the proposal is written.
    pub parameter_form: ParameterForm,
    /// How often a frame is repeated before the link gives up.
    pub retries: u8,
    /// Milliseconds to wait for the answer to a frame, the time the line takes included.
    pub response_time_out: u64,
    /// Milliseconds between two octets of a frame.
    pub inter_octet_time_out: u64,
    /// Milliseconds before a peer that was not ready is asked again.
    pub poll_delay: u64,
    /// Milliseconds after which a peer that is not ready counts as gone.
    pub poll_time_out: u64,
    /// Milliseconds the line needs between an answer and the next frame.
    pub turnaround: u64,
    /// What this meter does differently.
    pub quirks: Quirks,
}

/// Where meters differ from the standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Quirks {
    /// The connection stands from the start: no SNRM and no DISC.
    pub always_connected: bool,
    /// A DISC goes before the SNRM, for meters that keep an old connection.
    pub disconnect_first: bool,
    /// Frames with a wrong header check sequence are taken if the frame check sequence is right.
    pub tolerate_header_checks: bool,
    /// The negotiated lengths are those of frames, not of information fields.
    pub lengths_of_frames: bool,
}

impl PrimarySettings {
    /// The largest frames and windows on a serial line, a one-octet address.
    pub const DEFAULT: Self = Self {
        address_size: AddressSize::One,
        device_address: 0x11,
        parameters: Parameters::symmetric(crate::MAX_INFORMATION, 7),
        parameter_form: ParameterForm {
            two_octet_lengths: false,
            one_octet_windows: false,
            omit_defaults: true,
        },
        retries: limits::RETRIES,
        response_time_out: limits::RESPONSE_TIME_OUT,
        inter_octet_time_out: limits::INTER_OCTET_TIME_OUT_SERIAL,
        poll_delay: 100,
        poll_time_out: 60_000,
        turnaround: 0,
        quirks: Quirks {
            always_connected: false,
            disconnect_first: false,
            tolerate_header_checks: false,
            lengths_of_frames: false,
        },
    };

    /// The same on a line of so many baud: the time that the longest frame takes is added to the response time-out, and
    /// no gap of less than four characters ends a frame.
    #[must_use]
    pub const fn at_baud(mut self, baud: u32) -> Self {
        let longest = line_time::longest_frame(self.parameters.max_info_field_length_transmit, baud);
        self.response_time_out = self.response_time_out.saturating_add(longest);
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

impl Default for PrimarySettings {
    fn default() -> Self {
        Self::DEFAULT
    }
}
