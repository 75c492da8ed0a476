//! `catalogue.toml` and the tables made of it say the same. `UPDATE=1` writes the tables.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use core::cmp::Reverse;
use core::fmt::Write as _;
use std::path::PathBuf;

struct Entry {
    low: [u8; 6],
    high: [u8; 6],
    name: String,
    class_ids: Vec<i64>,
    unit: String,
    origin: String,
}

#[test]
fn tables_are_in_step_with_the_catalogue() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut entries = entries(&std::fs::read_to_string(root.join("catalogue.toml")).unwrap());
    entries.sort_by_key(|entry| (entry.low[0], entry.low[2], width(entry), entry.low, Reverse(entry.high)));
    for (file, what, media) in [
        ("abstract_objects.rs", "Abstract objects", 0..=0),
        ("electricity.rs", "Electricity", 1..=1),
        ("other_media.rs", "Thermal energy, heat cost allocators, gas and water", 2..=255),
    ] {
        let path = root.join("src/names/table").join(file);
        let table = table(what, entries.iter().filter(|entry| media.contains(&entry.low[0])));
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, &table).unwrap();
        }
        assert!(std::fs::read_to_string(&path).unwrap() == table, "{file} is not what catalogue.toml says");
    }
}

fn entries(text: &str) -> Vec<Entry> {
    let catalogue: toml::Table = text.parse().unwrap();
    catalogue["code"].as_array().unwrap().iter().map(entry).collect()
}

fn entry(code: &toml::Value) -> Entry {
    let text = |key: &str| code.get(key).map_or("", |value| value.as_str().unwrap()).to_owned();
    let obis = text("obis");
    let groups: Vec<(u8, u8)> =
        obis.splitn(3, ['-', ':']).flat_map(|part| part.split('.')).map(range).collect();
    let name = text("name");
    placeholders(&name);
    let class_ids = code["class_ids"].as_array().unwrap();
    assert!(!class_ids.is_empty(), "{obis}");
    Entry {
        low: groups.iter().map(|group| group.0).collect::<Vec<_>>().try_into().unwrap(),
        high: groups.iter().map(|group| group.1).collect::<Vec<_>>().try_into().unwrap(),
        name,
        class_ids: class_ids.iter().map(|id| id.as_integer().unwrap()).collect(),
        unit: text("unit"),
        origin: match text("origin").as_str() {
            "standard" => "Standard",
            "idis" => "Idis",
            "st402" => "St402",
            origin => panic!("{obis}: origin {origin:?}"),
        }
        .to_owned(),
    }
}

/// `b`, `*`, `[lo-hi]` or one value. The hyphen inside brackets is no separator: it comes after the second one.
fn range(group: &str) -> (u8, u8) {
    match group {
        "b" => (0, 64),
        "*" => (0, 255),
        _ => match group.strip_prefix('[').and_then(|group| group.strip_suffix(']')) {
            Some(range) => {
                let (low, high) = range.split_once('-').unwrap();
                (low.parse().unwrap(), high.parse().unwrap())
            }
            None => (group.parse().unwrap(), group.parse().unwrap()),
        },
    }
}

fn placeholders(name: &str) {
    for placeholder in name.split('{').skip(1) {
        let (placeholder, _) = placeholder.split_once('}').unwrap();
        let group = match placeholder.find(['+', '-']) {
            Some(at) => {
                placeholder[at..].parse::<i16>().unwrap();
                &placeholder[..at]
            }
            None => placeholder,
        };
        assert!(["b", "d", "e", "f", "angle", "losses", "table"].contains(&group), "{name}");
    }
}

fn width(entry: &Entry) -> u64 {
    entry.low.iter().zip(entry.high).map(|(low, high)| u64::from(high - low) + 1).product()
}

fn table<'a>(what: &str, entries: impl Iterator<Item = &'a Entry>) -> String {
    let mut table = format!(
        "//! {what}. Made of `catalogue.toml` by the test `catalogue`: change it there.\n\n\
         use super::Entry;\n\
         use crate::names::Origin::{{ORIGINS}};\n\n\
         #[rustfmt::skip]\n\
         pub(super) static ENTRIES: &[Entry] = &[\n"
    );
    let mut origins: Vec<&str> = Vec::new();
    for Entry { low, high, name, class_ids, unit, origin } in entries {
        writeln!(table, "    Entry::new({low:?}, {high:?}, {name:?}, &{class_ids:?}, {unit:?}, {origin}),")
            .unwrap();
        origins.push(origin);
    }
    table.push_str("];\n");
    origins.sort_unstable();
    origins.dedup();
    let origins =
        if origins.len() == 1 { origins[0].to_owned() } else { format!("{{{}}}", origins.join(", ")) };
    table.replacen("{ORIGINS}", &origins, 1)
}
