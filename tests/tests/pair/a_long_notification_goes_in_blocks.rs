use dlms::client::{ClientConfig, ClientError, Event, Misbehaviour, Recipients, Unconfirmed};
use dlms::listener::{self, Listener, ListenerError, OneKeySet};
use dlms::server::{self, NotifyError};
use dlms::{Notification, Output};
use dlms_core::apdu::{DataNotification, EventNotificationRequest, LongInvokeIdAndPriority};
use dlms_core::buffer::Growing;
use dlms_core::data::{Array, Data, Octets};
use dlms_core::time::Instant;
use dlms_hdlc::{PrimarySettings, SecondarySettings};
use dlms_security::{InvocationCounters, Protection, RamCounters, ServiceCiphering};
use dlms_tests::bus::Port;
use dlms_wrapper::{Role, Stream};

use crate::meter::{BELL, CLIENT_TITLE, ENERGY, PROFILE, provider, rings};
use crate::serial::{Serial, client, meter_of};
use crate::wire::{Pair, Said, by_short_names, manager, public, secure};

const FORMS: [ServiceCiphering; 4] = [
    ServiceCiphering::Global,
    ServiceCiphering::Dedicated,
    ServiceCiphering::GeneralGlobal,
    ServiceCiphering::GeneralDedicated,
];
const MISSING: ClientError = ClientError::Misbehaviour(Misbehaviour::Missing("a block of the notification"));

/// Something of so many octets to tell.
fn long(octets: &[u8], confirmed: bool) -> Notification<'_> {
    let long_invoke_id = match confirmed {
        true => LongInvokeIdAndPriority::confirmed(9),
        false => LongInvokeIdAndPriority::unconfirmed(9),
    };
    Notification::Data(DataNotification { long_invoke_id, date_time: None, body: Data::OctetString(octets) })
}

fn event(octets: &[u8]) -> Notification<'_> {
    let attribute = ENERGY.value().descriptor();
    Notification::Event(EventNotificationRequest { time: None, attribute, value: Data::OctetString(octets) })
}

/// A client that takes messages of so many octets, and general blocks.
fn narrow(config: ClientConfig, size: u16) -> Pair {
    let config = ClientConfig { max_receive_pdu_size: size, ..config };
    Pair::associated(config.with_general_block_transfer(3))
}

fn configs() -> Vec<ClientConfig> {
    let mut configs = vec![public(), manager(Protection::AUTHENTICATED, ServiceCiphering::Global)];
    configs.extend(FORMS.map(|form| manager(Protection::AUTHENTICATED_ENCRYPTED, form)));
    configs.push(manager(Protection::ENCRYPTED, ServiceCiphering::GeneralGlobal));
    configs
}

fn told(pair: &mut Pair, expected: &Notification<'_>) {
    assert_eq!(pair.quiet(), [Event::Notification]);
    assert_eq!(pair.client.notification().unwrap(), *expected);
}

#[test]
fn it_is_told_whole_in_every_form_of_ciphering() {
    let octets = vec![5; 1000];
    for config in configs() {
        for size in [64, 137, 300] {
            let mut pair = narrow(config.clone(), size);
            for notification in [long(&octets, false), event(&octets), long(&octets, true)] {
                let before = pair.said.len();
                pair.notify(&notification).unwrap();
                told(&mut pair, &notification);
                let mut numbers = 1u16..;
                for said in &pair.said[before..] {
                    let Said::Meter(unit) = said else { continue };
                    assert!(unit.len() <= usize::from(size) + 8);
                    // A block that streams, or the last, of a sender that takes none.
                    assert!(matches!(unit[8..10], [0xe0, 0x40 | 0x80]), "{unit:02X?}");
                    assert_eq!(unit[10..12], numbers.next().unwrap().to_be_bytes());
                }
            }
            // Only the last was to be confirmed.
            let confirmed =
                pair.audit.iter().filter(|event| matches!(event, server::Event::Confirmed(..))).count();
            assert_eq!(confirmed, 1);
            pair.client.get(ENERGY.value()).unwrap();
            pair.complete();
        }
    }
}

#[test]
fn a_client_by_short_names_is_told_too() {
    let octets = vec![5; 1000];
    for config in [public(), secure()] {
        let mut pair = narrow(by_short_names(config), 128);
        let notification = long(&octets, false);
        pair.notify(&notification).unwrap();
        told(&mut pair, &notification);
    }
}

#[test]
fn a_request_in_between_is_answered() {
    let octets = vec![5; 1000];
    for config in configs() {
        let mut pair = narrow(config, 200);
        // Asked, and not heard by the meter when it speaks.
        pair.client.get(ENERGY.value()).unwrap();
        pair.notify(&long(&octets, false)).unwrap();
        let mut events = Vec::new();
        loop {
            match pair.run() {
                Event::Notification => {
                    assert_eq!(pair.client.notification().unwrap(), long(&octets, false));
                    events.push(Event::Notification);
                }
                event => break events.push(event),
            }
        }
        assert_eq!(events, [Event::Notification, Event::Completed]);
        assert_eq!(pair.client.value::<u32>().unwrap(), 123_456);
    }
}

#[test]
fn while_a_long_answer_comes_there_is_no_place_for_it_and_the_answer_comes_whole() {
    let octets = vec![5; 1000];
    for conformance_of_blocks in [true, false] {
        for config in configs() {
            let mut config = config;
            if !conformance_of_blocks {
                config.max_receive_pdu_size = 128;
            }
            let mut pair = narrow(config, 128);
            pair.client.get(PROFILE.buffer()).unwrap();
            let mut refused = 0;
            let outcome = loop {
                match pair.step() {
                    Some(Event::NotificationRefused(error)) => {
                        assert_eq!(error, MISSING);
                        refused += 1;
                    }
                    Some(Event::Notification) => panic!(),
                    Some(event) => break event,
                    None => {}
                }
                let begun = pair.said.iter().filter(|said| matches!(said, Said::Meter(_))).count() == 5;
                if begun && refused == 0 {
                    match pair.notify(&long(&octets, false)) {
                        Ok(()) | Err(NotifyError::Busy) => {}
                        Err(error) => panic!("{error}"),
                    }
                }
            };
            assert_eq!(outcome, Event::Completed);
            assert_eq!(pair.client.value::<Array<dlms_core::data::Any>>().unwrap().len(), 500);
        }
    }
}

#[test]
fn a_block_that_is_missing_or_early_is_told_of_and_one_said_twice_does_not_matter() {
    let octets = vec![5; 1000];
    for config in [public(), secure()] {
        let say = |order: &dyn Fn(usize) -> Vec<usize>| {
            let mut pair = narrow(config.clone(), 128);
            let before = pair.said.len();
            pair.tamper = Box::new(|_| Vec::new());
            pair.notify(&long(&octets, false)).unwrap();
            let blocks: Vec<_> = pair.said.drain(before..).collect();
            pair.tamper = Box::new(|said| match said {
                Said::Client(octets) | Said::Meter(octets) => octets.clone(),
            });
            let mut events = Vec::new();
            for index in order(blocks.len()) {
                let Said::Meter(unit) = &blocks[index] else { panic!() };
                pair.client_hears(unit);
                events.extend(pair.quiet());
            }
            // Whatever came of it, the next one is heard, and requests go on.
            pair.notify(&long(&octets, false)).unwrap();
            told(&mut pair, &long(&octets, false));
            pair.client.get(ENERGY.value()).unwrap();
            pair.complete();
            events
        };
        let (whole, lost) = ([Event::Notification], [Event::NotificationRefused(MISSING)]);
        assert_eq!(say(&|count| (0..count).collect()), whole);
        assert_eq!(say(&|count| (0..count).flat_map(|index| [index, index]).collect()), whole);
        assert_eq!(say(&|count| (0..count).filter(|index| *index != 3).collect()), lost);
        assert_eq!(say(&|count| (1..count).collect()), []);
        // The end got lost.
        assert_eq!(say(&|count| (0..count - 1).collect()), []);
        assert_eq!(say(&|count| [0, 2, 1].into_iter().chain(3..count).collect()), lost);
        assert_eq!(say(&|count| (0..3).chain(0..count).collect()), whole);
    }
}

#[test]
fn what_does_not_fit_the_client_is_let_pass() {
    let octets = vec![5; 3000];
    let config = ClientConfig { max_receive_pdu_size: 128, ..secure() }.with_general_block_transfer(3);
    let mut pair = Pair::new(config.clone());
    let counters = InvocationCounters::new(RamCounters::<2>::new());
    let link = Stream::new(Role::Client);
    let mut small = dlms::client::Client::new(link, config, provider(2), counters, [0u8; 1500], [0u8; 1500]);
    small.associate().unwrap();
    let mut coming: Vec<u8> = Vec::new();
    let mut events = Vec::new();
    let mut notified = false;
    loop {
        match small.poll_output(pair.now) {
            Output::Transmit(unit) => {
                let unit = unit.to_vec();
                let before = pair.said.len();
                pair.meter_hears(&unit);
                for said in &pair.said[before..] {
                    let Said::Meter(unit) = said else { panic!() };
                    coming.extend(unit);
                }
            }
            Output::Event(Event::Associated) => {}
            Output::Event(event) => events.push(event),
            Output::Wait(_) if !coming.is_empty() => {
                let taken = small.handle_input(&coming, pair.now);
                coming.drain(..taken);
            }
            Output::Wait(_) if !notified => {
                notified = true;
                let before = pair.said.len();
                pair.notify(&long(&octets, false)).unwrap();
                for said in &pair.said[before..] {
                    let Said::Meter(unit) = said else { panic!() };
                    coming.extend(unit);
                }
            }
            Output::Wait(_) if events.len() == 1 => small.get(ENERGY.value()).unwrap(),
            Output::Wait(_) => break,
        }
    }
    assert_eq!(events, [Event::NotificationRefused(MISSING), Event::Completed]);
    assert_eq!(small.value::<u32>().unwrap(), 123_456);
}

#[test]
fn without_general_blocks_it_is_not_sent() {
    let octets = vec![5; 1000];
    let config = ClientConfig { max_receive_pdu_size: 128, ..secure() };
    let mut pair = Pair::associated(config);
    let error = pair.notify(&long(&octets, false)).unwrap_err();
    assert!(matches!(error, NotifyError::TooLong { max: 128, .. }), "{error}");
}

/// A line whose meter may speak unasked or not, with a client that has acknowledged all that it was answered.
fn serial(unsolicited: bool) -> Serial {
    let mut config = secure().with_general_block_transfer(3);
    config.max_receive_pdu_size = 128;
    let clients = vec![client(PrimarySettings::DEFAULT, config)];
    let settings = SecondarySettings { unsolicited, ..SecondarySettings::DEFAULT };
    let meters = vec![meter_of(settings, 50)];
    let mut serial = Serial::new(clients, meters, Port::PLAIN.turning_in(5), 1);
    serial.associate().unwrap();
    assert_eq!(notify(&mut serial, &event(b"x")), Err(NotifyError::Busy), "nothing acknowledged the answer");
    ring(&mut serial);
    serial.pass(100);
    serial.audit();
    serial
}

/// Rings by a request that nobody answers.
fn ring(serial: &mut Serial) {
    serial.client().send(Recipients::Server, &Unconfirmed::invoke(BELL.ring(), &Octets(b"x"))).unwrap();
    assert_eq!(serial.run(0), Event::Sent);
}

fn notify(serial: &mut Serial, notification: &Notification<'_>) -> Result<(), NotifyError> {
    let (saps, now) = (serial.client().config().saps, serial.bus.now());
    let meter = &mut serial.meters[0];
    let notified = meter.connection.notify(&mut meter.devices, saps, notification, now);
    serial.bus.stir();
    notified
}

#[test]
fn over_hdlc_it_waits_for_a_poll_and_a_request_waits_for_it() {
    let octets = vec![5; 600];
    let mut serial = serial(false);
    notify(&mut serial, &long(&octets, false)).unwrap();
    assert_eq!(notify(&mut serial, &long(&octets, false)), Err(NotifyError::Busy));
    serial.pass(1_000);
    assert!(serial.clients[0].events.is_empty());
    serial.client().get(ENERGY.value()).unwrap();
    assert_eq!(serial.run(0), Event::Notification);
    assert_eq!(serial.client().notification().unwrap(), long(&octets, false));
    serial.outcome().unwrap();
    assert_eq!(serial.client().value::<u32>().unwrap(), 123_456);
}

#[test]
fn over_hdlc_a_request_in_a_ui_frame_takes_it_back() {
    let octets = vec![5; 600];
    for notification in [event(b"x"), event(&octets)] {
        let mut serial = serial(false);
        notify(&mut serial, &notification).unwrap();
        ring(&mut serial);
        serial.pass(1_000);
        assert!(serial.audit().iter().any(|event| matches!(event, server::Event::Unsent(_))));
        assert_eq!(rings(&mut serial.meters[0].devices[0]), 2);
        serial.client().get(ENERGY.value()).unwrap();
        serial.outcome().unwrap();
        // Tried again, it goes.
        ring(&mut serial);
        serial.pass(100);
        notify(&mut serial, &notification).unwrap();
        serial.client().get(ENERGY.value()).unwrap();
        assert_eq!(serial.run(0), Event::Notification);
        assert_eq!(serial.client().notification().unwrap(), notification);
        serial.outcome().unwrap();
    }
}

#[test]
fn over_hdlc_a_meter_that_may_says_it_at_once() {
    let octets = vec![5; 600];
    let mut serial = serial(true);
    notify(&mut serial, &long(&octets, false)).unwrap();
    assert_eq!(serial.run(0), Event::Notification);
    assert_eq!(serial.client().notification().unwrap(), long(&octets, false));
}

/// A listener with keys of all meters, and a buffer of so many octets.
fn listening(octets: usize) -> (Listener<Stream, Growing>, OneKeySet<crate::meter::Provider, RamCounters>) {
    let counters = InvocationCounters::new(RamCounters::new());
    let mut keys = OneKeySet::new(provider(8), counters, CLIENT_TITLE);
    keys.minimum = Protection::NONE;
    (Listener::new(Stream::new(Role::Client), Growing::new(octets), Growing::new(octets)), keys)
}

/// What a listener with a buffer of so many octets tells of these blocks, of `data` octets each, by their numbers.
fn heard(room: usize, data: usize, blocks: &[(u16, bool)]) -> Vec<listener::Event> {
    let (mut listener, mut keys) = listening(room);
    let mut message = vec![0x0f, 0, 0, 0, 1, 0, 9, 0x82, 0, 0];
    let whole = data * 4;
    message[8..10].copy_from_slice(&((whole - 10) as u16).to_be_bytes());
    message.resize(whole, 7);
    let mut events = Vec::new();
    for (number, last) in blocks {
        let control = if *last { 0xc0 } else { 0x40 };
        let at = usize::from(number.saturating_sub(1)) * data;
        let piece = &message[at..at + data];
        let [high, low] = number.to_be_bytes();
        let apdu = [&[0xe0, control, high, low, 0, 0, data as u8], piece].concat();
        let unit = [&[0, 1, 0, 1, 0, 103, 0, apdu.len() as u8], &apdu[..]].concat();
        assert_eq!(listener.handle_input(&mut keys, &unit, Instant(0)), unit.len());
        while let Output::Event(event) = listener.poll_output(Instant(0)) {
            if let listener::Event::Notification(_) = event {
                assert_eq!(listener.apdu(), message);
            }
            events.push(event);
        }
    }
    events
}

#[test]
fn a_listener_puts_it_together_within_its_buffer() {
    let saps = dlms_core::link::Saps { client: 103, server: 1 };
    let whole = [listener::Event::Notification(listener::Origin { saps, security: None })];
    let lost = [listener::Event::Refused(saps, ListenerError::Incomplete)];
    let all = [(1, false), (2, false), (3, false), (4, true)];
    assert_eq!(heard(1000, 50, &all), whole);
    assert_eq!(heard(1000, 50, &[all[0], all[0], all[1], all[2], all[1], all[2], all[3]]), whole);
    assert_eq!(heard(1000, 50, &[all[0], all[1], all[0], all[1], all[2], all[3]]), whole);
    assert_eq!(heard(1000, 50, &[all[0], all[2], all[3]]), lost);
    assert_eq!(heard(1000, 50, &[all[0], all[1], all[3], all[2]]), lost);
    assert_eq!(heard(1000, 50, &all[1..]), []);
    assert_eq!(heard(1000, 50, &all[..3]), []);
    let tight = heard(180, 50, &all);
    let too_long = [listener::Event::Refused(saps, ListenerError::TooLong { needed: 207 })];
    assert_eq!(tight, too_long);
}
