use dlms_core::codec::Writer;

use super::command_message::{checked, text};
use crate::control::{EOT, ETX, STX};
use crate::{DataSets, ParseError, ParseErrorKind, block_check};

/// What a meter answers in programming mode: `STX data ETX BCC`, with EOT in place of ETX in all partial blocks but the
/// last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct DataMessage<'a> {
    /// The data sets, or an error in parentheses.
    pub data: &'a [u8],
    /// Whether no partial block follows.
    pub is_last: bool,
}

impl<'a> DataMessage<'a> {
    /// Reads a data message that is all of `octets`.
    ///
    /// # Errors
    /// What is no data message, and where; `BlockCheck` at the block check character.
    pub fn parse(octets: &'a [u8]) -> Result<Self, ParseError> {
        match octets {
            [] => Err(ParseErrorKind::Truncated.at(0)),
            [STX, rest @ ..] => {
                let (data, is_last) = checked(rest).map_err(|error| error.within(1))?;
                Ok(Self { data: text(data, 1)?, is_last })
            }
            _ => Err(ParseErrorKind::Unexpected.at(0)),
        }
    }

    /// Its data sets; offsets are those in the message.
    #[must_use]
    pub const fn data_sets(&self) -> DataSets<'a> {
        DataSets::at(self.data, 1)
    }

    /// Whether it is the message of an error: `(ER…)`, without an address.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.data.starts_with(b"(ER")
    }

    /// Writes it.
    pub fn encode(&self, w: &mut Writer<'_>) {
        let end = if self.is_last { ETX } else { EOT };
        w.u8(STX);
        w.bytes(self.data);
        w.array([end, block_check(self.data) ^ end]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for (data, is_last) in [(&b"1.8.0(000123.4*kWh)"[..], true), (b"", true), (b"P.01(1)\r\n(2)", false)]
        {
            let message = DataMessage { data, is_last };
            let mut out = [0; 64];
            let mut w = Writer::new(&mut out);
            message.encode(&mut w);
            let octets = w.finish().unwrap();
            assert_eq!(DataMessage::parse(octets), Ok(message));
            for len in 0..octets.len() {
                let truncated = ParseErrorKind::Truncated.at(len);
                assert_eq!(DataMessage::parse(&octets[..len]), Err(truncated));
            }
        }
        assert!(DataMessage::parse(b"\x02(ER01)\x03\x14").unwrap().is_error());
    }
}
