//! Devices behind a gateway: a prefix with the number of the network and the address of the device goes before every
//! message between the client and the gateway, outside all protection.

mod address;
mod link;

pub use address::DeviceAddress;
pub use link::{BehindGateway, ThroughGateway};
