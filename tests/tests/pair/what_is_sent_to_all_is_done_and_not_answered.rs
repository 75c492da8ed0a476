use dlms::client::{ClientError, Event};
use dlms_core::data::{Any, Data};
use dlms_security::{Protection, ServiceCiphering};

use crate::meter::{ENERGY, NOTE};
use crate::wire::{Pair, Said, manager, public};

/// Sends everything to all stations that goes to the meter.
fn to_all(said: &Said) -> Vec<u8> {
    match said {
        Said::Client(octets) => {
            let mut octets = octets.clone();
            octets[5] = 0x7f;
            octets
        }
        Said::Meter(octets) => octets.clone(),
    }
}

#[test]
fn a_value_is_written_by_whoever_may() {
    for protection in [Protection::NONE, Protection::AUTHENTICATED_ENCRYPTED] {
        let mut pair = Pair::associated(manager(protection, ServiceCiphering::Global));
        pair.tamper = Box::new(to_all);
        pair.client.set(NOTE.value(), &Data::OctetString(b"to all")).unwrap();
        let said = pair.said.len();
        assert!(matches!(pair.failure(), ClientError::Timeout(_)), "nobody answers");
        assert_eq!(pair.said.len(), said + 1);
        pair.tamper = Box::new(|said| match said {
            Said::Client(octets) | Said::Meter(octets) => octets.clone(),
        });
        pair.client.get(NOTE.value()).unwrap();
        pair.complete();
        assert_eq!(pair.client.value::<Any>().unwrap(), Data::OctetString(b"to all"));
    }
}

#[test]
fn associations_are_neither_opened_nor_released_so() {
    let mut pair = Pair::new(public());
    pair.tamper = Box::new(to_all);
    assert!(matches!(pair.associate(), Err(ClientError::Timeout(_))));
    assert!(pair.audit.is_empty(), "{:?}", pair.audit);
    let mut pair = Pair::associated(public());
    pair.tamper = Box::new(to_all);
    pair.client.get(ENERGY.value()).unwrap();
    assert!(matches!(pair.failure(), ClientError::Timeout(_)));
    pair.client.release().unwrap();
    assert_eq!(pair.run(), Event::Released);
    assert!(!pair.audit.iter().any(|event| matches!(event, dlms::server::Event::Released(_))));
}
