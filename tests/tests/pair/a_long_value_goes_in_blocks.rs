use cosem_classes::model::Attribute;
use dlms::client::{ClientConfig, Event};
use dlms_core::apdu::AttributeSelection;
use dlms_core::data::{Any, Array, Data, Octets};
use dlms_security::Protection;

use crate::meter::{BELL, ENERGY, NOTE, PROFILE, meter, rings};
use crate::wire::{Pair, manager, public, secure};

const FORM: dlms_security::ServiceCiphering = dlms_security::ServiceCiphering::GeneralGlobal;

fn small(config: ClientConfig) -> ClientConfig {
    ClientConfig { max_receive_pdu_size: 128, ..config }
}

fn buffer() -> Attribute<Array<Any>> {
    let descriptor = PROFILE.buffer().descriptor();
    Attribute::new(descriptor.class_id, descriptor.logical_name, descriptor.id)
}

fn rows_are_whole(pair: &Pair, count: usize) {
    let rows = pair.client.value::<Array<Any>>().unwrap();
    assert_eq!(rows.len(), count);
    for (number, row) in rows.iter().enumerate() {
        let Data::Structure(cells) = row.unwrap() else { panic!() };
        let expected = [Data::DoubleLongUnsigned(number as u32), Data::LongUnsigned((number % 1000) as u16)];
        assert_eq!(cells.exactly::<2>(), Some(expected));
    }
}

#[test]
fn a_profile_is_read_whole_in_blocks_of_any_size() {
    for size in [64, 100, 128, 129, 200, 256, 300, 1024, 65_535, 0] {
        for config in [public(), secure(), manager(Protection::ENCRYPTED, FORM)] {
            let mut pair = Pair::associated(ClientConfig { max_receive_pdu_size: size, ..config });
            let opened = pair.said.len();
            pair.client.get(buffer()).unwrap();
            pair.complete();
            rows_are_whole(&pair, 500);
            if size != 0 {
                assert!(pair.said.iter().skip(opened).all(|said| match said {
                    crate::wire::Said::Meter(unit) => unit.len() <= usize::from(size) + 8,
                    crate::wire::Said::Client(_) => true,
                }));
            }
        }
    }
}

#[test]
fn a_list_with_a_long_value_in_it_goes_in_blocks_too() {
    let mut pair = Pair::associated(small(secure()));
    let long = vec![0x5a; 1000];
    pair.client.set(NOTE.value(), &Data::OctetString(&long)).unwrap();
    pair.complete();
    let items = [
        ENERGY.value().descriptor(),
        NOTE.value().descriptor(),
        buffer().descriptor(),
        ENERGY.value().descriptor(),
    ];
    pair.client.get_list(&items.map(AttributeSelection::whole)).unwrap();
    pair.complete();
    let values: Vec<_> = pair.client.values().unwrap().iter().map(|v| v.data().unwrap()).collect();
    assert_eq!(values[0], Data::DoubleLongUnsigned(123_456));
    assert_eq!(values[1], Data::OctetString(&long));
    let Data::Array(rows) = values[2] else { panic!() };
    assert_eq!(rows.len(), 500);
    assert_eq!(values[3], values[0]);
}

#[test]
fn a_value_is_written_in_blocks_and_read_back() {
    for length in [0, 1, 100, 127, 128, 1000, 1024, 4000, 60_000] {
        let mut pair = Pair::associated(small(secure()));
        let value: Vec<u8> = (0..length).map(|i| (i % 251) as u8).collect();
        pair.client.set(NOTE.value(), &Data::OctetString(&value)).unwrap();
        pair.complete();
        pair.client.get(NOTE.value()).unwrap();
        pair.complete();
        assert_eq!(pair.client.value::<Any>().unwrap(), Data::OctetString(&value), "{length}");
    }
}

#[test]
fn a_method_takes_and_gives_in_blocks_and_is_invoked_once() {
    let mut pair = Pair::associated(small(secure()));
    for length in [10, 60, 200, 1500] {
        let before = rings(&mut pair.meters[0]);
        let parameter: Vec<u8> = (0..length).map(|i| i as u8).collect();
        pair.client.invoke_method(BELL.ring(), &Octets(&parameter)).unwrap();
        pair.complete();
        let twice = [&parameter[..], &parameter].concat();
        assert_eq!(pair.client.value::<Any>().unwrap(), Data::OctetString(&twice), "{length}");
        assert_eq!(rings(&mut pair.meters[0]), before + 1);
    }
}

#[test]
fn a_client_without_room_takes_block_by_block() {
    let config = ClientConfig { stream_blocks: true, ..small(public()) };
    let mut pair = Pair::associated(config);
    pair.client.get(buffer()).unwrap();
    let mut value = Vec::new();
    loop {
        match pair.run() {
            Event::Block => value.extend_from_slice(pair.client.block()),
            Event::Completed => {
                value.extend_from_slice(pair.client.block());
                break;
            }
            other => panic!("{other:?}"),
        }
    }
    let mut whole = Pair::associated(public());
    whole.client.get(buffer()).unwrap();
    whole.complete();
    assert_eq!(value, whole.client.value_bytes().unwrap());
}

#[test]
fn every_block_error_is_answered_as_the_book_says() {
    let mut pair = Pair::with(small(public()), vec![meter(1, 500, Protection::NONE)]);
    pair.associate().unwrap();
    let first = pair.ask("C0 01 C1 00 07 01 00 63 01 00 FF 02 00");
    assert!(first.starts_with("C402C10000000001"), "{first}");
    let second = pair.ask("C0 02 C1 00 00 00 01");
    assert!(second.starts_with("C402C10000000002"), "{second}");
    // A wrong number ends it, and then there is none in progress.
    assert_eq!(pair.ask("C0 02 C1 00 00 00 09"), "C402C101000000090113");
    assert_eq!(pair.ask("C0 02 C1 00 00 00 02"), "C402C101000000020110");
    assert_eq!(pair.ask("C1 03 C1 01 00 00 00 02 02 02 AA"), "C503C11200000002");
    assert_eq!(pair.ask("C3 02 C1 00 00 00 01"), "C701C11000");
    assert_eq!(pair.ask("C3 06 C1 01 00 00 00 02 02 AA BB"), "C701C11000");
    // Another request ends it too.
    pair.ask("C0 01 C1 00 07 01 00 63 01 00 FF 02 00");
    assert_eq!(pair.ask("C0 01 C2 00 03 01 00 01 08 00 FF 02 00"), "C401C200060001E240");
    assert_eq!(pair.ask("C0 02 C1 00 00 00 01"), "C402C101000000010110");
}
