use std::collections::VecDeque;

use dlms_core::time::Instant;

use super::Station;

/// Says what it was told to say when its time comes, whatever happens on the line, and notes all that it hears.
#[derive(Debug, Default)]
pub struct Talker {
    /// What it will say, the next first.
    pub says: VecDeque<(Instant, Vec<u8>)>,
    /// What it heard.
    pub heard: Vec<u8>,
    /// When it heard the last of it.
    pub last_heard: Instant,
}

impl Talker {
    /// One that only listens.
    #[must_use]
    pub const fn silent() -> Self {
        Self { says: VecDeque::new(), heard: Vec::new(), last_heard: Instant(0) }
    }

    /// Says these octets at that time, or as soon as it can.
    pub fn say(&mut self, at: Instant, octets: &[u8]) {
        self.says.push_back((at, octets.to_vec()));
    }
}

impl Station for Talker {
    fn speak(&mut self, now: Instant) -> Option<Vec<u8>> {
        if self.says.front().is_none_or(|(at, _)| *at > now) {
            return None;
        }
        self.says.pop_front().map(|(_, octets)| octets)
    }

    fn hear(&mut self, octets: &[u8], now: Instant) {
        self.heard.extend(octets);
        self.last_heard = now;
    }

    fn wakes(&self) -> Option<Instant> {
        self.says.front().map(|(at, _)| *at)
    }

    fn wake(&mut self, _: Instant) {}
}
