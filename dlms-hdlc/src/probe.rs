use dlms_core::codec::Encode;
use dlms_core::time::Instant;

use crate::station::line_time;
use crate::{Address, Control, Finder, Frame, FrameKind, Parameters};

/// Room for a UA with parameters of a maker's own.
const ROOM: u16 = 128;
/// Octets of the longest frame that is sent.
const LONGEST: usize = 16;

/// Finds out at which address a meter listens: each of a few is asked to connect, with a SNRM without parameters, and
/// whoever answers, even to refuse, is found. It is disconnected from at once.
///
/// **Change it once, then drain it until `Wait`**, as the stations.
#[derive(Debug, Clone)]
pub struct Probe<'a> {
    client: Address,
    candidates: &'a [Address],
    tried: usize,
    time_out: u64,
    step: Step,
    finder: Finder,
    room: [u8; ROOM as usize],
    line: [u8; LONGEST],
}

/// What a [`Probe`] wants next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProbeOutput<'a> {
    /// Send these octets.
    Transmit(&'a [u8]),
    /// A meter answered; the probe is over.
    Found(Station),
    /// Nobody answered at any of the addresses; the probe is over.
    Exhausted,
    /// Nothing more until octets arrive or this instant comes.
    Wait(Instant),
}

/// Who answered a [`Probe`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Station {
    /// The address that was asked.
    pub asked: Address,
    /// The address that it answered from: its own, where a calling address was asked.
    pub address: Address,
    /// What it agrees to where nothing is proposed; nothing, if it refuses to connect.
    pub parameters: Option<Parameters>,
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Ask,
    Listen(Option<Instant>),
    /// Somebody answered and is to be disconnected.
    Disconnect(Station),
    Leave(Station, Option<Instant>),
    Over(Option<Station>),
}

impl<'a> Probe<'a> {
    /// As this client, at each of these addresses in turn; each answer is waited for so many milliseconds, and the time
    /// that the frames take at so many baud.
    #[must_use]
    pub const fn new(client: Address, candidates: &'a [Address], milliseconds: u64, baud: u32) -> Self {
        let frames = line_time::longest_frame(ROOM, baud);
        Self {
            client,
            candidates,
            tried: 0,
            time_out: milliseconds.saturating_add(frames),
            step: Step::Ask,
            finder: Finder::new(),
            room: [0; ROOM as usize],
            line: [0; LONGEST],
        }
    }

    /// How many addresses were tried so far.
    #[must_use]
    pub const fn tried(&self) -> usize {
        self.tried
    }

    /// Takes octets from the line: how many.
    pub fn handle_input(&mut self, octets: &[u8]) -> usize {
        let (taken, found) = self.finder.find(octets, &mut self.room);
        let Some(frame) = found.and_then(|found| Frame::decode(self.room.get(found)?).ok()) else {
            return taken;
        };
        let asked = self.tried.checked_sub(1).and_then(|last| self.candidates.get(last).copied());
        let (Some(asked), true) = (asked, frame.destination() == self.client) else { return taken };
        let parameters = match frame.control().kind {
            FrameKind::Ua => Some(Parameters::decode(frame.information()).unwrap_or_default()),
            FrameKind::Dm | FrameKind::Frmr => None,
            _ => return taken,
        };
        let address = frame.source();
        self.step = match self.step {
            Step::Listen(_) => {
                let station = Station { asked, address, parameters };
                if parameters.is_some() { Step::Disconnect(station) } else { Step::Over(Some(station)) }
            }
            Step::Leave(station, _) => Step::Over(Some(station)),
            step => step,
        };
        taken
    }

    /// Tells the time; to be called when the instant of `Wait` has come.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.step = match self.step {
            Step::Listen(Some(until)) if until <= now => Step::Ask,
            Step::Leave(station, Some(until)) if until <= now => Step::Over(Some(station)),
            step => return self.step = step,
        };
        self.finder = Finder::new();
    }

    /// What it wants next.
    pub fn poll_output(&mut self, now: Instant) -> ProbeOutput<'_> {
        let until = now.plus(self.time_out);
        match self.step {
            Step::Ask => match self.candidates.get(self.tried).copied() {
                Some(address) => {
                    self.tried = self.tried.saturating_add(1);
                    self.step = Step::Listen(None);
                    self.command(address, FrameKind::Snrm)
                }
                None => {
                    self.step = Step::Over(None);
                    ProbeOutput::Exhausted
                }
            },
            Step::Disconnect(station) => {
                self.step = Step::Leave(station, None);
                self.command(station.address, FrameKind::Disc)
            }
            Step::Listen(ref mut waiting) | Step::Leave(_, ref mut waiting) => {
                ProbeOutput::Wait(*waiting.get_or_insert(until))
            }
            Step::Over(Some(station)) => ProbeOutput::Found(station),
            Step::Over(None) => ProbeOutput::Exhausted,
        }
    }

    fn command(&mut self, to: Address, kind: FrameKind) -> ProbeOutput<'_> {
        let frame = Frame::new(to, self.client, Control::last(kind));
        ProbeOutput::Transmit(frame.encode_to_slice(&mut self.line).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn frame(to: Address, from: Address, kind: FrameKind) -> Vec<u8> {
        let mut line = [0; LONGEST];
        Frame::new(to, from, Control::last(kind)).encode_to_slice(&mut line).unwrap().to_vec()
    }

    fn sent(probe: &mut Probe<'_>, now: u64) -> (Address, FrameKind) {
        let ProbeOutput::Transmit(octets) = probe.poll_output(Instant(now)) else {
            panic!("nothing is sent")
        };
        let frame = crate::frames(octets).next().unwrap().frame.unwrap();
        (frame.destination(), frame.control().kind)
    }

    #[test]
    fn each_address_is_asked_until_one_answers() {
        let client = Address::one(16).unwrap();
        let calling = Address::four(1, 0x3ffe).unwrap();
        let candidates = [Address::one(1).unwrap(), calling, Address::two(1, 17).unwrap()];
        let mut probe = Probe::new(client, &candidates, 500, 9600);
        assert_eq!(sent(&mut probe, 0), (candidates[0], FrameKind::Snrm));
        let ProbeOutput::Wait(until) = probe.poll_output(Instant(3)) else { panic!() };
        assert!((Instant(503)..Instant(800)).contains(&until));
        probe.handle_timeout(Instant(400));
        assert_eq!(probe.poll_output(Instant(400)), ProbeOutput::Wait(until));
        probe.handle_timeout(until);
        assert_eq!(sent(&mut probe, 900), (calling, FrameKind::Snrm));
        // An answer to somebody else, then the meter under its own address.
        let own = Address::four(1, 1234).unwrap();
        for octets in [frame(Address::one(1).unwrap(), own, FrameKind::Ua), frame(client, own, FrameKind::Ua)]
        {
            assert_eq!(probe.handle_input(&octets), octets.len());
        }
        assert_eq!(sent(&mut probe, 901), (own, FrameKind::Disc));
        assert!(matches!(probe.poll_output(Instant(902)), ProbeOutput::Wait(_)));
        probe.handle_input(&frame(client, own, FrameKind::Ua));
        let station = Station { asked: calling, address: own, parameters: Some(Parameters::DEFAULT) };
        assert_eq!(probe.poll_output(Instant(903)), ProbeOutput::Found(station));
        assert_eq!(probe.tried(), 2);
    }

    #[test]
    fn a_meter_that_refuses_is_found_too_and_silence_comes_to_an_end() {
        let client = Address::one(16).unwrap();
        let candidates = [Address::one(1).unwrap()];
        let mut probe = Probe::new(client, &candidates, 500, 9600);
        sent(&mut probe, 0);
        probe.handle_input(&frame(client, candidates[0], FrameKind::Dm));
        let ProbeOutput::Found(station) = probe.poll_output(Instant(1)) else { panic!() };
        assert_eq!(station.parameters, None);
        let mut probe = Probe::new(client, &candidates, 500, 9600);
        sent(&mut probe, 0);
        let ProbeOutput::Wait(until) = probe.poll_output(Instant(1)) else { panic!() };
        probe.handle_timeout(until);
        assert_eq!(probe.poll_output(until), ProbeOutput::Exhausted);
        assert_eq!(probe.poll_output(until), ProbeOutput::Exhausted);
    }
}
