//! Messages of every kind: what is read is written as octets that read as it, and nothing is read twice in two ways.
#![no_main]

use dlms_core::apdu::{Apdu, Leniencies, tag};
use dlms_core::codec::{Decode, Encode, Reader, Writer};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let strict = Apdu::from_bytes(input);
    match &strict {
        Ok(message) => {
            assert_eq!(Some(&message.tag()), input.first());
            assert_eq!(tag::name(message.tag()), Some(message.name()));
            re_encodes(message, input.len());
        }
        Err(error) => assert!(error.offset <= input.len(), "{error} behind the end"),
    }
    let (mut r, mut leniencies) = (Reader::new(input), Leniencies::all());
    match Apdu::decode_with(&mut r, &mut leniencies) {
        Ok(message) if r.is_empty() && leniencies.met().count() == 0 => {
            let strict = strict.expect("what deviates in nothing is read without leniency");
            assert_eq!(message.encode_to_vec(), strict.encode_to_vec());
        }
        Ok(message) => {
            let read = input.len() - r.remaining();
            assert!(read <= input.len());
            message.encode_to_vec();
        }
        Err(error) => assert!(error.offset <= input.len() && strict.is_err(), "{error}"),
    }
});

/// `read` octets were read as `message`.
fn re_encodes(message: &Apdu<'_>, read: usize) {
    let once = message.encode_to_vec();
    assert_eq!(once.len(), message.encoded_len());
    // Shortest forms of lengths, but full ones of the conformance tag and of empty bit strings.
    assert!(once.len() <= read + 4, "{read} octets became {}", once.len());
    let again = Apdu::from_bytes(&once).expect("what was encoded decodes");
    assert_eq!(again.encode_to_vec(), once);
    assert!(!format!("{again:?}").is_empty());

    let (skip, n) = (once.len() / 3, once.len() / 2);
    let mut window = vec![0; n];
    let mut writer = Writer::window(skip, &mut window);
    message.encode(&mut writer);
    assert_eq!(writer.stored(), &once[skip..(skip + n).min(once.len())]);
}
