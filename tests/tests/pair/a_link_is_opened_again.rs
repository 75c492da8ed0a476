use dlms::client::{ClientConfig, ClientError, Event};
use dlms::server;
use dlms_core::link::{LinkError, Saps};
use dlms_hdlc::{Address, Control, Frame, FrameKind, Parameters, PrimarySettings, SecondarySettings};
use dlms_tests::bus::{Faults, Port};

use crate::meter::{BELL, ENERGY, PROFILE, rings};
use crate::serial::{Serial, client, frame, meter_of};
use crate::wire::{public, reader, secure};

const CLIENT: usize = 0;
const METER: usize = 1;
const LOSING: Faults = Faults { lost: 1000, ..Faults::NONE };

impl Serial {
    /// What this station says in the next second, nobody hears.
    fn lose_a_second(&mut self, station: usize) {
        self.bus.port(station).faults = LOSING;
        self.pass(1_000);
        self.bus.port(station).faults = Faults::NONE;
    }

    fn reads_energy(&mut self) {
        assert_eq!(self.energy(), Ok(()));
        assert_eq!(self.client().value::<u32>().unwrap(), 123_456);
    }

    fn energy(&mut self) -> Result<(), ClientError> {
        self.client().get(ENERGY.value()).unwrap();
        self.outcome()
    }

    /// Associates and reads: all is as it should be.
    fn goes_on(&mut self) {
        self.associate().unwrap();
        self.reads_energy();
    }
}

#[test]
fn an_opening_that_is_lost_is_repeated() {
    for station in [CLIENT, METER] {
        let mut serial = Serial::pair(secure());
        serial.client().associate().unwrap();
        serial.lose_a_second(station);
        assert_eq!(serial.outcome(), Ok(()));
        assert!((5_000..5_500).contains(&serial.bus.now().0), "one time-out");
        serial.reads_energy();
    }
}

#[test]
fn a_closing_that_is_lost_is_repeated() {
    for station in [CLIENT, METER] {
        let mut serial = Serial::pair(ClientConfig { release_request: false, ..reader() });
        serial.goes_on();
        serial.client().release().unwrap();
        serial.lose_a_second(station);
        // A meter that is disconnected already says so.
        assert_eq!(serial.run(0), Event::Released);
        let peer = Saps { client: 32, server: 1 };
        assert_eq!(serial.audit(), [server::Event::Associated(peer), server::Event::Released(peer)]);
        serial.goes_on();
    }
}

#[test]
fn a_request_that_is_lost_is_repeated_before_the_client_gives_up() {
    for station in [CLIENT, METER] {
        let mut serial = Serial::pair(secure());
        serial.associate().unwrap();
        let before = rings(&mut serial.meters[0].devices[0]);
        serial.client().invoke_method(BELL.ring(), &dlms_core::data::Octets(&[1])).unwrap();
        serial.lose_a_second(station);
        assert_eq!(serial.outcome(), Ok(()));
        assert_eq!(rings(&mut serial.meters[0].devices[0]), before + 1);
    }
}

#[test]
fn a_meter_that_is_gone_is_told_after_all_repetitions_and_may_come_back() {
    let mut serial = Serial::pair(secure());
    serial.goes_on();
    serial.bus.port(METER).faults = LOSING;
    let before = serial.bus.now();
    assert_eq!(serial.energy(), Err(ClientError::Link(LinkError::NoAnswer)));
    let seconds = serial.bus.now().since(before).as_secs();
    assert_eq!(seconds, 20, "the request and three repetitions");
    serial.bus.port(METER).faults = Faults::NONE;
    assert!(!serial.client().is_closed() && serial.client().negotiated().is_none());
    serial.goes_on();
}

#[test]
fn a_client_that_fell_silent_is_forgotten_and_told_when_it_asks() {
    let mut serial = Serial::pair(secure());
    serial.goes_on();
    serial.pass(119_000);
    serial.reads_energy();
    serial.audit();
    serial.pass(120_500);
    assert_eq!(serial.audit(), [server::Event::Released(Saps { client: 1, server: 1 })]);
    assert_eq!(serial.energy(), Err(ClientError::Link(LinkError::Disconnected)));
    serial.goes_on();
}

/// Frames of the client's that it never sent.
#[test]
fn a_link_in_disorder_is_rejected_and_opened_anew() {
    let wrong_acknowledgement = frame(1, 1, Control::more(FrameKind::Rr { receive: n(7) }), &[]);
    let unknown = frame(1, 1, Control::more(FrameKind::Unknown(0xaf)), &[]);
    let polling = frame(1, 1, Control::last(FrameKind::Rr { receive: n(7) }), &[]);
    for (said, at_once) in [(wrong_acknowledgement, false), (unknown, false), (polling, true)] {
        let mut serial = Serial::pair(secure());
        serial.goes_on();
        serial.stranger_says(10, &said);
        serial.pass(1_000);
        if at_once {
            assert_eq!(serial.run(0), Event::Closed);
        } else {
            assert_eq!(serial.energy(), Err(ClientError::Link(LinkError::Rejected)));
        }
        serial.goes_on();
    }
}

fn n(number: u8) -> dlms_hdlc::SequenceNumber {
    dlms_hdlc::SequenceNumber::new(number)
}

#[test]
fn a_second_opening_ends_the_association() {
    let mut serial = Serial::pair(secure());
    serial.goes_on();
    serial.audit();
    serial.stranger_says(10, &frame(1, 1, Control::last(FrameKind::Snrm), &[]));
    serial.pass(1_000);
    assert_eq!(serial.audit(), [server::Event::Released(Saps { client: 1, server: 1 })]);
    // The client's numbers are those of the connection before.
    assert!(matches!(serial.energy(), Err(ClientError::Link(_))));
    serial.goes_on();
}

/// Everything that was said in a connection, once more in the next one.
#[test]
fn frames_of_an_earlier_connection_do_nothing() {
    let mut serial = Serial::pair(secure());
    serial.associate().unwrap();
    let ring = |serial: &mut Serial| {
        serial.client().invoke_method(BELL.ring(), &dlms_core::data::Octets(&[1])).unwrap();
        serial.outcome()
    };
    ring(&mut serial).unwrap();
    serial.client().release().unwrap();
    serial.outcome().unwrap();
    serial.pass(10);
    let said = core::mem::take(&mut serial.stranger.heard);
    let frames: Vec<_> = dlms_hdlc::frames(&said).map(|located| located.frame.unwrap()).collect();
    assert!(frames.len() > 10);

    let mut rung = 1;
    for frame in frames {
        if serial.client().negotiated().is_none() {
            serial.associate().unwrap();
        }
        serial.stranger_says(10, &crate::serial::line(&frame));
        serial.pass(1_000);
        while serial.clients[0].events.pop_front().is_some() {}
        if serial.client().negotiated().is_some() && ring(&mut serial).is_ok() {
            rung += 1;
        }
        assert_eq!(rings(&mut serial.meters[0].devices[0]), rung, "{frame:?}");
    }
}

#[test]
fn a_second_client_waits_for_the_end_of_an_answer() {
    // The answer goes in many frames, and the second client asks in the middle of them.
    let parameters = Parameters::symmetric(128, 1);
    let settings = PrimarySettings { parameters, ..PrimarySettings::DEFAULT };
    let secondary = SecondarySettings { parameters, ..SecondarySettings::DEFAULT };
    let first = ClientConfig { max_receive_pdu_size: 0xffff, ..public() };
    let clients = vec![client(settings, first), client(settings, reader())];
    let mut serial = Serial::new(clients, vec![meter_of(secondary, 300)], Port::PLAIN.turning_in(5), 1);
    // It gets a word in edgeways because it is the quickest.
    *serial.bus.port(1) = Port::PLAIN.turning_in(2);
    for number in [0, 1] {
        serial.clients[number].client.associate().unwrap();
        assert_eq!(serial.run(number), Event::Associated);
    }
    serial.client().get(PROFILE.buffer()).unwrap();
    serial.pass(500);
    serial.stranger.heard.clear();
    serial.clients[1].client.get(ENERGY.value()).unwrap();
    assert_eq!(serial.run(0), Event::Completed);
    assert_eq!(serial.clients[0].client.value_bytes().unwrap()[..4], [1, 0x82, 1, 44]);
    assert_eq!(serial.run(1), Event::Completed);
    assert_eq!(serial.clients[1].client.value::<u32>().unwrap(), 123_456);
    let not_ready = |frame: Frame<'_>| matches!(frame.control().kind, FrameKind::Rnr { .. });
    let to_second = Address::one(32).unwrap();
    let refusals = dlms_hdlc::frames(&serial.stranger.heard)
        .filter_map(|located| located.frame.ok())
        .filter(|frame| frame.destination() == to_second && not_ready(*frame));
    assert!(refusals.count() > 0);
}
