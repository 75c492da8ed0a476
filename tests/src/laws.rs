//! What holds for every type that is read and written.

use core::fmt::Debug;

use dlms_core::apdu::{Apdu, Leniencies};
use dlms_core::codec::{Decode, DecodeErrorKind, Encode, Overflow, Reader, Writer};
use dlms_core::data::{Data, Tokens};

/// How the type under test ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It says itself where; it has counts, which are refused where they are when not even one octet for each is left.
    Counted,
    /// It says itself where, in octets.
    Measured,
    /// It takes all there is.
    Open,
}

/// Writing and reading are each other's inverse, and a part of the octets is never the whole.
///
/// # Panics
/// A law does not hold.
pub fn there_and_back<T>(value: &T, end: End)
where
    T: Decode<'static> + Encode + PartialEq + Debug,
{
    let octets: &'static [u8] = value.encode_to_vec().leak();
    is_written_as(value, octets);
    assert_eq!(T::from_bytes(octets).as_ref(), Ok(value), "{octets:02X?}");
    prefixes_are_refused::<T>(octets, end);
    if end != End::Open {
        more_is_left_over::<T>(octets);
    }
}

/// What is written is `octets`, whatever the writer stores of it.
///
/// # Panics
/// It is not.
pub fn is_written_as(value: &impl Encode, octets: &[u8]) {
    assert_eq!(value.encode_to_vec(), octets);
    assert_eq!(value.encoded_len(), octets.len());
    let needed = octets.len();
    let mut out = vec![0; needed + 3];
    assert_eq!(value.encode_to_slice(&mut out), Ok(octets));
    if needed > 0 {
        let short = value.encode_to_slice(&mut out[..needed - 1]).map(<[u8]>::len);
        assert_eq!(short, Err(Overflow { needed }));
    }
    for skip in [0, 1, 2, needed / 3, needed / 2, needed.saturating_sub(1), needed, needed + 1] {
        for size in [0, 1, 2, 7, needed / 2, needed] {
            let mut window = vec![0xee; size];
            let mut w = Writer::window(skip, &mut window);
            value.encode(&mut w);
            assert_eq!(w.len(), needed);
            let end = needed.min(skip + size);
            assert_eq!(w.stored(), &octets[skip.min(end)..end], "{size} octets from {skip} on");
        }
    }
}

/// Whatever the octets, reading them ends with a value or with an error at an octet there is, and a value is written
/// as octets that read as it.
///
/// # Panics
/// Something else happens.
pub fn no_harm(octets: &'static [u8]) {
    if let Some(value) = read::<Data<'_>>(octets) {
        assert!(Tokens::new(octets).all(|token| token.is_ok()));
        assert_eq!(value.encode_to_vec(), Data::from_bytes(octets).unwrap().encode_to_vec());
    }
    read::<Apdu<'_>>(octets);
    let mut leniencies = Leniencies::all();
    match Apdu::decode_with(&mut Reader::new(octets), &mut leniencies) {
        Ok(message) => assert!(message.name() != "unknown"),
        Err(error) => assert!(error.offset <= octets.len()),
    }
}

fn read<T: Decode<'static> + Encode + Debug>(octets: &'static [u8]) -> Option<T> {
    match T::from_bytes(octets) {
        Ok(value) => {
            assert!(!format!("{value:?}").is_empty());
            let written: &'static [u8] = value.encode_to_vec().leak();
            assert_eq!(value.encoded_len(), written.len());
            let again = T::from_bytes(written).unwrap();
            assert_eq!(again.encode_to_vec(), written);
            Some(value)
        }
        Err(error) => {
            assert!(error.offset <= octets.len(), "{error} in {octets:02X?}");
            None
        }
    }
}

fn prefixes_are_refused<T: Decode<'static> + Encode + Debug>(octets: &'static [u8], end: End) {
    // Long octet strings are alike all over: their ends tell enough.
    let ends = (0..octets.len()).filter(|n| *n < 100 || octets.len() - *n < 50 || n.is_multiple_of(41));
    for n in ends {
        let prefix = &octets[..n];
        let error = match T::from_bytes(prefix) {
            Ok(value) => {
                assert_eq!(end, End::Open, "{prefix:02X?} of {octets:02X?}");
                assert_eq!(value.encode_to_vec(), prefix);
                continue;
            }
            Err(error) => error,
        };
        assert!(error.offset <= n, "{error} in the first {n} of {octets:02X?}");
        match error.kind {
            DecodeErrorKind::Truncated { missing } => assert!(missing > 0),
            DecodeErrorKind::Length => assert_eq!(end, End::Counted, "{error} of {octets:02X?}"),
            _ => panic!("{error} in the first {n} of {octets:02X?}"),
        }
    }
}

fn more_is_left_over<T: Decode<'static> + Debug>(octets: &'static [u8]) {
    let longer: &'static [u8] = [octets, &[0x5a; 3]].concat().leak();
    let error = T::from_bytes(longer).map(|_| ()).unwrap_err();
    assert_eq!((error.kind, error.offset), (DecodeErrorKind::Trailing(3), octets.len()));
    let mut r = Reader::at(longer, 7);
    T::decode(&mut r).unwrap();
    assert_eq!((r.offset(), r.remaining()), (7 + octets.len(), 3));
}
