use super::mbus;
use dlms_core::apdu::tag;
use dlms_core::codec::Decode;
use dlms_core::data::Data;
use dlms_hdlc::{FLAG, Llc, frames};
use iec62056_21::p1::{self, MissingCrc};

/// What carries a telegram.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Link {
    /// Whatever the first octets look like.
    Auto,
    /// Nothing: an APDU, with or without an LLC header.
    Apdu,
    /// Nothing: a COSEM value.
    Data,
    /// HDLC frames.
    Hdlc,
    /// The wrapper of TCP and UDP.
    Wrapper,
    /// Wired M-Bus.
    Mbus,
    /// Wireless M-Bus.
    Wmbus,
    /// The P1 port, or a data readout.
    P1,
}

impl Link {
    /// Its name in documents.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Apdu => "apdu",
            Self::Data => "data",
            Self::Hdlc => "hdlc",
            Self::Wrapper => "wrapper",
            Self::Mbus => "mbus",
            Self::Wmbus => "wmbus",
            Self::P1 => "p1",
        }
    }

    /// The link with this name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        <Self as clap::ValueEnum>::value_variants().iter().copied().find(|link| link.name() == name)
    }

    /// What `octets` most likely are.
    ///
    /// A flag begins HDLC, `00 01` the wrapper, `68 L L 68` M-Bus, `/` a P1 telegram, an LLC header or the tag of a message
    /// that message. A frame from the air is known by its check sequences, or by its length and its fields. What is none of
    /// these is a value if all of it is one, else whatever link a frame or telegram somewhere in it is of.
    pub(super) fn of(octets: &[u8]) -> Self {
        match octets {
            // A length may be a flag.
            [FLAG, 0x44 | 0x46..=0x48, ..] if mbus::is_wireless(octets) => return Self::Wmbus,
            [FLAG, ..] => return Self::Hdlc,
            [0, 1, _, _, _, _, _, _, ..] => return Self::Wrapper,
            [0x68, a, b, 0x68, ..] if a == b => return Self::Mbus,
            [0xe5] => return Self::Mbus,
            [0x10, control, address, sum, 0x16, ..] if control.wrapping_add(*address) == *sum => {
                return Self::Mbus;
            }
            [b'/', ..] => return Self::P1,
            _ if Llc::split(octets).is_some() => return Self::Apdu,
            _ if mbus::is_wireless(octets) => return Self::Wmbus,
            [first, ..] if tag::name(*first).is_some() => return Self::Apdu,
            _ => {}
        }
        // One octet is too little to tell.
        if octets.len() > 1 && Data::from_bytes(octets).is_ok() {
            Self::Data
        } else if frames(octets).any(|located| located.frame.is_ok()) {
            Self::Hdlc
        } else if mbus::has_wired(octets) {
            Self::Mbus
        } else if p1::telegrams(octets, MissingCrc::Refused).any(|located| located.telegram.is_ok()) {
            Self::P1
        } else if mbus::has_wireless(octets) {
            Self::Wmbus
        } else {
            Self::Apdu
        }
    }
}
