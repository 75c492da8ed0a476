use dlms_hdlc::{AddressSize, Parameters, PrimarySettings};

use super::RecipeError;
use super::association::set;

/// The data link.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case", default, deny_unknown_fields))]
pub struct HdlcRecipe {
    /// The physical device.
    pub physical: Option<u16>,
    /// Octets of the meter's address: 1, 2 or 4.
    pub address_size: Option<u8>,
    /// Octets of the largest information field to propose: 32 to 2030.
    pub frame_size: Option<u16>,
    /// Frames in a row to propose: 1 to 7.
    pub window: Option<u8>,
    /// Whether lengths always take two octets in the SNRM; else one where it is enough.
    pub two_octet_lengths: Option<bool>,
    /// Whether window sizes take one octet in the SNRM; else four.
    pub one_octet_windows: Option<bool>,
    /// Whether parameters that all have their default values are left out of the SNRM.
    pub omit_defaults: Option<bool>,
    /// Milliseconds that the line needs between an answer and the next frame.
    pub turnaround: Option<u32>,
    /// Milliseconds that octets of a frame may come apart.
    pub inter_octet_time_out: Option<u32>,
    /// The connection stands from the start: no SNRM and no DISC.
    pub always_connected: Option<bool>,
    /// A DISC goes before the SNRM: the meter keeps an old connection.
    pub disconnect_first: Option<bool>,
    /// Frames with a wrong header check sequence are taken if the frame check sequence is right.
    pub tolerate_header_checks: Option<bool>,
    /// The negotiated lengths are those of frames, not of information fields.
    pub lengths_of_frames: Option<bool>,
}

impl HdlcRecipe {
    pub(super) fn apply(&self, settings: &mut PrimarySettings) -> Result<(), RecipeError> {
        let out_of_range = |name, range| Err(RecipeError::OutOfRange { name, range });
        settings.address_size = match (self.address_size, self.physical) {
            (None, None) => settings.address_size,
            (None, Some(physical)) if physical > 0x7f => AddressSize::Four,
            (Some(2), _) | (None, Some(_)) => AddressSize::Two,
            (Some(4), _) => AddressSize::Four,
            (Some(1), None) => AddressSize::One,
            (Some(1), Some(_)) => {
                return out_of_range("address-size", "2 or 4 where there is a physical device");
            }
            _ => return out_of_range("address-size", "1, 2 or 4"),
        };
        let most = if settings.address_size == AddressSize::Four { 0x3fff } else { 0x7f };
        match self.physical {
            Some(physical) if physical > most => {
                return out_of_range("physical", "up to 127, or 16383 where an address has four octets");
            }
            physical => set(&mut settings.device_address, physical),
        }
        let Parameters { max_info_field_length_transmit: length, window_size_transmit: window, .. } =
            settings.parameters;
        let (length, window) = (self.frame_size.unwrap_or(length), self.window.unwrap_or(window));
        if !(32..=dlms_hdlc::MAX_INFORMATION).contains(&length) {
            return out_of_range("frame-size", "32 to 2030");
        }
        if !(1..=7).contains(&window) {
            return out_of_range("window", "1 to 7");
        }
        settings.parameters = Parameters::symmetric(length, window);
        set(&mut settings.parameter_form.two_octet_lengths, self.two_octet_lengths);
        set(&mut settings.parameter_form.one_octet_windows, self.one_octet_windows);
        set(&mut settings.parameter_form.omit_defaults, self.omit_defaults);
        set(&mut settings.turnaround, self.turnaround.map(u64::from));
        set(&mut settings.inter_octet_time_out, self.inter_octet_time_out.map(u64::from));
        set(&mut settings.quirks.always_connected, self.always_connected);
        set(&mut settings.quirks.disconnect_first, self.disconnect_first);
        set(&mut settings.quirks.tolerate_header_checks, self.tolerate_header_checks);
        set(&mut settings.quirks.lengths_of_frames, self.lengths_of_frames);
        Ok(())
    }
}
