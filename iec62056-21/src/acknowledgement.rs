use dlms_core::codec::Writer;
use nom::Parser;
use nom::bytes::complete::take;
use nom::sequence::delimited;

use crate::grammar::{self, literal};
use crate::{BaudCharacter, Mode, ParseError, ParseErrorKind};

/// The acknowledgement with which a client chooses: ACK, V, Z, Y, CR LF (IEC 62056-21, 6.3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Acknowledgement {
    /// The protocol control character V: `0` normal, `1` secondary, `2` HDLC procedure.
    pub protocol: u8,
    /// The rate to go on with.
    pub baud: BaudCharacter,
    /// The mode control character Y: `0` data readout, `1` programming mode, `2` binary mode; `6` to `9` and letters
    /// are makers'.
    pub mode_control: u8,
}

impl Acknowledgement {
    /// Its octets.
    pub const LEN: usize = 6;

    /// The choice of a mode, at a rate.
    #[must_use]
    pub const fn selecting(mode: Mode, baud: BaudCharacter) -> Self {
        let (protocol, mode_control) = match mode {
            Mode::Readout => (b'0', b'0'),
            Mode::Programming => (b'0', b'1'),
            Mode::Hdlc => (b'2', b'2'),
        };
        Self { protocol, baud, mode_control }
    }

    /// The mode it chooses; nothing for the combinations that the standard reserves or leaves to makers.
    #[must_use]
    pub const fn mode(self) -> Option<Mode> {
        match (self.protocol, self.mode_control) {
            (b'0', b'0') => Some(Mode::Readout),
            (b'0', b'1') => Some(Mode::Programming),
            (b'2', b'2') => Some(Mode::Hdlc),
            _ => None,
        }
    }

    /// Reads an acknowledgement that is all of `octets`.
    ///
    /// # Errors
    /// What is no acknowledgement, and where.
    pub fn parse(octets: &[u8]) -> Result<Self, ParseError> {
        let choice = take(3usize).map(<[u8; 3]>::try_from);
        let [protocol, baud, mode_control] =
            grammar::whole(delimited(literal(b"\x06"), choice, literal(b"\r\n")), octets)?
                .map_err(|_| ParseErrorKind::Truncated.at(octets.len()))?;
        let choice = [protocol, baud, mode_control];
        if let Some(at) = choice.iter().position(|character| !character.is_ascii_alphanumeric()) {
            return Err(ParseErrorKind::Unexpected.at(at).within(1));
        }
        Ok(Self { protocol, baud: BaudCharacter(baud), mode_control })
    }

    /// Its octets, as they are sent.
    #[must_use]
    pub const fn to_octets(self) -> [u8; Self::LEN] {
        [0x06, self.protocol, self.baud.0, self.mode_control, b'\r', b'\n']
    }

    /// Writes it.
    pub fn encode(&self, w: &mut Writer<'_>) {
        w.array(self.to_octets());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_there_and_back() {
        for (octets, mode) in [
            (b"\x06050\r\n", Some(Mode::Readout)),
            (b"\x06051\r\n", Some(Mode::Programming)),
            (b"\x06252\r\n", Some(Mode::Hdlc)),
            (b"\x06052\r\n", None),
            (b"\x060A7\r\n", None),
        ] {
            let acknowledgement = Acknowledgement::parse(octets).unwrap();
            assert_eq!((acknowledgement.mode(), &acknowledgement.to_octets()), (mode, octets));
            if let Some(mode) = mode {
                assert_eq!(Acknowledgement::selecting(mode, BaudCharacter(b'5')), acknowledgement);
            }
        }
    }

    #[test]
    fn what_is_none_is_told_with_its_place() {
        use ParseErrorKind::{Trailing, Truncated, Unexpected};
        for (octets, kind, offset) in [
            (&b""[..], Truncated, 0),
            (b"\x15", Unexpected, 0),
            (b"\x0605", Truncated, 3),
            (b"\x060\r\n\r\n", Unexpected, 2),
            (b"\x06050\n\n", Unexpected, 4),
            (b"\x06050\r\n\n", Trailing, 6),
        ] {
            assert_eq!(Acknowledgement::parse(octets), Err(ParseError { kind, offset }), "{octets:?}");
        }
    }
}
