use std::collections::VecDeque;

use dlms::Output;
use dlms::client::{Client, Event};
use dlms_core::buffer::Buffer;
use dlms_core::crypto::CryptoProvider;
use dlms_core::link::Link;
use dlms_core::time::Instant;
use dlms_security::CounterStore;

use super::Station;

/// A client on a line, driven as its drivers do it.
#[derive(Debug)]
pub struct ClientStation<L, C, S, B> {
    /// The client: after a command, the bus has to be stirred.
    pub client: Client<L, C, S, B>,
    /// What it told, the oldest first.
    pub events: VecDeque<Event>,
    inbox: Vec<u8>,
    wakes: Option<Instant>,
}

impl<L: Link, C: CryptoProvider, S: CounterStore, B: Buffer> ClientStation<L, C, S, B> {
    /// A client that nothing happened to yet.
    pub const fn new(client: Client<L, C, S, B>) -> Self {
        Self { client, events: VecDeque::new(), inbox: Vec::new(), wakes: None }
    }
}

impl<L: Link, C: CryptoProvider, S: CounterStore, B: Buffer> Station for ClientStation<L, C, S, B> {
    fn speak(&mut self, now: Instant) -> Option<Vec<u8>> {
        loop {
            match self.client.poll_output(now) {
                Output::Transmit(octets) => return Some(octets.to_vec()),
                Output::Event(event) => self.events.push_back(event),
                Output::Wait(until) => {
                    self.wakes = until;
                    // What was told is for the user to look at first.
                    if self.inbox.is_empty() || !self.events.is_empty() {
                        return None;
                    }
                    let taken = self.client.handle_input(&self.inbox, now);
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
        self.client.handle_timeout(now);
    }
}
