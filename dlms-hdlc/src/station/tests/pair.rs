//! A primary and a secondary under virtual time, on a line that loses, doubles, damages and delays.

use std::collections::{BTreeMap, VecDeque};
use std::vec;

use super::*;
use crate::{Parameters, Primary, PrimarySettings};

/// What a line does to what is sent on it, each in so many of 256 frames.
#[derive(Debug, Clone, Copy, Default)]
struct Faults {
    lost: u8,
    doubled: u8,
    damaged: u8,
    cut: u8,
    /// Noise before a frame.
    noise: u8,
    /// Milliseconds more than usual, at most.
    delayed: u64,
}

/// One direction: octets and when they arrive, in the order in which they were sent.
#[derive(Debug)]
struct Wire {
    faults: Faults,
    octets_at_a_time: usize,
    under_way: VecDeque<(Instant, Vec<u8>)>,
    seed: u64,
}

impl Wire {
    /// SplitMix64.
    fn random(&mut self) -> u32 {
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.seed;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z >> 32) as u32
    }

    fn happens(&mut self, chance: u8) -> bool {
        self.random() & 0xff < u32::from(chance)
    }

    fn carry(&mut self, frame: &[u8], now: Instant) {
        let faults = self.faults;
        let copies = if self.happens(faults.doubled) { 2 } else { 1 };
        for _ in 0..copies {
            let mut octets = frame.to_vec();
            if self.happens(faults.lost) {
                continue;
            }
            if self.happens(faults.damaged) {
                let bit = self.random() as usize % (octets.len() * 8);
                octets[bit / 8] ^= 1 << (bit % 8);
            }
            if self.happens(faults.cut) {
                let len = self.random() as usize % octets.len();
                octets.truncate(len);
            }
            if self.happens(faults.noise) {
                let noise = [0x7e, 0xa7, 0xff, 0x7e, 0xa0, 0x0a, 0x00];
                let len = self.random() as usize % noise.len();
                octets.splice(0..0, noise[..len].iter().copied());
            }
            let delay = if faults.delayed > 0 { u64::from(self.random()) % faults.delayed } else { 0 };
            let last = self.under_way.back().map_or(now, |(at, _)| *at);
            let mut at = now.plus(delay).max(last);
            for piece in octets.chunks(self.octets_at_a_time) {
                at = at.plus(1);
                self.under_way.push_back((at, piece.to_vec()));
            }
        }
    }

    fn arrived(&mut self, now: Instant) -> Option<Vec<u8>> {
        self.next().filter(|at| *at <= now)?;
        self.under_way.pop_front().map(|(_, octets)| octets)
    }

    fn next(&self) -> Option<Instant> {
        self.under_way.front().map(|(at, _)| *at)
    }
}

/// A request says how long the answer shall be; the meter notes which it executed.
fn request(number: u16, len: usize, answer_len: u16) -> Vec<u8> {
    let mut request = [&number.to_be_bytes()[..], &answer_len.to_be_bytes()].concat();
    request.resize(len.max(4), number.to_be_bytes()[1]);
    request
}

fn answer_to(request: &[u8]) -> Vec<u8> {
    let len = usize::from(u16::from_be_bytes([request[2], request[3]]));
    let mut answer = [&[request[0], request[1]][..], &[0x55; 2]].concat();
    answer.resize(len.max(4), !request[request.len() - 1]);
    answer
}

struct Line {
    client: Primary<Room>,
    meter: Secondary<Room, 1>,
    client_tx: Vec<u8>,
    meter_tx: Vec<u8>,
    client_rx: [u8; 1200],
    meter_rx: [u8; 1200],
    up: Wire,
    down: Wire,
    now: Instant,
    executed: BTreeMap<u16, u32>,
    frames: u32,
}

impl Line {
    fn new(faults: Faults, length: u16, window: u8, octets_at_a_time: usize, seed: u64) -> Self {
        let parameters = Parameters::symmetric(length, window);
        let client = PrimarySettings {
            parameters,
            retries: 10,
            response_time_out: 2_000,
            poll_delay: 20,
            ..PrimarySettings::DEFAULT
        };
        let meter = SecondarySettings { parameters, ..SecondarySettings::DEFAULT };
        let wire = |seed| Wire { faults, octets_at_a_time, under_way: VecDeque::new(), seed };
        Self {
            client: Primary::new(client, [0; 160]),
            meter: Secondary::new(meter, [0; 160]),
            client_tx: vec![],
            meter_tx: vec![],
            client_rx: [0; 1200],
            meter_rx: [0; 1200],
            up: wire(seed),
            down: wire(!seed),
            now: Instant(0),
            executed: BTreeMap::new(),
            frames: 0,
        }
    }

    /// Everything that happens until the client is told something.
    fn run(&mut self) -> Result<LinkEvent, LinkError> {
        for _ in 0..1_000_000 {
            while let Some(octets) = self.client.poll_transmit(&mut self.client_tx, self.now) {
                self.frames += 1;
                self.up.carry(octets, self.now);
            }
            while let Some(octets) = self.meter.poll_transmit(&mut self.meter_tx, self.now) {
                self.frames += 1;
                self.down.carry(octets, self.now);
            }
            if let Some(octets) = self.up.arrived(self.now) {
                self.meter_takes(&octets);
                continue;
            }
            if let Some(octets) = self.down.arrived(self.now) {
                let mut rest = &octets[..];
                while !rest.is_empty() {
                    let (taken, event) = self.client.handle_input(rest, &mut self.client_rx, 0, self.now)?;
                    rest = &rest[taken..];
                    if !matches!(event, LinkEvent::None | LinkEvent::Progress { .. }) {
                        // The rest of the octets comes with the next turn.
                        self.down.under_way.push_front((self.now, rest.to_vec()));
                        return Ok(event);
                    }
                }
                continue;
            }
            if self.meter.poll_timeout().is_some_and(|at| at <= self.now) {
                self.meter.handle_timeout(self.now).unwrap();
                continue;
            }
            if self.client.poll_timeout().is_some_and(|at| at <= self.now) {
                let event = self.client.handle_timeout(self.now)?;
                if !matches!(event, LinkEvent::None | LinkEvent::Progress { .. }) {
                    return Ok(event);
                }
                continue;
            }
            let times =
                [self.up.next(), self.down.next(), self.meter.poll_timeout(), self.client.poll_timeout()];
            self.now = times.into_iter().flatten().min().expect("the client waits for something");
        }
        panic!("no end");
    }

    fn meter_takes(&mut self, octets: &[u8]) {
        let mut rest = octets;
        while !rest.is_empty() {
            let (taken, event) = self.meter.handle_input(rest, &mut self.meter_rx, 0, self.now).unwrap();
            rest = &rest[taken..];
            if let LinkEvent::Apdu { peer, len, delivery } = event {
                assert_eq!((peer, delivery), (PEER, Delivery::Confirmed));
                let request = &self.meter_rx[..len];
                *self.executed.entry(u16::from_be_bytes([request[0], request[1]])).or_default() += 1;
                assert!(!self.meter.is_sending());
                self.meter_tx = answer_to(request);
                self.meter.send(peer, 0..self.meter_tx.len(), delivery, self.now).unwrap();
            }
            while let Some(octets) = self.meter.poll_transmit(&mut self.meter_tx, self.now) {
                self.frames += 1;
                self.down.carry(octets, self.now);
            }
        }
    }

    fn open(&mut self) -> Result<(), LinkError> {
        self.client.open(PEER, self.now);
        assert_eq!(self.run()?, LinkEvent::Opened { peer: PEER });
        Ok(())
    }

    /// One request and its answer.
    fn ask(&mut self, request: &[u8]) -> Result<(), LinkError> {
        self.client_tx = request.to_vec();
        self.client.send(PEER, 0..request.len(), Delivery::Confirmed, self.now).unwrap();
        let event = self.run()?;
        let expected = answer_to(request);
        assert_eq!(event, LinkEvent::Apdu { peer: PEER, len: expected.len(), delivery: Delivery::Confirmed });
        assert_eq!(self.client_rx[..expected.len()], expected);
        assert!(!self.client.is_sending());
        Ok(())
    }

    /// `count` requests of all lengths, connecting again where the line fails; how often it did.
    fn session(&mut self, count: u16) -> u32 {
        let mut failures = 0;
        let mut open = self.client.is_open(PEER);
        for number in 0..count {
            while !open {
                match self.open() {
                    Ok(()) => open = true,
                    Err(_) => failures += 1,
                }
            }
            let len = usize::from(number) * 37 % 500;
            let asked = self.ask(&request(number, len, number * 61 % 700));
            let executed = self.executed.get(&number).copied().unwrap_or(0);
            match asked {
                Ok(()) => assert_eq!(executed, 1, "executed once"),
                Err(_) => {
                    assert!(executed <= 1, "executed once at most");
                    (open, failures) = (false, failures + 1);
                }
            }
        }
        failures
    }
}

#[test]
fn on_a_good_line_no_frame_is_repeated() {
    for (window, octets_at_a_time) in [(1, 500), (1, 1), (3, 500), (7, 1), (7, 11)] {
        let mut line = Line::new(Faults::default(), 128, window, octets_at_a_time, 1);
        line.open().unwrap();
        line.ask(&request(1001, 20, 100)).unwrap();
        assert_eq!(line.frames, 4);
        // 303 octets are three frames there, 503 are four back; all but the last of a window is acknowledged.
        line.ask(&request(1002, 300, 500)).unwrap();
        let acknowledgements = if window == 1 {
            2 + 3
        } else if window == 3 {
            1
        } else {
            0
        };
        assert_eq!(line.frames, 4 + 3 + 4 + acknowledgements, "{window}");
        assert_eq!(line.session(20), 0);
        assert!(line.client.close(PEER, line.now));
        assert_eq!(line.run(), Ok(LinkEvent::Closed { peer: PEER }));
        assert_eq!(line.client.damaged_frames(), 0);
    }
}

#[test]
fn every_request_is_executed_once_whatever_the_line_does() {
    let good = Faults::default();
    let kinds = [
        Faults { lost: 40, ..good },
        Faults { doubled: 60, ..good },
        Faults { damaged: 40, ..good },
        Faults { cut: 40, ..good },
        Faults { noise: 60, ..good },
        Faults { delayed: 3_000, ..good },
        Faults { lost: 20, doubled: 20, damaged: 20, cut: 10, noise: 20, delayed: 1_000 },
    ];
    for (kind, faults) in kinds.into_iter().enumerate() {
        for window in [1, 2, 7] {
            for (octets_at_a_time, seed) in [(1, 1), (1000, 2), (1000, 3), (1000, 4), (9, 5)] {
                let mut line = Line::new(faults, 32, window, octets_at_a_time, seed);
                let failures = line.session(25);
                assert!(failures <= 1, "{kind} {window} {octets_at_a_time} {seed}: {failures} failures");
            }
        }
    }
}

/// Well-formed frames without any sense, at both stations.
#[test]
fn no_frames_at_all_upset_a_station() {
    let mut wire =
        Wire { faults: Faults::default(), octets_at_a_time: 1, under_way: VecDeque::new(), seed: 11 };
    let addresses = [1, 16, 1, 16, 0, 0x7f, 2].map(|a| Address::one(a).unwrap());
    let information = [0xe6, 0xe7, 0x00, 0x81, 0x80, 0x03, 0x05, 0x01, 0x01, 0xaa];
    for _ in 0..200 {
        let mut line = Line::new(Faults::default(), 128, 3, 1, 0);
        line.client.open(PEER, line.now);
        line.client_tx = vec![7; 300];
        line.meter_tx = vec![7; 300];
        for _ in 0..100 {
            let mut pick = |n: usize| wire.random() as usize % n;
            let ends = [addresses[pick(7)], addresses[pick(7)]];
            let control = Control::from_octet(u8::try_from(pick(256)).unwrap());
            let from = pick(2) * 3;
            let cut = &information[from..from.max(pick(11))];
            let frame = Frame::new(ends[0], ends[1], control);
            let octets = encoded(&frame.with_information(cut, pick(2) == 0).unwrap());
            let kind = [Delivery::Confirmed, Delivery::Unconfirmed][pick(2)];
            let apdu = pick(300)..300;
            line.now = line.now.plus(pick(3_000) as u64);
            let _ = line.client.handle_input(&octets, &mut line.client_rx, 3, line.now);
            let _ = line.meter.handle_input(&octets, &mut line.meter_rx, 3, line.now);
            let _ = line.client.handle_timeout(line.now);
            let _ = line.meter.handle_timeout(line.now);
            let _ = line.client.send(PEER, apdu.clone(), kind, line.now);
            let _ = line.meter.send(PEER, apdu, kind, line.now);
            line.client.solicit(PEER, line.now);
            if !line.client.is_open(PEER) {
                line.client.open(PEER, line.now);
            }
            // However much there is to say, it comes to an end.
            for _ in 0..20 {
                line.client.poll_transmit(&mut line.client_tx, line.now);
                line.meter.poll_transmit(&mut line.meter_tx, line.now);
            }
            assert!(line.client.poll_transmit(&mut line.client_tx, line.now).is_none());
            assert!(line.meter.poll_transmit(&mut line.meter_tx, line.now).is_none());
        }
    }
}

#[test]
fn a_line_that_is_dead_ends_in_an_error() {
    let mut line = Line::new(Faults { lost: 255, ..Faults::default() }, 128, 1, 100, 3);
    assert_eq!(line.open(), Err(LinkError::NoAnswer));
    line.up.faults = Faults::default();
    line.down.faults = Faults::default();
    line.open().unwrap();
    line.up.faults.lost = 255;
    assert_eq!(line.ask(&request(1, 10, 10)), Err(LinkError::NoAnswer));
    assert_eq!(line.executed.len(), 0);
}
