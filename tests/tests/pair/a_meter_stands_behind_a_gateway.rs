use dlms::Output;
use dlms::client::{Client, ClientConfig, ClientError, Event, Refusal};
use dlms::gateway::{BehindGateway, DeviceAddress, ThroughGateway};
use dlms::server::Connection;
use dlms_core::data::{Any, Array, Data};
use dlms_core::link::Link;
use dlms_core::time::Instant;
use dlms_security::{InvocationCounters, Protection, RamCounters, ServiceCiphering};
use dlms_wrapper::{Role, Stream};

use crate::meter::{ENERGY, Meter, NOTE, PROFILE, Provider, meter, provider};
use crate::wire::{manager, public, secure};

fn device() -> DeviceAddress {
    DeviceAddress::new(3, b"MTR1").unwrap()
}

/// Client and server over links of any kind, and what goes over the wire.
struct Line<L, M> {
    client: Client<L, Provider, RamCounters, Vec<u8>>,
    connection: Connection<M, Vec<u8>, 1>,
    meters: Vec<Meter>,
    from_client: Vec<Vec<u8>>,
    from_meter: Vec<Vec<u8>>,
    now: Instant,
}

impl<L: Link, M: Link> Line<L, M> {
    fn new(config: ClientConfig, client: L, server: M) -> Self {
        let counters = InvocationCounters::new(RamCounters::new());
        Self {
            client: Client::new(client, config, provider(2), counters, Vec::new(), Vec::new()),
            connection: Connection::new(server, Vec::new(), Vec::new()),
            meters: vec![meter(1, 500, Protection::NONE)],
            from_client: Vec::new(),
            from_meter: Vec::new(),
            now: Instant(0),
        }
    }

    fn run(&mut self) -> Event {
        let mut coming: Vec<u8> = Vec::new();
        loop {
            match self.client.poll_output(self.now) {
                Output::Event(event) => return event,
                Output::Transmit(octets) => {
                    let octets = octets.to_vec();
                    let mut rest = &octets[..];
                    while !rest.is_empty() {
                        let taken = self.connection.handle_input(&mut self.meters, rest, self.now);
                        rest = &rest[taken..];
                        loop {
                            match self.connection.poll_output(self.now) {
                                Output::Transmit(octets) => {
                                    self.from_meter.push(octets.to_vec());
                                    coming.extend(octets);
                                }
                                Output::Event(_) => {}
                                Output::Wait(Some(until)) if until <= self.now => {
                                    self.connection.handle_timeout(&mut self.meters, self.now);
                                }
                                Output::Wait(_) => break,
                            }
                        }
                    }
                    self.from_client.push(octets);
                }
                Output::Wait(_) if !coming.is_empty() => {
                    let taken = self.client.handle_input(&coming, self.now);
                    coming.drain(..taken);
                }
                Output::Wait(until) => {
                    self.now = until.unwrap();
                    self.client.handle_timeout(self.now);
                }
            }
        }
    }

    fn visit(&mut self) {
        self.client.associate().unwrap();
        assert_eq!(self.run(), Event::Associated);
        self.client.get(ENERGY.value()).unwrap();
        assert_eq!(self.run(), Event::Completed);
        assert_eq!(self.client.value::<u32>().unwrap(), 123_456);
        self.client.get(PROFILE.buffer()).unwrap();
        assert_eq!(self.run(), Event::Completed);
        assert_eq!(self.client.value::<Array<Any>>().unwrap().len(), 500);
        self.client.set(NOTE.value(), &Data::OctetString(&[5; 3000])).unwrap();
        let written = self.run();
        let refused = matches!(written, Event::Failed(ClientError::Refused(Refusal::DataAccess(_))));
        assert!(written == Event::Completed || refused, "{written:?}");
        self.client.release().unwrap();
        assert_eq!(self.run(), Event::Released);
    }
}

fn configs() -> Vec<ClientConfig> {
    let mut configs = vec![
        public(),
        secure(),
        manager(Protection::AUTHENTICATED_ENCRYPTED, ServiceCiphering::GeneralDedicated),
        secure().with_general_block_transfer(4),
    ];
    for config in &mut configs {
        config.max_receive_pdu_size = 300;
    }
    configs
}

#[test]
fn every_message_has_the_prefix_of_the_device_in_both_directions() {
    for config in configs() {
        let client = ThroughGateway::new(Stream::new(Role::Client), device());
        let server = BehindGateway::new(Stream::new(Role::Server), device());
        let mut line = Line::new(config, client, server);
        line.visit();
        let prefix = |tag| [&[tag, 3, 4], &b"MTR1"[..]].concat();
        assert!(line.from_client.iter().all(|unit| unit[8..15] == prefix(0xe6)), "{:02X?}", line.from_client);
        assert!(line.from_meter.iter().all(|unit| unit[8..15] == prefix(0xe7)), "{:02X?}", line.from_meter);
    }
}

#[test]
fn a_client_that_needs_no_gateway_is_answered_without_prefix() {
    for config in configs() {
        let server = BehindGateway::new(Stream::new(Role::Server), device());
        let mut line = Line::new(config, Stream::new(Role::Client), server);
        line.visit();
        assert!(line.from_meter.iter().all(|unit| unit[8] != 0xe7));
    }
}

#[test]
fn another_device_and_one_that_knows_of_no_gateway_refuse() {
    let other = DeviceAddress::new(3, b"MTR2").unwrap();
    let client = || ThroughGateway::new(Stream::new(Role::Client), device());
    let mut elsewhere = Line::new(public(), client(), BehindGateway::new(Stream::new(Role::Server), other));
    elsewhere.client.associate().unwrap();
    let refused = elsewhere.run();
    assert!(matches!(refused, Event::Failed(ClientError::Refused(Refusal::Exception(_)))), "{refused:?}");
    let mut direct = Line::new(public(), client(), Stream::new(Role::Server));
    direct.client.associate().unwrap();
    let refused = direct.run();
    assert!(matches!(refused, Event::Failed(ClientError::Refused(Refusal::Exception(_)))), "{refused:?}");
}

#[test]
fn what_another_device_says_is_not_taken() {
    let mut link = ThroughGateway::new(Stream::new(Role::Client), device());
    let mut rx: Vec<u8> = Vec::new();
    let mut hear = |apdu: &[u8]| {
        let unit = [&[0, 1, 0, 1, 0, 16, 0, apdu.len() as u8], apdu].concat();
        let (taken, event) = link.handle_input(&unit, &mut rx, 2, Instant(0)).unwrap();
        assert_eq!(taken, unit.len());
        match event {
            dlms_core::link::LinkEvent::Apdu { len, .. } => Some(rx.as_slice()[2..2 + len].to_vec()),
            _ => None,
        }
    };
    assert_eq!(hear(b"\xe7\x03\x04MTR1\xc4\x01"), Some(vec![0xc4, 1]));
    for other in [&b"\xe7\x03\x04MTR2\xc4"[..], b"\xe7\x04\x04MTR1\xc4", b"\xe7\x03\x03MTR\xc4"] {
        assert_eq!(hear(other), None);
    }
    // The gateway's own, and what cannot be read: the client sees it.
    assert_eq!(hear(&[0xd8, 1, 2]), Some(vec![0xd8, 1, 2]));
    assert_eq!(hear(&[0xe7, 3]), Some(vec![0xe7, 3]));
    assert!(DeviceAddress::new(0, &[0; 33]).is_none());
}
