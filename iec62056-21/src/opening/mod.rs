mod client;
mod line_buffer;
mod server;
mod settings;

use dlms_core::time::Instant;

use crate::{Identification, LineSettings, Mode, ParseError, parity};

pub use client::Opening;
pub use server::OpeningServer;
pub use settings::{Confirmation, Offer, OpeningServerSettings, OpeningSettings};

/// What an opening wants next.
///
/// The rule of the machine: **change it once, then drain it until `Wait`**. What changes it is a call of
/// `handle_input`, `handle_timeout` or a command; draining is `poll_output` again and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Output<'a> {
    /// Send these octets.
    Transmit(&'a [u8]),
    /// When everything was sent to the last bit, set the port so.
    Line(LineSettings),
    /// The line is open; the octets that come now are the next protocol's.
    Ready(Opened),
    /// The line could not be opened.
    Failed(OpeningError),
    /// Nothing more until octets arrive or this instant comes.
    Wait(Option<Instant>),
}

/// What was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Opened {
    /// The meter.
    pub identification: Identification,
    /// What the line is for now.
    pub mode: Mode,
    /// How the port is set.
    pub line: LineSettings,
    /// Whether the meter confirmed the change to HDLC; always `false` in other modes.
    pub confirmed: bool,
}

/// Why a line could not be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum OpeningError {
    /// No meter answered the request.
    #[error("no answer to the request message")]
    NoAnswer,
    /// Something answered, but did not identify itself.
    #[error("wrong identification: {0}")]
    Identification(ParseError),
    /// The meter does not have the mode that was asked for.
    #[error("the meter does not offer the mode")]
    NotOffered(Identification),
    /// The baud character of the meter is one that the standard reserves.
    #[error("reserved baud character {:?}", char::from(.0.baud().0))]
    ReservedBaud(Identification),
    /// The confirmation that was required did not come.
    #[error("the meter did not confirm the change to HDLC")]
    NotConfirmed,
}

/// The character in an octet that came in at 7E1, or through a port that left the parity bit in.
const fn character(octet: u8, check_parity: bool) -> Option<u8> {
    if check_parity { parity::check(octet) } else { Some(parity::without(octet)) }
}

#[cfg(test)]
mod tests;
