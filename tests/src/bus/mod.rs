//! A serial line under virtual time: octets take their time, whoever is on the line hears them, faults are generated.
//!
//! | item | what it is |
//! |---|---|
//! | [`Bus`] | the line, and what time it is on it |
//! | [`Line`] | how fast it is |
//! | [`Port`] | how one station is connected: turn-around, echo, pieces that it reads, faults |
//! | [`Faults`] | what happens to what a station sends |
//! | [`Traffic`] | octets and silence |
//! | [`Station`] | what is connected: [`ClientStation`], [`MeterStation`], [`Talker`] |
//!
//! A station is driven as a driver that waits does it: while its octets go out it hears nothing, and nothing that
//! times out is noticed.

mod client;
mod dice;
mod faults;
mod line;
mod meter;
mod port;
mod station;
mod talker;
mod tap;
mod traffic;

pub use client::ClientStation;
pub use dice::Dice;
pub use faults::Faults;
pub use line::Line;
pub use meter::MeterStation;
pub use port::{Port, Reads};
pub use station::Station;
pub use talker::Talker;
pub use traffic::Traffic;

use dlms_core::time::Instant;

use tap::Tap;

/// Nanoseconds in a millisecond, which is what machines count in.
const MILLISECOND: u64 = 1_000_000;

/// A line that several stations share: one speaks, all others hear it.
///
/// The stations belong to the caller, who gives them, in the order of their ports, to every call.
#[derive(Debug)]
pub struct Bus {
    line: Line,
    taps: Vec<Tap>,
    dice: Dice,
    /// Nanoseconds since it all began.
    now: u64,
    /// Since when nobody speaks, if nobody does.
    free_since: u64,
    traffic: Traffic,
}

/// What happens next on the line; at the same time, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Next {
    OctetEnds,
    Reads,
    Wakes,
    OctetBegins,
}

impl Bus {
    /// A silent line with a port for each station; the faults follow from `seed`.
    #[must_use]
    pub fn new(line: Line, ports: Vec<Port>, seed: u64) -> Self {
        Self {
            line,
            taps: ports.into_iter().map(Tap::new).collect(),
            dice: Dice(seed),
            now: MILLISECOND,
            free_since: MILLISECOND,
            traffic: Traffic::default(),
        }
    }

    /// What time it is for the stations.
    #[must_use]
    pub const fn now(&self) -> Instant {
        Instant(self.now / MILLISECOND)
    }

    /// What time it is, in nanoseconds.
    #[must_use]
    pub const fn nanoseconds(&self) -> u64 {
        self.now
    }

    /// Octets and silence since [`count_anew`](Self::count_anew).
    #[must_use]
    pub const fn traffic(&self) -> Traffic {
        Traffic { elapsed: self.now - self.traffic.since, ..self.traffic }
    }

    /// Starts to count from nothing; silence counts from now, too.
    pub const fn count_anew(&mut self) {
        self.traffic = Traffic::starting(self.now);
        if self.free_since < self.now {
            self.free_since = self.now;
        }
    }

    /// How a station is connected, to change it.
    pub fn port(&mut self, station: usize) -> &mut Port {
        &mut self.taps[station].port
    }

    /// A station was given a command: it may have something to say.
    pub fn stir(&mut self) {
        self.taps.iter_mut().for_each(|tap| tap.stirred = true);
    }

    /// Lets the next thing happen: stations say what they have to say now, or else time passes. Nothing ever will if
    /// it says no.
    pub fn step(&mut self, stations: &mut [&mut dyn Station]) -> bool {
        if self.ask_all(stations) {
            return true;
        }
        let Some((at, next, number)) = self.next(stations) else { return false };
        self.now = self.now.max(at);
        let (now, instant) = (self.now, self.now());
        let tap = &mut self.taps[number];
        match next {
            Next::OctetEnds => self.end_octet(number),
            Next::OctetBegins => self.begin_octet(number),
            Next::Reads => {
                tap.reads_at = None;
                tap.stirred = true;
                stations[number].hear(&core::mem::take(&mut tap.heard), instant);
            }
            Next::Wakes => {
                tap.stirred = true;
                stations[number].wake(Instant(now / MILLISECOND));
            }
        }
        true
    }

    /// Lets things happen for so many milliseconds.
    pub fn pass(&mut self, milliseconds: u64, stations: &mut [&mut dyn Station]) {
        let end = self.now + milliseconds * MILLISECOND;
        loop {
            if self.ask_all(stations) {
                continue;
            }
            match self.next(stations) {
                Some((at, ..)) if at <= end => self.step(stations),
                _ => break,
            };
        }
        self.now = end;
    }

    /// Takes what the stations have to say now, unless they speak already; whether any was asked.
    fn ask_all(&mut self, stations: &mut [&mut dyn Station]) -> bool {
        let now = self.now();
        let mut asked = false;
        for (tap, station) in self.taps.iter_mut().zip(stations) {
            if !tap.stirred || tap.is_sending() {
                continue;
            }
            asked = true;
            match station.speak(now) {
                Some(octets) => tap.send(&octets, self.now, &mut self.dice),
                None => tap.stirred = false,
            }
        }
        asked
    }

    fn next(&self, stations: &[&mut dyn Station]) -> Option<(u64, Next, usize)> {
        let octet = self.line.octet();
        let mut first = None;
        let mut consider = |at: u64, next, number| {
            let this = (at, next, number);
            if first.is_none_or(|first| this < first) {
                first = Some(this);
            }
        };
        for (number, (tap, station)) in self.taps.iter().zip(stations).enumerate() {
            if tap.under_way {
                consider(tap.begins + octet, Next::OctetEnds, number);
            } else if tap.is_sending() {
                consider(tap.begins, Next::OctetBegins, number);
            } else {
                if let Some(at) = tap.reads_at {
                    consider(at, Next::Reads, number);
                }
                if let Some(at) = station.wakes() {
                    consider((at.0 * MILLISECOND).max(self.now), Next::Wakes, number);
                }
            }
        }
        first
    }

    fn begin_octet(&mut self, number: usize) {
        let octet = self.line.octet();
        let others = self.taps.iter().enumerate().filter(|(n, tap)| *n != number && tap.under_way);
        let busy_until = others.map(|(_, tap)| tap.begins + octet).max();
        let tap = &mut self.taps[number];
        match busy_until {
            // The end of the octet says how long to wait on.
            Some(until) if tap.port.listens_first => tap.begins = until,
            _ => {
                tap.begin(self.now);
                if busy_until.is_none() && self.now > self.free_since {
                    self.traffic.silence(self.now - self.free_since);
                }
            }
        }
    }

    fn end_octet(&mut self, number: usize) {
        let now = self.now;
        let began = self.taps[number].begins;
        let collides = self.taps.iter().enumerate().any(|(n, other)| {
            n != number && ((other.under_way && other.begins < now) || other.ended > began)
        });
        let (mut octet, heard, more) = self.taps[number].end(now);
        self.traffic.octets += 1;
        self.free_since = now;
        if collides {
            self.traffic.collisions += 1;
            octet ^= self.dice.octet().max(1);
        }
        let faults = self.taps[number].port.faults;
        let mut reach = [octet, octet];
        let mut copies = usize::from(heard);
        if heard && faults.touch_octets() {
            if self.dice.happens_rarely(faults.octets_lost) {
                copies = 0;
            }
            if self.dice.happens_rarely(faults.octets_damaged) {
                reach[0] ^= 1 << self.dice.place(8);
            }
            if self.dice.happens_rarely(faults.octets_inserted) {
                reach[1] = self.dice.octet();
                copies += 1;
            }
        }
        let length = self.line.octet();
        for (n, tap) in self.taps.iter_mut().enumerate() {
            if n != number {
                tap.hear(&reach[..copies], now, length);
                tap.wait_for_silence(now);
            } else if tap.port.echo {
                tap.hear(&reach[..copies], now, length);
            }
        }
        if more {
            self.taps[number].begin(now);
        }
    }
}

#[cfg(test)]
mod tests;
