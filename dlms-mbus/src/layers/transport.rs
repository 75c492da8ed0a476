use dlms_core::codec::{Reader, Writer};

use super::{Configuration, Status};
use crate::{FrameError, MeterAddress};

/// A header of the transport layer (EN 13757-7), short or long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Transport {
    /// The meter, in a long header.
    pub address: Option<MeterAddress>,
    /// The access number.
    pub access_number: u8,
    /// The status of the meter.
    pub status: Status,
    /// How what follows is protected.
    pub configuration: Configuration,
}

impl Transport {
    /// Reads a short or a long header.
    pub(super) fn decode(long: bool, r: &mut Reader<'_>) -> Result<Self, FrameError> {
        let address = if long { Some(MeterAddress::from_transport_octets(r.array()?)) } else { None };
        let [access_number, status] = r.array()?;
        let field = u16::from_le_bytes(r.array()?);
        let extension = if Configuration::has_extension(field) { Some(r.u8()?) } else { None };
        let configuration = Configuration { field, extension };
        Ok(Self { address, access_number, status: Status(status), configuration })
    }

    /// Writes it.
    pub(super) fn encode(&self, w: &mut Writer<'_>) {
        if let Some(address) = self.address {
            w.array(address.to_transport_octets());
        }
        w.array([self.access_number, self.status.0]);
        w.array(self.configuration.field.to_le_bytes());
        if let Some(extension) = self.configuration.extension {
            w.u8(extension);
        }
    }

    /// The initialisation vector of mode 5; `link` is the address of the link layer, which stands in for that of a
    /// short header.
    #[must_use]
    pub fn initialisation_vector(&self, link: MeterAddress) -> [u8; 16] {
        let [a, b, c, d, e, f, g, h] = self.address.unwrap_or(link).to_link_octets();
        let n = self.access_number;
        [a, b, c, d, e, f, g, h, n, n, n, n, n, n, n, n]
    }
}
