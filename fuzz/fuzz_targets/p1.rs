//! P1 telegrams: the same are found in a stream, however it is cut, as in the whole, and every place told is in it.
#![no_main]

use iec62056_21::p1::{Content, Finder, Located, MissingCrc, Telegram, telegrams};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let all: Vec<Located<'_>> = telegrams(input, MissingCrc::Tolerated).collect();
    let mut end = 0;
    for located in &all {
        assert!(end <= located.offset && located.offset + located.len <= input.len());
        end = located.offset + located.len;
        assert_eq!(input[located.offset], b'/');
        match located.telegram {
            Err(error) => assert!(located.offset <= error.offset && error.offset <= end + 1, "{error}"),
            Ok(telegram) => {
                assert!(input[located.offset..].starts_with(telegram.as_octets()));
                objects(telegram);
            }
        }
    }
    let whole: Vec<_> = all.iter().filter_map(|located| located.telegram.ok()).collect();
    let strict: Vec<_> =
        telegrams(input, MissingCrc::Refused).filter_map(|located| located.telegram.ok()).collect();
    assert!(strict.iter().all(|telegram| telegram.crc().is_some() && whole.contains(telegram)));

    let mut room = vec![0; input.len()];
    for size in [1, 7, input.len().max(1)] {
        let (mut finder, mut n) = (Finder::new(), 0);
        for mut piece in input.chunks(size) {
            while !piece.is_empty() {
                let (taken, len) = finder.find(piece, &mut room);
                piece = &piece[taken..];
                let Some(len) = len else { continue };
                if let Ok(telegram) = Telegram::parse(&room[..len], MissingCrc::Tolerated) {
                    assert_eq!(Some(&telegram), whole.get(n));
                    n += 1;
                }
            }
        }
        // A stream does not tell that nothing follows the last `!`.
        assert!(n == whole.len() || n + 1 == whole.len() && finder.is_inside());
    }
});

fn objects(telegram: Telegram<'_>) {
    let _ = telegram.identification();
    for object in telegram.objects() {
        match object {
            Err(error) => assert!(error.offset <= telegram.as_octets().len(), "{error}"),
            Ok(object) => match object.content() {
                Content::Quantity(quantity) | Content::Captured { quantity, .. } => {
                    assert!(!quantity.number.to_string().is_empty());
                }
                Content::PowerFailures(failures) => assert!(failures.count() * 2 <= object.values().count()),
                Content::Time(at) => assert_eq!(at.to_string().len(), 19),
                Content::Values(values) => assert!(values.count() > 1),
                Content::Empty | Content::Text(_) => assert_eq!(object.values().count(), 1),
            },
        }
    }
}
