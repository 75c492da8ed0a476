//! What the octets are, both ways.

use dlms::client::ClientConfig;
use dlms::server::{self, AssociationConfig};
use dlms::{Authentication, Secret};
use dlms_core::acse::{AcseDiagnostic, UserDiagnostic};
use dlms_core::apdu::{ActionResult, DataAccessResult};
use dlms_core::link::Saps;

use crate::meter::{ENERGY, MANAGER, NOTE, PASSWORD, PUBLIC, offering, rings};
use crate::wire::{Pair, hex, public};

/// AARQ for short names without ciphering, that proposes all there is.
const AARQ: &str =
    "60 1D A1 09 06 07 60 85 74 05 08 01 02 BE 10 04 0E 01 00 00 00 06 5F 1F 04 00 1C 7E 3F 04 B0";

/// A pair whose public client references by short names.
fn associated() -> Pair {
    opened(public(), AARQ)
}

fn opened(config: ClientConfig, aarq: &str) -> Pair {
    let mut pair = Pair::new(config);
    let aare = pair.ask(aarq);
    assert!(aare.contains("A203020100"), "{aare}");
    pair
}

/// The manager, for once without a proof of who it is.
fn manager() -> Pair {
    let meter = offering(1, 500, [AssociationConfig::new(MANAGER, Authentication::None)]);
    let mut pair = Pair::with(ClientConfig::new(MANAGER, 1), vec![meter]);
    let aare = pair.ask(AARQ);
    assert!(aare.contains("A203020100"), "{aare}");
    pair
}

fn octets(text: &str) -> String {
    hex(text).iter().map(|b| format!("{b:02X}")).collect()
}

#[test]
fn the_association_offers_what_goes_with_short_names() {
    let mut pair = Pair::new(public());
    assert_eq!(
        pair.ask(AARQ),
        "6129A109060760857405080102A203020100A305A103020100BE10040E0800065F1F04001C1A200400FA00"
    );
    assert_eq!(pair.ask("05 01 02 01 40"), "0C0100060001E240");
    assert_eq!(pair.ask("C0 01 C1 00 03 01 00 01 08 00 FF 02 00"), "D80102");
    assert_eq!(pair.ask("62 03 80 01 00"), "6303800100");
    assert_eq!(pair.ask("05 01 02 01 40"), "D80102");
}

#[test]
fn an_association_of_logical_names_reads_no_short_ones() {
    let mut pair = Pair::associated(public());
    assert_eq!(pair.ask("05 01 02 01 40"), "D80102");
    assert_eq!(pair.ask("C0 01 C1 00 0C 00 00 28 00 00 FF 02 00"), "C401C10109");
}

#[test]
fn an_association_may_be_for_logical_names_only() {
    let association =
        AssociationConfig { short_names: false, ..AssociationConfig::new(PUBLIC, Authentication::None) };
    let mut pair = Pair::with(public(), vec![offering(1, 0, [association])]);
    assert!(pair.ask(AARQ).contains("A203020101"));
    let diagnostic = AcseDiagnostic::User(UserDiagnostic::ApplicationContextNameNotSupported);
    let peer = Saps { client: PUBLIC, server: 1 };
    assert_eq!(pair.audit, [server::Event::Rejected(peer, diagnostic)]);
}

#[test]
fn objects_have_base_names_in_the_order_of_the_list() {
    let mut pair = associated();
    let list = pair.ask("05 01 02 FA 08");
    let element = |base: &str, class: &str, version: &str, name: &str| {
        octets(&format!("02 04 10 {base} 12 {class} 11 {version} 09 06 {name}"))
    };
    // The register that nobody may touch is not among them, and still has its place.
    let elements = [
        element("FA 00", "00 0C", "01", "00 00 28 00 00 FF"),
        element("FC 00", "00 11", "00", "00 00 29 00 00 FF"),
        element("F9 00", "00 40", "00", "00 00 2B 00 00 FF"),
        element("F9 80", "00 01", "00", "00 00 2B 01 00 FF"),
        element("01 00", "00 01", "00", "00 00 60 0D 00 FF"),
        element("01 10", "20 00", "00", "00 00 80 00 00 FF"),
        element("01 38", "00 03", "00", "01 00 01 08 00 FF"),
        element("01 98", "00 07", "01", "01 00 63 01 00 FF"),
    ];
    assert_eq!(list, format!("0C01000108{}", elements.concat()));
    // By class, and by class and name.
    let of_class = pair.ask("05 01 04 FA 08 01 12 00 07");
    assert_eq!(of_class, format!("0C01000101{}", elements[7]));
    let by_name = pair.ask("05 01 04 FA 08 02 02 02 12 00 03 09 06 01 00 01 08 00 FF");
    assert_eq!(by_name, format!("0C01000101{}", elements[6]));
    assert_eq!(pair.ask("05 01 04 FA 08 03 00"), "0C010103");
    assert_eq!(pair.ask("05 01 04 FA 08 01 11 07"), "0C01010C");
    // The first attribute is the name; beside the names there is nothing.
    assert_eq!(pair.ask("05 01 02 01 38"), "0C010009060100010800FF");
    assert_eq!(pair.ask("05 03 02 01 50 02 01 41 02 00 F8"), "0C03010401040104");
}

#[test]
fn several_variables_are_read_and_written_in_one_request() {
    let mut pair = manager();
    let read =
        "05 04 02 01 40 02 01 70 02 01 48 04 01 A0 02 02 04 06 00 00 00 01 06 00 00 00 01 12 00 01 12 00 00";
    assert_eq!(
        pair.ask(read),
        octets("0C 04 00 06 00 01 E2 40 01 03 00 02 02 0F 00 16 1E 00 01 01 02 02 06 00 00 00 00 12 00 00")
    );
    // A value, one of the wrong type, one that nobody may write, one that there is not.
    let write = "06 04 02 01 08 02 01 40 02 01 70 02 01 01 04 09 02 AB CD 09 00 06 00 00 00 00 00";
    assert_eq!(pair.ask(write), octets("0D 04 00 01 0C 01 03 01 04"));
    assert_eq!(pair.ask("05 01 02 01 08"), "0C01000902ABCD");
    let peer = Saps { client: MANAGER, server: 1 };
    let set = |attribute, result| server::Event::Set(peer, attribute, result);
    let events: Vec<_> = pair.audit.iter().filter(|e| matches!(e, server::Event::Set(..))).collect();
    assert_eq!(*events[0], set(NOTE.value().descriptor(), DataAccessResult::Success));
    assert_eq!(*events[1], set(ENERGY.value().descriptor(), DataAccessResult::TypeUnmatched));
    assert_eq!(pair.ask("05 00"), "0C00");
    assert_eq!(pair.ask("06 00 00"), "0D00");
}

#[test]
fn nothing_is_written_without_the_right() {
    let mut pair = associated();
    assert_eq!(pair.ask("06 01 02 01 08 01 09 02 AB CD"), "0D010103");
    assert_eq!(pair.ask("06 01 02 01 30 01 09 01 05"), "0D010103");
    assert_eq!(pair.ask("05 01 04 01 30 00 09 01 05"), "0C010103");
    assert_eq!(rings(&mut pair.meters[0]), 0);
}

#[test]
fn an_unconfirmed_write_is_done_and_not_answered() {
    let mut pair = manager();
    assert_eq!(pair.ask("16 01 02 01 08 01 09 02 AB CD"), "");
    assert_eq!(pair.ask("05 01 02 01 08"), "0C01000902ABCD");
    assert_eq!(pair.ask("16 01 02 01 30 01 09 01 05"), "");
    assert_eq!(rings(&mut pair.meters[0]), 1);
}

#[test]
fn methods_are_read_for_what_they_give_and_written_to_without() {
    let mut pair = manager();
    assert_eq!(pair.ask("05 01 04 01 30 00 09 01 05"), "0C010009020505");
    assert_eq!(pair.ask("05 01 04 01 30 01 09 01 06"), "0C010009020606");
    assert_eq!(pair.ask("06 01 02 01 30 01 09 01 07"), "0D0100");
    assert_eq!(rings(&mut pair.meters[0]), 3);
    // Without a parameter it is null-data, which the bell does not take; reset does, and gives nothing.
    assert_eq!(pair.ask("05 02 02 01 30 02 01 60"), "0C02010C0000");
    assert_eq!(pair.ask("06 01 04 01 30 00 09 01 05 01 00"), "0D010103");
    assert_eq!(rings(&mut pair.meters[0]), 3);
    // Attributes among them come in their places.
    let mixed = pair.ask("05 04 02 01 40 04 01 30 00 09 01 05 02 01 18 02 09 99");
    assert_eq!(mixed, octets("0C 04 00 06 00 01 E2 40 00 09 02 05 05 00 06 00 00 00 04 01 04"));
    let peer = Saps { client: MANAGER, server: 1 };
    let reset = ENERGY.reset().descriptor();
    assert!(pair.audit.contains(&server::Event::Invoked(peer, reset, ActionResult::Success)));
}

#[test]
fn the_association_reads_by_logical_names() {
    let mut pair = manager();
    // Of the energy the value; of the hidden register the same; of the note everything.
    let names = "01 03 02 03 12 00 03 09 06 01 00 01 08 00 FF 0F 02 02 03 12 00 03 09 06 01 00 02 08 00 FF 0F 02 \
                 02 03 12 00 01 09 06 00 00 60 0D 00 FF 0F 00";
    assert_eq!(
        pair.ask(&format!("05 01 04 FA 30 00 {names}")),
        octets("0C 01 00 01 03 06 00 01 E2 40 00 02 02 09 06 00 00 60 0D 00 FF 09 00")
    );
    assert_eq!(pair.ask("05 01 04 FA 30 00 11 05"), "0C01010C");
    // What may be done with the energy: three attributes, of which the second is written; one method.
    let objects = "01 02 02 02 12 00 03 09 06 01 00 01 08 00 FF 02 02 12 00 09 09 06 01 00 01 08 00 FF";
    assert_eq!(
        pair.ask(&format!("05 01 04 FA 38 00 {objects}")),
        octets("0C 01 00 01 02 02 03 04 03 E0 04 03 40 04 01 80 02 03 04 00 04 00 04 00")
    );
    // The rights of all, in the form of their list.
    let rights = pair.ask("05 01 02 FA 10");
    assert!(
        rights.contains(&octets("02 03 10 01 38 01 03 02 03 0F 01 16 01 00 02 03 0F 02 16 03 00")),
        "{rights}"
    );
}

#[test]
fn a_client_changes_its_password() {
    let aarq = |password: &str| {
        format!(
            "60 36 A1 09 06 07 60 85 74 05 08 01 02 8A 02 07 80 8B 07 60 85 74 05 08 02 01 AC 0A 80 08 {password} \
             BE 10 04 0E 01 00 00 00 06 5F 1F 04 00 1C 7E 3F 04 B0"
        )
    };
    let (old, new) = (aarq("30 30 30 30 30 30 30 30"), aarq("31 31 31 31 31 31 31 31"));
    let lls = Authentication::Lls(Secret::new(PASSWORD).unwrap());
    let meter = offering(1, 0, [AssociationConfig::new(MANAGER, lls)]);
    let mut pair = Pair::with(ClientConfig::new(MANAGER, 1), vec![meter]);
    assert!(pair.ask(&old).contains("A203020100"));
    assert_eq!(pair.ask("06 01 02 FA 40 01 09 08 31 31 31 31 31 31 31 31"), "0D0100");
    assert!(pair.ask(&old).contains("A203020101"));
    assert!(pair.ask(&new).contains("A203020100"));
}

#[test]
fn every_block_error_is_answered_as_the_book_says() {
    let small = AARQ.replace("04 B0", "00 80");
    let mut pair = opened(public(), &small);
    let first = pair.ask("05 01 02 01 A0");
    assert!(first.starts_with("0C0102000001"), "{first}");
    assert_eq!(&first[14..24], "0100018201", "count and choice come before the value");
    let second = pair.ask("05 01 05 00 01");
    assert!(second.starts_with("0C0102000002"), "{second}");
    // A wrong number ends it, and then there is none in progress.
    assert_eq!(pair.ask("05 01 05 00 09"), "0C010113");
    assert_eq!(pair.ask("05 01 05 00 02"), "0C010110");
    assert_eq!(pair.ask("05 01 06 01 00 02 02 01 00"), "0C010110");
    assert_eq!(pair.ask("06 01 07 01 00 02 01 09 02 AA BB"), "0D010112");
    // Another request ends it too.
    pair.ask("05 01 02 01 A0");
    assert_eq!(pair.ask("05 01 02 01 40"), "0C0100060001E240");
    assert_eq!(pair.ask("05 01 05 00 01"), "0C010110");
    // Long requests: what is repeated is confirmed again, what is left out ends it.
    assert_eq!(pair.ask("05 01 06 00 00 01 02 01 02"), "0C01030001");
    assert_eq!(pair.ask("05 01 06 00 00 01 02 01 02"), "0C01030001");
    assert_eq!(pair.ask("05 01 06 00 00 02 01 01"), "0C01030002");
    assert_eq!(pair.ask("05 01 06 00 00 02 01 01"), "0C01030002");
    assert_eq!(pair.ask("05 01 06 01 00 03 01 40"), "0C0100060001E240");
    assert_eq!(pair.ask("05 01 06 00 00 01 02 01 02"), "0C01030001");
    assert_eq!(pair.ask("05 01 06 01 00 03 01 40"), "0C010113");
    assert_eq!(pair.ask("05 01 06 00 00 01 02 01 02"), "0C01030001");
    assert_eq!(pair.ask("06 01 07 00 00 02 01 09 01 01"), "0D010112");
    // Blocks stand alone, and come with octets.
    assert_eq!(pair.ask("05 02 02 01 40 05 00 01"), "D80201");
    assert_eq!(pair.ask("06 01 07 01 00 01 01 11 05"), "D80201");
    assert_eq!(pair.ask("05 01 06 01 00 01 04 01 05 00 01"), "D80201");
}

#[test]
fn a_long_write_is_put_together_from_its_blocks() {
    let mut pair = manager();
    assert_eq!(pair.ask("06 01 07 00 00 01 01 09 04 02 02 01 08"), "0D01020001");
    assert_eq!(pair.ask("06 01 07 00 00 02 01 09 05 02 01 30 02 09"), "0D01020002");
    assert_eq!(pair.ask("06 01 07 01 00 03 01 09 06 02 AB CD 09 01 05"), "0D020000");
    assert_eq!(pair.ask("05 01 02 01 08"), "0C01000902ABCD");
    assert_eq!(rings(&mut pair.meters[0]), 1);
    // Nothing of it is kept.
    assert_eq!(pair.ask("06 01 07 01 00 04 01 09 01 00"), "0D010112");
}

#[test]
fn what_was_not_agreed_on_is_refused() {
    let read_only = AARQ.replace("1C 7E 3F", "10 00 00");
    let mut pair = opened(public(), &read_only);
    assert_eq!(pair.ask("05 01 02 01 40"), "0C0100060001E240");
    assert_eq!(pair.ask("06 01 02 01 08 01 09 00"), "D80102");
    assert_eq!(pair.ask("05 02 02 01 40 02 01 48"), "D80102");
    assert_eq!(pair.ask("05 01 04 FA 08 01 12 00 07"), "0C01010D");
    assert_eq!(pair.ask("05 01 06 00 00 01 02 01 02"), "D80102");
    // Without blocks, what is long cannot be told.
    let mut pair = opened(public(), &read_only.replace("04 B0", "00 80"));
    assert_eq!(pair.ask("05 01 02 01 A0"), "0C0101FA");
    let mut pair = opened(public(), &AARQ.replace("1C 7E 3F", "08 00 00"));
    assert_eq!(pair.ask("05 01 02 01 40"), "D80102");
}
