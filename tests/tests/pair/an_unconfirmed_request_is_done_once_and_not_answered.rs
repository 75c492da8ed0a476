use dlms::Authentication;
use dlms::client::{
    Access, AccessOptions, ClientConfig, ClientError, Event, Misuse, PreEstablished, Recipients, Unconfirmed,
};
use dlms::server::{self, AssociationConfig};
use dlms_core::apdu::{AttributeSelection, Conformance};
use dlms_core::data::{Any, Data, Octets};
use dlms_hdlc::{AddressSize, AddressSizes, PrimarySettings, SecondarySettings};
use dlms_security::{Protection, SecurityError, ServiceCiphering};
use dlms_tests::bus::Port;

use crate::meter::{BELL, CLIENT_TITLE, MANAGER, NOTE, rings, taking};
use crate::serial::{Serial, client, meter_of};
use crate::wire::{Pair, Said, by_short_names, manager, public, secure};

const FORMS: [ServiceCiphering; 4] = [
    ServiceCiphering::Global,
    ServiceCiphering::Dedicated,
    ServiceCiphering::GeneralGlobal,
    ServiceCiphering::GeneralDedicated,
];
const DING: Octets<'static> = Octets(b"ding");

fn configs() -> Vec<ClientConfig> {
    let mut configs = vec![manager(Protection::NONE, ServiceCiphering::Global)];
    configs.extend(FORMS.map(|form| manager(Protection::AUTHENTICATED_ENCRYPTED, form)));
    configs
}

/// Sends it and awaits nothing: the client is free when the link has sent it, and nobody says a word.
fn send(pair: &mut Pair, to: Recipients, request: &Unconfirmed<'_>) {
    let (before, now) = (pair.said.len(), pair.now);
    pair.client.send(to, request).unwrap();
    assert!(pair.client.is_busy());
    assert_eq!(pair.run(), Event::Sent);
    assert!(!pair.client.is_busy());
    assert_eq!(pair.now, now, "nobody waits");
    assert!(pair.said[before..].iter().all(|said| matches!(said, Said::Client(_))), "{:?}", pair.said);
}

fn note(pair: &mut Pair) -> Vec<u8> {
    pair.client.get(NOTE.value()).unwrap();
    pair.complete();
    match pair.client.value::<Any>().unwrap() {
        Data::OctetString(octets) => octets.to_vec(),
        other => panic!("{other:?}"),
    }
}

/// Everything that can be sent so, to whom it is said; how often the bell rang by it.
fn all_kinds(pair: &mut Pair, to: Recipients, access: bool) -> u32 {
    let ring = BELL.ring().descriptor();
    send(pair, to, &Unconfirmed::set(NOTE.value(), &Data::OctetString(b"one")));
    assert_eq!(note(pair), b"one");
    let items = [AttributeSelection::whole(NOTE.value().descriptor()); 2];
    let values = [Data::OctetString(b"two"), Data::OctetString(b"three")];
    send(pair, to, &Unconfirmed::SetList(&items, &[&values[0], &values[1]]));
    assert_eq!(note(pair), b"three");
    send(pair, to, &Unconfirmed::invoke(BELL.ring(), &DING));
    assert_eq!(rings(&mut pair.meters[0]), 1);
    let ding = Data::OctetString(b"ding");
    send(pair, to, &Unconfirmed::InvokeList(&[ring, ring], &[&ding, &ding]));
    assert_eq!(rings(&mut pair.meters[0]), 3);
    if access {
        let value = Data::OctetString(b"four");
        let items = [Access::set(NOTE.value(), &value), Access::invoke(BELL.ring(), &DING)];
        send(pair, to, &Unconfirmed::Access(&items, AccessOptions::default()));
        assert_eq!(note(pair), b"four");
        assert_eq!(rings(&mut pair.meters[0]), 4);
    }
    rings(&mut pair.meters[0])
}

#[test]
fn every_kind_in_every_form_to_one_and_to_all() {
    for config in configs() {
        for to in [Recipients::Server, Recipients::All] {
            let said = format!("{to:?} {:?}", config.ciphering);
            let mut pair = Pair::associated(config.clone());
            assert_eq!(all_kinds(&mut pair, to, true), 4, "{said}");
            let insecure = |event: &server::Event| matches!(event, server::Event::Insecure(..));
            assert!(!pair.audit.iter().any(insecure), "{said} {:?}", pair.audit);
        }
    }
}

#[test]
fn by_short_names_it_is_an_unconfirmed_write() {
    for config in configs() {
        for to in [Recipients::Server, Recipients::All] {
            let mut pair = Pair::with_bell(config.clone());
            assert_eq!(all_kinds(&mut pair, to, false), 3);
            let nothing = Unconfirmed::Access(&[], AccessOptions::default());
            assert_eq!(
                pair.client.send(to, &nothing),
                Err(ClientError::Misuse(Misuse::NotByShortNames("ACCESS")))
            );
        }
    }
    let mut pair = Pair::with_bell(manager(Protection::NONE, ServiceCiphering::Global));
    send(&mut pair, Recipients::All, &Unconfirmed::set(NOTE.value(), &Data::OctetString(b"x")));
    let said = pair.last_from_client();
    assert_eq!(said[..8], [0, 1, 0, 1, 0, 0x7f, 0, 9], "{said:02X?}");
    assert_eq!((said[8], said[9], said[10], said[13..].to_vec()), (0x16, 1, 2, vec![1, 9, 1, b'x']));
}

#[test]
fn what_all_get_goes_under_the_broadcast_key_and_once() {
    for form in FORMS {
        let mut pair = Pair::associated(manager(Protection::AUTHENTICATED_ENCRYPTED, form));
        send(&mut pair, Recipients::All, &Unconfirmed::invoke(BELL.ring(), &DING));
        let said = pair.last_from_client();
        assert_eq!(said[4..6], [0, 0x7f]);
        let general = matches!(form, ServiceCiphering::GeneralGlobal | ServiceCiphering::GeneralDedicated);
        let control = if general { said[8 + 11] } else { said[8 + 2] };
        assert_eq!((said[8], control), (if general { 0xdb } else { 0xcb }, 0x70), "{said:02X?}");
        // Recorded and said again, to all or to one: it is not new.
        let mut to_one = said.clone();
        to_one[5] = 1;
        for octets in [said, to_one] {
            let before = pair.said.len();
            pair.meter_hears(&octets);
            assert!(pair.quiet().is_empty());
            assert!(pair.said[before..].len() <= 1);
            let replayed = |event: &server::Event| {
                matches!(event, server::Event::Insecure(_, SecurityError::Replayed { .. }))
            };
            assert!(pair.audit.iter().any(replayed), "{:?}", pair.audit);
        }
        assert_eq!(rings(&mut pair.meters[0]), 1);
        // What goes to the one again is not under that key.
        pair.client.get(BELL.count()).unwrap();
        pair.complete();
        assert_eq!(pair.client.value::<u32>().unwrap(), 1);
    }
}

#[test]
fn what_may_not_be_done_is_not_and_nobody_says_so() {
    let mut pair = Pair::associated(public());
    send(&mut pair, Recipients::Server, &Unconfirmed::set(NOTE.value(), &Data::OctetString(b"mine")));
    send(&mut pair, Recipients::Server, &Unconfirmed::invoke(BELL.ring(), &DING));
    assert_eq!(note(&mut pair), b"");
    assert_eq!(rings(&mut pair.meters[0]), 0);
    // Not even what cannot be read.
    assert!(pair.hear("C1 01 81 0001").is_empty());
    assert_eq!(pair.hear("C1 01 C1 0001"), ["D80201"]);
    assert!(pair.hear("D9 00000001 00 01 01").is_empty());
}

#[test]
fn what_was_not_negotiated_is_not_sent() {
    let conformance = Conformance::GET;
    let mut pair = Pair::associated(ClientConfig { conformance, ..public() });
    let request = Unconfirmed::invoke(BELL.ring(), &DING);
    let refused = |service| Err(ClientError::Misuse(Misuse::NotNegotiated(service)));
    assert_eq!(pair.client.send(Recipients::Server, &request), refused(Conformance::ACTION));
    assert!(!pair.client.is_busy());
    let ding = Data::OctetString(b"ding");
    assert_eq!(
        pair.client.send(Recipients::Server, &Unconfirmed::InvokeList(&[], &[&ding])),
        Err(ClientError::Misuse(Misuse::Incomplete("a value for each item")))
    );
    let mut pair = Pair::new(public());
    assert_eq!(
        pair.client.send(Recipients::Server, &request),
        Err(ClientError::Misuse(Misuse::NotAssociated))
    );
}

/// A client whose meter takes messages of 128 octets.
fn narrow(config: ClientConfig) -> Pair {
    let mut pair = Pair::with(config, vec![taking(128, 3, 0)]);
    pair.associate().unwrap();
    pair
}

#[test]
fn a_long_one_goes_in_blocks_that_nobody_confirms() {
    let mut configs = configs();
    configs.retain(|config| config.ciphering.is_some());
    for config in configs {
        for to in [Recipients::Server, Recipients::All] {
            let mut pair = narrow(config.clone().with_general_block_transfer(5));
            let text = vec![7; 3000];
            let before = pair.said.len();
            send(&mut pair, to, &Unconfirmed::set(NOTE.value(), &Data::OctetString(&text)));
            let blocks = &pair.said[before..];
            assert!(blocks.len() > 20);
            for (number, said) in (1u16..).zip(blocks) {
                let Said::Client(unit) = said else { panic!() };
                let control = if usize::from(number) == blocks.len() { 0x80 } else { 0x40 };
                assert_eq!(unit[8..12], [0xe0, control, (number >> 8) as u8, number as u8]);
                assert!(unit.len() <= 128 + 8);
            }
            assert_eq!(note(&mut pair), text);
        }
    }
    let mut pair = narrow(secure());
    let text = vec![7; 3000];
    let value = Data::OctetString(&text);
    let error = pair.client.send(Recipients::Server, &Unconfirmed::set(NOTE.value(), &value)).unwrap_err();
    assert!(matches!(error, ClientError::Misuse(Misuse::TooLong { max: 100..=128, .. })), "{error}");
}

#[test]
fn a_block_that_is_missing_or_early_undoes_it_and_one_said_twice_does_not() {
    let say = |order: &dyn Fn(usize) -> Vec<usize>| {
        let mut pair = narrow(secure().with_general_block_transfer(5));
        let before = pair.said.len();
        pair.tamper = Box::new(|said| match said {
            Said::Client(_) => Vec::new(),
            Said::Meter(octets) => octets.clone(),
        });
        let text = vec![9; 1000];
        send(&mut pair, Recipients::Server, &Unconfirmed::set(NOTE.value(), &Data::OctetString(&text)));
        let blocks: Vec<_> = pair.said.drain(before..).collect();
        pair.tamper = Box::new(|said| match said {
            Said::Client(octets) | Said::Meter(octets) => octets.clone(),
        });
        for index in order(blocks.len()) {
            let Said::Client(unit) = &blocks[index] else { panic!() };
            pair.meter_hears(unit);
        }
        assert!(pair.said[before..].is_empty(), "nobody answers");
        note(&mut pair).len()
    };
    assert_eq!(say(&|count| (0..count).collect()), 1000);
    assert_eq!(say(&|count| (0..count).flat_map(|index| [index, index]).collect()), 1000);
    for missing in [0, 1, 5] {
        assert_eq!(say(&|count| (0..count).filter(|index| *index != missing).collect()), 0);
    }
    assert_eq!(
        say(&|count| (0..count)
            .map(|i| if i == 2 { 3 } else { i.saturating_sub((i == 3) as usize) })
            .collect()),
        0
    );
    assert_eq!(say(&|count| (1..count).chain(0..count).collect()), 1000);
}

/// An association with the manager that stands without being opened.
fn standing(protection: Protection) -> AssociationConfig {
    let agreed = server::PreEstablished {
        ciphered_context: protection != Protection::NONE,
        client_title: Some(CLIENT_TITLE),
        client_max_receive_pdu_size: 0,
    };
    AssociationConfig::pre_established(MANAGER, agreed)
}

#[test]
fn all_meters_on_a_line_do_it_without_a_connection() {
    let ring = Unconfirmed::invoke(BELL.ring(), &DING);
    for address_size in [AddressSize::One, AddressSize::Two, AddressSize::Four] {
        for protection in [Protection::NONE, Protection::AUTHENTICATED_ENCRYPTED] {
            let address_sizes = AddressSizes { one: true, two: true, four: true };
            let count = if address_size == AddressSize::One { 1 } else { 4 };
            let meters = (0x10..0x10 + count).map(|device_address| {
                let settings =
                    SecondarySettings { device_address, address_sizes, ..SecondarySettings::DEFAULT };
                let mut meter = meter_of(settings, 0);
                meter.devices[0].offer(standing(protection)).unwrap();
                meter
            });
            let settings = PrimarySettings { address_size, device_address: 0x10, ..PrimarySettings::DEFAULT };
            let agreed = PreEstablished {
                conformance: AssociationConfig::CONFORMANCE,
                server_max_receive_pdu_size: 1024,
            };
            let config = ClientConfig {
                pre_established: Some(agreed),
                authentication: Authentication::None,
                ..manager(protection, ServiceCiphering::Global)
            };
            let clients = vec![client(settings, config)];
            let mut serial = Serial::new(clients, meters.collect(), Port::PLAIN.turning_in(5), 1);
            serial.associate().unwrap();
            for to in [Recipients::All, Recipients::Server, Recipients::All] {
                serial.client().send(to, &ring).unwrap();
                assert_eq!(serial.run(0), Event::Sent);
            }
            serial.pass(1_000);
            for (number, meter) in serial.meters.iter_mut().enumerate() {
                let expected = if number == 0 { 3 } else { 2 };
                let said = format!("{address_size:?} {number} {:?}", meter.audit);
                assert_eq!(rings(&mut meter.devices[0]), expected, "{said}");
            }
        }
    }
}

#[test]
fn over_hdlc_it_may_follow_an_answer_and_be_followed_by_a_request() {
    let mut serial = Serial::pair(secure());
    serial.associate().unwrap();
    for rung in 1..4 {
        serial.client().send(Recipients::Server, &Unconfirmed::invoke(BELL.ring(), &DING)).unwrap();
        assert_eq!(serial.run(0), Event::Sent);
        serial.client().get(BELL.count()).unwrap();
        serial.outcome().unwrap();
        assert_eq!(serial.client().value::<u32>().unwrap(), rung);
    }
}

#[test]
fn it_needs_short_names_that_are_known() {
    let mut pair = Pair::associated(by_short_names(manager(Protection::NONE, ServiceCiphering::Global)));
    let request = Unconfirmed::invoke(BELL.ring(), &DING);
    assert_eq!(pair.client.send(Recipients::Server, &request), Err(ClientError::Misuse(Misuse::NoShortName)));
    let mut pair = Pair::with_bell(manager(Protection::NONE, ServiceCiphering::Global));
    send(&mut pair, Recipients::Server, &request);
}
