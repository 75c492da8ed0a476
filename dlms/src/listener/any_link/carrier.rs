use dlms_core::apdu::{Apdu, GeneralBlockTransfer, Leniencies, tag};
use dlms_core::codec::{Decode, DecodeError, DecodeErrorKind, Reader};
use dlms_hdlc::{FLAG, FrameErrorKind, LLC_LEN, Llc};
use dlms_mbus::Control;
use dlms_mbus::wired::{self, Leniency};
use dlms_mbus::wireless::{Format, begins_format_a};
use dlms_security::CipheredApdu;
use iec62056_21::ParseErrorKind;
use iec62056_21::p1::{MissingCrc, telegrams};

/// What carries messages on a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Carrier {
    /// HDLC frames.
    Hdlc,
    /// The wrapper of TCP.
    Wrapper,
    /// Wired M-Bus.
    MBus,
    /// Wireless M-Bus, with its check sequences.
    WirelessMBus,
    /// The telegrams of a P1 port.
    P1,
    /// Nothing: messages one after the other, perhaps each with an LLC header.
    Bare,
}

/// What octets are to one carrier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// They begin with a unit of so many.
    Whole(usize),
    /// Not to be said before there are so many.
    More(usize),
    /// They begin with none.
    No,
}

impl Carrier {
    /// Those whose units are told from anything else by a check, wherever they begin.
    pub(super) const CHECKED: [Self; 4] = [Self::Hdlc, Self::MBus, Self::WirelessMBus, Self::P1];

    /// What `octets`, of which there is at least one, are.
    pub(super) fn judge(self, octets: &[u8], leniency: Leniency) -> Verdict {
        match self {
            Self::Hdlc => hdlc(octets),
            Self::MBus => mbus(octets, leniency),
            Self::WirelessMBus => wireless(octets),
            Self::P1 => p1(octets),
            Self::Bare => bare(octets),
            Self::Wrapper => wrapper(octets),
        }
    }
}

/// A frame from its opening flag on, the closing one included.
fn hdlc(octets: &[u8]) -> Verdict {
    match octets {
        [FLAG] => return Verdict::More(2),
        [FLAG, format, ..] if format & 0xf0 == 0xa0 => {}
        _ => return Verdict::No,
    }
    match dlms_hdlc::frames(octets).next() {
        Some(located) if located.offset == 0 => match located.frame {
            Ok(frame) => Verdict::Whole(frame.length().saturating_add(2)),
            Err(error) => match error.kind {
                FrameErrorKind::Truncated { missing } => {
                    Verdict::More(octets.len().saturating_add(missing.max(1)))
                }
                _ => Verdict::No,
            },
        },
        _ => Verdict::No,
    }
}

fn mbus(octets: &[u8], leniency: Leniency) -> Verdict {
    if octets.first() != Some(&0x68) {
        return Verdict::No;
    }
    match wired::Frame::parse(octets, leniency) {
        Ok((_, len)) => Verdict::Whole(len),
        Err(error) => match error.kind {
            dlms_mbus::FrameErrorKind::Truncated { missing } => {
                Verdict::More(octets.len().saturating_add(missing.max(1)))
            }
            _ => Verdict::No,
        },
    }
}

fn wireless(octets: &[u8]) -> Verdict {
    let [length, rest @ ..] = octets else { return Verdict::No };
    let Some(a) = Format::A.frame_len(*length) else { return Verdict::No };
    // What a meter sends of its own accord.
    match rest.first() {
        None => return Verdict::More(2),
        Some(control) if matches!(Control(*control).name(), Some("SND_NR" | "SND_IR" | "ACC_NR")) => {}
        Some(_) => return Verdict::No,
    }
    if octets.len() < 12 {
        return Verdict::More(12);
    }
    let (format, len) = match begins_format_a(octets) {
        true => (Format::A, a),
        false => match Format::B.frame_len(*length) {
            Some(b) => (Format::B, b),
            None => return Verdict::No,
        },
    };
    match octets.get(..len) {
        None => Verdict::More(len),
        Some(frame) if format.check(frame).is_ok() => Verdict::Whole(len),
        Some(_) => Verdict::No,
    }
}

/// A telegram with a right CRC, its line end not counted.
fn p1(octets: &[u8]) -> Verdict {
    match octets {
        [b'/'] => return Verdict::More(2),
        [b'/', first, ..] if first.is_ascii_alphanumeric() => {}
        _ => return Verdict::No,
    }
    match telegrams(octets, MissingCrc::Refused).next() {
        Some(located) if located.offset == 0 => match located.telegram {
            Ok(_) => Verdict::Whole(located.len),
            Err(error) => match error.kind {
                // Its end is told by what follows it only: the CRC may not be whole yet.
                ParseErrorKind::Truncated | ParseErrorKind::NoCrc if located.len == octets.len() => {
                    Verdict::More(octets.len().saturating_add(1))
                }
                _ => Verdict::No,
            },
        },
        _ => Verdict::No,
    }
}

/// The unit of a wrapper around a message.
fn wrapper(octets: &[u8]) -> Verdict {
    match octets {
        [0] | [0, 1] | [0, 1, _, _, _, _] | [0, 1, _] | [0, 1, _, _] | [0, 1, _, _, _] => Verdict::More(9),
        [0, 1, _, _, _, _, _] | [0, 1, _, _, _, _, _, _] => Verdict::More(9),
        [0, 1, _, _, _, _, 0, 0, ..] => Verdict::No,
        [0, 1, _, _, _, _, _, _, first, ..] if tag::name(*first).is_some() => Verdict::Whole(9),
        _ => Verdict::No,
    }
}

/// A message that nothing delimits but itself.
fn bare(octets: &[u8]) -> Verdict {
    let (llc, message) = match (Llc::split(octets), octets) {
        (Some((_, message)), _) => (LLC_LEN, message),
        (None, [0xe6] | [0xe6, 0xe6 | 0xe7]) => return Verdict::More(LLC_LEN),
        (None, _) => (0, octets),
    };
    match message_len(message) {
        Ok(len) => Verdict::Whole(llc.saturating_add(len)),
        Err(error) => match error.kind {
            DecodeErrorKind::Truncated { missing } => {
                Verdict::More(octets.len().saturating_add(missing.max(1)))
            }
            // More elements than there can be octets left: these may still come.
            DecodeErrorKind::Length => Verdict::More(octets.len().saturating_add(1)),
            // A date-time whose length is still to come may have the tag of an octet-string.
            DecodeErrorKind::InvalidValue(_) if matches!(message, [tag::DATA_NOTIFICATION, ..] if message.len() == 6) => {
                Verdict::More(octets.len().saturating_add(1))
            }
            _ => Verdict::No,
        },
    }
}

/// Octets of the message at the front: a notification, a protected message or a block of one.
///
/// # Errors
/// There is none, or not all of it.
fn message_len(octets: &[u8]) -> Result<usize, DecodeError> {
    let mut r = Reader::new(octets);
    match r.peek() {
        Some(tag::GENERAL_BLOCK_TRANSFER) => drop(GeneralBlockTransfer::decode(&mut r)?),
        Some(tag::GENERAL_CIPHERING | tag::GENERAL_SIGNING) => {
            return Err(r.error(DecodeErrorKind::InvalidValue("message")));
        }
        Some(first) if tag::is_protected(first) => drop(CipheredApdu::decode(&mut r)?),
        Some(first) if crate::Notification::is_tag(first) => {
            Apdu::decode_with(&mut r, &mut Leniencies::all())?;
        }
        Some(other) => return Err(r.error(DecodeErrorKind::UnknownTag(other))),
        None => return Err(r.error(DecodeErrorKind::Truncated { missing: 1 })),
    }
    Ok(r.offset())
}
