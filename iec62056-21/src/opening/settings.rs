use crate::{DeviceAddress, Identification, Mode};

/// The longest time that a side may take to answer, in milliseconds (IEC 62056-21, 6.4.3).
const REACTION_TIME_MAX: u64 = 1_500;
/// The longest time between two characters, in milliseconds.
const INTER_CHARACTER_MAX: u64 = 1_500;

/// How a client opens a line. All times are milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct OpeningSettings {
    /// Which meter is to answer.
    pub address: DeviceAddress,
    /// What the line is to be opened for.
    pub mode: Mode,
    /// The highest rate that the port can. A meter that offers more is asked for the highest it has below.
    pub max_baud: u32,
    /// Wake a meter with a battery first: NULs for 2.2 seconds, then 1.6 seconds of silence (IEC 62056-21, annex B).
    pub wake_up: bool,
    /// Ask for mode E also where the identification does not announce it.
    pub assume_mode_e: bool,
    /// Take the reserved baud characters `7` to `9` for the rates that makers give them. Without this such a meter is
    /// refused.
    pub vendor_rates: bool,
    /// Whether the meter has to confirm the change to HDLC.
    pub confirmation: Confirmation,
    /// Let pass only characters with even parity in bit 7: for a port at 8N1. Else bit 7 means nothing.
    pub check_parity: bool,
    /// How often the request is repeated.
    pub retries: u8,
    /// How long the meter may take to answer.
    pub response_time_out: u64,
    /// How long the meter may take between two characters.
    pub inter_character_time_out: u64,
    /// How long a confirmation is waited for, where one is awaited. A meter may take its reaction time; frames sent
    /// before it has confirmed are lost.
    pub confirmation_time_out: u64,
    /// How long the meter is given to change to 8N1, before the first frame.
    pub pause: u64,
}

/// What becomes of the confirmation of mode E, six octets at the new rate, still 7E1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Confirmation {
    /// Without it the opening has failed.
    Required,
    /// It is awaited; after silence or noise the opening goes on all the same.
    Expected,
    /// The port changes to 8N1 at once.
    Ignored,
}

impl OpeningSettings {
    /// Any meter, HDLC at up to 19,200 baud; the confirmation is expected.
    pub const HDLC: Self = Self {
        address: DeviceAddress::ANY,
        mode: Mode::Hdlc,
        max_baud: 19_200,
        wake_up: false,
        assume_mode_e: false,
        vendor_rates: false,
        confirmation: Confirmation::Expected,
        check_parity: false,
        retries: dlms_core::limits::RETRIES,
        response_time_out: REACTION_TIME_MAX,
        inter_character_time_out: INTER_CHARACTER_MAX,
        confirmation_time_out: REACTION_TIME_MAX,
        pause: 200,
    };
    /// Any meter, data readout at up to 19,200 baud.
    pub const READOUT: Self = Self { mode: Mode::Readout, ..Self::HDLC };
    /// Any meter, programming mode at up to 19,200 baud.
    pub const PROGRAMMING: Self = Self { mode: Mode::Programming, ..Self::HDLC };
}

/// What a meter does at its port. All times are milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct OpeningServerSettings {
    /// What it says of itself; its baud character is the highest rate that may be chosen.
    pub identification: Identification,
    /// The address that it answers to; it always answers to none.
    pub address: DeviceAddress,
    /// What may be opened.
    pub offer: Offer,
    /// Whether it confirms the change to HDLC.
    pub confirms: bool,
    /// Let pass only characters with even parity in bit 7: for a port at 8N1. Else bit 7 means nothing.
    pub check_parity: bool,
    /// How long the client may take to choose.
    pub response_time_out: u64,
    /// How long the client may take between two characters.
    pub inter_character_time_out: u64,
    /// How long an open line may be silent before it is back at 300 baud.
    pub inactivity_time_out: u64,
}

/// What may be opened at a meter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Offer {
    /// Data readout. The meter reads out, too, where a client does not choose or chooses what there is not.
    pub readout: bool,
    /// Programming mode.
    pub programming: bool,
    /// HDLC.
    pub hdlc: bool,
}

impl OpeningServerSettings {
    /// A meter that offers HDLC alone and confirms it; two minutes of silence end what was opened.
    #[must_use]
    pub const fn hdlc(identification: Identification) -> Self {
        Self {
            identification,
            address: DeviceAddress::ANY,
            offer: Offer { readout: false, programming: false, hdlc: true },
            confirms: true,
            check_parity: false,
            response_time_out: REACTION_TIME_MAX,
            inter_character_time_out: INTER_CHARACTER_MAX,
            inactivity_time_out: dlms_core::limits::INACTIVITY_TIME_OUT_HDLC,
        }
    }
}
