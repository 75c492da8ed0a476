use super::{Dice, Port};

/// What is on its way between a station and the line.
#[derive(Debug)]
pub(super) struct Tap {
    pub(super) port: Port,
    /// The station may have something to say.
    pub(super) stirred: bool,
    /// Octets that go out, and how many of them did.
    sending: Vec<u8>,
    sent: usize,
    /// Nobody hears them.
    mute: bool,
    /// An octet is on the line; it began at `begins`.
    pub(super) under_way: bool,
    /// When the next octet begins, if one does.
    pub(super) begins: u64,
    /// When the last octet ended.
    pub(super) ended: u64,
    /// Octets heard and not read yet.
    pub(super) heard: Vec<u8>,
    /// When they are read.
    pub(super) reads_at: Option<u64>,
    /// Before that it cannot speak.
    turned: u64,
}

impl Tap {
    pub(super) const fn new(port: Port) -> Self {
        Self {
            port,
            stirred: true,
            sending: Vec::new(),
            sent: 0,
            mute: false,
            under_way: false,
            begins: 0,
            ended: 0,
            heard: Vec::new(),
            reads_at: None,
            turned: 0,
        }
    }

    pub(super) const fn is_sending(&self) -> bool {
        self.sent < self.sending.len()
    }

    /// Starts to send, as soon as the line is turned round.
    pub(super) fn send(&mut self, octets: &[u8], now: u64, dice: &mut Dice) {
        let (octets, heard, delay) = self.port.faults.befall(octets, dice);
        (self.sending, self.sent, self.mute) = (octets, 0, !heard);
        self.begins = self.turned.max(now) + delay * super::MILLISECOND;
    }

    pub(super) const fn begin(&mut self, now: u64) {
        (self.under_way, self.begins) = (true, now);
    }

    /// The octet that ended, whether it is heard, and whether more follow.
    pub(super) fn end(&mut self, now: u64) -> (u8, bool, bool) {
        let octet = self.sending[self.sent];
        self.sent += 1;
        (self.under_way, self.ended) = (false, now);
        (octet, !self.mute, self.is_sending())
    }

    pub(super) fn hear(&mut self, octets: &[u8], now: u64, octet: u64) {
        if octets.is_empty() {
            return;
        }
        self.heard.extend(octets);
        let soon = self.heard.len() >= self.port.reads.octets;
        self.reads_at = Some(if soon { now } else { now + self.port.reads.silence * octet });
    }

    /// Somebody else spoke until now.
    pub(super) fn wait_for_silence(&mut self, now: u64) {
        self.turned = now + self.port.turnaround * 1_000;
        if self.is_sending() && !self.under_way && self.port.listens_first {
            self.begins = self.begins.max(self.turned);
        }
    }
}
