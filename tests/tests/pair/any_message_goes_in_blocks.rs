use cosem_classes::model::Attribute;
use dlms::client::{Access, AccessOptions, ClientConfig, ClientError, Event, Refusal};
use dlms_core::apdu::{AccessResult, ActionResult, AttributeSelection, Conformance};
use dlms_core::codec::{Decode, Encode};
use dlms_core::data::{Any, Array, Data, Octets};
use dlms_security::{Protection, ServiceCiphering};

use crate::meter::{BELL, ENERGY, NOTE, PROFILE, rings, taking};
use crate::wire::{Pair, Said, by_short_names, manager, public, secure};

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

/// A pair that is associated, both with messages of `size` octets and general blocks in windows of these values.
fn pair(config: ClientConfig, size: u16, windows: (u8, u8)) -> Pair {
    let config = ClientConfig { max_receive_pdu_size: size, ..config.with_general_block_transfer(windows.0) };
    let mut pair = Pair::with(config, vec![taking(size, windows.1, 500)]);
    pair.associate().unwrap();
    pair.said.clear();
    pair
}

/// Nothing that was said is longer than agreed, and all of it is blocks but for what fits one message.
fn all_said_in_blocks(pair: &Pair, size: u16) {
    for said in &pair.said {
        let (Said::Meter(unit) | Said::Client(unit)) = said;
        assert!(unit.len() <= usize::from(size) + 8);
    }
    assert!(pair.said.iter().any(|said| matches!(said, Said::Meter(unit) if unit[8] == 0xe0)));
}

fn configs() -> [ClientConfig; 4] {
    [
        public(),
        secure(),
        manager(Protection::AUTHENTICATED_ENCRYPTED, ServiceCiphering::Dedicated),
        manager(Protection::ENCRYPTED, ServiceCiphering::GeneralGlobal),
    ]
}

#[test]
fn a_profile_is_read_whole_in_blocks_of_any_size_and_window() {
    for size in [64, 128, 137, 265, 300, 1024] {
        for windows in [(1, 1), (3, 63), (63, 3), (63, 63), (1, 8)] {
            for config in configs() {
                let mut pair = pair(config, size, windows);
                pair.client.get(buffer()).unwrap();
                pair.complete();
                rows_are_whole(&pair, 500);
                all_said_in_blocks(&pair, size);
            }
        }
    }
}

#[test]
fn values_lists_and_methods_go_in_blocks_both_ways_and_are_done_once() {
    for windows in [(1, 1), (4, 7), (63, 63)] {
        for config in configs().into_iter().skip(1) {
            let mut pair = pair(config, 128, windows);
            let long: Vec<u8> = (0..1000).map(|i| (i % 251) as u8).collect();
            pair.client.set(NOTE.value(), &Data::OctetString(&long)).unwrap();
            pair.complete();
            let items = [ENERGY.value().descriptor(), NOTE.value().descriptor(), buffer().descriptor()];
            pair.client.get_list(&items.map(AttributeSelection::whole)).unwrap();
            pair.complete();
            let values: Vec<_> = pair.client.values().unwrap().iter().map(|v| v.data().unwrap()).collect();
            assert_eq!(values[..2], [Data::DoubleLongUnsigned(123_456), Data::OctetString(&long)]);
            let Data::Array(rows) = values[2] else { panic!() };
            assert_eq!(rows.len(), 500);

            for length in [0, 60, 200, 1500] {
                let before = rings(&mut pair.meters[0]);
                let parameter = vec![7; length];
                pair.client.invoke_method(BELL.ring(), &Octets(&parameter)).unwrap();
                pair.complete();
                let twice = vec![7; 2 * length];
                assert_eq!(pair.client.value::<Any>().unwrap(), Data::OctetString(&twice));
                assert_eq!(rings(&mut pair.meters[0]), before + 1);
            }
            // A short answer to a long request: in blocks, because the request was.
            let methods = [BELL.ring().descriptor(); 2];
            pair.said.clear();
            let nothing = Data::Unsigned(0);
            pair.client.invoke_list(&methods, &[&nothing, &Data::OctetString(&long)]).unwrap();
            pair.complete();
            all_said_in_blocks(&pair, 128);
            let results: Vec<dlms_core::apdu::ActionResponseItem<'_>> =
                pair.client.results().unwrap().iter().collect();
            assert_eq!(results[0].result, ActionResult::TypeUnmatched);
            assert_eq!(results[1].result, ActionResult::Success);
        }
    }
}

#[test]
fn an_access_request_of_any_length_is_one_request() {
    let mut pair = pair(secure(), 128, (8, 8));
    let long = Data::OctetString(&[9; 500]);
    let ding = Octets(&[1; 300]);
    let mut items = vec![Access::set(NOTE.value(), &long), Access::invoke(BELL.ring(), &ding)];
    items.extend([Access::get(NOTE.value()), Access::get(buffer())]);
    items.resize(64, Access::get(ENERGY.value()));
    assert_eq!(pair.client.access(&items, AccessOptions::default()), Ok(64));
    pair.complete();
    all_said_in_blocks(&pair, 128);
    let results: Vec<_> = pair.client.access_results().unwrap().iter().collect();
    assert!(results.iter().all(|(result, _)| result.is_success()));
    assert_eq!(results[1].0, AccessResult::Action(ActionResult::Success));
    assert_eq!(results[2].1, long);
    let Data::Array(rows) = results[3].1 else { panic!() };
    assert_eq!(rows.len(), 500);
    assert_eq!(results[63].1, Data::DoubleLongUnsigned(123_456));
    assert_eq!(rings(&mut pair.meters[0]), 1);
}

#[test]
fn a_client_without_room_takes_block_by_block_what_is_not_ciphered() {
    for (config, streams) in [(public(), true), (secure(), false)] {
        let mut pair = pair(ClientConfig { stream_blocks: true, ..config }, 100, (5, 5));
        pair.client.get(buffer()).unwrap();
        let (mut value, mut blocks) = (Vec::new(), 0);
        loop {
            match pair.run() {
                Event::Block => value.extend_from_slice(pair.client.block()),
                Event::Completed => break,
                other => panic!("{other:?}"),
            }
            blocks += 1;
        }
        value.extend_from_slice(pair.client.value_bytes().unwrap_or(pair.client.block()));
        assert_eq!(blocks > 10, streams);
        assert_eq!(Data::from_bytes(&value).unwrap().encoded_len(), value.len());
        assert!(value.starts_with(&[1, 0x82, 1, 0xf4]));
    }
}

#[test]
fn the_blocks_are_those_of_the_book() {
    // Window 5: the first block is alone, because the client's window is not known yet.
    let mut pair = pair(ClientConfig { max_receive_pdu_size: 64, ..public() }, 64, (5, 5));
    assert_eq!(&pair.ask("C0 01 C1 00 07 01 00 63 01 00 FF 02 00")[..16], "E0050001000039C4");
    let burst = pair.hear("E0 85 00 01 00 01 00");
    let heads: Vec<_> = burst.iter().map(|unit| &unit[..14]).collect();
    assert_eq!(
        heads,
        ["E0450002000139", "E0450003000139", "E0450004000139", "E0450005000139", "E0050006000139"]
    );
    // Block 4 got lost: from there on, as many as the client asks for.
    let burst = pair.hear("E0 81 00 02 00 03 00");
    assert_eq!(burst.iter().map(|unit| &unit[..14]).collect::<Vec<_>>(), ["E0050004000239"]);
    let again = pair.hear("E0 81 00 03 00 03 00");
    assert_eq!(again[0][14..], burst[0][14..]);
    // More than was sent: it ends.
    assert_eq!(pair.hear("E0 85 00 04 00 63 00"), ["E0800000000000"]);
    assert_eq!(pair.hear("E0 85 00 05 00 06 00"), ["E0800000000000"]);
    // The other way round: each burst is confirmed, the answer goes on with the numbers.
    assert_eq!(pair.hear("E0 05 00 01 00 00 05 C0 01 C1 00 03"), ["E0050001000100"]);
    // Said twice, it is confirmed twice and taken once.
    assert_eq!(pair.hear("E0 05 00 01 00 00 05 C0 01 C1 00 03"), ["E0050001000100"]);
    // One is missing.
    assert_eq!(pair.hear("E0 05 00 03 00 01 01 00"), ["E0050001000100"]);
    assert_eq!(
        pair.hear("E0 85 00 02 00 01 08 01 00 01 08 00 FF 02 00"),
        ["E0850002000209C401C100060001E240"]
    );
    assert_eq!(
        pair.hear("E0 85 00 02 00 01 08 01 00 01 08 00 FF 02 00"),
        ["E0850002000209C401C100060001E240"]
    );
    // In one block both.
    assert_eq!(
        pair.hear("E0 81 00 01 00 00 0D C0 01 C1 00 03 01 00 01 08 00 FF 02 00"),
        ["E0850001000109C401C100060001E240"]
    );
}

#[test]
fn what_ends_a_transfer_ends_it() {
    let first = "C0 01 C1 00 07 01 00 63 01 00 FF 02 00";
    let energy = "C0 01 C2 00 03 01 00 01 08 00 FF 02 00";
    let mut pair = pair(public(), 64, (2, 2));
    // The client gives up: what it asks for next is nothing that goes on.
    pair.ask(first);
    assert_eq!(pair.hear("E0 80 00 00 00 00 00"), Vec::<String>::new());
    assert_eq!(pair.hear("E0 82 00 01 00 01 00"), ["E0800000000000"]);
    // Another request.
    pair.ask(first);
    assert_eq!(pair.ask(energy), "C401C200060001E240");
    assert_eq!(pair.hear("E0 82 00 01 00 01 00"), ["E0800000000000"]);
    // Silence, long enough.
    pair.ask(first);
    pair.now = pair.now.plus(dlms_core::limits::STALLED_TRANSFER);
    pair.connection.handle_timeout(&mut pair.meters, pair.now);
    assert_eq!(pair.hear("E0 82 00 01 00 01 00"), ["E0800000000000"]);
    // A request that comes in blocks, given up half way; and one that is no request.
    assert_eq!(pair.hear("E0 02 00 01 00 00 03 C0 01 C1"), ["E0020001000100"]);
    assert_eq!(pair.ask(energy), "C401C200060001E240");
    assert_eq!(pair.hear("E0 82 00 01 00 00 02 FF FF"), ["D80202"]);
    assert_eq!(pair.hear("E0 82 00 01 00 00 09 E0 82 00 01 00 00 02 FF FF"), ["D80102"]);
    // A block that is none.
    assert_eq!(pair.hear("E0 82 00 01 00 00 05 FF FF"), ["D80201"]);
    // Without an answer: the client takes no blocks, so it gets the answer without.
    assert_eq!(pair.hear("E0 40 00 01 00 00 05 C0 01 C1 00 03"), Vec::<String>::new());
    assert_eq!(pair.hear("E0 C0 00 02 00 00 08 01 00 01 08 00 FF 02 00"), ["C401C100060001E240"]);
}

#[test]
fn without_both_agreeing_there_are_no_blocks() {
    let mut pair = Pair::with(public(), vec![taking(64, 4, 500)]);
    pair.associate().unwrap();
    assert!(!pair.client.negotiated().unwrap().conformance.contains(Conformance::GENERAL_BLOCK_TRANSFER));
    assert_eq!(pair.hear("E0 81 00 01 00 00 0D C0 01 C1 00 03 01 00 01 08 00 FF 02 00"), ["D80102"]);
    pair.client.get(buffer()).unwrap();
    pair.complete();
    rows_are_whole(&pair, 500);
}

#[test]
fn a_meter_that_gives_up_or_breaks_the_rules_is_told_of() {
    let answers = |unit: &'static [u8]| {
        let mut pair = pair(public(), 64, (2, 2));
        let mut number = 0;
        pair.tamper = Box::new(move |said| match said {
            Said::Client(unit) => unit.clone(),
            Said::Meter(real) => {
                number += 1;
                if number == 3 { [&real[..6], &[0, unit.len() as u8], unit].concat() } else { real.clone() }
            }
        });
        pair.client.get(buffer()).unwrap();
        pair.failure()
    };
    assert_eq!(answers(&[0xe0, 0x80, 0, 0, 0, 0, 0]), ClientError::Refused(Refusal::Aborted));
    assert!(matches!(answers(&[0xe0, 0x80, 0, 0]), ClientError::Malformed(_)));
    assert!(matches!(answers(&[0xd8, 1, 2]), ClientError::Refused(Refusal::Exception(_))));
    // The last block, and what came is no answer.
    assert!(matches!(answers(&[0xe0, 0x80, 0, 3, 0, 0, 0]), ClientError::Malformed(_)));
}

/// The same by short names, with the bell's.
fn named(config: ClientConfig, size: u16, windows: (u8, u8)) -> Pair {
    let config = ClientConfig {
        max_receive_pdu_size: size,
        ..by_short_names(config).with_general_block_transfer(windows.0)
    };
    let mut pair = Pair::with(config, vec![taking(size, windows.1, 500)]);
    pair.associate().unwrap();
    let bell = dlms::client::ShortName::of(&crate::meter::Bell::INFO, obis::obis!("0-0:128.0.0.255"), 0);
    assert!(pair.client.names_mut().insert(bell));
    pair.learn();
    pair.said.clear();
    pair
}

#[test]
fn by_short_names_too() {
    for size in [64, 137, 300] {
        for windows in [(1, 1), (3, 63), (63, 3)] {
            for config in configs() {
                let may_write = config.saps.client == crate::meter::MANAGER;
                let mut pair = named(config, size, windows);
                pair.client.get(buffer()).unwrap();
                pair.complete();
                rows_are_whole(&pair, 500);
                all_said_in_blocks(&pair, size);
                let items = [PROFILE.buffer(), PROFILE.buffer()].map(|buffer| buffer.descriptor());
                let items = [items[0], ENERGY.value().descriptor(), items[1]].map(AttributeSelection::whole);
                pair.client.get_list(&items).unwrap();
                pair.complete();
                let values: Vec<_> = pair.client.values().unwrap().iter().map(|value| value.data()).collect();
                assert!(matches!(values[0], Ok(Data::Array(rows)) if rows.len() == 500));
                assert_eq!(values[1], Ok(Data::DoubleLongUnsigned(123_456)));
                assert_eq!(values[0], values[2]);
                if !may_write {
                    continue;
                }
                let text = vec![6; 2500];
                pair.client.set(NOTE.value(), &Data::OctetString(&text)).unwrap();
                pair.complete();
                pair.client.get(NOTE.value()).unwrap();
                pair.complete();
                assert_eq!(pair.client.value::<Any>().unwrap(), Data::OctetString(&text));
                pair.client.invoke_method(BELL.ring(), &Octets(&text[..1500])).unwrap();
                pair.complete();
                assert_eq!(pair.client.value::<dlms_core::data::OctetString>().unwrap(), Octets(&[6; 3000]));
                assert_eq!(rings(&mut pair.meters[0]), 1);
                for said in &pair.said {
                    let (Said::Meter(unit) | Said::Client(unit)) = said;
                    assert!(unit.len() <= usize::from(size) + 8);
                    // No blocks of Read or Write: general blocks were negotiated.
                    assert!(
                        !matches!(unit[8..11], [0x05, 1, 5 | 6] | [0x0c, 1, 2 | 3] | [0x06, 1, 7]),
                        "{unit:02X?}"
                    );
                }
            }
        }
    }
}
