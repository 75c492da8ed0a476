use core::ops::Range;

use dlms_core::buffer::{Buffer, shift_down};
use dlms_core::link::{Busy, Delivery, Link, LinkError, LinkEvent, Saps};
use dlms_core::time::Instant;

use super::DeviceAddress;

/// A client's link to a gateway: everything that is sent is for one device behind it. An answer without prefix is the
/// gateway's own, and taken; one of another device is not.
#[derive(Debug, Clone)]
pub struct ThroughGateway<L>(Prefixed<L>);

impl<L: Link> ThroughGateway<L> {
    /// To this device, by way of the gateway that `link` reaches.
    #[must_use]
    pub const fn new(link: L, device: DeviceAddress) -> Self {
        Self(Prefixed { link, device, server: false, prefixes: true, unwritten: None })
    }

    /// The link to the gateway.
    #[must_use]
    pub const fn link(&self) -> &L {
        &self.0.link
    }
}

/// A server's link to a gateway that leaves the prefixes on: what has the prefix of this device is answered with it, and
/// what has none without. A message for another device is left as it is, so that the server refuses it.
#[derive(Debug, Clone)]
pub struct BehindGateway<L>(Prefixed<L>);

impl<L: Link> BehindGateway<L> {
    /// Of this device, with the gateway at the other end of `link`.
    #[must_use]
    pub const fn new(link: L, device: DeviceAddress) -> Self {
        Self(Prefixed { link, device, server: true, prefixes: false, unwritten: None })
    }

    /// The link to the gateway.
    #[must_use]
    pub const fn link(&self) -> &L {
        &self.0.link
    }
}

/// A link whose APDUs have prefixes.
#[derive(Debug, Clone)]
struct Prefixed<L> {
    link: L,
    device: DeviceAddress,
    /// This is the server's end.
    server: bool,
    /// What is sent gets a prefix.
    prefixes: bool,
    /// Where in the transmit buffer one has to be written before anything is sent of it.
    unwritten: Option<usize>,
}

impl<L: Link> Prefixed<L> {
    fn handle_input(
        &mut self,
        bytes: &[u8],
        rx: &mut dyn Buffer,
        keep: usize,
        now: Instant,
    ) -> Result<(usize, LinkEvent), LinkError> {
        let (taken, event) = self.link.handle_input(bytes, rx, keep, now)?;
        let LinkEvent::Apdu { peer, len, delivery } = event else { return Ok((taken, event)) };
        let apdu = rx.as_mut_slice().get_mut(keep..keep.saturating_add(len)).unwrap_or_default();
        let of_this = self.device.is_of(!self.server, apdu);
        if self.server {
            self.prefixes = of_this == Some(true);
        }
        let event = match of_this {
            Some(true) => {
                let prefix = self.device.prefix_len();
                shift_down(apdu, prefix);
                LinkEvent::Apdu { peer, len: len.saturating_sub(prefix), delivery }
            }
            Some(false) if !self.server => LinkEvent::None,
            _ => event,
        };
        Ok((taken, event))
    }

    fn send(&mut self, peer: Saps, apdu: Range<usize>, delivery: Delivery, now: Instant) -> Result<(), Busy> {
        let prefix = if self.prefixes { self.device.prefix_len() } else { 0 };
        let start = apdu.start.saturating_sub(prefix);
        self.link.send(peer, start..apdu.end, delivery, now)?;
        self.unwritten = self.prefixes.then_some(start);
        Ok(())
    }

    fn poll_transmit<'t>(&'t mut self, tx: &'t mut [u8], now: Instant) -> Option<&'t [u8]> {
        if let Some(room) = self.unwritten.take().and_then(|start| tx.get_mut(start..)) {
            self.device.write(self.server, room);
        }
        self.link.poll_transmit(tx, now)
    }

    fn fitting(&self, peer: Saps, most: usize) -> usize {
        let prefix = if self.prefixes { self.device.prefix_len() } else { 0 };
        self.link.fitting(peer, most.saturating_add(prefix)).saturating_sub(prefix)
    }
}

macro_rules! link {
    ($name:ident) => {
        impl<L: Link> Link for $name<L> {
            const HEADROOM: usize = L::HEADROOM + DeviceAddress::PREFIX;
            const MAX_APDU: usize = L::MAX_APDU - DeviceAddress::PREFIX;

            fn open(&mut self, peer: Saps, now: Instant) {
                self.0.link.open(peer, now);
            }
            fn is_open(&self, peer: Saps) -> bool {
                self.0.link.is_open(peer)
            }
            fn close(&mut self, peer: Saps, now: Instant) -> bool {
                self.0.link.close(peer, now)
            }
            fn handle_input(
                &mut self,
                bytes: &[u8],
                rx: &mut dyn Buffer,
                keep: usize,
                now: Instant,
            ) -> Result<(usize, LinkEvent), LinkError> {
                self.0.handle_input(bytes, rx, keep, now)
            }
            fn send(
                &mut self,
                peer: Saps,
                apdu: Range<usize>,
                delivery: Delivery,
                now: Instant,
            ) -> Result<(), Busy> {
                self.0.send(peer, apdu, delivery, now)
            }
            fn withdraw(&mut self) -> bool {
                self.0.link.withdraw()
            }
            fn solicit(&mut self, peer: Saps, now: Instant) {
                self.0.link.solicit(peer, now);
            }
            fn fitting(&self, peer: Saps, most: usize) -> usize {
                self.0.fitting(peer, most)
            }
            fn awaits(&self, peer: Saps) -> bool {
                self.0.link.awaits(peer)
            }
            fn all_stations(&self) -> u16 {
                self.0.link.all_stations()
            }
            fn is_sending(&self) -> bool {
                self.0.link.is_sending()
            }
            fn poll_transmit<'t>(&'t mut self, tx: &'t mut [u8], now: Instant) -> Option<&'t [u8]> {
                self.0.poll_transmit(tx, now)
            }
            fn handle_timeout(&mut self, now: Instant) -> Result<LinkEvent, LinkError> {
                self.0.link.handle_timeout(now)
            }
            fn poll_timeout(&self) -> Option<Instant> {
                self.0.link.poll_timeout()
            }
        }
    };
}

link!(ThroughGateway);
link!(BehindGateway);
