use dlms::client::ClientConfig;
use dlms::server::Event;
use dlms_core::link::Saps;
use dlms_hdlc::{
    Address, AddressSize, AddressSizes, Control, Frame, FrameKind, PrimarySettings, SecondarySettings,
};
use dlms_tests::bus::{Dice, Port, Reads};

use crate::meter::{ENERGY, PROFILE};
use crate::serial::{Serial, SerialClient, client, line, meter_of};
use crate::wire::{public, secure};

const METERS: u16 = 32;
const FIRST: u16 = 0x10;

/// A line with 32 meters of two logical devices each, all with their own physical addresses.
fn crowded(port: Port, seed: u64) -> Serial {
    let address_sizes = AddressSizes { one: false, two: true, four: true };
    let meters = (FIRST..FIRST + METERS).map(|device_address| {
        let settings = SecondarySettings {
            device_address,
            address_sizes,
            logical_devices: &[1, 2],
            ..SecondarySettings::DEFAULT
        };
        meter_of(settings, 20)
    });
    Serial::new(vec![caller(FIRST, public())], meters.collect(), port, seed)
}

/// A client of one of them.
fn caller(device_address: u16, config: ClientConfig) -> SerialClient {
    let address_size = if device_address.is_multiple_of(2) { AddressSize::Two } else { AddressSize::Four };
    client(PrimarySettings { address_size, device_address, ..PrimarySettings::DEFAULT }, config)
}

impl Serial {
    /// Visits one logical device of one meter, from association to release.
    fn visit(&mut self, number: u16, config: ClientConfig) {
        self.clients[0] = caller(FIRST + number, config);
        self.associate().unwrap();
        self.client().get(ENERGY.value()).unwrap();
        self.outcome().unwrap();
        assert_eq!(self.client().value::<u32>().unwrap(), 123_456);
        self.client().get(PROFILE.buffer()).unwrap();
        self.outcome().unwrap();
        assert_eq!(self.client().value_bytes().unwrap()[..2], [1, 20]);
        self.client().release().unwrap();
        self.outcome().unwrap();
    }

    /// Which meters were visited, and how: nothing else happened to any of them.
    fn visits(&mut self) -> Vec<(u16, Saps)> {
        let mut visits = Vec::new();
        for (number, meter) in (0..).zip(&mut self.meters) {
            let events = core::mem::take(&mut meter.audit);
            for pair in events.chunks(2) {
                let [Event::Associated(peer), Event::Released(again)] = pair else { panic!("{events:?}") };
                assert_eq!(peer, again);
                visits.push((number, *peer));
            }
        }
        visits
    }
}

#[test]
fn each_of_them_answers_for_itself() {
    let port = Port { reads: Reads::FRAMES, ..Port::PLAIN.turning_in(5) };
    let mut serial = crowded(port, 1);
    let mut expected = Vec::new();
    for number in (0..METERS).rev() {
        let server = 1 + number % 2;
        serial.visit(number, ClientConfig { saps: Saps { server, ..public().saps }, ..public() });
        expected.insert(0, (number, Saps { client: 16, server }));
    }
    assert_eq!(serial.visits(), expected);
    assert_eq!(serial.bus.traffic().collisions, 0);
}

#[test]
fn a_second_master_disturbs_and_does_no_harm() {
    let port = Port { reads: Reads::FRAMES, ..Port::PLAIN.turning_in(5) };
    let mut serial = crowded(port, 1);
    let mut dice = Dice(7);
    // What it says is now a frame for somebody, now nothing at all; it does not listen before it speaks.
    let mut at = 20;
    for _ in 0..60 {
        at += dice.between(100, 1_500);
        let octets: Vec<u8> = match dice.place(3) {
            0 => (0..dice.place(60)).map(|_| dice.octet()).collect(),
            kind => {
                let to = Address::new(AddressSize::Two, 1, FIRST + dice.place(32) as u16).unwrap();
                let control = [Control::last(FrameKind::Snrm), Control::from_octet(dice.octet())][kind - 1];
                line(&Frame::new(to, Address::one(0x30).unwrap(), control))
            }
        };
        serial.stranger_says(at, &octets);
    }
    for number in 0..8 {
        serial.visit(number * 4, secure());
    }
    assert!(serial.bus.traffic().collisions > 20, "{:?}", serial.bus.traffic());
    let visits = serial.visits();
    assert!((0..8).all(|number| visits.iter().any(|(visited, _)| *visited == number * 4)));
}

#[test]
fn what_is_for_all_is_heard_by_all_and_answered_by_none() {
    let port = Port { reads: Reads::FRAMES, ..Port::PLAIN.turning_in(5) };
    let mut serial = crowded(port, 1);
    serial.visit(0, public());
    serial.visits();
    serial.stranger.heard.clear();
    let client = Address::one(16).unwrap();
    for size in [AddressSize::One, AddressSize::Two, AddressSize::Four] {
        let all = size.all_station();
        let everybody = Address::new(size, all, all).unwrap();
        let one_device_of_each = Address::new(size, 1, all).unwrap();
        for to in [everybody, one_device_of_each] {
            for kind in [FrameKind::Ui, FrameKind::Snrm, FrameKind::Disc] {
                let information: &[u8] = if kind == FrameKind::Ui {
                    b"\xe6\xe6\0\xc0\x01\xc1\0\x03\x01\0\x01\x08\0\xff\x02\0"
                } else {
                    &[]
                };
                let frame = Frame::new(to, client, Control::last(kind));
                serial.stranger_says(50, &line(&frame.with_information(information, false).unwrap()));
                serial.pass(500);
            }
        }
    }
    assert!(serial.stranger.heard.is_empty(), "{:02X?}", serial.stranger.heard);
    assert_eq!(serial.visits(), []);
    serial.visit(31, secure());
}

#[test]
fn an_echo_of_what_was_said_is_passed_over() {
    for reads in [Reads::OCTETS, Reads::pieces(16), Reads::FRAMES] {
        let port = Port { reads, echo: true, ..Port::PLAIN.turning_in(5) };
        // Where both ends have the same address, client 1 and server 1 in one octet, the driver has to leave it out.
        let addresses = [AddressSize::One, AddressSize::Two, AddressSize::Four];
        for (config, address_size) in [public(), secure(), secure()].into_iter().zip(addresses) {
            let client = client(PrimarySettings { address_size, ..PrimarySettings::DEFAULT }, config);
            let mut serial =
                Serial::new(vec![client], vec![meter_of(SecondarySettings::DEFAULT, 20)], port, 1);
            serial.associate().unwrap();
            serial.client().get(PROFILE.buffer()).unwrap();
            serial.outcome().unwrap();
            assert_eq!(serial.client().value_bytes().unwrap()[..2], [1, 20]);
            serial.client().release().unwrap();
            serial.outcome().unwrap();
            assert_eq!(serial.client().link().damaged_frames(), 0);
        }
    }
}
