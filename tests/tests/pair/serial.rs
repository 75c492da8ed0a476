//! Clients and meters on one serial line, under virtual time.

use cosem_classes::disconnect_control::{Breaker, ControlMode, ControlState, DisconnectControl};
use cosem_classes::model::Instance;
use dlms::client::{Client, ClientConfig, ClientError, Event};
use dlms::server::{self, Connection};
use dlms_core::codec::Encode;
use dlms_core::time::Instant;
use dlms_hdlc::{Address, Control, Frame, Primary, PrimarySettings, Secondary, SecondarySettings};
use dlms_security::{InvocationCounters, Protection, RamCounters};
use dlms_tests::bus::{Bus, ClientStation, Line, MeterStation, Port, Station, Talker};

use obis::obis;

use crate::meter::{Meter, Provider, meter, provider};

pub const BREAKER: DisconnectControl = DisconnectControl::at(obis!("0-0:96.3.10.255"));

pub type SerialClient = ClientStation<Primary<Vec<u8>>, Provider, RamCounters, Vec<u8>>;
pub type SerialMeter = MeterStation<Secondary<Vec<u8>, 2>, Meter, Vec<u8>, 3>;

/// The line and all that is on it. Clients have the first ports, then come meters, and at last one that says what it
/// likes.
pub struct Serial {
    pub bus: Bus,
    pub clients: Vec<SerialClient>,
    pub meters: Vec<SerialMeter>,
    pub stranger: Talker,
}

pub fn client(settings: PrimarySettings, config: ClientConfig) -> SerialClient {
    let counters = InvocationCounters::new(RamCounters::new());
    let link = Primary::new(settings, Vec::new());
    let seed = 100 + u64::from(config.saps.client);
    ClientStation::new(Client::new(link, config, provider(seed), counters, Vec::new(), Vec::new()))
}

/// A meter whose load profile has so many rows.
pub fn meter_of(settings: SecondarySettings, rows: u32) -> SerialMeter {
    let devices = settings.logical_devices.iter().map(|sap| {
        let mut meter = meter(*sap, rows, Protection::NONE);
        let breaker = Breaker::new(true, ControlState::Connected, ControlMode(4));
        let name = BREAKER.logical_name().descriptor().logical_name;
        meter.objects.insert(Instance::<DisconnectControl, _>::new(name, breaker));
        meter
    });
    let devices = devices.collect();
    let link = Secondary::new(settings, Vec::new());
    // The link looks after clients that fell silent.
    let connection = Connection::new(link, Vec::new(), Vec::new()).with_inactivity_time_out(0);
    MeterStation::new(connection, devices)
}

/// The octets of a frame, flags and check sequences included.
pub fn line(frame: &Frame<'_>) -> Vec<u8> {
    frame.encode_to_vec()
}

/// A frame between addresses of one octet.
pub fn frame(to: u16, from: u16, control: Control, information: &[u8]) -> Vec<u8> {
    let [to, from] = [to, from].map(|address| Address::one(address).unwrap());
    line(&Frame::new(to, from, control).with_information(information, false).unwrap())
}

impl Serial {
    /// The same port for everybody.
    pub fn new(clients: Vec<SerialClient>, meters: Vec<SerialMeter>, port: Port, seed: u64) -> Self {
        let stranger = Port { listens_first: false, ..Port::PLAIN };
        let mut ports = vec![port; clients.len() + meters.len()];
        ports.push(stranger);
        Self { bus: Bus::new(Line::STANDARD, ports, seed), clients, meters, stranger: Talker::silent() }
    }

    /// One client and one meter with fifty rows on a good line.
    pub fn pair(config: ClientConfig) -> Self {
        let clients = vec![client(PrimarySettings::DEFAULT, config)];
        Self::new(clients, vec![meter_of(SecondarySettings::DEFAULT, 50)], Port::PLAIN.turning_in(5), 1)
    }

    /// Lets things happen until a client has something to tell.
    pub fn run(&mut self, client: usize) -> Event {
        self.bus.stir();
        for _ in 0..10_000_000 {
            if let Some(event) = self.clients[client].events.pop_front() {
                return event;
            }
            assert!(self.step(), "nothing will ever happen");
        }
        panic!("they never stop");
    }

    /// As [`run`](Self::run), for a request of the first client that may fail.
    pub fn outcome(&mut self) -> Result<(), ClientError> {
        match self.run(0) {
            Event::Completed | Event::Associated | Event::Released => Ok(()),
            Event::Failed(error) => Err(error),
            other => panic!("{other:?}"),
        }
    }

    pub fn associate(&mut self) -> Result<(), ClientError> {
        self.client().associate().unwrap();
        self.outcome()
    }

    /// So many milliseconds pass.
    pub fn pass(&mut self, milliseconds: u64) {
        self.bus.stir();
        self.with_all(|bus, stations| bus.pass(milliseconds, stations));
    }

    /// The first client.
    pub fn client(&mut self) -> &mut Client<Primary<Vec<u8>>, Provider, RamCounters, Vec<u8>> {
        &mut self.clients[0].client
    }

    /// What happened to the first meter, from the oldest on, and was not asked for before.
    pub fn audit(&mut self) -> Vec<server::Event> {
        core::mem::take(&mut self.meters[0].audit)
    }

    /// The stranger says this after so many milliseconds.
    pub fn stranger_says(&mut self, milliseconds: u64, octets: &[u8]) {
        self.stranger.say(Instant(self.bus.now().0 + milliseconds), octets);
        self.bus.stir();
    }

    fn step(&mut self) -> bool {
        self.with_all(Bus::step)
    }

    fn with_all<T>(&mut self, f: impl FnOnce(&mut Bus, &mut [&mut dyn Station]) -> T) -> T {
        let clients = self.clients.iter_mut().map(|station| station as &mut dyn Station);
        let meters = self.meters.iter_mut().map(|station| station as &mut dyn Station);
        let mut all: Vec<_> = clients.chain(meters).collect();
        all.push(&mut self.stranger);
        f(&mut self.bus, &mut all)
    }
}
