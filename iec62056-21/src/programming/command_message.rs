use dlms_core::codec::Writer;

use crate::control::{EOT, ETX, SOH, STX};
use crate::{ParseError, ParseErrorKind, block_check};

/// What a command is for (IEC 62056-21, 6.3.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Command {
    /// P: `0` is the operand of a secure algorithm, `1` the password, `2` the result of the secure algorithm.
    Password,
    /// W: `1` ASCII-coded, `2` formatted.
    Write,
    /// R: as W.
    Read,
    /// E: formatted, `2`.
    Execute,
    /// B: `0` ends the session, `1` ends it for a battery-operated meter.
    Break,
}

impl Command {
    const ALL: [(Self, u8); 5] = [
        (Self::Password, b'P'),
        (Self::Write, b'W'),
        (Self::Read, b'R'),
        (Self::Execute, b'E'),
        (Self::Break, b'B'),
    ];

    /// The command with this letter.
    #[must_use]
    pub fn from_letter(letter: u8) -> Option<Self> {
        Self::ALL.iter().find(|(_, of)| *of == letter).map(|(command, _)| *command)
    }

    /// Its letter.
    #[must_use]
    pub const fn letter(self) -> u8 {
        match self {
            Self::Password => b'P',
            Self::Write => b'W',
            Self::Read => b'R',
            Self::Execute => b'E',
            Self::Break => b'B',
        }
    }
}

/// A command message of programming mode: `SOH C D [STX data] ETX BCC`, with EOT in place of ETX in all partial blocks
/// but the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct CommandMessage<'a> {
    /// What it is for.
    pub command: Command,
    /// The command type identifier, a digit: the variety of the command. `3` and `4` are those of partial blocks.
    pub variety: u8,
    /// The data set, where there is one: `address(value*unit)`.
    pub data: Option<&'a [u8]>,
    /// Whether no partial block follows.
    pub is_last: bool,
}

impl<'a> CommandMessage<'a> {
    /// The end of a session: `SOH B 0 ETX q`.
    pub const BREAK: Self = Self { command: Command::Break, variety: b'0', data: None, is_last: true };

    /// A command with data, in one block.
    #[must_use]
    pub const fn new(command: Command, variety: u8, data: &'a [u8]) -> Self {
        Self { command, variety, data: Some(data), is_last: true }
    }

    /// Reads a command message that is all of `octets`.
    ///
    /// # Errors
    /// What is no command message, and where; `BlockCheck` at the block check character.
    pub fn parse(octets: &'a [u8]) -> Result<Self, ParseError> {
        let truncated = ParseErrorKind::Truncated.at(octets.len());
        let unexpected = |at| ParseErrorKind::Unexpected.at(at);
        let [first, rest @ ..] = octets else { return Err(truncated) };
        if *first != SOH {
            return Err(unexpected(0));
        }
        let (body, is_last) = checked(rest).map_err(|error| error.within(1))?;
        let [letter, variety, data @ ..] = body else { return Err(unexpected(1)) };
        let command = Command::from_letter(*letter).ok_or(unexpected(1))?;
        if !variety.is_ascii_digit() {
            return Err(unexpected(2));
        }
        let data = match data {
            [] => None,
            [STX, data @ ..] => Some(text(data, 4)?),
            _ => return Err(unexpected(3)),
        };
        Ok(Self { command, variety: *variety, data, is_last })
    }

    /// Writes it.
    pub fn encode(&self, w: &mut Writer<'_>) {
        let end = if self.is_last { ETX } else { EOT };
        let head = [self.command.letter(), self.variety];
        let mut sum = block_check(&head) ^ end;
        w.u8(SOH);
        w.array(head);
        if let Some(data) = self.data {
            w.u8(STX);
            w.bytes(data);
            sum ^= STX ^ block_check(data);
        }
        w.array([end, sum]);
    }
}

/// What stands between the first character and ETX or EOT of a block, if its check character is right; and whether
/// that was ETX.
pub(super) fn checked(octets: &[u8]) -> Result<(&[u8], bool), ParseError> {
    let truncated = ParseErrorKind::Truncated.at(octets.len());
    let end = octets.iter().position(|octet| [ETX, EOT].contains(octet)).ok_or(truncated)?;
    let check_at = end.saturating_add(1);
    match octets.split_at_checked(check_at) {
        Some((with_end, [found])) => {
            block_check::verify(with_end, *found, check_at)?;
            let (body, last) = with_end.split_at_checked(end).ok_or(truncated)?;
            Ok((body, last == [ETX]))
        }
        Some((_, [_, ..])) => Err(ParseErrorKind::Trailing.at(check_at.saturating_add(1))),
        _ => Err(truncated),
    }
}

/// Data without control characters but line ends; `offset` is where it begins.
pub(super) fn text(data: &[u8], offset: usize) -> Result<&[u8], ParseError> {
    let is_text = |octet: &u8| matches!(octet, b' '..=b'~' | b'\r' | b'\n');
    match data.iter().position(|octet| !is_text(octet)) {
        None => Ok(data),
        Some(at) => Err(ParseErrorKind::Unexpected.at(offset.saturating_add(at))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ParseErrorKind::{BlockCheck, Trailing, Truncated, Unexpected};

    #[test]
    fn there_and_back() {
        let partial = CommandMessage { is_last: false, ..CommandMessage::new(Command::Write, b'3', b"1(2)") };
        for (message, octets) in [
            (CommandMessage::BREAK, &b"\x01B0\x03q"[..]),
            (CommandMessage::new(Command::Read, b'2', b"F001"), b"\x01R2\x02F001\x03\x16"),
            (CommandMessage::new(Command::Password, b'1', b"(00000000)"), b"\x01P1\x02(00000000)\x03a"),
            (CommandMessage::new(Command::Password, b'0', b""), b"\x01P0\x02\x03a"),
            (partial, b"\x01W3\x021(2)\x04`"),
        ] {
            let mut out = [0; 32];
            let mut w = Writer::new(&mut out);
            message.encode(&mut w);
            assert_eq!(w.finish(), Ok(octets));
            assert_eq!(CommandMessage::parse(octets), Ok(message));
            for len in 0..octets.len() {
                assert_eq!(CommandMessage::parse(&octets[..len]), Err(Truncated.at(len)));
            }
        }
    }

    #[test]
    fn what_is_none_is_told_with_its_place() {
        for (octets, kind, offset) in [
            (&b"\x02B0\x03q"[..], Unexpected, 0),
            (b"\x01B0\x03r", BlockCheck { found: b'r', calculated: b'q' }, 4),
            (b"\x01B0\x03q\r\n", Trailing, 5),
            (b"\x01X0\x03k", Unexpected, 1),
            (b"\x01BB\x03\x03", Unexpected, 2),
            (b"\x01B\x03A", Unexpected, 1),
            (b"\x01B0x\x03\x09", Unexpected, 3),
            (b"\x01B0\x02\x06\x03u", Unexpected, 4),
        ] {
            assert_eq!(CommandMessage::parse(octets), Err(kind.at(offset)), "{octets:?}");
        }
    }
}
