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
