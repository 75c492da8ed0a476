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
use crate::station::window::Window;
use crate::timer::{Timer, Timers, earlier};
use crate::{Address, Finder, Parameters, Reassembly};

pub use settings::{PrimarySettings, Quirks};

/// The client's end of the line: it connects, sends and polls; the other end speaks only when asked.
///
/// It has one connection at a time. `F` holds one frame: 18 octets more than the largest information field there is
/// to be, at least 64.
#[derive(Debug, Clone)]
pub struct Primary<F> {
    line: Line<F>,
    station: Station,
}

#[derive(Debug, Clone)]
struct Station {
    settings: PrimarySettings,
    phase: Phase,
    peer: Saps,
    client: Address,
    server: Address,
    /// What holds for the connection.
    parameters: Parameters,
    window: Window,
    outgoing: Option<Sending>,
    reassembly: Reassembly,
    unnumbered: Reassembly,
    /// The other end has the turn, until its final frame or the response time-out.
    waiting: bool,
    /// RR with P is due.
    poll: bool,
    /// RR with P was the last to go out.
    polled: bool,
    /// What came in I frames was not acknowledged yet.
    owing: bool,
    /// What is out was refused before.
    refused: bool,
    /// The peer owes an APDU: it is asked until it has one.
    expecting: bool,
    /// The peer said RNR.
    peer_busy: bool,
    retries: u8,
    timers: Timers,
}

#[derive(Debug, Clone)]
struct Sending {
    apdu: Outgoing,
    /// In UI frames, and then the next of them.
    unnumbered: Option<(Address, Address, u8)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Disconnected,
    /// DISC before SNRM.
    Clearing,
    Connecting,
    Connected,
    Disconnecting,
}

impl<F: Buffer> Primary<F> {
    /// A client on a line on which nothing happened yet.
    #[must_use]
    pub fn new(settings: PrimarySettings, frame: F) -> Self {
        let finder = match settings.quirks.tolerate_header_checks {
            true => Finder::new().tolerating_header_checks(),
            false => Finder::new(),
        };
        Self {
            line: Line::new(frame, finder, settings.inter_octet_time_out),
            station: Station {
                settings,
                phase: Phase::Disconnected,
                peer: Saps { client: 0, server: 0 },
                client: Address::NO_STATION,
                server: Address::NO_STATION,
                parameters: Parameters::DEFAULT,
                window: Window::new(),
                outgoing: None,
                reassembly: Reassembly::new(),
                unnumbered: Reassembly::new(),
                waiting: false,
                poll: false,
                polled: false,
                owing: false,
                refused: false,
                expecting: false,
                peer_busy: false,
                retries: 0,
                timers: Timers::new(),
            },
        }
    }

    /// What holds for the connection, seen from this end.
    #[must_use]
    pub const fn parameters(&self) -> Parameters {
        self.station.parameters
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

impl<F: Buffer> Link for Primary<F> {
    const HEADROOM: usize = 0;
    const MAX_APDU: usize = 0xffff;

    /// A peer that has no address in the settings' form cannot be connected: nobody will answer.
    fn open(&mut self, peer: Saps, _: Instant) {
        let station = &mut self.station;
        let quirks = station.settings.quirks;
        let under_way = !matches!(station.phase, Phase::Disconnected | Phase::Disconnecting);
        if under_way && station.peer == peer {
            return;
        }
        station.reset();
        station.peer = peer;
        station.server = station.server_address(peer.server);
        station.client = client_address(peer.client);
        station.parameters = station.proposal(self.line.information_room());
        station.phase = match () {
            () if quirks.always_connected => Phase::Connected,
            () if quirks.disconnect_first => Phase::Clearing,
            () => Phase::Connecting,
        };
    }

    fn is_open(&self, peer: Saps) -> bool {
        self.station.phase == Phase::Connected && self.station.peer == peer
    }

    fn close(&mut self, peer: Saps, _: Instant) -> bool {
        let station = &mut self.station;
        if station.peer != peer || station.phase == Phase::Disconnected {
            return false;
        }
        let connected = matches!(station.phase, Phase::Connecting | Phase::Connected)
            && !station.settings.quirks.always_connected;
        station.reset();
        if connected {
            station.phase = Phase::Disconnecting;
        }
        connected
    }

    fn handle_input(
        &mut self,
        bytes: &[u8],
        rx: &mut dyn Buffer,
        keep: usize,
        now: Instant,
    ) -> Result<(usize, LinkEvent), LinkError> {
        let (taken, found) = self.line.take(bytes, now);
        let Some(frame) = found.and_then(|found| self.line.frame(found)) else {
            return Ok((taken, LinkEvent::None));
        };
        let room = self.line.information_room();
        self.station.receive(&frame, room, rx, keep, now).map(|event| (taken, event))
    }

    fn send(&mut self, peer: Saps, apdu: Range<usize>, delivery: Delivery, _: Instant) -> Result<(), Busy> {
        let open = self.is_open(peer);
        let station = &mut self.station;
        let unnumbered = match delivery {
            // Without a connection nothing can be confirmed.
            _ if station.outgoing.is_some() => return Err(Busy),
            Delivery::Confirmed if !open => return Err(Busy),
            Delivery::Confirmed => None,
            Delivery::Unconfirmed => {
                Some((station.server_address(peer.server), client_address(peer.client), 0))
            }
        };
        station.expecting |= unnumbered.is_none();
        station.outgoing = Some(Sending { apdu: Outgoing::new(apdu), unnumbered });
        Ok(())
    }

    fn solicit(&mut self, peer: Saps, _: Instant) {
        let open = self.is_open(peer);
        let station = &mut self.station;
        station.expecting |= open;
        // Something that is sent, or was and is to be answered, asks already.
        station.poll |= open && !station.waiting && station.outgoing.is_none();
    }

    fn fitting(&self, peer: Saps, most: usize) -> usize {
        match self.is_open(peer) {
            true => fitting(self.station.parameters, self.station.largest(), most),
            false => most,
        }
    }

    fn awaits(&self, peer: Saps) -> bool {
        self.station.expecting && self.is_open(peer)
    }

    fn all_stations(&self) -> u16 {
        self.station.settings.address_size.all_station()
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
        if let Some(inside) = self.line.give_up() {
            // An answer that has begun is as good as there.
            self.station.timers.postpone(Timer::Response, inside);
        }
        self.station.handle_timeout(now)
    }

    fn poll_timeout(&self) -> Option<Instant> {
        earlier(self.line.give_up(), self.station.timers.next())
    }
}

impl Station {
    /// Forgets the connection and what was to be sent on it.
    fn reset(&mut self) {
        self.phase = Phase::Disconnected;
        self.window = Window::new();
        self.outgoing = None;
        self.reassembly.clear();
        self.unnumbered.clear();
        (self.waiting, self.poll, self.polled, self.refused) = (false, false, false, false);
        (self.expecting, self.peer_busy, self.owing) = (false, false, false);
        self.retries = 0;
        self.timers = Timers::new();
    }

    /// What goes into SNRM, with room for so large an information field.
    fn proposal(&self, room: u16) -> Parameters {
        self.settings.parameters.within(room)
    }

    fn server_address(&self, server: u16) -> Address {
        let PrimarySettings { address_size, device_address, .. } = self.settings;
        let all = address_size.all_station();
        let device = if server == all { all } else { device_address };
        Address::new(address_size, server, device).unwrap_or(Address::NO_STATION)
    }

    /// Octets of the largest information field to send.
    fn largest(&self) -> usize {
        let length = usize::from(self.parameters.max_info_field_length_transmit);
        if !self.settings.quirks.lengths_of_frames {
            return length;
        }
        let addresses = self.client.size().octets().saturating_add(self.server.size().octets());
        // Format, control field, both check sequences.
        length.saturating_sub(addresses.saturating_add(7)).max(4)
    }

    fn handle_timeout(&mut self, now: Instant) -> Result<LinkEvent, LinkError> {
        self.timers.expired(Timer::Turnaround, now);
        self.poll |= self.timers.expired(Timer::Poll, now);
        if self.timers.expired(Timer::Readiness, now) {
            self.reset();
            return Err(LinkError::NoAnswer);
        }
        if !self.timers.expired(Timer::Response, now) {
            return Ok(LinkEvent::None);
        }
        self.waiting = false;
        match self.phase {
            // Whether the meter had a connection to clear or not, it may take the SNRM.
            Phase::Clearing => {
                self.phase = Phase::Connecting;
                return Ok(LinkEvent::None);
            }
            // A single frame is repeated, unless the peer is not ready for it. Of several, or of part of an answer, the
            // peer says what it misses.
            Phase::Connected if self.window.unacknowledged() == 1 && !self.peer_busy => self.window.go_back(),
            Phase::Connected => self.poll = true,
            Phase::Disconnected | Phase::Connecting | Phase::Disconnecting => {}
        }
        self.count_retry()
    }

    /// Something has to be said again: gives up if that happened too often.
    fn count_retry(&mut self) -> Result<LinkEvent, LinkError> {
        self.retries = self.retries.saturating_add(1);
        if self.retries <= self.settings.retries {
            return Ok(LinkEvent::None);
        }
        let (phase, peer) = (self.phase, self.peer);
        self.reset();
        match phase {
            Phase::Disconnecting => Ok(LinkEvent::Closed { peer }),
            _ => Err(LinkError::NoAnswer),
        }
    }
}

fn client_address(client: u16) -> Address {
    Address::one(client).unwrap_or(Address::NO_STATION)
}
