//! The tables of the classes against the Blue Book's.
#![allow(clippy::unwrap_used)]

use cosem_classes::model::{AttributeInfo, ClassInfo, Member, Storage, method_offset};
use cosem_classes::*;

static TABLES: [&ClassInfo; 25] = [
    &data::Data::INFO,
    &register::Register::INFO,
    &extended_register::ExtendedRegister::INFO,
    &profile_generic::v0::ProfileGeneric::INFO,
    &profile_generic::v1::ProfileGeneric::INFO,
    &clock::Clock::INFO,
    &script_table::ScriptTable::INFO,
    &association_sn::v1::AssociationSn::INFO,
    &association_sn::v2::AssociationSn::INFO,
    &association_sn::v3::AssociationSn::INFO,
    &association_sn::v4::AssociationSn::INFO,
    &association_ln::v0::AssociationLn::INFO,
    &association_ln::v1::AssociationLn::INFO,
    &association_ln::v2::AssociationLn::INFO,
    &association_ln::v3::AssociationLn::INFO,
    &sap_assignment::SapAssignment::INFO,
    &image_transfer::ImageTransfer::INFO,
    &activity_calendar::ActivityCalendar::INFO,
    &push_setup::v0::PushSetup::INFO,
    &push_setup::v1::PushSetup::INFO,
    &push_setup::v2::PushSetup::INFO,
    &push_setup::v3::PushSetup::INFO,
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
        // The first two methods of Association SN went with its version 0.
        assert_eq!(first, if class.id == 12 { 3 } else { 1 });
        assert!(class.methods.is_sorted_by_key(|m| m.id));
    }
}

#[test]
fn every_attribute_and_method_has_a_short_name_of_its_own() {
    for class in TABLES {
        let offset = (class.short_name_methods != 0).then_some(class.short_name_methods);
        assert_eq!(method_offset(class.id, class.version), offset, "{class:?}");
        let attributes = class.attributes.iter().map(|a| Member::Attribute(a.id));
        let methods = class.methods.iter().map(|m| Member::Method(m.id));
        let members: Vec<Member> = attributes.chain(methods).collect();
        for member in &members {
            let offset = class.offset_of(*member).unwrap();
            assert_eq!(class.member_at(offset), Some(*member), "{class:?}");
            assert!(offset % 8 == 0 && offset < class.short_names());
        }
        let named = (0..class.short_names()).filter_map(|offset| class.member_at(offset));
        assert_eq!(named.count(), members.len());
    }
}

#[test]
fn methods_are_where_the_blue_book_puts_them() {
    let profile = profile_generic::ProfileGeneric::INFO;
    assert_eq!(profile.offset_of(Member::Attribute(8)), Some(0x38));
    assert_eq!(profile.offset_of(Member::Method(2)), Some(0x60));
    // Attributes 5 and 6 have the places of the methods that went.
    let association = association_sn::AssociationSn::INFO;
    assert_eq!(association.member_at(0x28), Some(Member::Attribute(6)));
    assert_eq!(association.member_at(0x30), Some(Member::Method(3)));
    assert_eq!(association.member_at(0x58), Some(Member::Method(8)));
    assert_eq!(data::Data::INFO.offset_of(Member::Method(1)), None);
    assert_eq!((data::Data::INFO.short_names(), profile.short_names()), (16, 0x68));
    // Numbers below 1 and beyond the sixteen bits have no place.
    assert_eq!(Member::Attribute(-1).offset(None), None);
    assert_eq!(Member::Method(127).offset(Some(0xfff0)), None);
    assert_eq!(method_offset(161, 1), Some(0x130));
    assert_eq!(method_offset(8192, 0), None);
}

#[test]
fn tables_find_their_rows() {
    let class = profile_generic::ProfileGeneric::INFO;
    assert_eq!(class.attribute(8).unwrap().name, "profile_entries");
    assert_eq!(class.method(2).unwrap().name, "capture");
    assert!(class.attribute(9).is_none() && class.method(3).is_none());
}
