//! Stations against hand-written frames, and against each other over a line that loses them.

mod asked;
mod asking;
mod pair;
mod several;

use std::format;
use std::string::String;
use std::vec::Vec;

use dlms_core::buffer::Buffer;
use dlms_core::codec::Encode;
use dlms_core::link::{Delivery, Link, LinkError, LinkEvent, Saps};
use dlms_core::time::Instant;

use crate::{Address, Control, Finder, Frame, Secondary, SecondarySettings};

const PEER: Saps = Saps { client: 16, server: 1 };
/// Frames with information fields of 128 octets and addresses of any size.
type Room = [u8; 160];

fn octets(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
    let digit = |d: u8| char::from(d).to_digit(16).unwrap();
    digits.chunks(2).map(|p| u8::try_from(digit(p[0]) << 4 | digit(p[1])).unwrap()).collect()
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02X}")).collect()
}

/// The address at the front of `octets`.
fn address(octets: &mut &[u8]) -> Address {
    let address = Address::read(octets).unwrap();
    *octets = &octets[address.size().octets()..];
    address
}

/// A frame with its flags and check sequences: `to from control information`, segmented after a `+`.
fn line(text: &str) -> Vec<u8> {
    let all = octets(text);
    let rest = &mut &all[..];
    let (to, from) = (address(rest), address(rest));
    let frame = Frame::new(to, from, Control::from_octet(rest[0]));
    encoded(&frame.with_information(&rest[1..], text.starts_with('+')).unwrap())
}

/// The reverse of [`line`] for all frames in `octets`.
fn text(octets: &[u8]) -> Vec<String> {
    let (mut finder, mut room) = (Finder::new(), [0; crate::FINDER_ROOM]);
    let (mut rest, mut frames) = (octets, Vec::new());
    while let (taken, Some(found)) = finder.find(rest, &mut room) {
        rest = &rest[taken..];
        let frame = Frame::decode(&room[found]).unwrap();
        let mut ends = [0; 8];
        let mut w = dlms_core::codec::Writer::new(&mut ends);
        frame.destination().encode(&mut w);
        frame.source().encode(&mut w);
        let segmented = if frame.is_segmented() { "+" } else { "" };
        let control = frame.control().to_octet();
        let mut text = format!("{segmented}{} {control:02X}", hex(w.stored()));
        if !frame.information().is_empty() {
            text = format!("{text} {}", hex(frame.information()));
        }
        frames.push(text);
    }
    frames
}

fn encoded(frame: &Frame<'_>) -> Vec<u8> {
    let mut out = std::vec![0; frame.encoded_len()];
    frame.encode_to_slice(&mut out).unwrap();
    out
}

/// A station with its buffers: what it hears, says and hands up.
struct Bench<L> {
    link: L,
    tx: Vec<u8>,
    rx: [u8; 600],
    now: Instant,
}

/// What a station hands up, with the octets of the APDU.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Up {
    Event(LinkEvent),
    Apdu(Saps, String),
    Error(LinkError),
}

impl<L: Link> Bench<L> {
    fn new(link: L) -> Self {
        Self { link, tx: Vec::new(), rx: [0; 600], now: Instant(1_000) }
    }

    /// The octets come in; what the station hands up. Nothing it says is taken from it.
    fn takes(&mut self, mut octets: &[u8]) -> Vec<Up> {
        let mut up = Vec::new();
        while !octets.is_empty() {
            let (taken, event) = match self.link.handle_input(octets, &mut self.rx, 0, self.now) {
                Ok(taken) => taken,
                Err(error) => return [up, [Up::Error(error)].into()].concat(),
            };
            octets = &octets[taken..];
            up.extend(handed_up(event, &self.rx));
        }
        up
    }

    /// All the frames the station has to say now.
    fn says(&mut self) -> Vec<String> {
        let mut said = Vec::new();
        while let Some(octets) = self.link.poll_transmit(&mut self.tx, self.now) {
            said.extend_from_slice(octets);
        }
        text(&said)
    }

    /// A frame, as of [`line`], comes in; the answer.
    fn hears(&mut self, frame: &str) -> Vec<String> {
        self.takes(&line(frame));
        self.says()
    }

    /// Sends an APDU.
    fn sends(&mut self, peer: Saps, apdu: &str) {
        self.sends_octets(peer, &octets(apdu), Delivery::Confirmed);
    }

    fn sends_octets(&mut self, peer: Saps, apdu: &[u8], delivery: Delivery) {
        self.tx = [&[0; 4][..], apdu].concat();
        self.link.send(peer, 4..self.tx.len(), delivery, self.now).unwrap();
    }

    /// Time goes by, to the next time-out at most; what the station hands up.
    fn waits(&mut self, milliseconds: u64) -> Vec<Up> {
        self.now = self.now.plus(milliseconds);
        if self.link.poll_timeout().is_none_or(|at| at > self.now) {
            return Vec::new();
        }
        match self.link.handle_timeout(self.now) {
            Ok(event) => handed_up(event, &self.rx),
            Err(error) => [Up::Error(error)].into(),
        }
    }
}

fn handed_up(event: LinkEvent, rx: &dyn Buffer) -> Vec<Up> {
    match event {
        LinkEvent::None => Vec::new(),
        LinkEvent::Apdu { peer, len, .. } => [Up::Apdu(peer, hex(&rx.as_slice()[..len]))].into(),
        other => [Up::Event(other)].into(),
    }
}

/// A meter with its management logical device in physical device 17, two frames a window.
fn meter<const CONNECTIONS: usize>() -> Bench<Secondary<Room, CONNECTIONS>> {
    let parameters = crate::Parameters::symmetric(128, 2);
    Bench::new(Secondary::new(SecondarySettings { parameters, ..SecondarySettings::DEFAULT }, [0; 160]))
}

const OPENED: Up = Up::Event(LinkEvent::Opened { peer: PEER });
const CLOSED: Up = Up::Event(LinkEvent::Closed { peer: PEER });
/// UA with everything at its default.
const UA: &str = "2103 73 818012050180060180070400000001080400000001";
