use dlms::client::{ClientConfig, ClientError, Event, Misuse};
use dlms::server::{self, NotifyError};
use dlms::{Notification, Output};
use dlms_core::apdu::{
    Conformance, DataNotification, EventNotificationRequest, InformationReportRequest, List,
    LongInvokeIdAndPriority, VariableAccessSpecification,
};
use dlms_core::codec::Decode;
use dlms_core::data::{Data, DateTime, Deviation};
use dlms_core::link::Saps;
use dlms_security::{CipheredApdu, Protection, SecurityError, ServiceCiphering};

use crate::meter::{BELL, ENERGY, PROFILE, meter, rings, row};
use crate::wire::{Pair, Said, manager, public, reader, secure};

const FORMS: [ServiceCiphering; 4] = [
    ServiceCiphering::Global,
    ServiceCiphering::Dedicated,
    ServiceCiphering::GeneralGlobal,
    ServiceCiphering::GeneralDedicated,
];

fn data(id: u32, confirmed: bool) -> Notification<'static> {
    let long_invoke_id = match confirmed {
        true => LongInvokeIdAndPriority::confirmed(id),
        false => LongInvokeIdAndPriority::unconfirmed(id),
    };
    let date_time = Some(DateTime::from_utc_seconds(1_700_000_000, Deviation(-60)));
    Notification::Data(DataNotification { long_invoke_id, date_time, body: Data::LongUnsigned(id as u16) })
}

fn event(value: u32) -> Notification<'static> {
    let attribute = ENERGY.value().descriptor();
    Notification::Event(EventNotificationRequest {
        time: None,
        attribute,
        value: Data::DoubleLongUnsigned(value),
    })
}

/// Lets the meter say this, and everything be delivered; what the client had to tell of it.
fn say(pair: &mut Pair, notification: &Notification<'_>) -> Vec<Event> {
    pair.notify(notification).unwrap();
    pair.quiet()
}

fn saps(config: &ClientConfig) -> Saps {
    config.saps
}

#[test]
fn an_idle_client_is_told_in_every_form_of_ciphering() {
    let plain = [public(), reader()];
    let ciphered = FORMS.map(|form| manager(Protection::AUTHENTICATED_ENCRYPTED, form));
    let other =
        [Protection::AUTHENTICATED, Protection::ENCRYPTED].map(|p| manager(p, ServiceCiphering::Global));
    for config in plain.into_iter().chain(ciphered).chain(other) {
        let wanted = config.ciphering;
        let mut pair = Pair::associated(config);
        for notification in [data(1, false), event(7), data(2, false)] {
            assert_eq!(say(&mut pair, &notification), [Event::Notification]);
            assert_eq!(pair.client.notification(), Ok(notification));
            let sent = pair.last_from_meter();
            match wanted {
                None => assert!([0x0f, 0xc2].contains(&sent[8])),
                Some(wanted) => {
                    let apdu = CipheredApdu::from_bytes(&sent[8..]).unwrap();
                    assert_eq!(apdu.security_control.protection(), wanted.protection);
                    assert_eq!(apdu.form.is_dedicated(), wanted.form.is_dedicated());
                }
            }
        }
        // Nothing of it is left in the way.
        pair.client.get(ENERGY.value()).unwrap();
        pair.complete();
        assert_eq!(pair.client.value::<u32>().unwrap(), 123_456);
        assert_eq!(pair.client.notification(), Err(ClientError::Misuse(Misuse::NoResult)));
    }
}

#[test]
fn in_the_middle_of_a_block_transfer_nothing_of_it_is_lost() {
    for form in FORMS {
        let mut pair = Pair::associated(manager(Protection::AUTHENTICATED_ENCRYPTED, form));
        pair.client.get(PROFILE.buffer()).unwrap();
        let (mut told, mut said) = (Vec::new(), 0);
        let outcome = loop {
            // The meter speaks after each of its blocks, and before the next request is heard.
            let blocks = pair.said.iter().filter(|said| matches!(said, Said::Meter(_))).count();
            if blocks > said && said < 12 {
                let id = said as u32;
                pair.notify(&if id.is_multiple_of(2) { data(id, id.is_multiple_of(4)) } else { event(id) })
                    .unwrap();
                said = blocks + 1;
            }
            match pair.step() {
                Some(Event::Notification) => told.push(format!("{:?}", pair.client.notification().unwrap())),
                Some(event) => break event,
                None => {}
            }
        };
        assert_eq!(outcome, Event::Completed);
        assert!(told.len() >= 3, "{told:?}");
        let value = pair.client.value_bytes().unwrap();
        let rows: Vec<u8> = (0..500).flat_map(|number| [vec![2, 2], row(number)].concat()).collect();
        assert_eq!(value[4..], rows);
        assert!(pair.audit.iter().any(|e| matches!(e, server::Event::Confirmed(..))));
    }
}

#[test]
fn a_long_value_that_is_written_goes_on_when_a_notification_is_confirmed_in_between() {
    let mut pair = Pair::associated(secure());
    let long = vec![0x5a; 5_000];
    pair.client.set_any(crate::meter::NOTE.value().descriptor(), None, &Data::OctetString(&long)).unwrap();
    let (mut said, mut told, mut sent) = (0, 0, 0);
    let outcome = loop {
        let heard = pair.said.iter().filter(|said| matches!(said, Said::Meter(_))).count();
        if heard > said && sent < 4 {
            pair.notify(&data(sent, true)).unwrap();
            said = heard + 1;
            sent += 1;
        }
        match pair.step() {
            Some(Event::Notification) => told += 1,
            Some(event) => break event,
            None => {}
        }
    };
    assert_eq!((outcome, told), (Event::Completed, 4));
    let confirmed = pair.audit.iter().filter(|e| matches!(e, server::Event::Confirmed(..))).count();
    assert_eq!(confirmed, 4);
    pair.client.get_any(crate::meter::NOTE.value().descriptor(), None).unwrap();
    pair.complete();
    assert_eq!(Data::from_bytes(pair.client.value_bytes().unwrap()), Ok(Data::OctetString(&long)));
}

#[test]
fn a_confirmed_notification_is_confirmed_as_the_association_is_protected() {
    for config in [public(), secure()] {
        let (peer, ciphered) = (saps(&config), config.ciphering.is_some());
        let mut pair = Pair::associated(config);
        assert_eq!(say(&mut pair, &data(5, true)), [Event::Notification]);
        let confirm = pair.last_from_client();
        assert_eq!(confirm[8], if ciphered { 0xdb } else { 0x10 });
        let confirmed = server::Event::Confirmed(peer, LongInvokeIdAndPriority::confirmed(5));
        assert_eq!(pair.audit.last(), Some(&confirmed));
        // Once more the same octets: a ciphered one is a replay.
        pair.meter_hears(&confirm);
        let last = pair.audit.last().unwrap();
        match ciphered {
            true => assert!(matches!(last, server::Event::Insecure(_, SecurityError::Replayed { .. }))),
            false => assert_eq!(last, &confirmed),
        }
    }
}

#[test]
fn replayed_and_forged_notifications_are_refused_and_the_request_goes_on() {
    for form in [ServiceCiphering::Global, ServiceCiphering::Dedicated] {
        let mut pair = Pair::associated(manager(Protection::AUTHENTICATED_ENCRYPTED, form));
        assert_eq!(say(&mut pair, &event(1)), [Event::Notification]);
        let recorded_event = pair.last_from_meter();
        assert_eq!(say(&mut pair, &data(1, false)), [Event::Notification]);
        let recorded_data = pair.last_from_meter();
        let mut forged = recorded_event.clone();
        let counter = if forged[10] == 0x30 { 14 } else { 13 };
        forged[counter] = forged[counter].wrapping_add(100);
        let mut plain = vec![0, 1, 0, 1, 0, 1, 0, 8];
        plain.extend([0x0f, 0, 0, 0, 9, 0, 0x11, 7]);
        for bad in [recorded_event, recorded_data, forged, plain] {
            pair.client_hears(&bad);
            assert!(
                matches!(pair.quiet()[..], [Event::NotificationRefused(ClientError::Security(_))]),
                "idle"
            );
            pair.client.get(ENERGY.value()).unwrap();
            pair.client_hears(&bad);
            assert!(matches!(pair.run(), Event::NotificationRefused(ClientError::Security(_))), "asking");
            pair.complete();
            assert_eq!(pair.client.value::<u32>().unwrap(), 123_456);
        }
        // What is real is still taken.
        assert_eq!(say(&mut pair, &event(2)), [Event::Notification]);
    }
}

#[test]
fn no_counter_value_is_sealed_twice() {
    let mut pair = Pair::associated(secure());
    for id in 0..20 {
        say(&mut pair, &if id % 2 == 0 { data(id, true) } else { event(id) });
        pair.client.get(ENERGY.value()).unwrap();
        pair.complete();
    }
    let mut seen = std::collections::HashSet::new();
    let mut ciphered = 0;
    for said in &pair.said {
        let (who, bytes) = match said {
            Said::Client(bytes) => (0, bytes),
            Said::Meter(bytes) => (1, bytes),
        };
        if let Ok(apdu) = CipheredApdu::from_bytes(&bytes[8..]) {
            assert!(seen.insert((who, apdu.invocation_counter)), "{:02X?}", bytes);
            ciphered += 1;
        }
    }
    assert!(ciphered >= 70, "{ciphered}");
}

#[test]
fn what_cannot_be_sent_is_refused_and_says_why() {
    let mut pair = Pair::new(public());
    assert_eq!(pair.notify(&event(1)), Err(NotifyError::NotAssociated));
    let without = Conformance::EVENT_NOTIFICATION.union(Conformance::DATA_NOTIFICATION);
    let config = ClientConfig { conformance: ClientConfig::CONFORMANCE.without(without), ..public() };
    let mut pair = Pair::associated(config);
    assert_eq!(pair.notify(&event(1)), Err(NotifyError::NotNegotiated(Conformance::EVENT_NOTIFICATION)));
    assert_eq!(pair.notify(&data(1, false)), Err(NotifyError::NotNegotiated(Conformance::DATA_NOTIFICATION)));
    let config = ClientConfig { max_receive_pdu_size: 100, ..secure() };
    let mut pair = Pair::associated(config);
    let long_invoke_id = LongInvokeIdAndPriority::unconfirmed(1);
    let longer = [7; 80];
    let body = Data::OctetString(&longer);
    let notification = Notification::Data(DataNotification { long_invoke_id, date_time: None, body });
    assert!(matches!(pair.notify(&notification), Err(NotifyError::TooLong { max: 100, .. })));
}

#[test]
fn a_client_by_short_names_is_sent_reports() {
    let mut pair = Pair::associated(crate::wire::by_short_names(secure()));
    let variables = [VariableAccessSpecification::VariableName(0xfa08)];
    let values = [Data::Unsigned(5)];
    let report = InformationReportRequest {
        current_time: None,
        variables: List::of(&variables),
        values: List::of(&values),
    };
    assert_eq!(say(&mut pair, &Notification::Report(report)), [Event::Notification]);
    let Ok(Notification::Report(heard)) = pair.client.notification() else { panic!() };
    assert!(heard.values.iter().eq(values));
    assert_eq!(pair.last_from_meter()[8], 0x38, "glo-information-report-request");
    assert_eq!(pair.notify(&event(1)), Err(NotifyError::NotNegotiated(Conformance::EVENT_NOTIFICATION)));
}

#[test]
fn a_policy_that_demands_more_than_the_client_gives_is_kept() {
    // Requests need no protection here, responses do.
    let mut pair = Pair::with(secure(), vec![meter(1, 0, Protection::AUTHENTICATED_ENCRYPTED)]);
    pair.associate().unwrap();
    assert_eq!(say(&mut pair, &event(1)), [Event::Notification]);
    assert_eq!(pair.last_from_meter()[8], 0xca);
    pair.client.invoke_method(BELL.ring(), &dlms_core::data::Octets(b"a")).unwrap();
    pair.complete();
    assert_eq!(rings(&mut pair.meters[0]), 1);
    assert!(matches!(pair.connection.poll_output(pair.now), Output::Wait(_)));
}
