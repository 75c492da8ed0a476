use dlms::client::{Access, AccessOptions, ClientConfig, ClientError, Misuse, Refusal};
use dlms_core::apdu::{
    AccessResult, AccessSpecification, ActionResult, AttributeDescriptor, Conformance, DataAccessResult,
    SelectiveAccess,
};
use dlms_core::codec::Encode;
use dlms_core::data::{Data, DataBuf, Elements, Octets};
use dlms_security::{Protection, ServiceCiphering};
use obis::obis;

use crate::meter::{BELL, ENERGY, NOTE, PROFILE, SECRET_REGISTER, rings, taking};
use crate::wire::{Pair, Said, manager, public, secure};

const SUCCESS: DataAccessResult = DataAccessResult::Success;
const CONTINUE: AccessOptions = AccessOptions { stop_on_error: false, self_descriptive: false };

/// What an ACCESS request of all these items gives.
fn access(pair: &mut Pair, items: &[Access<'_>], options: AccessOptions) -> Vec<(AccessResult, DataBuf)> {
    assert_eq!(pair.client.access(items, options), Ok(items.len()));
    pair.complete();
    let results = pair.client.access_results().unwrap();
    results.iter().map(|(result, data)| (result, DataBuf::from(data))).collect()
}

fn value(data: Data<'_>) -> DataBuf {
    DataBuf::from(data)
}

#[test]
fn what_is_written_first_is_read_afterwards_in_every_form_of_ciphering() {
    let forms = [
        ServiceCiphering::Global,
        ServiceCiphering::Dedicated,
        ServiceCiphering::GeneralGlobal,
        ServiceCiphering::GeneralDedicated,
    ];
    let mut configs = vec![manager(Protection::NONE, ServiceCiphering::Global)];
    configs.extend(forms.map(|form| manager(Protection::AUTHENTICATED_ENCRYPTED, form)));
    configs.push(manager(Protection::ENCRYPTED, ServiceCiphering::GeneralGlobal));
    configs.push(manager(Protection::AUTHENTICATED, ServiceCiphering::Dedicated));
    for config in configs {
        let mut pair = Pair::associated(config);
        let unknown = AttributeDescriptor::new(3, obis!("1-0:99.99.99.255"), 2);
        let note = Data::VisibleString(b"hello");
        let ding = Octets(b"ding");
        let items = [
            Access::get(ENERGY.value()),
            Access::set(NOTE.value(), &note),
            Access::get(NOTE.value()),
            Access::invoke(BELL.ring(), &ding),
            Access::get(BELL.count()),
            Access::get_any(unknown, None),
            Access::get(SECRET_REGISTER.value()),
            Access::set(ENERGY.logical_name(), &obis!("1-0:1.8.0.255")),
            Access::invoke_any(BELL.ring().descriptor(), &Data::Unsigned(1)),
        ];
        let null = value(Data::NullData);
        assert_eq!(
            access(&mut pair, &items, CONTINUE),
            [
                (AccessResult::Get(SUCCESS), value(Data::DoubleLongUnsigned(123_456))),
                (AccessResult::Set(SUCCESS), null.clone()),
                (AccessResult::Get(SUCCESS), value(note)),
                (AccessResult::Action(ActionResult::Success), value(Data::OctetString(b"dingding"))),
                (AccessResult::Get(SUCCESS), value(Data::DoubleLongUnsigned(1))),
                (AccessResult::Get(DataAccessResult::ObjectUndefined), null.clone()),
                (AccessResult::Get(DataAccessResult::ReadWriteDenied), null.clone()),
                (AccessResult::Set(DataAccessResult::ReadWriteDenied), null.clone()),
                (AccessResult::Action(ActionResult::TypeUnmatched), null.clone()),
            ]
        );
        assert_eq!(rings(&mut pair.meters[0]), 1);
    }
}

#[test]
fn an_error_ends_it_where_that_was_asked_for() {
    let mut pair = Pair::associated(secure());
    let ding = Octets(b"ding");
    let items = [
        Access::invoke(BELL.ring(), &ding),
        Access::get(SECRET_REGISTER.value()),
        Access::invoke(BELL.ring(), &ding),
        Access::set(NOTE.value(), &Data::NullData),
    ];
    let options = AccessOptions { stop_on_error: true, self_descriptive: true };
    let results: Vec<_> = access(&mut pair, &items, options).into_iter().map(|(result, _)| result).collect();
    assert_eq!(
        results,
        [
            AccessResult::Action(ActionResult::Success),
            AccessResult::Get(DataAccessResult::ReadWriteDenied),
            AccessResult::Action(ActionResult::OtherReason),
            AccessResult::Set(DataAccessResult::OtherReason),
        ]
    );
    assert_eq!(rings(&mut pair.meters[0]), 1);
    let response = pair.client.access_results().unwrap();
    let repeated: Vec<AccessSpecification<'_>> = response.response().specifications.unwrap().iter().collect();
    assert_eq!(repeated, items.map(|item| item.specification()));
}

#[test]
fn parts_and_rows_are_read_too() {
    let mut pair = Pair::associated(secure());
    let range = [
        Data::DoubleLongUnsigned(2),
        Data::DoubleLongUnsigned(4),
        Data::LongUnsigned(1),
        Data::LongUnsigned(0),
    ]
    .map(|data| data.encode_to_vec())
    .concat();
    let parameters = Data::Structure(Elements::new(4, &range).unwrap());
    let entries = SelectiveAccess { selector: 2, parameters };
    let buffer = PROFILE.buffer().descriptor();
    let items = [Access::get_any(buffer, Some(entries)), Access::get(PROFILE.entries_in_use())];
    let results = access(&mut pair, &items, CONTINUE);
    let Data::Array(rows) = results[0].1.as_data() else { panic!("{results:?}") };
    assert_eq!(rows.len(), 3);
    assert_eq!(results[1].1.as_data(), Data::DoubleLongUnsigned(500));
}

#[test]
fn what_does_not_fit_is_told_item_by_item() {
    // Without blocks of any kind.
    let mut pair = Pair::associated(ClientConfig { max_receive_pdu_size: 128, ..secure() });
    let ding = Octets(b"ding");
    let items =
        [Access::get(PROFILE.buffer()), Access::invoke(BELL.ring(), &ding), Access::get(ENERGY.value())];
    let results = access(&mut pair, &items, CONTINUE);
    assert_eq!(results[0].0, AccessResult::Get(DataAccessResult::OtherReason));
    assert_eq!(results[1].0, AccessResult::Action(ActionResult::Success));
    assert_eq!(results[2].1.as_data(), Data::DoubleLongUnsigned(123_456));
    let Some(Said::Meter(unit)) = pair.said.last() else { panic!() };
    assert!(unit.len() <= 128 + 8);
}

#[test]
fn a_request_holds_what_server_and_configuration_allow() {
    let items = [Access::get(ENERGY.value()); 100];
    let taken = |config: ClientConfig| {
        let mut pair = Pair::associated(config);
        let taken = pair.client.access(&items, CONTINUE).unwrap();
        pair.complete();
        let results = pair.client.access_results().unwrap();
        assert_eq!(results.iter().count(), taken);
        assert!(results.iter().all(|(result, _)| result == AccessResult::Get(SUCCESS)));
        taken
    };
    // What a thousand octets hold of values of fourteen.
    assert_eq!(taken(secure()), 61);
    assert_eq!(taken(ClientConfig { max_receive_pdu_size: 2000, ..secure() }), 64);
    assert_eq!(taken(ClientConfig { max_receive_pdu_size: 128, ..secure() }), 5);
    assert_eq!(taken(ClientConfig { access_items: 10, ..secure() }), 10);
    let mut pair = Pair::with(secure(), vec![taking(200, 1, 0)]);
    pair.associate().unwrap();
    let taken = pair.client.access(&items, CONTINUE).unwrap();
    // 200 less 30 of ciphering and 8 of its own, 11 for each.
    assert_eq!(taken, 14);
    pair.complete();
    assert!(pair.last_from_client().len() <= 200 + 8);
}

#[test]
fn the_unauthorised_and_the_unnegotiated_get_nothing() {
    let mut pair = Pair::associated(public());
    let note = Data::Unsigned(1);
    let ding = Octets(b"ding");
    let items =
        [Access::get(ENERGY.value()), Access::set(NOTE.value(), &note), Access::invoke(BELL.ring(), &ding)];
    let results: Vec<_> = access(&mut pair, &items, CONTINUE).into_iter().map(|(result, _)| result).collect();
    assert_eq!(
        results,
        [
            AccessResult::Get(SUCCESS),
            AccessResult::Set(DataAccessResult::ReadWriteDenied),
            AccessResult::Action(ActionResult::ReadWriteDenied),
        ]
    );
    assert_eq!(rings(&mut pair.meters[0]), 0);

    let conformance = ClientConfig::CONFORMANCE.without(Conformance::ACCESS);
    let mut pair = Pair::associated(ClientConfig { conformance, ..public() });
    assert_eq!(
        pair.client.access(&items, CONTINUE),
        Err(ClientError::Misuse(Misuse::NotNegotiated(Conformance::ACCESS)))
    );
    assert_eq!(pair.ask("D9 40000001 00 01 01 0003 0100010800FF 02 01 00"), "D80102");
}

#[test]
fn the_bytes_are_those_of_the_book() {
    let mut pair = Pair::associated(public());
    assert_eq!(
        pair.ask("D9 40000001 00 01 01 0003 0100010800FF 02 01 00"),
        "DA400000010000010600 01E2400101 00".replace(' ', "")
    );
    // Self-descriptive, with a time.
    assert_eq!(
        pair.ask("D9 D0000002 0C 07E60101FF00000000800000 01 01 0003 0100010800FF 02 01 00"),
        "DAD0000002000101010003010001 0800FF02010600 01E240010100".replace(' ', "")
    );
    // Unconfirmed: done, but not answered.
    assert_eq!(pair.ask("D9 00000003 00 01 01 0003 0100010800FF 02 01 00"), "");
    // Nothing asked, nothing answered; and what cannot be read is refused.
    assert_eq!(pair.ask("D9 40000004 00 00 00"), "DA400000040000 0000".replace(' ', ""));
    assert_eq!(pair.ask("D9 40000005 00 01 01 0003 0100010800FF 02 00"), "D80201");
}

#[test]
fn another_answer_than_was_asked_for_is_not_taken() {
    let mut pair = Pair::associated(public());
    let mut once = true;
    pair.tamper = Box::new(move |said| match said {
        // The response to an earlier request comes first.
        Said::Meter(unit) if core::mem::take(&mut once) => {
            let mut late = unit.clone();
            late[12] ^= 1;
            [late, unit.clone()].concat()
        }
        Said::Client(unit) | Said::Meter(unit) => unit.clone(),
    });
    let results = access(&mut pair, &[Access::get(ENERGY.value())], CONTINUE);
    assert_eq!(results[0].1.as_data(), Data::DoubleLongUnsigned(123_456));
    pair.tamper = Box::new(|said| match said {
        Said::Client(unit) => unit.clone(),
        Said::Meter(_) => [&[0, 1, 0, 1, 0, 16, 0, 3][..], &[0xd8, 1, 2]].concat(),
    });
    pair.client.access(&[Access::get(ENERGY.value())], CONTINUE).unwrap();
    assert!(matches!(pair.failure(), ClientError::Refused(Refusal::Exception(_))));
}
