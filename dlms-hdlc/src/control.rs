use crate::SequenceNumber;

/// What a frame is: its type and the poll/final bit.
///
/// Whether it is a command or a response shows in its direction only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Control {
    /// Its type.
    pub kind: FrameKind,
    /// P in a command: answer now. F in a response: this was the last frame of the answer.
    pub poll_final: bool,
}

/// The frame types of the profile, by the standard's own names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum FrameKind {
    /// Information, numbered.
    I {
        /// N(S): its own number.
        send: SequenceNumber,
        /// N(R): the number expected next, which acknowledges all before.
        receive: SequenceNumber,
    },
    /// Receive ready.
    Rr {
        /// N(R).
        receive: SequenceNumber,
    },
    /// Receive not ready: busy.
    Rnr {
        /// N(R).
        receive: SequenceNumber,
    },
    /// Reject: go back to N(R).
    Rej {
        /// N(R).
        receive: SequenceNumber,
    },
    /// Unnumbered information.
    Ui,
    /// Set normal response mode: connect.
    Snrm,
    /// Disconnect.
    Disc,
    /// Unnumbered acknowledge.
    Ua,
    /// Disconnected mode.
    Dm,
    /// Frame reject.
    Frmr,
    /// None of these; the octet without its poll/final bit.
    Unknown(u8),
}

const POLL_FINAL: u8 = 0x10;

impl Control {
    /// A frame that polls, or the last of an answer.
    #[must_use]
    pub const fn last(kind: FrameKind) -> Self {
        Self { kind, poll_final: true }
    }

    /// A frame that others follow.
    #[must_use]
    pub const fn more(kind: FrameKind) -> Self {
        Self { kind, poll_final: false }
    }

    /// What `octet` says.
    #[inline]
    #[must_use]
    pub const fn from_octet(octet: u8) -> Self {
        let receive = SequenceNumber::new(octet >> 5);
        let kind = match octet & !POLL_FINAL {
            o if o & 1 == 0 => FrameKind::I { send: SequenceNumber::new(o >> 1), receive },
            o if o & 0x0f == 0x01 => FrameKind::Rr { receive },
            o if o & 0x0f == 0x05 => FrameKind::Rnr { receive },
            o if o & 0x0f == 0x09 => FrameKind::Rej { receive },
            0x03 => FrameKind::Ui,
            0x83 => FrameKind::Snrm,
            0x43 => FrameKind::Disc,
            0x63 => FrameKind::Ua,
            0x0f => FrameKind::Dm,
            0x87 => FrameKind::Frmr,
            o => FrameKind::Unknown(o),
        };
        Self { kind, poll_final: octet & POLL_FINAL != 0 }
    }

    /// The control field.
    #[must_use]
    pub const fn to_octet(self) -> u8 {
        let octet = match self.kind {
            FrameKind::I { send, receive } => receive.value() << 5 | send.value() << 1,
            FrameKind::Rr { receive } => receive.value() << 5 | 0x01,
            FrameKind::Rnr { receive } => receive.value() << 5 | 0x05,
            FrameKind::Rej { receive } => receive.value() << 5 | 0x09,
            FrameKind::Ui => 0x03,
            FrameKind::Snrm => 0x83,
            FrameKind::Disc => 0x43,
            FrameKind::Ua => 0x63,
            FrameKind::Dm => 0x0f,
            FrameKind::Frmr => 0x87,
            FrameKind::Unknown(o) => o,
        };
        octet & !POLL_FINAL | if self.poll_final { POLL_FINAL } else { 0 }
    }
}

impl FrameKind {
    /// Its name in the standard.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::I { .. } => "I",
            Self::Rr { .. } => "RR",
            Self::Rnr { .. } => "RNR",
            Self::Rej { .. } => "REJ",
            Self::Ui => "UI",
            Self::Snrm => "SNRM",
            Self::Disc => "DISC",
            Self::Ua => "UA",
            Self::Dm => "DM",
            Self::Frmr => "FRMR",
            Self::Unknown(_) => "unknown",
        }
    }

    /// N(R), if the frame has one.
    #[must_use]
    pub const fn receive(self) -> Option<SequenceNumber> {
        match self {
            Self::I { receive, .. }
            | Self::Rr { receive }
            | Self::Rnr { receive }
            | Self::Rej { receive } => Some(receive),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_octet_there_and_back() {
        for octet in 0..=0xff {
            assert_eq!(Control::from_octet(octet).to_octet(), octet);
        }
    }

    #[test]
    fn the_octets_of_the_standard() {
        let [send, receive] = [3, 5].map(SequenceNumber::new);
        for (kind, last) in [
            (FrameKind::I { send, receive }, 0xb6),
            (FrameKind::Rr { receive }, 0xb1),
            (FrameKind::Rnr { receive }, 0xb5),
            (FrameKind::Rej { receive }, 0xb9),
            (FrameKind::Ui, 0x13),
            (FrameKind::Snrm, 0x93),
            (FrameKind::Disc, 0x53),
            (FrameKind::Ua, 0x73),
            (FrameKind::Dm, 0x1f),
            (FrameKind::Frmr, 0x97),
        ] {
            assert_eq!(Control::last(kind).to_octet(), last);
            assert_eq!(Control::more(kind).to_octet(), last & 0xef);
            assert_eq!(Control::from_octet(last), Control::last(kind));
        }
        assert_eq!(Control::from_octet(0x94).kind.name(), "I");
        assert_eq!(Control::from_octet(0xbf).kind, FrameKind::Unknown(0xaf));
    }
}
