//! A client and a meter with a wire between them, under virtual time: no socket, no clock, every octet in a transcript.

use dlms::client::{Ciphering, Client, ClientConfig, ClientError, Event, NameTable, ShortName};
use dlms::server::{self, Connection, NotifyError};
use dlms::{Authentication, Notification, Output, Referencing, Secret};
use dlms_core::acse::MechanismName;
use dlms_core::time::Instant;
use dlms_security::{InvocationCounters, Protection, RamCounters, ServiceCiphering};
use dlms_wrapper::{Role, Stream};

use crate::meter::{
    BELL, Bell, CLIENT_TITLE, MANAGER, Meter, PASSWORD, PUBLIC, Provider, READER, meter, provider,
};

pub type PairClient = Client<Stream, Provider, RamCounters, Vec<u8>>;

/// Who said what: APDUs with their wrapper header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    Client(Vec<u8>),
    Meter(Vec<u8>),
}

/// What the wire does to one message: gives back what arrives.
pub type Tamper = Box<dyn FnMut(&Said) -> Vec<u8>>;

pub struct Pair {
    pub client: PairClient,
    pub connection: Connection<Stream, Vec<u8>, 3>,
    pub meters: Vec<Meter>,
    pub now: Instant,
    pub said: Vec<Said>,
    pub audit: Vec<server::Event>,
    pub tamper: Tamper,
    /// On its way to the client.
    coming: Vec<u8>,
}

pub fn public() -> ClientConfig {
    ClientConfig::new(PUBLIC, 1)
}

pub fn reader() -> ClientConfig {
    let authentication = Authentication::Lls(Secret::new(PASSWORD).unwrap());
    ClientConfig { authentication, ..ClientConfig::new(READER, 1) }
}

pub fn manager(protection: Protection, form: ServiceCiphering) -> ClientConfig {
    ClientConfig {
        authentication: Authentication::Hls(MechanismName::HlsGmac),
        ciphering: Some(Ciphering { protection, form, ..Ciphering::new(CLIENT_TITLE) }),
        ..ClientConfig::new(MANAGER, 1)
    }
}

pub fn secure() -> ClientConfig {
    manager(Protection::AUTHENTICATED_ENCRYPTED, ServiceCiphering::Global)
}

/// The same by short names.
pub fn by_short_names(config: ClientConfig) -> ClientConfig {
    ClientConfig { referencing: Referencing::ShortName, ..config }
}

impl Pair {
    pub fn new(config: ClientConfig) -> Self {
        Self::with(config, vec![meter(1, 500, Protection::NONE)])
    }

    pub fn with(config: ClientConfig, meters: Vec<Meter>) -> Self {
        let counters = InvocationCounters::new(RamCounters::new());
        let link = Stream::new(Role::Client);
        Self {
            client: Client::new(link, config, provider(2), counters, Vec::new(), Vec::new())
                .with_short_names(NameTable::growing()),
            connection: Connection::new(Stream::new(Role::Server), Vec::new(), Vec::new()),
            meters,
            now: Instant(1_000),
            said: Vec::new(),
            audit: Vec::new(),
            tamper: Box::new(|said| match said {
                Said::Client(bytes) | Said::Meter(bytes) => bytes.clone(),
            }),
            coming: Vec::new(),
        }
    }

    /// A pair that is associated.
    pub fn associated(config: ClientConfig) -> Self {
        let mut pair = Self::new(config);
        pair.associate().unwrap();
        pair
    }

    /// A pair that is associated, and whose client knows the meter's short names.
    pub fn named(config: ClientConfig) -> Self {
        let mut pair = Self::associated(by_short_names(config));
        pair.learn();
        pair
    }

    /// The same, and whose client knows where the methods of the bell are, which is of a class of the manufacturer's.
    pub fn with_bell(config: ClientConfig) -> Self {
        let mut pair = Self::associated(by_short_names(config));
        let name = BELL.logical_name().descriptor().logical_name;
        assert!(pair.client.names_mut().insert(ShortName::of(&Bell::INFO, name, 0)));
        pair.learn();
        pair
    }

    /// Lets the client read the meter's short names.
    pub fn learn(&mut self) {
        assert!(self.client.lacks_short_names());
        self.client.read_short_names().unwrap();
        self.complete();
        assert!(!self.client.lacks_short_names());
    }

    pub fn associate(&mut self) -> Result<(), ClientError> {
        self.client.associate()?;
        match self.run() {
            Event::Associated => Ok(()),
            Event::Failed(error) => Err(error),
            other => panic!("{other:?}"),
        }
    }

    /// Lets both talk until the client has something to tell.
    pub fn run(&mut self) -> Event {
        for _ in 0..1_000_000 {
            if let Some(event) = self.step() {
                return event;
            }
        }
        panic!("they never stop");
    }

    /// As [`run`](Self::run), for a request that has to succeed.
    pub fn complete(&mut self) {
        match self.run() {
            Event::Completed => {}
            other => panic!("{other:?}"),
        }
    }

    /// As [`run`](Self::run), for a request that has to fail.
    pub fn failure(&mut self) -> ClientError {
        match self.run() {
            Event::Failed(error) => error,
            other => panic!("{other:?}"),
        }
    }

    /// One output of the client, carried out.
    pub fn step(&mut self) -> Option<Event> {
        self.next(true).flatten()
    }

    /// The same, nothing if nobody speaks and no time is to pass.
    fn next(&mut self, patient: bool) -> Option<Option<Event>> {
        match self.client.poll_output(self.now) {
            Output::Transmit(bytes) => {
                let said = Said::Client(bytes.to_vec());
                let arrives = (self.tamper)(&said);
                self.said.push(said);
                self.meter_hears(&arrives);
            }
            Output::Event(event) => return Some(Some(event)),
            Output::Wait(_) if !self.coming.is_empty() => {
                let taken = self.client.handle_input(&self.coming, self.now);
                self.coming.drain(..taken);
            }
            Output::Wait(until) if patient => {
                // Nobody speaks: time passes.
                self.now = until.expect("the client waits for ever");
                self.client.handle_timeout(self.now);
                self.connection.handle_timeout(&mut self.meters, self.now);
                self.drain_meter();
            }
            Output::Wait(_) => return None,
        }
        Some(None)
    }

    /// Lets the meter hear these octets, and the client what the meter answers.
    pub fn meter_hears(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let taken = self.connection.handle_input(&mut self.meters, bytes, self.now);
            bytes = &bytes[taken..];
            self.drain_meter();
        }
    }

    fn drain_meter(&mut self) {
        loop {
            match self.connection.poll_output(self.now) {
                Output::Transmit(bytes) => {
                    let said = Said::Meter(bytes.to_vec());
                    let arrives = (self.tamper)(&said);
                    self.said.push(said);
                    self.coming.extend(arrives);
                }
                Output::Event(event) => self.audit.push(event),
                // It has more to send at once.
                Output::Wait(Some(until)) if until <= self.now => {
                    self.connection.handle_timeout(&mut self.meters, self.now);
                }
                Output::Wait(_) => return,
            }
        }
    }

    /// Lets the meter say something unasked.
    pub fn notify(&mut self, notification: &Notification<'_>) -> Result<(), NotifyError> {
        let saps = self.client.config().saps;
        self.connection.notify(&mut self.meters, saps, notification, self.now)?;
        self.drain_meter();
        Ok(())
    }

    /// Lets the client hear these octets next.
    pub fn client_hears(&mut self, bytes: &[u8]) {
        self.coming.extend(bytes);
    }

    /// Delivers what is on its way, without a moment passing; what the client had to tell.
    pub fn quiet(&mut self) -> Vec<Event> {
        let mut told = Vec::new();
        while let Some(event) = self.next(false) {
            told.extend(event);
        }
        told
    }

    /// The last thing the client said.
    pub fn last_from_client(&self) -> Vec<u8> {
        let said = self.said.iter().rev().find_map(|said| match said {
            Said::Client(bytes) => Some(bytes.clone()),
            Said::Meter(_) => None,
        });
        said.unwrap()
    }

    /// The last thing the meter said.
    pub fn last_from_meter(&self) -> Vec<u8> {
        let said = self.said.iter().rev().find_map(|said| match said {
            Said::Meter(bytes) => Some(bytes.clone()),
            Said::Client(_) => None,
        });
        said.unwrap()
    }

    /// The first thing that the meter answers to this APDU of the client's SAP, without wrapper header.
    pub fn ask(&mut self, apdu: &str) -> String {
        self.hear(apdu).into_iter().next().unwrap_or_default()
    }

    /// All that it answers.
    pub fn hear(&mut self, apdu: &str) -> Vec<String> {
        let apdu = hex(apdu);
        let saps = self.client.config().saps;
        let mut unit = vec![0, 1];
        unit.extend(saps.client.to_be_bytes());
        unit.extend(saps.server.to_be_bytes());
        unit.extend((apdu.len() as u16).to_be_bytes());
        unit.extend(apdu);
        let before = self.said.len();
        self.meter_hears(&unit);
        self.coming.clear();
        let digits = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02X}")).collect();
        let heard = self.said[before..].iter().map(|said| match said {
            Said::Meter(bytes) | Said::Client(bytes) => digits(&bytes[8..]),
        });
        heard.collect()
    }
}

/// Octets written in hexadecimal digits and blanks.
pub fn hex(text: &str) -> Vec<u8> {
    let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    (0..digits.len()).step_by(2).map(|i| u8::from_str_radix(&digits[i..i + 2], 16).unwrap()).collect()
}
