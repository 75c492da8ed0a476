use dlms::client::{ClientError, Event, Refusal};
use dlms::server;
use dlms_core::acse::{AcseDiagnostic, AssociationResult, UserDiagnostic};
use dlms_core::link::Saps;
use dlms_security::{Protection, ServiceCiphering};

use crate::meter::{ENERGY, meter};
use crate::wire::{Pair, manager, public, reader, secure};

const PROTECTIONS: [Protection; 4] =
    [Protection::NONE, Protection::AUTHENTICATED, Protection::ENCRYPTED, Protection::AUTHENTICATED_ENCRYPTED];
const FORMS: [ServiceCiphering; 4] = [
    ServiceCiphering::Global,
    ServiceCiphering::Dedicated,
    ServiceCiphering::GeneralGlobal,
    ServiceCiphering::GeneralDedicated,
];

#[test]
fn every_client_in_every_form_reads_the_same_energy_and_leaves() {
    let mut configs = vec![public(), reader()];
    for protection in PROTECTIONS {
        configs.extend(FORMS.map(|form| manager(protection, form)));
    }
    for config in configs {
        let said = format!("{config:?}");
        let mut pair = Pair::new(config);
        pair.associate().unwrap_or_else(|e| panic!("{e} {said} {:?}", pair.audit));
        pair.client.get(ENERGY.value()).unwrap();
        pair.complete();
        assert_eq!(pair.client.value::<u32>().unwrap(), 123_456, "{said}");
        pair.client.release().unwrap();
        assert_eq!(pair.run(), Event::Released, "{said}");
        let peer = pair.client.config().saps;
        assert_eq!(pair.audit.first(), Some(&server::Event::Associated(peer)));
        assert_eq!(pair.audit.last(), Some(&server::Event::Released(peer)), "{said}");
        // And once more on the same connection.
        pair.associate().unwrap();
    }
}

#[test]
fn the_plain_association_reads_as_in_the_book() {
    let mut pair = Pair::new(public());
    assert_eq!(
        pair.ask(
            "60 1D A1 09 06 07 60 85 74 05 08 01 01 BE 10 04 0E 01 00 00 00 06 5F 1F 04 00 00 7E 1F 04 B0"
        ),
        "6129A109060760857405080101A203020100A305A103020100BE10040E0800065F1F0400005E1F04000007"
    );
    assert_eq!(pair.ask("C0 01 C1 00 03 01 00 01 08 00 FF 02 00"), "C401C100060001E240");
    assert_eq!(pair.ask("62 03 80 01 00"), "6303800100");
    assert_eq!(pair.ask("C0 01 C1 00 03 01 00 01 08 00 FF 02 00"), "D80102");
}

#[test]
fn a_wrong_password_is_an_authentication_failure() {
    let mut config = reader();
    config.authentication = dlms::Authentication::Lls(dlms::Secret::new(b"00000001").unwrap());
    let mut pair = Pair::new(config);
    assert_eq!(
        pair.associate(),
        Err(ClientError::Refused(Refusal::Association {
            result: AssociationResult::RejectedPermanent,
            diagnostic: AcseDiagnostic::User(UserDiagnostic::AuthenticationFailure),
            service_error: None,
        }))
    );
    let peer = Saps { client: 32, server: 1 };
    let diagnostic = AcseDiagnostic::User(UserDiagnostic::AuthenticationFailure);
    assert_eq!(pair.audit, [server::Event::Rejected(peer, diagnostic)]);
}

#[test]
fn a_policy_is_not_met_by_less() {
    for weaker in [Protection::NONE, Protection::AUTHENTICATED, Protection::ENCRYPTED] {
        let meters = vec![meter(1, 0, Protection::AUTHENTICATED_ENCRYPTED)];
        let mut pair = Pair::with(manager(weaker, ServiceCiphering::Global), meters);
        let error = pair.associate().unwrap_err();
        assert!(matches!(error, ClientError::Refused(Refusal::Association { .. })), "{error}");
    }
    let mut pair = Pair::with(secure(), vec![meter(1, 0, Protection::AUTHENTICATED_ENCRYPTED)]);
    pair.associate().unwrap();
}

const AARQ: &str =
    "60 1D A1 09 06 07 60 85 74 05 08 01 01 BE 10 04 0E 01 00 00 00 06 5F 1F 04 00 00 7E 1F 04 B0";
const ENERGY_PLEASE: &str = "C0 01 C1 00 03 01 00 01 08 00 FF 02 00";
const NOT_ASSOCIATED: &str = "D80102";

#[test]
fn a_second_opening_releases_first() {
    let mut pair = Pair::new(public());
    let peer = pair.client.config().saps;
    let first = pair.ask(AARQ);
    assert_eq!(pair.ask(AARQ), first);
    let associated = server::Event::Associated(peer);
    assert_eq!(pair.audit, [associated, server::Event::Released(peer), associated]);
    // What was on its way in the first is over.
    assert!(pair.ask("C0 01 C1 0007 0100630100FF 02 00").starts_with("C402C10000000001"));
    assert_eq!(pair.ask(AARQ), first);
    assert_eq!(pair.ask("C0 02 C1 00000001"), "C402C101000000010110");
    assert_eq!(pair.ask(ENERGY_PLEASE), "C401C100060001E240");
}

#[test]
fn a_second_opening_that_is_refused_leaves_no_association() {
    let mut pair = Pair::new(public());
    pair.ask(AARQ);
    // Another context than there is: application-context-name-not-supported.
    let other = AARQ.replace("08 01 01", "08 01 07");
    assert!(pair.ask(&other).contains("A203020101A305A103020102"), "{:?}", pair.said.last());
    assert_eq!(pair.ask(ENERGY_PLEASE), NOT_ASSOCIATED);
    assert_eq!(pair.ask(AARQ).len(), 2 * (2 + 0x29));
}

#[test]
fn a_second_opening_while_the_first_is_not_proved_begins_anew() {
    let mut pair = Pair::new(secure());
    let mut kept = Vec::new();
    // The third pass gets lost; the client tries once more from the beginning.
    pair.tamper = Box::new(move |said| match said {
        crate::wire::Said::Client(octets) if octets[8] != 0x60 && kept.is_empty() => {
            kept = octets.clone();
            Vec::new()
        }
        crate::wire::Said::Client(octets) | crate::wire::Said::Meter(octets) => octets.clone(),
    });
    assert!(matches!(pair.associate(), Err(ClientError::Timeout(_))));
    let third = pair.last_from_client();
    pair.associate().unwrap();
    // The proof of the first is worth nothing now.
    pair.meter_hears(&third);
    assert!(pair.quiet().iter().all(|event| !matches!(event, Event::Associated)));
    assert!(pair.audit.iter().any(|event| matches!(event, server::Event::Insecure(..))), "{:?}", pair.audit);
    pair.client.get(ENERGY.value()).unwrap();
    pair.complete();
}

#[test]
fn a_release_is_answered_in_every_state() {
    const RLRQ: &str = "62 03 80 01 00";
    let mut pair = Pair::new(public());
    let peer = pair.client.config().saps;
    assert_eq!(pair.ask(RLRQ), "6303800100");
    assert_eq!(pair.ask("62 00"), "6303800100");
    assert!(pair.audit.is_empty());
    pair.ask(AARQ);
    assert_eq!(pair.ask("62 00"), "6303800100");
    assert_eq!(pair.audit, [server::Event::Associated(peer), server::Event::Released(peer)]);
    assert_eq!(pair.ask(RLRQ), "6303800100");
    assert_eq!(pair.ask(ENERGY_PLEASE), NOT_ASSOCIATED);
    // In the middle of a long answer.
    pair.ask(AARQ);
    assert!(pair.ask("C0 01 C1 0007 0100630100FF 02 00").starts_with("C402C10000000001"));
    assert_eq!(pair.ask(RLRQ), "6303800100");
    assert_eq!(pair.ask("C0 02 C1 00000001"), NOT_ASSOCIATED);
    // Accepted, and not proved yet: that was no association, so none is told to end.
    let mut pair = Pair::new(manager(Protection::NONE, ServiceCiphering::Global));
    pair.tamper = Box::new(|said| match said {
        crate::wire::Said::Client(octets) if octets[8] != 0x60 => Vec::new(),
        crate::wire::Said::Client(octets) | crate::wire::Said::Meter(octets) => octets.clone(),
    });
    assert!(pair.associate().is_err());
    assert_eq!(pair.ask(RLRQ), "6303800100");
    assert_eq!(pair.audit, []);
    assert_eq!(pair.ask(ENERGY_PLEASE), NOT_ASSOCIATED);
}

#[test]
fn a_client_that_only_closes_has_left() {
    let mut pair = Pair::new(dlms::client::ClientConfig { release_request: false, ..public() });
    pair.associate().unwrap();
    let said = pair.said.len();
    pair.client.release().unwrap();
    assert_eq!(pair.run(), Event::Released);
    assert_eq!(pair.said.len(), said, "nothing goes over the line");
    // The driver drops the connection.
    pair.connection.handle_closed(&mut pair.meters);
    pair.quiet();
    pair.now = dlms_core::time::Instant(pair.now.0 + 1);
    let mut events = Vec::new();
    while let dlms::Output::Event(event) = pair.connection.poll_output(pair.now) {
        events.push(event);
    }
    let peer = pair.client.config().saps;
    assert_eq!(events, [server::Event::Released(peer), server::Event::Closed]);
}
