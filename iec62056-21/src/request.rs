use dlms_core::codec::Writer;
use nom::sequence::delimited;

use crate::grammar::{self, field, is_printable, literal};
use crate::{ParseError, ParseErrorKind};

/// Characters that a device address may have (IEC 62056-21, 6.3.1).
pub const MAX_ADDRESS: usize = 32;

/// A device address: up to [`MAX_ADDRESS`] printable characters but `/` and `!`.
///
/// The empty one addresses whatever meter there is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct DeviceAddress {
    octets: [u8; MAX_ADDRESS],
    len: usize,
}

impl DeviceAddress {
    /// Whatever meter there is.
    pub const ANY: Self = Self { octets: [0; MAX_ADDRESS], len: 0 };

    /// The address of these characters.
    ///
    /// # Errors
    /// `TooLong`, or `Unexpected` at a character that an address cannot have.
    pub fn new(characters: &[u8]) -> Result<Self, ParseError> {
        if let Some(at) = characters.iter().position(|character| !is_printable(*character)) {
            return Err(ParseErrorKind::Unexpected.at(at));
        }
        let mut address = Self::ANY;
        let room =
            address.octets.get_mut(..characters.len()).ok_or(ParseErrorKind::TooLong.at(MAX_ADDRESS))?;
        room.iter_mut().zip(characters).for_each(|(slot, octet)| *slot = *octet);
        address.len = characters.len();
        Ok(address)
    }

    /// Its characters.
    #[must_use]
    pub fn as_octets(&self) -> &[u8] {
        self.octets.get(..self.len).unwrap_or_default()
    }

    /// Whether a request with `asked` is for the meter with this address: it is the same but for zeros in front, or
    /// empty.
    #[must_use]
    pub fn is_meant_by(&self, asked: &Self) -> bool {
        fn significant(mut octets: &[u8]) -> &[u8] {
            while let [b'0', rest @ ..] = octets {
                octets = rest;
            }
            octets
        }
        asked.len == 0 || significant(self.as_octets()) == significant(asked.as_octets())
    }
}

impl core::fmt::Debug for DeviceAddress {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "DeviceAddress({})", self.as_octets().escape_ascii())
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for DeviceAddress {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "DeviceAddress({=[u8]:a})", self.as_octets());
    }
}

/// The request message that opens every session: `/?`, a device address, `!`, CR LF.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct RequestMessage {
    /// Which meter is to answer.
    pub address: DeviceAddress,
}

impl RequestMessage {
    /// Octets of the longest.
    pub const MAX_LEN: usize = MAX_ADDRESS + 5;

    /// Reads a request message that is all of `octets`.
    ///
    /// # Errors
    /// What is no request message, and where.
    pub fn parse(octets: &[u8]) -> Result<Self, ParseError> {
        let form = delimited(literal(b"/?"), field(is_printable, MAX_ADDRESS), literal(b"!\r\n"));
        Ok(Self { address: DeviceAddress::new(grammar::whole(form, octets)?)? })
    }

    /// Writes it.
    pub fn encode(&self, w: &mut Writer<'_>) {
        w.bytes(b"/?");
        w.bytes(self.address.as_octets());
        w.bytes(b"!\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_and_without_an_address() {
        for (octets, address) in [(&b"/?!\r\n"[..], &b""[..]), (b"/?12345678!\r\n", b"12345678")] {
            let request = RequestMessage::parse(octets).unwrap();
            assert_eq!(request.address.as_octets(), address);
            let mut out = [0; RequestMessage::MAX_LEN];
            let mut w = Writer::new(&mut out);
            request.encode(&mut w);
            assert_eq!(w.finish(), Ok(octets));
        }
    }

    #[test]
    fn what_is_none_is_told_with_its_place() {
        use ParseErrorKind::{TooLong, Trailing, Truncated, Unexpected};
        for (octets, kind, offset) in [
            (&b"/ISK5\r\n"[..], Unexpected, 0),
            (b"/?12", Truncated, 4),
            (b"/?1\x022!\r\n", Unexpected, 3),
            (b"/?!\r\n!", Trailing, 5),
            (b"/?123456789012345678901234567890123!\r\n", TooLong, 2),
        ] {
            assert_eq!(RequestMessage::parse(octets), Err(ParseError { kind, offset }), "{octets:?}");
        }
    }

    #[test]
    fn zeros_in_front_mean_nothing() {
        let meter = DeviceAddress::new(b"00123").unwrap();
        for (asked, is_meant) in [(&b""[..], true), (b"123", true), (b"000123", true), (b"1230", false)] {
            assert_eq!(meter.is_meant_by(&DeviceAddress::new(asked).unwrap()), is_meant);
        }
    }
}
