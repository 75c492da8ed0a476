use dlms_core::codec::{Reader, Writer};

use crate::{FrameError, MeterAddress};

/// The extended link layer of a wireless frame (EN 13757-4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct ExtendedLink {
    /// The communication control field.
    pub communication_control: u8,
    /// The access number.
    pub access_number: u8,
    /// Whom the frame is for or from, where that is not the address of the link layer.
    pub address: Option<MeterAddress>,
    /// The session under which what follows is encrypted or checked.
    pub session: Option<Session>,
}

/// The session number of the extended link layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Session(pub u32);

impl Session {
    /// The encryption: 0 for none, 1 for AES-CTR.
    #[must_use]
    pub const fn encryption(self) -> u8 {
        self.0.to_be_bytes()[0] >> 5
    }

    /// Minutes, as the meter counts them.
    #[must_use]
    pub const fn time(self) -> u32 {
        self.0 >> 4 & 0x01ff_ffff
    }

    /// Which session of that minute.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0.to_le_bytes()[0] & 0x0f
    }
}

impl ExtendedLink {
    /// Whether a layer with this CI field is an extended link layer that this type holds.
    #[must_use]
    pub const fn is_announced_by(control_information: u8) -> bool {
        matches!(control_information, 0x8c..=0x8f)
    }

    /// The CI field of a layer with these parts.
    #[must_use]
    pub const fn control_information(&self) -> u8 {
        match (self.address, self.session) {
            (None, None) => 0x8c,
            (None, Some(_)) => 0x8d,
            (Some(_), None) => 0x8e,
            (Some(_), Some(_)) => 0x8f,
        }
    }

    /// Reads what follows its CI field.
    pub(super) fn decode(control_information: u8, r: &mut Reader<'_>) -> Result<Self, FrameError> {
        let [communication_control, access_number] = r.array()?;
        let address = match control_information {
            0x8e | 0x8f => Some(MeterAddress::from_link_octets(r.array()?)),
            _ => None,
        };
        let session = match control_information {
            0x8d | 0x8f => Some(Session(u32::from_le_bytes(r.array()?))),
            _ => None,
        };
        Ok(Self { communication_control, access_number, address, session })
    }

    /// Writes it with its CI field.
    pub(super) fn encode(&self, w: &mut Writer<'_>) {
        w.array([self.control_information(), self.communication_control, self.access_number]);
        if let Some(address) = self.address {
            w.array(address.to_link_octets());
        }
        if let Some(session) = self.session {
            w.array(session.0.to_le_bytes());
        }
    }

    /// The first block of the key stream that encrypts what follows a session, sent by the meter with this address of
    /// the link layer. A repeater's hop bit changes on the way and does not count.
    #[must_use]
    pub fn initial_counter_block(&self, link: MeterAddress) -> Option<[u8; 16]> {
        let [a, b, c, d, e, f, g, h] = self.address.unwrap_or(link).to_link_octets();
        let [s0, s1, s2, s3] = self.session?.0.to_le_bytes();
        Some([a, b, c, d, e, f, g, h, self.communication_control & 0xef, s0, s1, s2, s3, 0, 0, 0])
    }
}
