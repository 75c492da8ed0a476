//! general-ciphering and general-signing between client and meter, and who tries to get past them.

use dlms::Authentication;
use dlms::client::{Ciphering, ClientConfig, ClientError, Refusal};
use dlms::server::{self, AssociationConfig, DeviceConfig};
use dlms_core::acse::MechanismName;
use dlms_core::crypto::{CryptoProvider, KeyKind, SecuritySuite};
use dlms_core::data::{Data, Octets};
use dlms_security::{
    CounterId, GeneralProtection, KeySource, Protection, PublicKey, ReplayMemory, SecurityError,
    SecurityPolicy, ServiceCiphering, SigningOrder,
};

use crate::meter::{
    BELL, CLIENT_TITLE, ENERGY, MANAGER, METER_TITLE, Meter, NOTE, PROFILE, key, made_as, provider, rings,
};
use crate::wire::{Pair, Said};

const BOTH: Protection = Protection::AUTHENTICATED_ENCRYPTED;
const GENERAL: ServiceCiphering = ServiceCiphering::GeneralCiphering;
const SUITE: SecuritySuite = SecuritySuite::Suite1;
const UNICAST: CounterId = CounterId { setup: 0, broadcast: false };

fn from_client(said: &Said) -> Option<Vec<u8>> {
    match said {
        Said::Client(bytes) => Some(bytes.clone()),
        Said::Meter(_) => None,
    }
}

/// The public keys of an end, of which this is the private octet: for signatures, for agreement.
fn public_keys(suite: SecuritySuite, private: u8) -> [Option<PublicKey>; 2] {
    [private, private + 1].map(|private| {
        let mut crypto = provider(9);
        let octets = [private; 48];
        crypto.set_key(key(KeyKind::Signing), octets.get(..suite.coordinate_len())?).ok()?;
        let mut out = [0; 96];
        let len = crypto.public_key(suite, key(KeyKind::Signing), &mut out).unwrap();
        PublicKey::from_slice(&out[..len])
    })
}

fn config(
    suite: SecuritySuite,
    form: ServiceCiphering,
    protection: Protection,
    how: GeneralProtection,
) -> ClientConfig {
    let [signing, agreement] = public_keys(suite, 0x22);
    ClientConfig {
        authentication: Authentication::Hls(MechanismName::HlsGmac),
        ciphering: Some(Ciphering {
            suite,
            form,
            protection,
            server_title: Some(METER_TITLE),
            server_signing_key: signing,
            general_protection: GeneralProtection { peer_agreement_key: agreement, ..how },
            ..Ciphering::new(CLIENT_TITLE)
        }),
        ..ClientConfig::new(MANAGER, 1)
    }
}

fn meter(suite: SecuritySuite, policy: SecurityPolicy, how: GeneralProtection) -> Meter {
    let [signing, agreement] = public_keys(suite, 0x11);
    let mut association = AssociationConfig::new(MANAGER, Authentication::Hls(MechanismName::HlsGmac));
    association.policy = policy;
    association.client_signing_key = signing;
    association.general_protection = GeneralProtection { peer_agreement_key: agreement, ..how };
    let device = DeviceConfig { suite, ..DeviceConfig::new(b"MTR0000000000001", METER_TITLE) };
    let mut meter = made_as(device, 100, [association]);
    give_keys(&mut meter.crypto, suite, 0x22);
    meter
}

fn give_keys(crypto: &mut crate::meter::Provider, suite: SecuritySuite, private: u8) {
    for (kind, first) in [
        (KeyKind::GlobalUnicastEncryption, 0x00),
        (KeyKind::Authentication, 0xd0),
        (KeyKind::KeyEncryption, 0x30),
    ] {
        crypto.set_key(key(kind), &vec![first; suite.key_len()]).unwrap();
    }
    if suite != SecuritySuite::Suite0 {
        let len = suite.coordinate_len();
        crypto.set_key(key(KeyKind::Signing), &vec![private; len]).unwrap();
        crypto.set_key(key(KeyKind::Agreement), &vec![private + 1; len]).unwrap();
    }
}

fn pair_with(config: ClientConfig, meter: Meter) -> Pair {
    let suite = config.ciphering.unwrap().suite;
    let mut pair = Pair::with(config, vec![meter]);
    give_keys(pair.client.crypto_mut(), suite, 0x11);
    pair
}

fn pair(
    suite: SecuritySuite,
    form: ServiceCiphering,
    protection: Protection,
    how: GeneralProtection,
) -> Pair {
    let policy = SecurityPolicy::both(protection);
    pair_with(config(suite, form, protection, how), meter(suite, policy, how))
}

fn associated(form: ServiceCiphering, protection: Protection, how: GeneralProtection) -> Pair {
    let mut pair = pair(SUITE, form, protection, how);
    pair.associate().unwrap();
    pair
}

fn from(source: KeySource) -> GeneralProtection {
    GeneralProtection { key: source, ..GeneralProtection::DEFAULT }
}

/// Reads, writes and invokes, short and in blocks, and releases.
fn do_everything(pair: &mut Pair) {
    pair.client.get(ENERGY.value()).unwrap();
    pair.complete();
    assert_eq!(pair.client.value::<u32>().unwrap(), 123_456);
    pair.client.get(PROFILE.buffer()).unwrap();
    pair.complete();
    let long = vec![0x55; 3_000];
    pair.client.set_any(NOTE.value().descriptor(), None, &Data::OctetString(&long)).unwrap();
    pair.complete();
    pair.client.get_any(NOTE.value().descriptor(), None).unwrap();
    pair.complete();
    assert_eq!(pair.client.value_bytes().unwrap().len(), 3_004);
    pair.client.invoke_method(BELL.ring(), &Octets(b"a")).unwrap();
    pair.complete();
    assert_eq!(rings(&mut pair.meters[0]), 1);
    pair.client.release().unwrap();
    assert_eq!(pair.run(), dlms::client::Event::Released);
}

#[test]
fn everything_is_done_under_every_key_in_every_suite() {
    for suite in [SecuritySuite::Suite0, SecuritySuite::Suite1, SecuritySuite::Suite2] {
        for source in [KeySource::Identified, KeySource::Wrapped, KeySource::OnePass, KeySource::Static] {
            if suite == SecuritySuite::Suite0 && matches!(source, KeySource::OnePass | KeySource::Static) {
                continue;
            }
            let mut pair = pair(suite, GENERAL, BOTH, from(source));
            pair.associate().unwrap_or_else(|error| panic!("{suite:?} {source:?}: {error}"));
            do_everything(&mut pair);
            for end in [pair.client.crypto_mut(), &mut pair.meters[0].crypto] {
                assert!(!end.has_key(key(KeyKind::Session(0))), "keys of sessions end with the association");
                assert!(!end.has_key(key(KeyKind::Ephemeral(0))));
            }
        }
    }
}

#[test]
fn everything_is_done_signed_outside_and_inside() {
    for order in [SigningOrder::Outside, SigningOrder::Inside] {
        for form in
            [ServiceCiphering::Global, ServiceCiphering::GeneralGlobal, ServiceCiphering::Dedicated, GENERAL]
        {
            let how = GeneralProtection { order, ..from(KeySource::Wrapped) };
            let mut pair = associated(form, BOTH.signed(), how);
            do_everything(&mut pair);
        }
    }
    let mut only_signed =
        associated(ServiceCiphering::Global, Protection::NONE.signed(), from(KeySource::Identified));
    do_everything(&mut only_signed);
}

#[test]
fn every_suite_speaks_every_form() {
    for suite in [SecuritySuite::Suite1, SecuritySuite::Suite2] {
        for form in [
            ServiceCiphering::Global,
            ServiceCiphering::Dedicated,
            ServiceCiphering::GeneralGlobal,
            ServiceCiphering::GeneralDedicated,
        ] {
            for protection in [Protection::AUTHENTICATED, Protection::ENCRYPTED, BOTH] {
                let mut pair = pair(suite, form, protection, from(KeySource::Identified));
                pair.associate().unwrap();
                do_everything(&mut pair);
            }
        }
    }
}

/// Answers are upgraded to what the policy demands of them.
#[test]
fn an_answer_is_signed_where_the_policy_demands_it_whatever_the_request_was() {
    let policy = SecurityPolicy { request: BOTH, response: BOTH.signed() };
    let how = from(KeySource::Identified);
    let mut pair = pair_with(config(SUITE, ServiceCiphering::Global, BOTH, how), meter(SUITE, policy, how));
    pair.associate().unwrap();
    pair.client.get(ENERGY.value()).unwrap();
    pair.complete();
    assert_eq!((pair.last_from_client()[8], pair.last_from_meter()[8]), (0xc8, 0xdf));
    assert_eq!(policy.to_v1(), 0xec);
}

#[test]
fn what_is_not_signed_is_refused_where_the_policy_demands_it() {
    let policy = SecurityPolicy { request: BOTH.signed(), response: BOTH };
    let how = from(KeySource::Identified);
    let unsigned = config(SUITE, ServiceCiphering::Global, BOTH, how);
    let mut pair = pair_with(unsigned, meter(SUITE, policy, how));
    assert!(matches!(pair.associate(), Err(ClientError::Refused(Refusal::Association { .. }))));
    let mut pair =
        pair_with(config(SUITE, ServiceCiphering::Global, BOTH.signed(), how), meter(SUITE, policy, how));
    pair.associate().unwrap();
}

#[test]
fn a_request_that_was_recorded_is_refused_in_the_next_association() {
    for (source, protection, form) in [
        (KeySource::Identified, BOTH, GENERAL),
        (KeySource::Wrapped, BOTH, GENERAL),
        (KeySource::OnePass, BOTH, GENERAL),
        (KeySource::Static, BOTH, GENERAL),
        (KeySource::Identified, BOTH.signed(), ServiceCiphering::Global),
        (KeySource::Identified, BOTH, ServiceCiphering::Global),
        (KeySource::Identified, BOTH, ServiceCiphering::Dedicated),
        (KeySource::Identified, Protection::NONE.signed(), ServiceCiphering::Global),
    ] {
        let how = from(source);
        let mut first = associated(form, protection, how);
        first.client.invoke_method(BELL.ring(), &Octets(b"a")).unwrap();
        first.complete();
        let recorded: Vec<_> = first.said.iter().filter_map(from_client).collect();

        // The connection is another one; the meter is the same, or was switched off in between and kept what it has to.
        for restarted in [false, true] {
            let mut meter = first.meters.pop().unwrap();
            if restarted {
                let kept = meter.replay.clone();
                meter = self::meter(SUITE, SecurityPolicy::both(protection), how);
                for (title, key, last) in kept.iter() {
                    meter.replay.restore(title, key, last).unwrap();
                }
                for (title, transaction) in kept.transactions() {
                    meter.replay.accept_transaction(title, transaction).unwrap();
                }
            }
            let rung = rings(&mut meter);
            let mut again = pair_with(config(SUITE, form, protection, how), meter);
            // Other challenges, another dedicated key: another moment.
            again.client.crypto_mut().random(&mut [0; 40]).unwrap();
            again.client.counters_mut().raise(UNICAST, 1_000 * (1 + u32::from(restarted))).unwrap();
            again.associate().unwrap();
            for message in &recorded[1..] {
                again.meter_hears(message);
            }
            assert_eq!(rings(&mut again.meters[0]), rung, "{source:?} {protection:?} {form:?}");
            assert!(again.audit.iter().any(|event| matches!(event, server::Event::Insecure(..))));
            first.meters = again.meters;
        }
    }
}

#[test]
fn no_bit_of_a_general_request_can_be_changed() {
    for (source, protection) in
        [(KeySource::Identified, BOTH), (KeySource::Wrapped, BOTH), (KeySource::Identified, BOTH.signed())]
    {
        let mut pair = associated(GENERAL, protection, from(source));
        pair.client.invoke_method(BELL.ring(), &Octets(b"a")).unwrap();
        let mut rung = Vec::new();
        if let dlms::Output::Transmit(bytes) = pair.client.poll_output(pair.now) {
            rung = bytes.to_vec();
        }
        // A signature takes long to check: of a signed one, each octet once.
        let step = if protection.signed { 8 } else { 1 };
        for bit in (8 * 8..rung.len() * 8).step_by(step) {
            let mut changed = rung.clone();
            changed[bit / 8] ^= 0x80 >> (bit / step % 8);
            pair.meter_hears(&changed);
            assert_eq!(rings(&mut pair.meters[0]), 0, "{source:?}: bit {bit}");
        }
        // Nobody was shut out by all that.
        pair.meter_hears(&rung);
        assert_eq!(rings(&mut pair.meters[0]), 1);
    }
}

#[test]
fn a_forged_counter_shuts_nobody_out_and_a_short_tag_opens_nothing() {
    for form in [ServiceCiphering::Global, GENERAL] {
        let mut pair = associated(form, BOTH, from(KeySource::Identified));
        pair.client.invoke_method(BELL.ring(), &Octets(b"a")).unwrap();
        let rung = match pair.client.poll_output(pair.now) {
            dlms::Output::Transmit(bytes) => bytes.to_vec(),
            other => panic!("{other:?}"),
        };
        // Security control and counter stand before the 12 octets of the tag and what is ciphered.
        let control = rung.iter().rposition(|octet| *octet == 0x31).unwrap();
        for counter in [u32::MAX, u32::MAX - 1, 1_000_000] {
            let mut forged = rung.clone();
            forged[control + 1..control + 5].copy_from_slice(&counter.to_be_bytes());
            pair.meter_hears(&forged);
        }
        // A tag of 8 octets, lengths made to fit.
        let mut short = rung[..rung.len() - 4].to_vec();
        short[7] -= 4;
        short[control - 1] -= 4;
        pair.meter_hears(&short);
        assert_eq!(rings(&mut pair.meters[0]), 0);
        pair.meter_hears(&rung);
        assert_eq!(rings(&mut pair.meters[0]), 1, "{form:?}");
    }
}

#[test]
fn a_request_sent_back_is_no_answer() {
    for (form, protection) in
        [(ServiceCiphering::GeneralGlobal, BOTH), (GENERAL, BOTH), (GENERAL, BOTH.signed())]
    {
        let mut pair = associated(form, protection, from(KeySource::Identified));
        let mut request = Vec::new();
        pair.tamper = Box::new(move |said| match said {
            Said::Client(bytes) => {
                request = bytes.clone();
                bytes.clone()
            }
            // To the client's SAP, with what the client said.
            Said::Meter(bytes) => {
                let header = [&bytes[..6], &request[6..8]].concat();
                [&header, &request[8..]].concat()
            }
        });
        pair.client.get(ENERGY.value()).unwrap();
        // It is told and passed over; the answer never comes.
        let foreign = ClientError::from(SecurityError::ForeignTitle);
        assert_eq!(pair.run(), dlms::client::Event::NotificationRefused(foreign), "{form:?}");
        assert_eq!(pair.failure(), foreign);
    }
}

#[test]
fn a_counter_at_its_end_sends_nothing_more() {
    let mut pair = associated(GENERAL, BOTH, from(KeySource::Identified));
    pair.client.counters_mut().raise(UNICAST, u32::MAX).unwrap();
    let said = pair.said.len();
    pair.client.get(ENERGY.value()).unwrap();
    let error = pair.failure();
    assert!(matches!(error, ClientError::Security(SecurityError::Counter(_))), "{error}");
    assert_eq!(pair.said.len(), said, "nothing goes out under a counter that wrapped");
}

#[test]
fn the_dedicated_key_of_one_association_opens_nothing_in_another() {
    let how = from(KeySource::Identified);
    let mut first = associated(ServiceCiphering::Dedicated, BOTH, how);
    first.client.invoke_method(BELL.ring(), &Octets(b"a")).unwrap();
    first.complete();
    let recorded = first.last_from_client();
    let mut other = config(SUITE, ServiceCiphering::Dedicated, BOTH, how);
    // Titles and counters are the same in both; only the key differs.
    other.dedicated_key = dlms::Secret::new(&[0x99; 16]);
    let mut other = pair_with(other, meter(SUITE, SecurityPolicy::both(BOTH), how));
    other.associate().unwrap();
    other.meter_hears(&recorded);
    assert_eq!(rings(&mut other.meters[0]), 0);
    let refused = server::Event::Insecure(other.client.config().saps, SecurityError::Inauthentic);
    assert!(other.audit.contains(&refused));
}
