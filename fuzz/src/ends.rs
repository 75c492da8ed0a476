use dlms::client::{Client, ClientConfig, Event};
use dlms::server::{self, Connection};
use dlms::{Output, Referencing};
use dlms_core::buffer::Growing;
use dlms_core::codec::Encode;
use dlms_core::crypto::{CryptoProvider, SecuritySuite};
use dlms_core::link::Saps;
use dlms_core::time::Instant;
use dlms_security::{
    InvocationCounters, Protection, RamCounters, SecurityContext, ServiceCiphering, SystemTitle,
};
use dlms_wrapper::{HEADER_LEN, Header, Role, Stream};

use crate::{CLIENT_TITLE, DEDICATED_KEY, LARGE, METER_TITLE, Meter, Mode, Provider, meter, names, provider};

/// What a machine has to say at most after one change.
const OUTPUTS: usize = 200;

/// A client and a meter, and what they have to say to each other.
pub struct Ends {
    /// The client.
    pub client: Client<Stream, Provider, RamCounters, Growing>,
    /// The meter's connection.
    pub connection: Connection<Stream, Growing, 2>,
    /// The meter.
    pub meters: [Meter; 1],
    /// The time.
    pub now: Instant,
    /// Units of the client that the meter did not hear yet.
    pub asked: Vec<Vec<u8>>,
    /// Units of the meter that the client did not hear yet.
    pub answered: Vec<Vec<u8>>,
    /// What the client told since it was last asked.
    pub told: Vec<Event>,
    /// What the meter told since it was last asked.
    pub audited: Vec<server::Event>,
}

impl Ends {
    /// Both ends, with buffers of so many octets, associated unless they are to be strangers.
    #[must_use]
    pub fn new(mode: Mode, referencing: Referencing, room: usize) -> Self {
        let buffer = || Growing::new(room);
        let counters = InvocationCounters::new(RamCounters::new());
        let mut ends = Self {
            client: Client::new(
                Stream::new(Role::Client),
                ClientConfig { referencing, ..mode.client(room) },
                provider(2),
                counters,
                buffer(),
                buffer(),
            )
            .with_short_names(names()),
            connection: Connection::new(Stream::new(Role::Server), buffer(), buffer()),
            meters: [meter(room)],
            now: Instant(1_000),
            asked: Vec::new(),
            answered: Vec::new(),
            told: Vec::new(),
            audited: Vec::new(),
        };
        if mode != Mode::Strangers {
            ends.client.associate().expect("nothing is pending");
            ends.settle();
            assert_eq!(ends.told.pop(), Some(Event::Associated));
            ends.audited.clear();
        }
        ends
    }

    /// Lets both talk until neither has anything to say.
    pub fn settle(&mut self) {
        self.drain_client();
        for _ in 0..1000 {
            if !self.relay() {
                return;
            }
        }
        panic!("they never stop");
    }

    /// Lets each hear what the other said last; whether there was anything.
    pub fn relay(&mut self) -> bool {
        let (asked, answered) = (core::mem::take(&mut self.asked), core::mem::take(&mut self.answered));
        for unit in &asked {
            self.meter_hears(unit);
        }
        for unit in &answered {
            self.client_hears(unit);
        }
        !asked.is_empty() || !answered.is_empty()
    }

    /// Octets arrive at the client.
    pub fn client_hears(&mut self, mut octets: &[u8]) {
        while !octets.is_empty() {
            let taken = self.client.handle_input(octets, self.now);
            assert!(0 < taken && taken <= octets.len());
            octets = &octets[taken..];
            self.drain_client();
        }
    }

    /// Octets arrive at the meter.
    pub fn meter_hears(&mut self, mut octets: &[u8]) {
        while !octets.is_empty() {
            let taken = self.connection.handle_input(&mut self.meters, octets, self.now);
            assert!(0 < taken && taken <= octets.len());
            octets = &octets[taken..];
            self.drain_meter();
        }
    }

    /// Time passes, and whoever waited for it is told.
    pub fn pass(&mut self, milliseconds: u64) {
        self.now = self.now.plus(milliseconds);
        if self.drain_client().is_some_and(|at| at <= self.now) {
            self.client.handle_timeout(self.now);
            let next = self.drain_client();
            assert!(next.is_none_or(|at| at > self.now), "the client waits for what has been");
        }
        if self.drain_meter().is_some_and(|at| at <= self.now) {
            self.connection.handle_timeout(&mut self.meters, self.now);
            let next = self.drain_meter();
            assert!(next.is_none_or(|at| at > self.now), "the meter waits for what has been");
        }
    }

    /// Lets the client say what it has to say; until when it waits then.
    pub fn drain_client(&mut self) -> Option<Instant> {
        for _ in 0..OUTPUTS {
            match self.client.poll_output(self.now) {
                Output::Transmit(octets) => self.asked.push(octets.to_vec()),
                Output::Event(event) => self.told.push(event),
                Output::Wait(until) => return until,
            }
        }
        panic!("the client never stops");
    }

    /// Lets the meter say what it has to say; until when it waits then.
    pub fn drain_meter(&mut self) -> Option<Instant> {
        for _ in 0..OUTPUTS {
            match self.connection.poll_output(self.now) {
                Output::Transmit(octets) => self.answered.push(octets.to_vec()),
                Output::Event(event) => self.audited.push(event),
                // The next block of a burst goes at once.
                Output::Wait(Some(until)) if until <= self.now => {
                    self.connection.handle_timeout(&mut self.meters, self.now);
                }
                Output::Wait(until) => return until,
            }
        }
        panic!("the meter never stops");
    }
}

/// One that speaks in the name of an end, with or without its keys.
pub struct Forger {
    role: Role,
    saps: Saps,
    form: ServiceCiphering,
    context: SecurityContext,
    crypto: Provider,
    counters: InvocationCounters<RamCounters>,
}

impl Forger {
    /// Speaks in the name of the end with this role. Its counters are ahead of those of the true one.
    #[must_use]
    pub fn new(role: Role, mode: Mode) -> Self {
        let titles: [SystemTitle; 2] = match role {
            Role::Client => [CLIENT_TITLE, METER_TITLE],
            Role::Server => [METER_TITLE, CLIENT_TITLE],
        };
        let mut crypto = provider(3);
        let mut context = SecurityContext::new(SecuritySuite::Suite0, 0, titles[0]);
        context.set_peer_title(Some(titles[1]));
        context.set_dedicated(Some(crypto.install_dedicated(&DEDICATED_KEY).expect("a key of 16 octets")));
        context.raise_dedicated(1_000_000);
        let mut counters = InvocationCounters::new(RamCounters::new());
        counters.raise(context.counter(false), 1_000_000).expect("the store does not fail");
        Self { role, saps: mode.client(LARGE).saps, form: mode.form(), context, crypto, counters }
    }

    /// The message in a frame.
    #[must_use]
    pub fn framed(&self, apdu: &[u8]) -> Vec<u8> {
        let length = u16::try_from(apdu.len()).unwrap_or(u16::MAX);
        let mut unit = Header::outgoing(self.role, self.saps, length).encode_to_vec();
        unit.extend_from_slice(&apdu[..usize::from(length)]);
        unit
    }

    /// The message protected and in a frame; nothing where that cannot be. Whether the protection is the full one.
    pub fn protected(&mut self, how: u8, plain: &[u8]) -> Option<(Vec<u8>, bool)> {
        let (form, protection) = match how {
            0 => (self.form, Protection::AUTHENTICATED_ENCRYPTED),
            how => {
                let form = match how >> 2 & 3 {
                    0 => ServiceCiphering::Global,
                    1 => ServiceCiphering::Dedicated,
                    2 => ServiceCiphering::GeneralGlobal,
                    _ => ServiceCiphering::GeneralDedicated,
                };
                (form, Protection { authenticated: how & 1 != 0, encrypted: how & 2 != 0, signed: false })
            }
        };
        let start = SecurityContext::HEADROOM;
        let mut buf = [&[0; SecurityContext::HEADROOM], plain, &[0; SecurityContext::TAILROOM]].concat();
        let all = start..start + plain.len();
        let Self { context, crypto, counters, .. } = self;
        let sealed = context.protect(crypto, counters, form, protection, &mut buf, all).ok()?;
        Some((self.framed(&buf[sealed]), protection == Protection::AUTHENTICATED_ENCRYPTED))
    }

    /// The message in a unit of the other end's, as far as the keys open it.
    #[must_use]
    pub fn overheard(&mut self, unit: &[u8]) -> Vec<u8> {
        let mut apdu = unit[HEADER_LEN..].to_vec();
        let all = 0..apdu.len();
        match self.context.decrypt_unverified(&mut self.crypto, &mut apdu, all) {
            Ok(opened) => apdu[opened.plain].to_vec(),
            Err(_) => apdu,
        }
    }
}
