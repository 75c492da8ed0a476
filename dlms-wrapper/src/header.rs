use dlms_core::codec::{Decode, DecodeError, DecodeErrorKind, Encode, Reader, Writer};
use dlms_core::link::Saps;

use crate::Role;

/// The registered TCP and UDP port of DLMS/COSEM.
pub const PORT: u16 = 4059;
/// Octets of a header.
pub const HEADER_LEN: usize = 8;

/// What stands in front of an APDU: version 1, source, destination, length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Header {
    /// The sender's service access point (source wPort).
    pub source: u16,
    /// The receiver's service access point (destination wPort).
    pub destination: u16,
    /// Octets of the APDU.
    pub length: u16,
}

impl Header {
    /// The header of an APDU that this end sends.
    #[must_use]
    pub const fn outgoing(role: Role, peer: Saps, length: u16) -> Self {
        match role {
            Role::Client => Self { source: peer.client, destination: peer.server, length },
            Role::Server => Self { source: peer.server, destination: peer.client, length },
        }
    }

    /// Who the two ends are, in a header that this end received.
    #[must_use]
    pub const fn saps(&self, role: Role) -> Saps {
        match role {
            Role::Client => Saps { client: self.destination, server: self.source },
            Role::Server => Saps { client: self.source, server: self.destination },
        }
    }

    /// The eight octets.
    #[must_use]
    pub fn to_octets(self) -> [u8; HEADER_LEN] {
        let mut octets = [0; HEADER_LEN];
        self.encode(&mut Writer::new(&mut octets));
        octets
    }
}

impl Encode for Header {
    fn encode(&self, w: &mut Writer<'_>) {
        w.u16(1);
        w.u16(self.source);
        w.u16(self.destination);
        w.u16(self.length);
    }
}

impl<'a> Decode<'a> for Header {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let at = r.clone();
        if r.u16()? != 1 {
            return Err(at.error(DecodeErrorKind::InvalidValue("wrapper version")));
        }
        Ok(Self { source: r.u16()?, destination: r.u16()?, length: r.u16()? })
    }
}
