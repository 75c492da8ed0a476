use dlms::client::{ClientConfig, ClientError, Event};
use dlms_core::data::Data;
use dlms_hdlc::{PrimarySettings, SecondarySettings};
use dlms_security::{Protection, ServiceCiphering};
use dlms_tests::bus::Port;

use crate::meter::{BELL, ENERGY, NOTE, PROFILE, rings};
use crate::serial::{Serial, client, meter_of};
use crate::wire::{Pair, by_short_names, manager, public, secure};

/// Clients of every kind, with answers in blocks of every kind.
fn configs() -> Vec<ClientConfig> {
    let mut configs = Vec::new();
    for config in [public(), secure(), manager(Protection::ENCRYPTED, ServiceCiphering::GeneralGlobal)] {
        let config = ClientConfig { max_receive_pdu_size: 128, ..config };
        configs.push(by_short_names(config.clone()));
        configs.push(config.clone().with_general_block_transfer(3));
        configs.push(by_short_names(config.clone()).with_general_block_transfer(3));
        configs.push(config);
    }
    configs
}

#[test]
fn it_goes_no_further_than_the_block_that_is_on_its_way() {
    for config in configs() {
        for stream in [false, true] {
            for heard in [0, 1, 2, 10] {
                let mut pair = Pair::associated(config.clone());
                if pair.client.lacks_short_names() {
                    pair.learn();
                }
                pair.client.set_stream_blocks(stream);
                let before = pair.said.len();
                pair.client.get(PROFILE.buffer()).unwrap();
                while pair.said.len() < before + heard {
                    assert!(matches!(pair.step(), None | Some(Event::Block)));
                }
                let now = pair.now;
                pair.client.abandon();
                pair.client.abandon();
                let before = pair.said.len();
                let outcome = loop {
                    match pair.run() {
                        Event::Block => {}
                        outcome => break outcome,
                    }
                };
                assert_eq!(outcome, Event::Failed(ClientError::Abandoned));
                assert!(!pair.client.is_busy() && pair.client.value_bytes().is_err());
                assert!(pair.said.len() - before <= 4, "{:?}", &pair.said[before..]);
                assert_eq!(pair.now, now, "nobody waited");
                // The meter is free for the next request, which nothing of the last disturbs.
                pair.client.set_stream_blocks(false);
                pair.client.get(ENERGY.value()).unwrap();
                pair.complete();
                assert_eq!(pair.client.value::<u32>().unwrap(), 123_456);
                pair.client.get(PROFILE.buffer()).unwrap();
                pair.complete();
            }
        }
    }
}

#[test]
fn nothing_but_reading_is_abandoned() {
    let mut pair = Pair::new(manager(Protection::NONE, ServiceCiphering::Global));
    pair.client.abandon();
    pair.client.associate().unwrap();
    pair.client.abandon();
    assert_eq!(pair.run(), Event::Associated);
    pair.client.set(NOTE.value(), &Data::OctetString(&[1; 3000])).unwrap();
    pair.client.abandon();
    pair.complete();
    pair.client.invoke_method(BELL.ring(), &dlms_core::data::Octets(b"x")).unwrap();
    pair.client.abandon();
    pair.complete();
    assert_eq!(rings(&mut pair.meters[0]), 1);
    pair.client.release().unwrap();
    pair.client.abandon();
    assert_eq!(pair.run(), Event::Released);
}

#[test]
fn over_hdlc_the_line_is_in_step_afterwards() {
    for config in [secure(), secure().with_general_block_transfer(3)] {
        let config = ClientConfig { max_receive_pdu_size: 128, ..config };
        let clients = vec![client(PrimarySettings::DEFAULT, config)];
        let meters = vec![meter_of(SecondarySettings::DEFAULT, 300)];
        let mut serial = Serial::new(clients, meters, Port::PLAIN.turning_in(5), 1);
        serial.associate().unwrap();
        for milliseconds in [0, 20, 100, 350, 1_000] {
            serial.client().get(PROFILE.buffer()).unwrap();
            serial.pass(milliseconds);
            serial.client().abandon();
            assert_eq!(serial.run(0), Event::Failed(ClientError::Abandoned), "{milliseconds}");
            serial.client().get(ENERGY.value()).unwrap();
            serial.outcome().unwrap();
            assert_eq!(serial.client().value::<u32>().unwrap(), 123_456);
        }
    }
}
