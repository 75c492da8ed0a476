use dlms::Output;
use dlms::server::{Connection, Event, LogicalDevice};
use dlms_core::buffer::Buffer;
use dlms_core::link::Link;
use dlms_core::time::Instant;

use super::Station;

/// A meter on a line with its logical devices, driven as its drivers do it.
#[derive(Debug)]
pub struct MeterStation<L, D, B, const A: usize> {
    /// The connection to all its clients.
    pub connection: Connection<L, B, A>,
    /// The logical devices.
    pub devices: Vec<D>,
    /// What happened to them, the oldest first.
    pub audit: Vec<Event>,
    inbox: Vec<u8>,
    wakes: Option<Instant>,
}

impl<L: Link, D: LogicalDevice, B: Buffer, const A: usize> MeterStation<L, D, B, A> {
    /// A meter that nothing happened to yet.
    pub const fn new(connection: Connection<L, B, A>, devices: Vec<D>) -> Self {
        Self { connection, devices, audit: Vec::new(), inbox: Vec::new(), wakes: None }
    }
}

impl<L: Link, D: LogicalDevice, B: Buffer, const A: usize> Station for MeterStation<L, D, B, A> {
    fn speak(&mut self, now: Instant) -> Option<Vec<u8>> {
        loop {
            match self.connection.poll_output(now) {
                Output::Transmit(octets) => return Some(octets.to_vec()),
                Output::Event(event) => self.audit.push(event),
                Output::Wait(until) => {
                    self.wakes = until;
                    if self.inbox.is_empty() {
                        return None;
                    }
                    let taken = self.connection.handle_input(&mut self.devices, &self.inbox, now);
                    self.inbox.drain(..taken);
                }
            }
        }
    }

    fn hear(&mut self, octets: &[u8], _: Instant) {
        self.inbox.extend(octets);
    }

    fn wakes(&self) -> Option<Instant> {
        self.wakes
    }

    fn wake(&mut self, now: Instant) {
        self.connection.handle_timeout(&mut self.devices, now);
    }
}
