//! The catalogue as static tables, written by the test `catalogue` from `catalogue.toml`.
//!
//! Each table is sorted by A and C, then from the narrowest entry to the widest: the first that covers a code names it best.

mod abstract_objects;
mod electricity;
mod other_media;

use super::entry::Entry;
use crate::ObisCode;

/// The narrowest entry that covers the code.
pub(super) fn find(code: ObisCode) -> Option<&'static Entry> {
    let table = match code.a {
        0 => abstract_objects::ENTRIES,
        1 => electricity::ENTRIES,
        _ => other_media::ENTRIES,
    };
    let quantity = |entry: &Entry| (entry.low.a, entry.low.c);
    let start = table.partition_point(|entry| quantity(entry) < (code.a, code.c));
    table
        .get(start..)?
        .iter()
        .take_while(|entry| quantity(entry) == (code.a, code.c))
        .find(|entry| entry.covers(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries() -> impl Iterator<Item = &'static Entry> {
        abstract_objects::ENTRIES.iter().chain(electricity::ENTRIES).chain(other_media::ENTRIES)
    }

    #[test]
    fn every_entry_names_its_own_codes() {
        assert_eq!(entries().count(), 747);
        for entry in entries() {
            let width = |entry: &Entry| -> u64 {
                let (low, high) = (entry.low.to_octets(), entry.high.to_octets());
                low.iter().zip(high).map(|(low, high)| u64::from(high - low) + 1).product()
            };
            for code in [entry.low, entry.high] {
                let found = find(code).unwrap();
                assert!(found == entry || width(found) < width(entry), "{code}: {found:?}");
            }
        }
    }

    #[test]
    fn quick_search_finds_what_a_full_search_finds() {
        for a in [0, 1, 2, 8] {
            for c in 0..=255 {
                for (b, d, e, f) in
                    [(0, 0, 0, 255), (0, 8, 1, 255), (1, 1, 0, 255), (0, 98, 10, 255), (0, 3, 0, 101)]
                {
                    let code = ObisCode::new(a, b, c, d, e, f);
                    assert_eq!(find(code), entries().find(|entry| entry.covers(code)), "{code}");
                }
            }
        }
    }
}
