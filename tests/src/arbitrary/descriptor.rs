use dlms_core::apdu::{
    AttributeDescriptor, AttributeSelection, InvokeIdAndPriority, LongInvokeIdAndPriority, MethodDescriptor,
    SelectiveAccess,
};
use obis::ObisCode;
use proptest::option;
use proptest::prelude::*;

use super::data;

pub(super) fn invoke() -> impl Strategy<Value = InvokeIdAndPriority> {
    any::<u8>().prop_map(InvokeIdAndPriority)
}

pub(super) fn long_invoke() -> impl Strategy<Value = LongInvokeIdAndPriority> {
    any::<u32>().prop_map(LongInvokeIdAndPriority)
}

/// Any attribute of anything.
pub fn attribute() -> impl Strategy<Value = AttributeDescriptor> {
    any::<(u16, [u8; 6], i8)>()
        .prop_map(|(class, name, id)| AttributeDescriptor::new(class, ObisCode::from_octets(name), id))
}

/// Any method of anything.
pub fn method() -> impl Strategy<Value = MethodDescriptor> {
    any::<(u16, [u8; 6], i8)>()
        .prop_map(|(class, name, id)| MethodDescriptor::new(class, ObisCode::from_octets(name), id))
}

/// A part of an attribute, or all of it.
pub fn selection() -> impl Strategy<Value = Option<SelectiveAccess<'static>>> {
    option::of(part())
}

/// An attribute, and a part of it or all.
pub fn attribute_selection() -> impl Strategy<Value = AttributeSelection<'static>> {
    (attribute(), selection()).prop_map(|(attribute, selection)| AttributeSelection { attribute, selection })
}

pub(super) fn part() -> impl Strategy<Value = SelectiveAccess<'static>> {
    (any::<u8>(), data()).prop_map(|(selector, parameters)| SelectiveAccess { selector, parameters })
}
