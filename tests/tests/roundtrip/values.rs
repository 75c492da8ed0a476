//! Values, against octets that were put together by hand.

use dlms_core::codec::{Decode, Encode, Writer};
use dlms_core::data::{Data, DataBuf, Token, Tokens};
use dlms_tests::arbitrary;
use dlms_tests::laws::{End, is_written_as, there_and_back};
use proptest::prelude::*;

use crate::cases;

/// The values in a value, in order, the value itself first.
fn flat<'a>(value: Data<'a>, out: &mut Vec<Token<'a>>) {
    match value {
        Data::Array(elements) => {
            out.push(Token::Array(elements.len()));
            elements.iter().for_each(|element| flat(element, out));
        }
        Data::Structure(elements) => {
            out.push(Token::Structure(elements.len()));
            elements.iter().for_each(|element| flat(element, out));
        }
        value => out.push(Token::Value(value)),
    }
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn any_value(sample in arbitrary::sample()) {
        is_written_as(&sample.value, &sample.octets);
        prop_assert_eq!(sample.value.tag(), sample.octets[0]);
        there_and_back(&sample.value, End::Counted);
    }

    #[test]
    fn the_walk_meets_what_is_in_a_value(sample in arbitrary::sample()) {
        let mut expected = Vec::new();
        flat(sample.value, &mut expected);
        let walked: Result<Vec<_>, _> = Tokens::new(&sample.octets).collect();
        prop_assert_eq!(walked.unwrap(), expected);
    }

    #[test]
    fn what_is_kept_is_the_same(sample in arbitrary::sample()) {
        let kept = DataBuf::new(&sample.value);
        prop_assert_eq!(kept.as_bytes(), &sample.octets);
        prop_assert_eq!(kept.as_data(), sample.value);
        prop_assert_eq!(DataBuf::from_vec(sample.octets.clone()).unwrap(), kept);
    }

    #[test]
    fn a_compact_array_is_the_array_it_stands_for(compact in arbitrary::compact_array()) {
        let sample = compact.sample;
        is_written_as(&sample.value, &sample.octets);
        there_and_back(&sample.value, End::Counted);
        let Data::CompactArray(array) = sample.value else { panic!() };
        let mut out = vec![0; compact.expanded.len()];
        let mut w = Writer::new(&mut out);
        array.expand(&mut w);
        prop_assert_eq!(w.finish().unwrap(), &compact.expanded);
        prop_assert_eq!(array.elements().count(), array.len());
        let Data::Array(elements) = Data::from_bytes(&compact.expanded).unwrap() else { panic!() };
        prop_assert_eq!(elements.len(), array.len());
    }

    #[test]
    fn every_bit_of_a_float_is_kept(narrow in any::<u32>(), wide in any::<u64>()) {
        let octets = [&[23][..], &narrow.to_be_bytes()].concat();
        prop_assert_eq!(Data::from_bytes(&octets).unwrap().encode_to_vec(), octets);
        let octets = [&[24][..], &wide.to_be_bytes()].concat();
        prop_assert_eq!(Data::from_bytes(&octets).unwrap().encode_to_vec(), octets);
    }

    #[test]
    fn a_window_goes_on_where_the_last_one_ended(sample in arbitrary::sample(), size in 1usize..20) {
        let mut sent = Vec::new();
        while sent.len() < sample.octets.len() {
            let mut block = vec![0; size];
            let mut w = Writer::window(sent.len(), &mut block);
            sample.value.encode(&mut w);
            sent.extend_from_slice(w.stored());
        }
        prop_assert_eq!(sent, sample.octets);
    }
}
