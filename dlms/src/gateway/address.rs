use dlms_core::apdu::{GatewayRequest, GatewayResponse, tag};
use dlms_core::codec::{Decode, Encode};

/// A device behind a gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeviceAddress {
    network_id: u8,
    octets: [u8; Self::MAX],
    len: u8,
}

impl DeviceAddress {
    /// Octets of a physical device address at most.
    pub const MAX: usize = 32;
    /// Octets of a prefix at most: tag, network, length, address.
    pub(super) const PREFIX: usize = 3 + Self::MAX;

    /// The device with this physical address in a network; nothing if the address has more than 32 octets.
    #[must_use]
    pub fn new(network_id: u8, physical_device_address: &[u8]) -> Option<Self> {
        let mut octets = [0; Self::MAX];
        let room = octets.get_mut(..physical_device_address.len())?;
        for (slot, octet) in room.iter_mut().zip(physical_device_address) {
            *slot = *octet;
        }
        Some(Self { network_id, octets, len: u8::try_from(physical_device_address.len()).ok()? })
    }

    /// The network behind the gateway.
    #[must_use]
    pub const fn network_id(&self) -> u8 {
        self.network_id
    }

    /// The physical address of the device in that network.
    #[must_use]
    pub fn physical_device_address(&self) -> &[u8] {
        self.octets.get(..self.len.into()).unwrap_or_default()
    }

    /// Octets of its prefix.
    pub(super) fn prefix_len(&self) -> usize {
        usize::from(self.len).saturating_add(3)
    }

    /// Writes the prefix to the front of `room`.
    pub(super) fn write(&self, response: bool, room: &mut [u8]) {
        let (network, address) = (self.network_id, self.physical_device_address());
        let mut w = dlms_core::codec::Writer::new(room);
        match response {
            false => GatewayRequest::new(network, address, &[]).map(|prefix| prefix.encode(&mut w)),
            true => GatewayResponse::new(network, address, &[]).map(|prefix| prefix.encode(&mut w)),
        };
    }

    /// What a message says of the device it is of: nothing if it has no such prefix, else whether it is this one.
    pub(super) fn is_of(&self, response: bool, octets: &[u8]) -> Option<bool> {
        let (network, address) = match *octets.first()? {
            tag::GATEWAY_REQUEST if !response => {
                let prefixed = GatewayRequest::from_bytes(octets).ok()?;
                (prefixed.network_id, prefixed.physical_device_address())
            }
            tag::GATEWAY_RESPONSE if response => {
                let prefixed = GatewayResponse::from_bytes(octets).ok()?;
                (prefixed.network_id, prefixed.physical_device_address())
            }
            _ => return None,
        };
        Some(network == self.network_id && address == self.physical_device_address())
    }
}
