//! The same requests of a client, which go as Read and Write.

use cosem_classes::model::Attribute;
use dlms::client::{
    ClientConfig, ClientError, Event, Misbehaviour, Misuse, NameTable, Refusal, ShortName, Timer,
};
use dlms::{CURRENT_ASSOCIATION, server};
use dlms_core::apdu::{
    ActionResponseItem, ActionResult, AttributeDescriptor, AttributeSelection, Conformance, DataAccessResult,
    GetDataResult, MethodDescriptor, SelectiveAccess,
};
use dlms_core::codec::{Decode, Encode};
use dlms_core::crypto::{CryptoProvider, KeyKind};
use dlms_core::data::{Any, Array, Data, DataBuf, Elements, Octets};
use dlms_security::{Protection, ServiceCiphering};
use obis::obis;

use crate::meter::{BELL, ENERGY, NOTE, PROFILE, SECRET_REGISTER, key, meter, provider, rings};
use crate::wire::{Pair, Said, by_short_names, manager, public, reader, secure};

const PROTECTIONS: [Protection; 4] =
    [Protection::NONE, Protection::AUTHENTICATED, Protection::ENCRYPTED, Protection::AUTHENTICATED_ENCRYPTED];
const FORMS: [ServiceCiphering; 4] = [
    ServiceCiphering::Global,
    ServiceCiphering::Dedicated,
    ServiceCiphering::GeneralGlobal,
    ServiceCiphering::GeneralDedicated,
];

fn small(config: ClientConfig) -> ClientConfig {
    ClientConfig { max_receive_pdu_size: 128, ..config }
}

fn buffer() -> Attribute<Array<Any>> {
    let descriptor = PROFILE.buffer().descriptor();
    Attribute::new(descriptor.class_id, descriptor.logical_name, descriptor.id)
}

/// Services of short names: none of the other kind is ever sent.
fn speaks_of_short_names(pair: &Pair) {
    for said in pair.said.iter().skip(2) {
        let (Said::Client(unit) | Said::Meter(unit)) = said;
        assert!(!matches!(unit[8], 0xc0..=0xd7), "{unit:02x?}");
    }
}

#[test]
fn every_client_in_every_form_reads_the_same_energy_and_leaves() {
    let mut configs = vec![public(), reader()];
    for protection in PROTECTIONS {
        configs.extend(FORMS.map(|form| manager(protection, form)));
    }
    for config in configs {
        let said = format!("{config:?}");
        let mut pair = Pair::named(config);
        pair.client.get(ENERGY.value()).unwrap();
        pair.complete();
        assert_eq!(pair.client.value::<u32>().unwrap(), 123_456, "{said}");
        speaks_of_short_names(&pair);
        let peer = pair.client.config().saps;
        assert_eq!(pair.audit.first(), Some(&server::Event::Associated(peer)));
        pair.client.release().unwrap();
        assert_eq!(pair.run(), Event::Released, "{said}");
        assert_eq!(pair.audit.last(), Some(&server::Event::Released(peer)), "{said}");
        // And once more on the same connection, where the names are still known.
        pair.associate().unwrap();
        pair.client.get(ENERGY.value()).unwrap();
        pair.complete();
    }
}

#[test]
fn what_is_agreed_on_goes_with_short_names() {
    let pair = Pair::associated(by_short_names(public()));
    let negotiated = pair.client.negotiated().unwrap().conformance;
    let services = Conformance::READ.union(Conformance::WRITE).union(Conformance::PARAMETERIZED_ACCESS);
    assert!(negotiated.contains(services));
    assert!((negotiated & Conformance::GET.union(Conformance::SELECTIVE_ACCESS)).is_empty());
    let pair = Pair::associated(public());
    assert!((pair.client.negotiated().unwrap().conformance & services).is_empty());
}

#[test]
fn nothing_is_asked_for_by_a_name_that_is_not_known() {
    let mut pair = Pair::associated(by_short_names(public()));
    let unknown = Err(ClientError::Misuse(Misuse::NoShortName));
    assert_eq!(pair.client.get(ENERGY.value()), unknown);
    // But the current association.
    pair.client.get_any(AttributeDescriptor::new(12, CURRENT_ASSOCIATION, 1), None).unwrap();
    pair.complete();
    assert_eq!(pair.client.value::<Any>().unwrap(), Data::OctetString(&[0, 0, 40, 0, 0, 255]));
    pair.learn();
    pair.client.get(ENERGY.value()).unwrap();
    pair.complete();
    assert_eq!(pair.client.names().names().len(), 8);
    // Of the manufacturer's class the meter does not say where its methods are.
    assert_eq!(pair.client.invoke_method(BELL.ring(), &Octets(&[5])), unknown);
    pair.client.get(BELL.count()).unwrap();
    pair.complete();
}

#[test]
fn given_names_do_without_the_list() {
    static NAMES: [ShortName; 1] =
        [ShortName { class_id: 3, logical_name: obis!("1-0:1.8.0.255"), base_name: 0x0138, methods: 0x28 }];
    let mut pair = Pair::new(by_short_names(public()));
    pair.client = pair.client.with_short_names(NameTable::given(&NAMES));
    pair.associate().unwrap();
    assert!(!pair.client.lacks_short_names());
    let refused = Err(ClientError::Misuse(Misuse::Incomplete("a table of short names to fill")));
    assert_eq!(pair.client.read_short_names(), refused);
    pair.client.get(ENERGY.value()).unwrap();
    pair.complete();
    assert_eq!(pair.client.value::<u32>().unwrap(), 123_456);
    assert_eq!(pair.said.len(), 4);
}

#[test]
fn a_room_for_names_that_is_too_small_is_told() {
    let room = Box::leak(Box::new([ShortName::FREE; 7]));
    let mut pair = Pair::new(by_short_names(public()));
    pair.client = pair.client.with_short_names(NameTable::in_room(room));
    pair.associate().unwrap();
    pair.client.read_short_names().unwrap();
    assert!(matches!(pair.failure(), ClientError::Overflow(_)));
    // What found room is known.
    pair.client.get(ENERGY.value()).unwrap();
    pair.complete();
}

#[test]
fn a_list_that_comes_in_blocks_teaches_the_same() {
    for (config, least) in [(public(), 16), (secure(), 60)] {
        let whole = Pair::named(config.clone());
        for size in [least, least + 1, least + 5, 80, 100, 128] {
            let pair = Pair::named(ClientConfig { max_receive_pdu_size: size, ..config.clone() });
            assert_eq!(pair.client.names().names(), whole.client.names().names(), "{size}");
        }
    }
}

#[test]
fn a_list_answers_item_by_item() {
    let mut pair = Pair::named(secure());
    let items =
        [ENERGY.value().descriptor(), SECRET_REGISTER.value().descriptor(), NOTE.value().descriptor()];
    let items = items.map(AttributeSelection::whole);
    pair.client.get_list(&items).unwrap();
    pair.complete();
    let values: Vec<_> = pair.client.values().unwrap().iter().map(|v| v.data()).collect();
    assert_eq!(values[0], Ok(Data::DoubleLongUnsigned(123_456)));
    assert_eq!(values[1], Err(DataAccessResult::ReadWriteDenied));
    assert_eq!(values[2], Ok(Data::OctetString(&[])));

    let written: [&dyn Encode; 3] =
        [&Data::DoubleLongUnsigned(7), &Data::DoubleLongUnsigned(8), &Data::OctetString(b"note")];
    pair.client.set_list(&items, &written).unwrap();
    pair.complete();
    let results: Vec<_> = pair.client.results::<DataAccessResult>().unwrap().iter().collect();
    let denied = DataAccessResult::ReadWriteDenied;
    assert_eq!(results, [DataAccessResult::Success, denied, DataAccessResult::Success]);
    pair.client.get(ENERGY.value()).unwrap();
    pair.complete();
    assert_eq!(pair.client.value::<u32>().unwrap(), 7);
    pair.client.get(SECRET_REGISTER.value()).unwrap();
    assert_eq!(pair.failure(), Refusal::DataAccess(denied).into());
    pair.client.set_any(SECRET_REGISTER.value().descriptor(), None, &Data::DoubleLongUnsigned(1)).unwrap();
    assert_eq!(pair.failure(), Refusal::DataAccess(denied).into());
}

#[test]
fn a_part_of_a_profile_is_selected() {
    let mut pair = Pair::named(secure());
    let entries = [6, 0, 0, 0, 11, 6, 0, 0, 0, 20, 18, 0, 1, 18, 0, 0];
    let parameters = Data::Structure(Elements::new(4, &entries).unwrap());
    pair.client.get_selected(buffer(), &SelectiveAccess { selector: 2, parameters }).unwrap();
    pair.complete();
    rows_are(&pair, 10, 10);
    let selection = Some(SelectiveAccess { selector: 2, parameters });
    let item = AttributeSelection { attribute: buffer().descriptor(), selection };
    pair.client.get_list(&[item, AttributeSelection::whole(ENERGY.value().descriptor())]).unwrap();
    pair.complete();
    let values = pair.client.values().unwrap();
    let Some(Ok(Data::Array(rows))) = values.iter().next().map(|v| v.data()) else { panic!() };
    assert_eq!(rows.len(), 10);
}

fn rows_are(pair: &Pair, first: usize, count: usize) {
    let rows = pair.client.value::<Array<Any>>().unwrap();
    assert_eq!(rows.len(), count);
    for (number, row) in rows.iter().enumerate() {
        let Data::Structure(cells) = row.unwrap() else { panic!() };
        let number = first + number;
        let expected = [Data::DoubleLongUnsigned(number as u32), Data::LongUnsigned((number % 1000) as u16)];
        assert_eq!(cells.exactly::<2>(), Some(expected));
    }
}

#[test]
fn a_profile_is_read_whole_in_blocks_of_any_size() {
    for size in [64, 100, 128, 129, 200, 256, 300, 1024, 65_535, 0] {
        for config in [public(), secure(), manager(Protection::ENCRYPTED, ServiceCiphering::GeneralGlobal)] {
            let mut pair = Pair::named(ClientConfig { max_receive_pdu_size: size, ..config });
            let opened = pair.said.len();
            pair.client.get(buffer()).unwrap();
            pair.complete();
            rows_are(&pair, 0, 500);
            if size != 0 {
                assert!(pair.said.iter().skip(opened).all(|said| match said {
                    Said::Meter(unit) => unit.len() <= usize::from(size) + 8,
                    Said::Client(_) => true,
                }));
            }
        }
    }
}

#[test]
fn a_client_without_room_takes_block_by_block() {
    let mut pair = Pair::named(small(public()));
    pair.client.set_stream_blocks(true);
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
fn a_value_is_written_in_blocks_and_read_back() {
    for length in [0, 1, 90, 100, 127, 128, 1000, 1024, 4000, 60_000] {
        let mut pair = Pair::named(small(secure()));
        let value: Vec<u8> = (0..length).map(|i| (i % 251) as u8).collect();
        pair.client.set(NOTE.value(), &Data::OctetString(&value)).unwrap();
        pair.complete();
        pair.client.get(NOTE.value()).unwrap();
        pair.complete();
        assert_eq!(pair.client.value::<Any>().unwrap(), Data::OctetString(&value), "{length}");
    }
}

#[test]
fn a_list_of_values_is_written_in_blocks() {
    let mut pair = Pair::named(small(secure()));
    let long = vec![0x5a; 3000];
    let items = [NOTE.value().descriptor(), ENERGY.value().descriptor()].map(AttributeSelection::whole);
    pair.client.set_list(&items, &[&Data::OctetString(&long), &Data::DoubleLongUnsigned(9)]).unwrap();
    pair.complete();
    let results: Vec<_> = pair.client.results::<DataAccessResult>().unwrap().iter().collect();
    assert_eq!(results, [DataAccessResult::Success; 2]);
    pair.client.get_list(&items).unwrap();
    pair.complete();
    let values: Vec<_> = pair.client.values().unwrap().iter().map(|v| v.data().unwrap()).collect();
    assert_eq!(values, [Data::OctetString(&long), Data::DoubleLongUnsigned(9)]);
}

#[test]
fn a_method_takes_and_gives_in_blocks_and_is_invoked_once() {
    for (config, length) in [(secure(), 10), (secure(), 60), (secure(), 200), (small(secure()), 1500)] {
        let mut pair = Pair::with_bell(config);
        let parameter: Vec<u8> = (0..length).map(|i| i as u8).collect();
        pair.client.invoke_method(BELL.ring(), &Octets(&parameter)).unwrap();
        pair.complete();
        let twice = [&parameter[..], &parameter].concat();
        assert_eq!(pair.client.value::<Any>().unwrap(), Data::OctetString(&twice), "{length}");
        assert_eq!(rings(&mut pair.meters[0]), 1);
    }
}

#[test]
fn methods_are_invoked_by_write_where_the_meter_wants_it() {
    let mut pair = Pair::with_bell(ClientConfig { invoke_by_write: true, ..secure() });
    pair.client.invoke_method(BELL.ring(), &Octets(&[0x55; 2000])).unwrap();
    pair.complete();
    assert_eq!(pair.client.value_bytes(), Ok(&[0][..]));
    assert_eq!(rings(&mut pair.meters[0]), 1);
    pair.client.invoke_any(BELL.ring().descriptor(), &Data::Integer(0)).unwrap();
    assert_eq!(pair.failure(), Refusal::Action(ActionResult::TypeUnmatched).into());
}

#[test]
fn several_methods_are_invoked_at_once_by_read_or_by_write() {
    for by_write in [false, true] {
        for count in [1, 2, 7, 40] {
            let mut pair = Pair::with_bell(ClientConfig { invoke_by_write: by_write, ..small(secure()) });
            let methods = vec![BELL.ring().descriptor(); count];
            let texts: Vec<Vec<u8>> = (0..count).map(|number| vec![number as u8; number]).collect();
            let mut parameters: Vec<_> = texts.iter().map(|text| Data::OctetString(text)).collect();
            parameters[count / 2] = Data::Unsigned(1);
            let encoded: Vec<&dyn Encode> = parameters.iter().map(|data| data as _).collect();
            pair.client.invoke_list(&methods, &encoded).unwrap();
            pair.complete();
            let results: Vec<_> = pair.client.results::<ActionResponseItem<'_>>().unwrap().iter().collect();
            assert_eq!(results.len(), count);
            for (number, result) in results.iter().enumerate() {
                let twice = [texts[number].clone(), texts[number].clone()].concat();
                let expected = match (number == count / 2, by_write) {
                    (true, _) => (ActionResult::TypeUnmatched, None),
                    // Nothing of what they give has a place in the answer.
                    (false, true) => (ActionResult::Success, None),
                    (false, false) => {
                        (ActionResult::Success, Some(GetDataResult::Data(Data::OctetString(&twice))))
                    }
                };
                assert_eq!((result.result, result.return_parameters), expected, "{by_write} {number}");
            }
            assert_eq!(rings(&mut pair.meters[0]) as usize, count - 1);
            speaks_of_short_names(&pair);
        }
    }
    let mut pair = Pair::with_bell(secure());
    assert_eq!(
        pair.client.invoke_list(&[BELL.ring().descriptor()], &[]),
        Err(Misuse::Incomplete("a value for each item").into())
    );
}

#[test]
fn a_refused_method_says_which() {
    let mut pair = Pair::with_bell(reader());
    pair.client.invoke_method(BELL.ring(), &Octets(&[5])).unwrap();
    assert_eq!(pair.failure(), Refusal::Action(ActionResult::ReadWriteDenied).into());
}

#[test]
fn the_association_tells_what_it_knows_by_logical_names_too() {
    let mut pair = Pair::named(secure());
    let names =
        cosem_classes::association_sn::v1::AssociationSn::at(CURRENT_ASSOCIATION).read_by_logicalname();
    let parameter =
        DataBuf::from_vec(crate::wire::hex("01 01 02 03 12 00 03 09 06 01 00 01 08 00 FF 0F 02")).unwrap();
    pair.client.invoke_any(names.descriptor(), &parameter.as_data()).unwrap();
    pair.complete();
    assert_eq!(pair.client.value_bytes().unwrap(), [1, 1, 6, 0, 1, 0xe2, 0x40]);
}

#[test]
fn without_a_table_nothing_goes_by_short_names() {
    use dlms::client::Client;
    use dlms_security::{InvocationCounters, RamCounters};
    use dlms_wrapper::{Role, Stream};
    let counters = InvocationCounters::new(RamCounters::<4>::new());
    let crypto = provider(2);
    let config = by_short_names(public());
    let mut client =
        Client::new(Stream::new(Role::Client), config, crypto, counters, vec![0u8; 64], vec![0; 64]);
    let refused = Err(ClientError::Misuse(Misuse::Incomplete("a table of short names")));
    assert_eq!(client.associate(), refused);
    assert!(!client.is_busy() && !client.lacks_short_names());
}

#[test]
fn a_wrong_token_does_not_associate() {
    let mut pair = Pair::new(by_short_names(secure()));
    pair.client.crypto_mut().set_key(key(KeyKind::Authentication), &[0x77; 16]).unwrap();
    assert!(pair.associate().is_err());
    let mut pair = Pair::new(by_short_names(manager(Protection::NONE, ServiceCiphering::Global)));
    pair.client.crypto_mut().set_key(key(KeyKind::Authentication), &[0x77; 16]).unwrap();
    assert_eq!(pair.associate(), Err(Refusal::DataAccess(DataAccessResult::ReadWriteDenied).into()));
    assert!(pair.audit.iter().all(|event| !matches!(event, server::Event::Associated(_))));
}

#[test]
fn a_late_answer_is_not_taken_for_that_to_the_next_request() {
    let mut pair = Pair::named(public());
    pair.tamper = Box::new(|said| match said {
        Said::Client(bytes) => bytes.clone(),
        Said::Meter(_) => Vec::new(),
    });
    pair.client.get(ENERGY.value()).unwrap();
    assert_eq!(pair.failure(), ClientError::Timeout(Timer::Response));
    assert_eq!(pair.client.get(NOTE.value()), Err(ClientError::Misuse(Misuse::NotAssociated)));
}

#[test]
fn blocks_out_of_order_are_not_put_together() {
    for (wrong, expected) in [(3, 2), (0, 2)] {
        let mut pair = Pair::named(small(public()));
        pair.tamper = Box::new(move |said| match said {
            Said::Meter(bytes) if bytes[8..].starts_with(&[0x0c, 1, 2, 0, 0, 2]) => {
                let mut bytes = bytes.clone();
                bytes[13] = wrong;
                bytes
            }
            Said::Client(bytes) | Said::Meter(bytes) => bytes.clone(),
        });
        pair.client.get(buffer()).unwrap();
        let found = u32::from(wrong);
        assert_eq!(pair.failure(), Misbehaviour::BlockNumber { expected, found }.into());
    }
    // One that comes twice is let pass.
    let mut pair = Pair::named(small(public()));
    pair.tamper = Box::new(|said| match said {
        Said::Meter(bytes) if bytes[8..].starts_with(&[0x0c, 1, 2]) => [&bytes[..], bytes].concat(),
        Said::Client(bytes) | Said::Meter(bytes) => bytes.clone(),
    });
    pair.client.get(buffer()).unwrap();
    pair.complete();
    rows_are(&pair, 0, 500);
}

#[test]
fn an_answer_of_another_kind_is_not_believed() {
    let answers = [
        ("0D 01 00", Misbehaviour::UnexpectedApdu(0x0d)),
        ("0C 01 03 00 01", Misbehaviour::UnexpectedApdu(0x0c)),
        ("0C 02 00 11 05 00 11 06", Misbehaviour::ResultCount { expected: 1, found: 2 }),
        ("0C 00", Misbehaviour::ResultCount { expected: 1, found: 0 }),
        ("0C 01 02 00 00 01 00", Misbehaviour::EmptyBlock),
        ("C4 01 C1 00 11 05", Misbehaviour::UnexpectedApdu(0xc4)),
    ];
    for (answer, error) in answers {
        let mut pair = Pair::named(public());
        let apdu = crate::wire::hex(answer);
        pair.tamper = Box::new(move |said| match said {
            Said::Meter(bytes) => {
                let mut unit = bytes[..8].to_vec();
                unit[7] = apdu.len() as u8;
                unit.extend_from_slice(&apdu);
                unit
            }
            Said::Client(bytes) => bytes.clone(),
        });
        pair.client.get(ENERGY.value()).unwrap();
        assert_eq!(pair.failure(), error.into(), "{answer}");
    }
}

#[test]
fn requests_without_protection_are_refused_where_the_policy_demands_it() {
    let meters = || vec![meter(1, 0, Protection::AUTHENTICATED_ENCRYPTED)];
    for weaker in [Protection::NONE, Protection::AUTHENTICATED, Protection::ENCRYPTED] {
        let mut pair = Pair::with(by_short_names(manager(weaker, ServiceCiphering::Global)), meters());
        assert!(matches!(pair.associate(), Err(ClientError::Refused(Refusal::Association { .. }))));
    }
    let mut pair = Pair::with(by_short_names(secure()), meters());
    pair.associate().unwrap();
    for apdu in ["05 01 02 01 08", "06 01 02 01 08 01 09 00", "16 01 02 01 08 01 09 00"] {
        assert_eq!(pair.ask(apdu), "D80101", "{apdu}");
    }
    pair.learn();
    pair.client.get(ENERGY.value()).unwrap();
    pair.complete();
}

#[test]
fn no_bit_of_a_request_or_an_answer_can_be_changed() {
    let mut pair = Pair::named(secure());
    pair.client.get(ENERGY.value()).unwrap();
    pair.complete();
    let (request, answer) = (pair.last_from_client(), pair.last_from_meter());
    for bit in 64..request.len() * 8 {
        let mut pair = Pair::named(secure());
        pair.tamper = Box::new(move |said| match said {
            Said::Client(bytes) => {
                let mut bytes = bytes.clone();
                bytes[bit / 8] ^= 0x80 >> (bit % 8);
                bytes
            }
            Said::Meter(bytes) => bytes.clone(),
        });
        pair.client.set(ENERGY.value().of::<u32>(), &1).unwrap();
        assert!(!matches!(pair.run(), Event::Completed), "bit {bit} of a request");
        assert!(pair.audit.iter().all(|event| !matches!(event, server::Event::Set(..))));
    }
    for bit in 64..answer.len() * 8 {
        let mut pair = Pair::named(secure());
        pair.tamper = Box::new(move |said| match said {
            Said::Meter(bytes) => {
                let mut bytes = bytes.clone();
                bytes[bit / 8] ^= 0x80 >> (bit % 8);
                bytes
            }
            Said::Client(bytes) => bytes.clone(),
        });
        pair.client.get(ENERGY.value()).unwrap();
        assert!(!matches!(pair.run(), Event::Completed), "bit {bit} of an answer");
    }
}

#[test]
fn keys_are_replaced_after_the_answer_and_the_old_ones_are_of_no_more_use() {
    let guek = key(KeyKind::GlobalUnicastEncryption);
    let mut wrapper = provider(9);
    wrapper.set_key(guek, &[0x77; 16]).unwrap();
    let mut wrapped = [0; 24];
    wrapper.wrap_key(key(KeyKind::KeyEncryption), guek, &mut wrapped).unwrap();
    let mut parameter = vec![1, 1, 2, 2, 0x16, 0, 9, 24];
    parameter.extend(wrapped);
    let parameter = Data::from_bytes(&parameter).unwrap();
    let method = MethodDescriptor::new(64, obis!("0-0:43.0.0.255"), 2);
    for invoke_by_write in [false, true] {
        let mut pair = Pair::named(ClientConfig { invoke_by_write, ..secure() });
        pair.client.invoke_any(method, &parameter).unwrap();
        pair.complete();
        pair.client.get(ENERGY.value()).unwrap();
        assert!(matches!(pair.failure(), ClientError::Refused(Refusal::Exception(_))));
        pair.client.crypto_mut().set_key(guek, &[0x77; 16]).unwrap();
        pair.client.key_replaced(guek).unwrap();
        pair.client.get(ENERGY.value()).unwrap();
        pair.complete();
        assert_eq!(pair.client.value::<u32>().unwrap(), 123_456);
    }
}

#[test]
fn the_third_pass_may_come_by_write_and_is_proved_all_the_same() {
    for wrong in [0, 1] {
        let mut pair = Pair::new(by_short_names(manager(Protection::NONE, ServiceCiphering::Global)));
        pair.tamper = Box::new(move |said| match said {
            Said::Client(unit) if unit[8..].starts_with(&[5, 1, 4, 0xfa, 0x58, 0]) => {
                let mut unit = unit.clone();
                (unit[8], unit[10], unit[13]) = (6, 2, 1);
                *unit.last_mut().unwrap() ^= wrong;
                unit
            }
            Said::Client(unit) | Said::Meter(unit) => unit.clone(),
        });
        // What answers the token has no place in this answer, so our client does not believe it.
        assert_eq!(pair.associate(), Err(Misbehaviour::UnexpectedApdu(0x0d).into()));
        let answer = &pair.last_from_meter()[8..];
        assert_eq!(answer, if wrong == 0 { &[0x0d, 1, 0][..] } else { &[0x0d, 1, 1, 3] });
        let associated = pair.audit.iter().any(|event| matches!(event, server::Event::Associated(_)));
        assert_eq!(associated, wrong == 0);
    }
}
