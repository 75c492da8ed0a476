//! A-XDR values: two independent walks agree on what is well-formed, and encoding is a fixpoint.
#![no_main]

use dlms_core::codec::{Decode, DecodeError, Encode, Writer};
use dlms_core::data::{CompactValue, Data, Tokens};
use libfuzzer_sys::fuzz_target;

/// Values of a compact array that are looked at; a small input expands to a million.
const EXPANDED: usize = 10_000;

fuzz_target!(|input: &[u8]| {
    let decoded = Data::from_bytes(input);
    let mut tokens = Tokens::new(input);
    let walked: Result<usize, DecodeError> = tokens.by_ref().try_fold(0, |n, token| token.map(|_| n + 1));
    match decoded {
        Ok(value) => {
            assert_eq!(walked, Ok(values(&value)));
            assert_eq!(tokens.offset(), input.len());
            re_encodes(&value);
        }
        Err(error) => {
            assert!(error.offset <= input.len(), "{error} beyond the end");
            assert!(walked.is_err() || tokens.offset() < input.len(), "refused with {error} but walked");
        }
    }
});

/// The number of values in `value`, itself included.
fn values(value: &Data<'_>) -> usize {
    match value {
        Data::Array(elements) | Data::Structure(elements) => {
            assert_eq!(elements.iter().count(), elements.len());
            1 + elements.iter().map(|element| values(&element)).sum::<usize>()
        }
        Data::CompactArray(array) => {
            let mut budget = EXPANDED;
            let seen = array.elements().take(EXPANDED).map(|element| expand(element, &mut budget)).count();
            assert_eq!(seen, array.len().min(EXPANDED));
            1
        }
        _ => 1,
    }
}

/// Walks through a value of a compact array as far as `budget` goes.
fn expand(value: CompactValue<'_>, budget: &mut usize) {
    if let CompactValue::Array(elements) | CompactValue::Structure(elements) = value {
        let wanted = elements.len().min(*budget);
        *budget -= wanted;
        assert_eq!(elements.take(wanted).map(|element| expand(element, budget)).count(), wanted);
    }
}

fn re_encodes(value: &Data<'_>) {
    let once = value.encode_to_vec();
    assert_eq!(once.len(), value.encoded_len());
    let again = Data::from_bytes(&once).expect("what was encoded decodes");
    assert_eq!(again.encode_to_vec(), once);

    let (skip, n) = (once.len() / 3, once.len() / 2);
    let mut window = vec![0; n];
    let mut writer = Writer::window(skip, &mut window);
    value.encode(&mut writer);
    assert_eq!(writer.stored(), &once[skip..(skip + n).min(once.len())]);
}
