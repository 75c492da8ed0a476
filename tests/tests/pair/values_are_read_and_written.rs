use cosem_classes::Unit;
use dlms::client::{ClientError, Misuse, Refusal};
use dlms_core::apdu::{
    ActionResult, AttributeDescriptor, AttributeSelection, DataAccessResult, GetDataResult,
};
use dlms_core::data::{Any, Data, Octets};
use obis::obis;

use crate::meter::{BELL, ENERGY, NOTE, SECRET_REGISTER, rings};
use crate::wire::{Pair, public, secure};

#[test]
fn typed_values_come_back_typed() {
    let mut pair = Pair::associated(secure());
    pair.client.get(ENERGY.scaler_unit()).unwrap();
    pair.complete();
    let scaler_unit = pair.client.value::<cosem_classes::ScalerUnit>().unwrap();
    assert_eq!((scaler_unit.scaler, scaler_unit.unit), (0, Unit::WattHour));
    pair.client.set(NOTE.value(), &Data::VisibleString(b"hello")).unwrap();
    pair.complete();
    pair.client.get(NOTE.value()).unwrap();
    pair.complete();
    assert_eq!(pair.client.value::<Any>().unwrap(), Data::VisibleString(b"hello"));
    pair.client.invoke_method(BELL.ring(), &Octets(b"ding")).unwrap();
    pair.complete();
    assert_eq!(pair.client.value::<Any>().unwrap(), Data::OctetString(b"dingding"));
    assert_eq!(rings(&mut pair.meters[0]), 1);
}

#[test]
fn a_list_answers_item_by_item() {
    let mut pair = Pair::associated(secure());
    let unknown = AttributeDescriptor::new(3, obis!("1-0:99.99.99.255"), 2);
    let items = [ENERGY.value().descriptor(), unknown, SECRET_REGISTER.value().descriptor()];
    pair.client.get_list(&items.map(AttributeSelection::whole)).unwrap();
    pair.complete();
    let values: Vec<_> = pair.client.values().unwrap().iter().collect();
    assert_eq!(
        values,
        [
            GetDataResult::Data(Data::DoubleLongUnsigned(123_456)),
            GetDataResult::Error(DataAccessResult::ObjectUndefined),
            GetDataResult::Error(DataAccessResult::ReadWriteDenied),
        ]
    );
    let items = [NOTE.value().descriptor(), ENERGY.logical_name().descriptor()];
    pair.client
        .set_list(&items.map(AttributeSelection::whole), &[&Data::Unsigned(1), &Data::OctetString(&[1; 6])])
        .unwrap();
    pair.complete();
    let results: Vec<DataAccessResult> = pair.client.results().unwrap().iter().collect();
    assert_eq!(results, [DataAccessResult::Success, DataAccessResult::ReadWriteDenied]);
    let ring = BELL.ring().descriptor();
    pair.client.invoke_list(&[ring, ring], &[&Octets(b"a"), &Data::Unsigned(1)]).unwrap();
    pair.complete();
    let results: Vec<dlms_core::apdu::ActionResponseItem<'_>> =
        pair.client.results().unwrap().iter().collect();
    assert_eq!(results[0].return_parameters, Some(GetDataResult::Data(Data::OctetString(b"aa"))));
    assert_eq!(results[1].result, ActionResult::TypeUnmatched);
    assert_eq!(rings(&mut pair.meters[0]), 1);
}

#[test]
fn a_refusal_says_which() {
    let mut pair = Pair::associated(public());
    let mut refused = |descriptor| {
        pair.client.get_any(descriptor, None).unwrap();
        match pair.failure() {
            ClientError::Refused(Refusal::DataAccess(result)) => result,
            other => panic!("{other}"),
        }
    };
    let energy = obis!("1-0:1.8.0.255");
    assert_eq!(
        refused(AttributeDescriptor::new(3, obis!("1-0:99.99.99.255"), 2)),
        DataAccessResult::ObjectUndefined
    );
    assert_eq!(refused(AttributeDescriptor::new(4, energy, 2)), DataAccessResult::ObjectClassInconsistent);
    assert_eq!(refused(AttributeDescriptor::new(3, energy, 9)), DataAccessResult::ObjectUndefined);
    assert_eq!(refused(SECRET_REGISTER.value().descriptor()), DataAccessResult::ReadWriteDenied);
    pair.client.set(ENERGY.value(), &Data::DoubleLongUnsigned(0)).unwrap();
    assert_eq!(pair.failure(), ClientError::Refused(Refusal::DataAccess(DataAccessResult::ReadWriteDenied)));
    pair.client.invoke_method(ENERGY.reset(), &0).unwrap();
    assert_eq!(pair.failure(), ClientError::Refused(Refusal::Action(ActionResult::ReadWriteDenied)));
    pair.client.get(ENERGY.value()).unwrap();
    assert_eq!(pair.client.get(ENERGY.value()), Err(ClientError::Misuse(Misuse::Busy)));
    pair.complete();
    assert_eq!(pair.client.value::<u32>().unwrap(), 123_456);
}
