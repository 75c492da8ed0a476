use crate::{Control, SequenceNumber};

/// The information field of FRMR: which frame was rejected, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Rejection {
    /// The control field of the rejected frame.
    pub control: Control,
    /// V(S) of the station that rejects.
    pub send: SequenceNumber,
    /// V(R) of the station that rejects.
    pub receive: SequenceNumber,
    /// The rejected frame was a response.
    pub response: bool,
    /// Why.
    pub reason: RejectReason,
}

/// Why a frame was rejected; several reasons may go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct RejectReason {
    /// W: the control field is not known.
    pub control: bool,
    /// X: the frame must not have an information field.
    pub information: bool,
    /// Y: the information field is too long.
    pub length: bool,
    /// Z: N(R) acknowledges what was never sent.
    pub receive: bool,
}

impl Rejection {
    /// The information field.
    #[must_use]
    pub fn to_octets(self) -> [u8; 3] {
        let bit = |set: bool, place: u8| u8::from(set) << place;
        let RejectReason { control, information, length, receive } = self.reason;
        [
            self.control.to_octet(),
            self.receive.value() << 5 | bit(self.response, 4) | self.send.value() << 1,
            bit(control, 0) | bit(information, 1) | bit(length, 2) | bit(receive, 3),
        ]
    }

    /// What an information field says. Stacks disagree on its second and third octet: it is for a log only.
    #[must_use]
    pub const fn from_octets(octets: [u8; 3]) -> Self {
        let [control, states, reason] = octets;
        Self {
            control: Control::from_octet(control),
            send: SequenceNumber::new(states >> 1),
            receive: SequenceNumber::new(states >> 5),
            response: states & 0x10 != 0,
            reason: RejectReason {
                control: reason & 1 != 0,
                information: reason & 2 != 0,
                length: reason & 4 != 0,
                receive: reason & 8 != 0,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_field_of_the_standard() {
        let rejection = Rejection::from_octets([0x10, 0x00, 0x04]);
        assert!(rejection.reason.length && !rejection.response);
        assert_eq!(rejection.to_octets(), [0x10, 0x00, 0x04]);
        let other = Rejection {
            send: SequenceNumber::new(3),
            receive: SequenceNumber::new(5),
            response: true,
            reason: RejectReason { control: true, information: true, ..RejectReason::default() },
            ..rejection
        };
        assert_eq!(other.to_octets(), [0x10, 0xb6, 0x03]);
        assert_eq!(Rejection::from_octets(other.to_octets()), other);
    }
}
