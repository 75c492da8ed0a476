mod connection;
mod receive;
mod settings;
mod transmit;

use core::ops::Range;

use dlms_core::buffer::Buffer;
use dlms_core::link::{Busy, Delivery, Link, LinkError, LinkEvent, Saps};
use dlms_core::time::Instant;

use crate::station::fitting::fitting;
use crate::station::line::Line;
use crate::station::outgoing::Outgoing;
use crate::timer::earlier;
use crate::{Address, AddressSize, Finder, Parameters, Reassembly};
use connection::Connection;

pub use settings::{AddressSizes, SecondarySettings};

/// The server's end of the line: one physical device with its logical devices, which speak only when asked.
///
/// `CONNECTIONS` clients can be connected at once, one connection for each client and logical device; a SNRM beyond
/// that is answered with DM. A SNRM on a connection that stands resets it: `Opened` comes again. While the buffers
/// serve one client, I frames of another are answered with RNR.
///
/// What is sent to a client that is not connected goes out in UI frames, and is not confirmed. `F` holds one frame:
/// 18 octets more than the largest information field there is to be, at least 64.
#[derive(Debug, Clone)]
pub struct Secondary<F, const CONNECTIONS: usize = 1> {
    line: Line<F>,
    station: Station<CONNECTIONS>,
}

#[derive(Debug, Clone)]
struct Station<const CONNECTIONS: usize> {
    settings: SecondarySettings,
    connections: [Option<Connection>; CONNECTIONS],
    outgoing: Option<Sending>,
    /// The APDU coming in, and on which connection.
    reassembly: Reassembly,
    receiving: usize,
    unnumbered: Reassembly,
    answer: Option<Answer>,
    /// Before that the line is not ours.
    not_before: Option<Instant>,
}

#[derive(Debug, Clone)]
struct Sending {
    apdu: Outgoing,
    to: Target,
}

#[derive(Debug, Clone, Copy)]
enum Target {
    Connection(usize),
    /// In UI frames, and then the next of them.
    Unnumbered {
        client: Address,
        server: Address,
        next: u8,
    },
}

/// What is owed to the client that polled.
#[derive(Debug, Clone, Copy)]
enum Answer {
    /// UA with the parameters of the connection.
    Connected(usize),
    /// I frames, RR, RNR or FRMR.
    Connection(usize),
    /// UA to a DISC, or DM.
    Disconnected { client: Address, server: Address, acknowledged: bool },
}

impl<F: Buffer, const CONNECTIONS: usize> Secondary<F, CONNECTIONS> {
    /// A server on a line on which nothing happened yet.
    #[must_use]
    pub fn new(settings: SecondarySettings, frame: F) -> Self {
        let finder = match settings.tolerate_header_checks {
            true => Finder::new().tolerating_header_checks(),
            false => Finder::new(),
        };
        Self {
            line: Line::new(frame, finder, settings.inter_octet_time_out),
            station: Station {
                settings,
                connections: [const { None }; CONNECTIONS],
                outgoing: None,
                reassembly: Reassembly::new(),
                receiving: 0,
                unnumbered: Reassembly::new(),
                answer: None,
                not_before: None,
            },
        }
    }

    /// What was agreed for a connection, seen from this end.
    #[must_use]
    pub fn parameters(&self, peer: Saps) -> Option<Parameters> {
        let index = self.station.index_of(peer)?;
        Some(self.station.connection(index)?.parameters)
    }

    /// Whether any client is connected.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.station.connections.iter().any(Option::is_some)
    }

    /// How many frames began and came to nothing.
    #[must_use]
    pub const fn damaged_frames(&self) -> u32 {
        self.line.finder().damaged()
    }

    /// How many frames with a wrong header check sequence were let pass.
    #[must_use]
    pub const fn tolerated_frames(&self) -> u32 {
        self.line.finder().tolerated()
    }
}

impl<F: Buffer, const CONNECTIONS: usize> Link for Secondary<F, CONNECTIONS> {
    const HEADROOM: usize = 0;
    const MAX_APDU: usize = 0xffff;

    /// It is for the client to connect.
    fn open(&mut self, _: Saps, _: Instant) {}

    fn is_open(&self, peer: Saps) -> bool {
        self.station.index_of(peer).is_some()
    }

    /// Only the client can disconnect; the connection is forgotten, and the client is told so when it asks.
    fn close(&mut self, peer: Saps, _: Instant) -> bool {
        if let Some(index) = self.station.index_of(peer) {
            self.station.forget(index);
        }
        false
    }

    fn handle_input(
        &mut self,
        bytes: &[u8],
        rx: &mut dyn Buffer,
        keep: usize,
        now: Instant,
    ) -> Result<(usize, LinkEvent), LinkError> {
        let (taken, found) = self.line.take(bytes, now);
        let room = self.line.information_room();
        let event = match found.and_then(|found| self.line.frame(found)) {
            Some(frame) => self.station.receive(&frame, room, rx, keep, now),
            None => LinkEvent::None,
        };
        Ok((taken, event))
    }

    fn send(&mut self, peer: Saps, apdu: Range<usize>, delivery: Delivery, _: Instant) -> Result<(), Busy> {
        let station = &mut self.station;
        let connection = station.index_of(peer).filter(|_| delivery == Delivery::Confirmed);
        let to = match connection {
            Some(index) => Target::Connection(index),
            None => Target::Unnumbered {
                client: Address::one(peer.client).unwrap_or(Address::NO_STATION),
                server: station.address_of(peer.server),
                next: 0,
            },
        };
        if station.outgoing.is_some() {
            return Err(Busy);
        }
        station.outgoing = Some(Sending { apdu: Outgoing::new(apdu), to });
        Ok(())
    }

    fn fitting(&self, peer: Saps, most: usize) -> usize {
        let connection = self.station.index_of(peer).and_then(|index| self.station.connection(index));
        connection.map_or(most, |c| fitting(c.parameters, c.largest(), most))
    }

    fn withdraw(&mut self) -> bool {
        let unsent = |sending: &Sending| matches!(sending.to, Target::Unnumbered { next: 0, .. });
        self.station.outgoing.take_if(|sending| unsent(sending)).is_some()
    }

    fn is_sending(&self) -> bool {
        self.station.outgoing.is_some()
    }

    fn poll_transmit<'t>(&'t mut self, tx: &'t mut [u8], now: Instant) -> Option<&'t [u8]> {
        let built = self.station.transmit(&mut self.line, tx, now)?;
        self.line.octets(built)
    }

    fn handle_timeout(&mut self, now: Instant) -> Result<LinkEvent, LinkError> {
        self.line.handle_timeout(now);
        Ok(self.station.handle_timeout(now))
    }

    fn poll_timeout(&self) -> Option<Instant> {
        let first = earlier(self.line.give_up(), self.station.not_before);
        self.station.connections.iter().flatten().fold(first, |first, c| earlier(first, c.ends))
    }
}

impl<const CONNECTIONS: usize> Station<CONNECTIONS> {
    fn index_of(&self, peer: Saps) -> Option<usize> {
        self.connections.iter().position(|slot| slot.as_ref().is_some_and(|c| c.saps() == peer))
    }

    fn connection(&self, index: usize) -> Option<&Connection> {
        self.connections.get(index)?.as_ref()
    }

    fn connection_mut(&mut self, index: usize) -> Option<&mut Connection> {
        self.connections.get_mut(index)?.as_mut()
    }

    /// Ends a connection and all that was going on in it.
    fn forget(&mut self, index: usize) -> Option<Saps> {
        if self.sends_to(index) {
            self.outgoing = None;
        }
        if self.receiving == index {
            self.reassembly.clear();
        }
        if self.is_asked_by(index) {
            self.answer = None;
        }
        Some(self.connections.get_mut(index)?.take()?.saps())
    }

    /// Whether an APDU is on its way to this client.
    fn sends_to(&self, index: usize) -> bool {
        self.outgoing.as_ref().is_some_and(|s| matches!(s.to, Target::Connection(i) if i == index))
    }

    /// Whether this client polled.
    fn is_asked_by(&self, index: usize) -> bool {
        matches!(self.answer, Some(Answer::Connection(i) | Answer::Connected(i)) if i == index)
    }

    /// Whether the buffers are needed for something else: an APDU to or from another client, or an event.
    fn is_busy_for(&self, index: usize) -> bool {
        let receiving = self.reassembly.is_open() && self.receiving != index;
        let sending = self.outgoing.as_ref().is_some_and(|sending| !sending.apdu.is_sent());
        receiving || (sending && !self.sends_to(index))
    }

    /// The address that a logical device speaks from when nobody asked it.
    fn address_of(&self, server: u16) -> Address {
        let SecondarySettings { address_sizes, device_address, .. } = self.settings;
        [AddressSize::Four, AddressSize::Two, AddressSize::One]
            .into_iter()
            .filter(|size| address_sizes.contain(*size))
            .find_map(|size| Address::new(size, server, device_address))
            .unwrap_or(Address::NO_STATION)
    }

    fn handle_timeout(&mut self, now: Instant) -> LinkEvent {
        if self.not_before.is_some_and(|at| at <= now) {
            self.not_before = None;
        }
        let over = |slot: &Option<Connection>| slot.as_ref()?.ends.filter(|at| *at <= now);
        match self.connections.iter().position(|slot| over(slot).is_some()) {
            Some(index) => self.forget(index).map_or(LinkEvent::None, |peer| LinkEvent::Closed { peer }),
            None => LinkEvent::None,
        }
    }
}
