//! The published messages through the machines: requests to a meter, answers and notifications to a client.

use dlms::client::{Access, AccessOptions, ClientConfig, ClientError, Event, Refusal};
use dlms::{Notification, server};
use dlms_core::apdu::{
    AccessRequest, AccessResponse, AttributeDescriptor, MethodDescriptor, SelectiveAccess,
};
use dlms_core::codec::{Decode, Encode};
use dlms_core::data::Data;
use dlms_security::{Protection, ServiceCiphering};
use dlms_tests::vector::{Vector, hex};
use obis::obis;

use crate::meter::{ENERGY, rings};
use crate::wire::{Pair, Said, by_short_names, manager, public};

fn octets(file: &str, id: &str) -> Vec<u8> {
    Vector::all(file).into_iter().find(|vector| vector.id == id).unwrap().input
}

fn text(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02X}")).collect()
}

fn plain() -> ClientConfig {
    manager(Protection::NONE, ServiceCiphering::Global)
}

/// A message in the wrapper from the meter.
fn from_meter(pair: &Pair, apdu: &[u8]) -> Vec<u8> {
    let saps = pair.client.config().saps;
    let mut unit = vec![0, 1];
    unit.extend(saps.server.to_be_bytes());
    unit.extend(saps.client.to_be_bytes());
    unit.extend((apdu.len() as u16).to_be_bytes());
    unit.extend(apdu);
    unit
}

/// Lets the meter say this in the place of its next answer.
fn instead(pair: &mut Pair, apdu: &[u8]) {
    let unit = from_meter(pair, apdu);
    pair.tamper = Box::new(move |said| match said {
        Said::Client(octets) => octets.clone(),
        Said::Meter(_) => unit.clone(),
    });
}

#[test]
fn access_requests_are_answered_item_by_item() {
    for vector in Vector::all("access") {
        let Ok(request) = AccessRequest::from_bytes(&vector.input) else { continue };
        let mut pair = Pair::associated(plain());
        let answers = pair.hear(&text(&vector.input));
        if !request.long_invoke_id.is_confirmed() {
            assert!(answers.is_empty(), "{}", vector.id);
            continue;
        }
        let [answer] = &answers[..] else { panic!("{}: {answers:?}", vector.id) };
        let answer = hex(answer);
        let response = AccessResponse::from_bytes(&answer).unwrap();
        assert_eq!(response.long_invoke_id, request.long_invoke_id, "{}", vector.id);
        assert_eq!(response.results.len(), request.specifications.len(), "{}", vector.id);
        // The meter has none of these objects.
        assert!(response.results.iter().all(|result| !result.is_success()), "{}", vector.id);
        assert!(response.data.iter().all(|data| data == Data::NullData), "{}", vector.id);
    }
}

#[test]
fn access_requests_are_as_published_and_their_answers_are_understood() {
    let mut pair = Pair::associated(plain());
    let clock = AttributeDescriptor::new(8, obis!("0-0:1.0.0.255"), 2);
    instead(&mut pair, &octets("access", "access-003"));
    pair.client.access(&[Access::get_any(clock, None)], AccessOptions::default()).unwrap();
    pair.complete();
    // But for the priority.
    let said = pair.last_from_client();
    let published = octets("access", "access-002");
    assert_eq!((said[8], said[9] & 0x7f, &said[10..]), (published[0], published[1], &published[2..]));
    let results = pair.client.access_results().unwrap();
    let (result, value) = results.iter().next().unwrap();
    assert!(result.is_success());
    assert_eq!(value, Data::OctetString(&hex("07E60101FF00000000800000")));

    // The third one.
    pair.client.access(&[Access::get_any(clock, None)], AccessOptions::default()).unwrap();
    assert!(matches!(pair.failure(), ClientError::Timeout(_)), "of another request");
    instead(&mut pair, &octets("access", "access-006"));
    let parameters = Data::from_bytes(&[2, 4, 6, 0, 0, 0, 1, 6, 0, 0, 0, 2, 0x12, 0, 1, 0x12, 0, 0]).unwrap();
    let buffer = AttributeDescriptor::new(7, obis!("1-0:99.1.0.255"), 2);
    let breaker = MethodDescriptor::new(70, obis!("0-0:96.3.10.255"), 1);
    let items = [
        Access::get_any(buffer, Some(SelectiveAccess { selector: 2, parameters })),
        Access::invoke_any(breaker, &Data::Integer(0)),
    ];
    pair.client.access(&items, AccessOptions::default()).unwrap();
    pair.complete();
    let (said, published) = (pair.last_from_client(), octets("access", "access-005"));
    assert_eq!(said[10..], published[2..]);
    let values: Vec<_> =
        pair.client.access_results().unwrap().iter().map(|(_, value)| value.encode_to_vec()).collect();
    assert_eq!(values, [hex("0101020206000000010600000002"), vec![0]]);
}

#[test]
fn general_blocks_are_confirmed_ended_or_let_pass() {
    let meter = |id: &str| {
        let mut pair = Pair::associated(public().with_general_block_transfer(3));
        pair.hear(&text(&octets("gbt", id)))
    };
    // The first block of a request by a client that takes one at a time.
    assert_eq!(meter("gbt-001"), ["E0080001000100"]);
    // A request cut off in the middle, whose sender takes no blocks: it is refused in a message.
    assert_eq!(meter("gbt-006"), ["D80201"]);
    // A client that waits for the blocks of an answer that is over.
    assert_eq!(meter("gbt-008"), ["E0800000000000"]);
    // A block in the middle of a burst of nothing.
    assert!(meter("gbt-009").is_empty());
    for id in ["gbt-001", "gbt-006", "gbt-008", "gbt-009"] {
        let mut pair = Pair::associated(public().with_general_block_transfer(3));
        let unit = from_meter(&pair, &octets("gbt", id));
        pair.client_hears(&unit);
        let told = pair.quiet();
        // What claims to be a whole message, and is none.
        let refused = matches!(told[..], [Event::NotificationRefused(_)]);
        assert!(told.is_empty() || refused && id == "gbt-006", "{id}: {told:?}");
        pair.client.get(ENERGY.value()).unwrap();
        pair.complete();
    }
    // To a client that does not know of them they are nothing.
    let mut pair = Pair::associated(public());
    instead(&mut pair, &octets("gbt", "gbt-001"));
    pair.client.get(ENERGY.value()).unwrap();
    assert!(matches!(pair.failure(), ClientError::Misbehaviour(_)));
}

#[test]
fn notifications_are_told_with_what_they_say() {
    for vector in Vector::all("notification") {
        let Ok(expected) = Notification::from_bytes(&vector.input) else { continue };
        let mut pair = Pair::associated(public());
        let unit = from_meter(&pair, &vector.input);
        pair.client_hears(&unit);
        assert_eq!(pair.quiet(), [Event::Notification], "{}", vector.id);
        assert_eq!(pair.client.notification().unwrap(), expected, "{}", vector.id);
    }
    let mut pair = Pair::associated(public());
    assert!(pair.hear(&text(&octets("notification", "notification-006"))).is_empty());
    assert!(pair.audit.iter().any(|event| matches!(event, server::Event::Confirmed(..))));
}

/// Whatever a meter hears of what was published, it goes on serving; it invokes nothing that was not asked for.
#[test]
fn whatever_a_meter_hears_it_goes_on() {
    let mut heard = 0;
    for file in ["access", "acse", "gbt", "initiate", "malformed", "notification", "xdlms-ln", "xdlms-sn"] {
        for vector in Vector::all(file).into_iter().filter(|vector| vector.kind == "apdu") {
            for config in [public().with_general_block_transfer(3), by_short_names(plain())] {
                let mut pair = Pair::associated(config);
                if vector.input.is_empty() || vector.input.len() > 0xffff {
                    continue;
                }
                pair.hear(&text(&vector.input));
                // It may have been a release, or an opening that was refused.
                pair.client.handle_closed();
                let mut again = Pair::new(public());
                core::mem::swap(&mut again.connection, &mut pair.connection);
                core::mem::swap(&mut again.meters, &mut pair.meters);
                again.associate().unwrap_or_else(|error| panic!("{}: {error}", vector.id));
                again.client.get(ENERGY.value()).unwrap();
                again.complete();
                assert_eq!(rings(&mut again.meters[0]), 0, "{}", vector.id);
                heard += 1;
            }
        }
    }
    assert!(heard > 300, "{heard}");
}

/// Whatever a client hears of what was published in the place of an answer, the request ends, and the next one is
/// answered.
#[test]
fn whatever_a_client_hears_it_goes_on() {
    let mut heard = 0;
    for file in ["access", "acse", "gbt", "initiate", "malformed", "notification", "xdlms-ln", "xdlms-sn"] {
        for vector in Vector::all(file).into_iter().filter(|vector| vector.kind == "apdu") {
            if vector.input.is_empty() || vector.input.len() > 0xffff {
                continue;
            }
            let mut pair = Pair::associated(plain().with_general_block_transfer(3));
            instead(&mut pair, &vector.input);
            pair.client.get(ENERGY.value()).unwrap();
            let outcome = loop {
                match pair.run() {
                    Event::Block | Event::Notification | Event::NotificationRefused(_) => {}
                    outcome => break outcome,
                }
            };
            if outcome == Event::Completed {
                assert!(pair.client.value_bytes().is_ok(), "{}", vector.id);
            } else {
                assert!(matches!(outcome, Event::Failed(_)), "{}: {outcome:?}", vector.id);
            }
            if let Event::Failed(ClientError::Refused(Refusal::DataAccess(result))) = outcome {
                assert!(!result.is_success(), "{}", vector.id);
            }
            pair.tamper = Box::new(|said| match said {
                Said::Client(octets) | Said::Meter(octets) => octets.clone(),
            });
            pair.client.get(ENERGY.value()).unwrap();
            pair.complete();
            assert_eq!(pair.client.value::<u32>().unwrap(), 123_456, "{}", vector.id);
            heard += 1;
        }
    }
    assert!(heard > 150, "{heard}");
}
