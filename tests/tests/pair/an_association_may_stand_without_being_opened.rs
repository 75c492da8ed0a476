use dlms::Authentication;
use dlms::client::{ClientConfig, ClientError, Event, Misuse, PreEstablished, Refusal};
use dlms::server::{self, AssociationConfig};
use dlms_core::acse::MechanismName;
use dlms_core::apdu::Conformance;
use dlms_core::data::Data;
use dlms_security::{Protection, ServiceCiphering};

use crate::meter::{CLIENT_TITLE, ENERGY, Meter, NOTE, meter};
use crate::wire::{Pair, manager};

const STANDING: u16 = 102;
const AGREED: PreEstablished =
    PreEstablished { conformance: AssociationConfig::CONFORMANCE, server_max_receive_pdu_size: 256 };

fn offered(protection: Protection) -> AssociationConfig {
    let agreed = server::PreEstablished {
        ciphered_context: protection != Protection::NONE,
        client_title: Some(CLIENT_TITLE),
        client_max_receive_pdu_size: 256,
    };
    let config = AssociationConfig::pre_established(STANDING, agreed);
    if protection == Protection::NONE { config } else { config.protected(protection) }
}

fn with_standing(protection: Protection) -> Vec<Meter> {
    let mut meter = meter(1, 0, Protection::NONE);
    meter.offer(offered(protection)).unwrap();
    vec![meter]
}

fn client(protection: Protection, form: ServiceCiphering) -> ClientConfig {
    let mut config = ClientConfig { pre_established: Some(AGREED), ..manager(protection, form) };
    config.saps.client = STANDING;
    config.authentication = Authentication::None;
    if protection == Protection::NONE {
        config.ciphering = None;
    }
    config
}

#[test]
fn nothing_goes_over_the_line_before_the_first_request() {
    for (protection, form) in [
        (Protection::NONE, ServiceCiphering::Global),
        (Protection::AUTHENTICATED_ENCRYPTED, ServiceCiphering::Global),
        (Protection::AUTHENTICATED_ENCRYPTED, ServiceCiphering::GeneralGlobal),
        (Protection::AUTHENTICATED, ServiceCiphering::GeneralGlobal),
    ] {
        let mut config = client(protection, form);
        if let Some(ciphering) = &mut config.ciphering {
            ciphering.server_title = Some(crate::meter::METER_TITLE);
        }
        let mut pair = Pair::with(config, with_standing(protection));
        pair.associate().unwrap();
        assert!(pair.said.is_empty(), "{protection:?}");
        assert_eq!(pair.client.negotiated().unwrap().conformance, AGREED.conformance);
        pair.client.get(ENERGY.value()).unwrap();
        pair.complete();
        assert_eq!(pair.client.value::<u32>().unwrap(), 123_456, "{protection:?} {form:?}");
        assert_eq!(pair.client.statistics().round_trips, 1);
        // The rights are those of the client, whoever it is.
        pair.client.set(NOTE.value(), &Data::OctetString(&[7; 600])).unwrap();
        assert!(matches!(pair.failure(), ClientError::Refused(Refusal::DataAccess(_))));
        pair.client.release().unwrap();
        assert_eq!(pair.run(), Event::Released);
        // The client knows when it is over; the meter does not need to.
        pair.associate().unwrap();
        pair.client.get(ENERGY.value()).unwrap();
        pair.complete();
    }
}

#[test]
fn it_stands_only_as_protected_as_demanded_and_for_its_client() {
    let mut pair = Pair::with(
        client(Protection::NONE, ServiceCiphering::Global),
        with_standing(Protection::AUTHENTICATED_ENCRYPTED),
    );
    pair.associate().unwrap();
    pair.client.get(ENERGY.value()).unwrap();
    assert!(matches!(pair.failure(), ClientError::Refused(Refusal::Exception(_))));
    let mut other = client(Protection::NONE, ServiceCiphering::Global);
    other.saps.client = 103;
    let mut pair = Pair::with(other, with_standing(Protection::NONE));
    pair.associate().unwrap();
    pair.client.get(ENERGY.value()).unwrap();
    assert!(matches!(pair.failure(), ClientError::Refused(Refusal::Exception(_))));
    assert!(pair.audit.is_empty(), "{:?}", pair.audit);
}

#[test]
fn it_cannot_be_opened_and_a_release_leaves_it_as_it_is() {
    let mut config = client(Protection::NONE, ServiceCiphering::Global);
    config.pre_established = None;
    let mut pair = Pair::with(config, with_standing(Protection::NONE));
    assert!(matches!(pair.associate(), Err(ClientError::Refused(Refusal::Association { .. }))));
    // Without an AARQ, as the client it stands for.
    assert_eq!(pair.ask("C0 01 C1 00 03 01 00 01 08 00 FF 02 00"), "C401C100060001E240");
    assert_eq!(pair.ask("62 03 80 01 00"), "6303800100");
    assert_eq!(pair.ask("C0 01 C1 00 03 01 00 01 08 00 FF 02 00"), "C401C100060001E240");
}

#[test]
fn what_only_an_aarq_can_say_is_refused() {
    let mut hls = client(Protection::AUTHENTICATED_ENCRYPTED, ServiceCiphering::Global);
    hls.authentication = Authentication::Hls(MechanismName::HlsGmac);
    let dedicated = client(Protection::AUTHENTICATED_ENCRYPTED, ServiceCiphering::Dedicated);
    for config in [hls, dedicated] {
        let mut pair = Pair::with(config, with_standing(Protection::NONE));
        let refused = pair.client.associate().unwrap_err();
        assert!(matches!(refused, ClientError::Misuse(Misuse::Incomplete(_))), "{refused}");
    }
    let mut little = client(Protection::NONE, ServiceCiphering::Global);
    little.pre_established = Some(PreEstablished { conformance: Conformance::GET, ..AGREED });
    let mut pair = Pair::with(little, with_standing(Protection::NONE));
    pair.associate().unwrap();
    let refused = pair.client.set(NOTE.value(), &Data::Unsigned(1)).unwrap_err();
    assert!(matches!(refused, ClientError::Misuse(Misuse::NotNegotiated(_))), "{refused}");
}
