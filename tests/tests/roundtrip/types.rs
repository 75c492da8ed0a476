//! Rust's types as COSEM types.

use dlms_core::codec::{Decode, DecodeErrorKind, Encode};
use dlms_core::data::{Any, Array, ArrayView, BitString, Data, DataType, Elements, Octets, Utf8, Visible};
use dlms_tests::arbitrary;
use dlms_tests::laws::{End, there_and_back};
use obis::ObisCode;
use proptest::prelude::*;

use crate::cases;

/// Reads as it was written, and in the same way out of a value that was read already.
fn is_a_type<T: DataType<View<'static> = V>, V>(value: V, as_data: Data<'_>)
where
    V: Decode<'static> + Encode + PartialEq + core::fmt::Debug,
{
    assert_eq!(value.encode_to_vec(), as_data.encode_to_vec());
    let octets: &'static [u8] = value.encode_to_vec().leak();
    assert_eq!(T::from_data(Data::from_bytes(octets).unwrap()).as_ref(), Some(&value));
    there_and_back(&value, End::Counted);
}

proptest! {
    #![proptest_config(cases(100))]

    #[test]
    fn numbers(a in any::<(i8, i16, i32, i64)>(), b in any::<(u8, u16, u32, u64)>()) {
        is_a_type::<i8, _>(a.0, Data::Integer(a.0));
        is_a_type::<i16, _>(a.1, Data::Long(a.1));
        is_a_type::<i32, _>(a.2, Data::DoubleLong(a.2));
        is_a_type::<i64, _>(a.3, Data::Long64(a.3));
        is_a_type::<u8, _>(b.0, Data::Unsigned(b.0));
        is_a_type::<u16, _>(b.1, Data::LongUnsigned(b.1));
        is_a_type::<u32, _>(b.2, Data::DoubleLongUnsigned(b.2));
        is_a_type::<u64, _>(b.3, Data::Long64Unsigned(b.3));
    }

    #[test]
    fn other_scalars(bit in any::<bool>(), narrow in any::<f32>(), wide in any::<f64>()) {
        is_a_type::<bool, _>(bit, Data::Boolean(bit));
        is_a_type::<f32, _>(narrow, Data::Float32(narrow));
        is_a_type::<f64, _>(wide, Data::Float64(wide));
    }

    #[test]
    fn strings(octets in arbitrary::octets(200), unused in 0usize..8) {
        is_a_type::<dlms_core::data::OctetString, _>(Octets(octets), Data::OctetString(octets));
        is_a_type::<dlms_core::data::VisibleString, _>(Visible(octets), Data::VisibleString(octets));
        is_a_type::<dlms_core::data::Utf8String, _>(Utf8(octets), Data::Utf8String(octets));
        let bits = BitString::new((octets.len() * 8).saturating_sub(unused), octets).unwrap();
        is_a_type::<dlms_core::data::Bits, _>(bits, Data::BitString(bits));
        prop_assert_eq!(bits.iter().count(), bits.len());
        prop_assert_eq!(bits.bit(bits.len()), None);
    }

    #[test]
    fn names_and_moments(name in any::<[u8; 6]>(), moment in arbitrary::date_time()) {
        is_a_type::<ObisCode, _>(ObisCode::from_octets(name), Data::OctetString(&name));
        is_a_type::<dlms_core::data::DateTime, _>(moment, Data::OctetString(&moment.to_octets()));
        is_a_type::<dlms_core::data::Date, _>(moment.date, Data::OctetString(&moment.date.to_octets()));
        is_a_type::<dlms_core::data::Time, _>(moment.time, Data::OctetString(&moment.time.to_octets()));
    }

    #[test]
    fn arrays(numbers in proptest::collection::vec(any::<u16>(), 0..9)) {
        let body: Vec<u8> = numbers.iter().flat_map(|n| n.encode_to_vec()).collect();
        let elements = Elements::new(numbers.len(), body.leak()).unwrap();
        let view = ArrayView::<u16>::new(elements);
        is_a_type::<Array<u16>, _>(view, Data::Array(elements));
        let back: Result<Vec<u16>, _> = view.iter().collect();
        prop_assert_eq!(back.unwrap(), numbers);
    }

    #[test]
    fn anything(sample in arbitrary::sample()) {
        is_a_type::<Any, _>(sample.value, sample.value);
    }

    /// A value of another type is refused where it stands, and what follows it would still be found.
    #[test]
    fn a_value_of_another_type_is_refused(sample in arbitrary::sample()) {
        let octets: &[u8] = &sample.octets;
        let wrong = |kind| matches!(kind, DecodeErrorKind::WrongType { .. } | DecodeErrorKind::InvalidValue(_));
        for (fits, error) in [
            (matches!(sample.value, Data::LongUnsigned(_)), u16::from_bytes(octets).err()),
            (matches!(sample.value, Data::OctetString(_)), Octets::from_bytes(octets).err()),
            (matches!(sample.value, Data::Array(_)), ArrayView::<u8>::from_bytes(octets).err()),
            (matches!(sample.value, Data::OctetString([_, _, _, _, _, _])), ObisCode::from_bytes(octets).err()),
        ] {
            prop_assert_eq!(error.is_none(), fits);
            prop_assert!(error.is_none_or(|e| wrong(e.kind) && e.offset == 0), "{:?}", error);
        }
    }
}
