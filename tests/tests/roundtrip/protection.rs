//! Protection: what one end protects the other opens, and nothing else.

use dlms_core::apdu::{Apdu, GetDataResult, GetResponse, InvokeIdAndPriority, tag};
use dlms_core::codec::{Decode, Encode};
use dlms_core::crypto::{KeyKind, SecuritySuite};
use dlms_core::data::Data;
use dlms_security::{
    CipheredApdu, Protection, SecurityError, ServiceCiphering, SystemTitle, overhead, plain_capacity,
};
use dlms_tests::arbitrary;
use dlms_tests::peer::Peer;
use proptest::prelude::*;
use proptest::sample::select;

use crate::cases;

const FORMS: [ServiceCiphering; 4] = [
    ServiceCiphering::Global,
    ServiceCiphering::Dedicated,
    ServiceCiphering::GeneralGlobal,
    ServiceCiphering::GeneralDedicated,
];

const PROTECTIONS: [Protection; 3] =
    [Protection::AUTHENTICATED, Protection::ENCRYPTED, Protection::AUTHENTICATED_ENCRYPTED];

/// Both ends of an association.
#[derive(Debug)]
struct Ends {
    sender: Peer,
    receiver: Peer,
}

fn association(suite: SecuritySuite, titles: [[u8; 8]; 2], key: [u8; 32]) -> Ends {
    let key = &key[..suite.key_len()];
    let end = |own: [u8; 8], peer: [u8; 8]| {
        Peer::new(suite, SystemTitle(own), Some(SystemTitle(peer)))
            .with_key(KeyKind::GlobalUnicastEncryption, key)
            .with_key(KeyKind::GlobalBroadcastEncryption, &[key, key].concat()[1..=key.len()])
            .with_key(KeyKind::Authentication, &[key, key].concat()[2..][..key.len()])
            .with_dedicated_key(&[key, key].concat()[3..][..key.len()])
    };
    let [own, peer] = titles;
    Ends { sender: end(own, peer), receiver: end(peer, own) }
}

fn any_ends() -> impl Strategy<Value = Ends> {
    let suite = select(vec![SecuritySuite::Suite0, SecuritySuite::Suite1, SecuritySuite::Suite2]);
    let titles = any::<[[u8; 8]; 2]>().prop_filter("two ends", |[own, peer]| own != peer);
    (suite, titles, any::<[u8; 32]>()).prop_map(|(suite, titles, key)| association(suite, titles, key))
}

fn how() -> impl Strategy<Value = (ServiceCiphering, Protection)> {
    (select(&FORMS[..]), select(&PROTECTIONS[..]))
}

/// A message that may be protected in that form.
fn fits(form: ServiceCiphering, message: &Apdu<'_>) -> bool {
    form.tag_of(message.tag()).is_some()
}

/// Where a length takes an octet more, nothing is lost and nothing is counted twice.
#[test]
fn every_length() {
    let titles = [*b"CLIENT01", *b"METER001"];
    let mut both = association(SecuritySuite::Suite0, titles, [7; 32]);
    for len in (95..130).chain(215..260).chain([65_500, 65_516, 65_517, 65_518, 65_519, 65_530]) {
        let value = vec![0x5a; len];
        let result = GetDataResult::Data(Data::OctetString(&value));
        let plain = GetResponse::Normal { invoke: InvokeIdAndPriority(1), result }.encode_to_vec();
        // Long ones take their time.
        let forms = if len < 1000 { &FORMS[..] } else { &FORMS[..1] };
        for (form, protection) in
            forms.iter().flat_map(|form| PROTECTIONS.map(|protection| (*form, protection)))
        {
            let sealed = both.sender.protect(form, protection, &plain).unwrap();
            assert_eq!(sealed.len(), plain.len() + overhead(form, protection, plain.len()), "{len}");
            assert_eq!(plain_capacity(form, protection, sealed.len()), plain.len(), "{len}");
            assert_eq!(both.receiver.unprotect(&sealed).unwrap().0, plain, "{len}");
        }
    }
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn every_form_and_protection(
        mut ends in any_ends(),
        (form, protection) in how(),
        message in arbitrary::apdu(),
        broadcast in any::<bool>(),
    ) {
        let plain = message.encode_to_vec();
        ends.sender.context.set_broadcast(broadcast);
        let sealed = match ends.sender.protect(form, protection, &plain) {
            Ok(sealed) => sealed,
            Err(error) => {
                prop_assert!(!fits(form, &message), "{:?}", error);
                prop_assert!(matches!(error, SecurityError::Nested | SecurityError::Inconsistent), "{:?}", error);
                return Ok(());
            }
        };
        prop_assert!(fits(form, &message));
        prop_assert_eq!(sealed.len(), plain.len() + overhead(form, protection, plain.len()));
        prop_assert!(plain_capacity(form, protection, sealed.len()) >= plain.len());

        let view = CipheredApdu::from_bytes(&sealed).unwrap();
        prop_assert_eq!((view.form, view.invocation_counter), (form, 1));
        prop_assert_eq!(view.authentication_tag().is_some(), protection.authenticated);
        prop_assert_eq!(view.ciphertext() == plain, !protection.encrypted);
        prop_assert_eq!(&sealed[view.content_offset..][..view.content.len()], view.content);
        prop_assert_eq!(view.security_control.protection(), protection);
        let Ok(Apdu::Protected(outer)) = Apdu::from_bytes(&sealed) else { panic!("{sealed:02X?}") };
        prop_assert_eq!(tag::plain_of(outer.tag).unwrap_or(message.tag()), message.tag());

        let (opened, unprotected) = ends.receiver.unprotect(&sealed).unwrap();
        prop_assert_eq!(opened, plain);
        prop_assert_eq!((unprotected.form, unprotected.protection), (form, protection));
        prop_assert_eq!(unprotected.broadcast, broadcast && !form.is_dedicated());
        prop_assert_eq!(unprotected.originator, ends.sender.context.own_title());
        let again = ends.receiver.unprotect(&sealed).unwrap_err();
        prop_assert_eq!(again, SecurityError::Replayed { expected: 2 });
    }

    /// Counters rise by one, and nothing older is taken again.
    #[test]
    fn one_after_the_other(mut ends in any_ends(), hows in proptest::collection::vec(how(), 1..8)) {
        let plain = [0xc0, 1, 0xc1, 0, 8, 0, 0, 1, 0, 0, 0xff, 2, 0];
        let sealed: Vec<_> = hows
            .iter()
            .map(|(form, protection)| (form.is_dedicated(), ends.sender.protect(*form, *protection, &plain).unwrap()))
            .collect();
        for (i, (dedicated, apdu)) in sealed.iter().enumerate() {
            let before = sealed[..i].iter().filter(|(other, _)| other == dedicated).count();
            let (_, unprotected) = ends.receiver.unprotect(apdu).unwrap();
            prop_assert_eq!(unprotected.invocation_counter as usize, before + 1);
        }
        for (_, apdu) in &sealed {
            let error = ends.receiver.unprotect(apdu).unwrap_err();
            prop_assert!(matches!(error, SecurityError::Replayed { .. }), "{:?}", error);
        }
    }

    /// A changed octet is noticed by the tag, and what was refused cannot shut out what is right.
    #[test]
    fn nothing_changed_is_authentic(
        mut ends in any_ends(),
        (form, protection) in how(),
        message in arbitrary::get_request(),
        at in any::<prop::sample::Index>(),
        change in 1u8..,
    ) {
        let sealed = ends.sender.protect(form, protection, &message.encode_to_vec()).unwrap();
        let mut changed = sealed.clone();
        let at = at.index(changed.len());
        changed[at] ^= change;
        match ends.receiver.unprotect(&changed) {
            // Without a tag nobody can know; but what was decrypted is a message at least.
            Ok((plain, unprotected)) => {
                prop_assert!(!unprotected.protection.authenticated);
                prop_assert!(!unprotected.protection.encrypted || Apdu::from_bytes(&plain).is_ok());
            }
            Err(_) => prop_assert!(ends.receiver.unprotect(&sealed).is_ok()),
        }
    }

    /// With other keys there is nothing to be read.
    #[test]
    fn other_keys_open_nothing(
        mut ends in any_ends(),
        form in select(&FORMS[..]),
        encrypted in any::<bool>(),
        other in any::<[u8; 32]>(),
    ) {
        let protection = Protection { authenticated: true, encrypted, signed: false };
        let plain = [0xc4, 1, 0xc1, 0, 6, 0, 0, 0, 42];
        let sealed = ends.sender.protect(form, protection, &plain).unwrap();
        let (own, peer) = (ends.receiver.context.own_title(), ends.receiver.context.peer_title().unwrap());
        let mut stranger = association(ends.receiver.context.suite(), [peer.0, own.0], other).receiver;
        prop_assert_eq!(stranger.unprotect(&sealed).unwrap_err(), SecurityError::Inauthentic);
    }
}
