//! The tables of the classes against the Blue Book's.
#![allow(clippy::unwrap_used)]

use cosem_classes::model::{AttributeInfo, ClassInfo, Storage};
use cosem_classes::*;

static TABLES: [&ClassInfo; 16] = [
    &data::Data::INFO,
    &register::Register::INFO,
    &extended_register::ExtendedRegister::INFO,
    &profile_generic::v0::ProfileGeneric::INFO,
    &profile_generic::v1::ProfileGeneric::INFO,
    &clock::Clock::INFO,
    &script_table::ScriptTable::INFO,
    &association_ln::v0::AssociationLn::INFO,
    &association_ln::v1::AssociationLn::INFO,
    &association_ln::v2::AssociationLn::INFO,
    &association_ln::v3::AssociationLn::INFO,
    &sap_assignment::SapAssignment::INFO,
    &activity_calendar::ActivityCalendar::INFO,
    &security_setup::v0::SecuritySetup::INFO,
    &security_setup::v1::SecuritySetup::INFO,
    &disconnect_control::DisconnectControl::INFO,
];

/// A table as the fixture has it.
fn lines(class: &ClassInfo) -> Vec<String> {
    let offset = match class.short_name_methods {
        0 => "0".to_string(),
        offset => format!("{offset:#x}"),
    };
    let mut lines = vec![format!("class {} {} {offset} {}", class.id, class.version, class.name)];
    lines.extend(class.attributes.iter().map(|a| {
        let storage = match a.storage {
            Storage::Static => "static",
            Storage::Dynamic => "dynamic",
        };
        let selectors: Vec<String> = a.selectors.iter().map(u8::to_string).collect();
        format!("attribute {} {storage} {} {} {}", a.id, access(class, a), a.name, selectors.join(","))
            .trim_end()
            .to_string()
    }));
    lines.extend(class.methods.iter().map(|m| format!("method {} {}", m.id, m.name)));
    lines
}

/// Registers are set by clients in companion standards, where the Blue Book recommends to read them only. A secret is
/// never read, which its server sees to.
fn access(class: &ClassInfo, attribute: &AttributeInfo) -> &'static str {
    match (class.id, attribute.id) {
        (3 | 4, 2) if attribute.writable => "r",
        (15, 7) if attribute.writable => "w",
        _ if attribute.writable => "rw",
        _ => "r",
    }
}

#[test]
fn every_table_is_the_blue_books() {
    let book: Vec<&str> =
        include_str!("interface_classes.txt").lines().filter(|line| !line.starts_with('#')).collect();
    let ours: Vec<String> = TABLES.iter().flat_map(|class| lines(class)).collect();
    for (ours, book) in ours.iter().zip(&book) {
        assert_eq!(ours, book);
    }
    assert_eq!(ours.len(), book.len());
}

#[test]
fn numbers_run_on_from_one() {
    for class in TABLES {
        assert!(class.attributes.iter().map(|a| a.id).eq(1..=i8::try_from(class.attributes.len()).unwrap()));
        let first = class.methods.first().map_or(1, |m| m.id);
        assert_eq!(first, 1);
        assert!(class.methods.is_sorted_by_key(|m| m.id));
        // Short names: attributes must end before the methods begin.
        let attributes = 8 * u16::try_from(class.attributes.len()).unwrap();
        assert!(class.methods.is_empty() || class.short_name_methods >= attributes, "{class:?}");
    }
}

#[test]
fn tables_find_their_rows() {
    let class = profile_generic::ProfileGeneric::INFO;
    assert_eq!(class.attribute(8).unwrap().name, "profile_entries");
    assert_eq!(class.method(2).unwrap().name, "capture");
    assert!(class.attribute(9).is_none() && class.method(3).is_none());
}
