//! Every vector decodes to the value it states, and is written again as it came.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod acse;
mod any_link;
mod authentication;
mod captures;
mod ciphering;
mod curves;
mod local_exchange;
mod malformed;
mod mbus;
mod mbus_malformed;
mod messages;
mod pushes;
mod values;
mod wmbus;
mod wrapper;

use dlms_tests::vector::Vector;

/// The kinds of entries in each file that are read here.
const READ: &[(&str, &[&str])] = &[
    ("access", &["apdu"]),
    ("acse", &["apdu"]),
    ("ciphering", &["apdu", "crypto"]),
    ("compact-array", &["axdr-data"]),
    ("data-types", &["axdr-data"]),
    ("ecdsa", &["crypto"]),
    ("gbt", &["apdu"]),
    ("general-ciphering", &["apdu", "crypto"]),
    ("general-signing", &["apdu"]),
    ("hls", &["apdu", "crypto"]),
    ("iec62056-21", &["iec62056-21-flow", "iec62056-21-line", "p1-telegram"]),
    ("initiate", &["apdu"]),
    ("key-agreement", &["crypto"]),
    ("key-wrap", &["crypto"]),
    (
        "malformed",
        &[
            "apdu",
            "apdu-capture",
            "axdr-data",
            "bitflips:apdu",
            "iec62056-21-line",
            "mbus",
            "mbus-app",
            "mbus-dlms",
            "prefixes:apdu",
            "prefixes:axdr-data",
            "prefixes:wrapper",
            "wmbus",
            "wrapper",
        ],
    ),
    ("mbus", &["mbus", "mbus-short"]),
    ("notification", &["apdu"]),
    ("real-meter", &["apdu-capture", "axdr-data", "hdlc-capture", "mbus-dlms", "p1-glo", "wrapper-capture"]),
    ("session-trace", &["hdlc-session"]),
    ("wmbus", &["crypto", "wmbus"]),
    ("wrapper", &["wrapper"]),
    ("xdlms-ln", &["apdu"]),
    ("xdlms-sn", &["apdu"]),
];

/// Those that are not, and why.
const NOT_READ: &[(&str, &str, &str)] = &[
    ("hdlc", "hdlc", "read by hdlc.rs"),
    ("malformed", "hdlc", "read by hdlc.rs"),
    ("malformed", "hdlc-capture", "read by hdlc.rs"),
    ("malformed", "hdlc-noise", "read by hdlc.rs"),
    ("malformed", "prefixes:hdlc", "read by hdlc.rs"),
];

#[test]
fn every_kind_of_every_file_is_accounted_for() {
    let directory = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/vectors")).unwrap();
    let mut found = Vec::new();
    for file in directory.filter_map(|entry| entry.unwrap().file_name().into_string().ok()) {
        let Some(file) = file.strip_suffix(".json") else { continue };
        found.extend(Vector::all(file).into_iter().map(|vector| (file.to_owned(), vector.kind)));
    }
    found.sort();
    found.dedup();
    let read = READ.iter().flat_map(|(file, kinds)| kinds.iter().map(move |kind| (*file, *kind)));
    let others = NOT_READ.iter().map(|(file, kind, _)| (*file, *kind));
    let mut stated: Vec<_> =
        read.chain(others).map(|(file, kind)| (file.to_owned(), kind.to_owned())).collect();
    stated.sort();
    assert_eq!(found, stated);
}

#[test]
fn no_id_stands_twice() {
    let files = READ.iter().map(|(file, _)| *file).chain(["hdlc"]);
    let mut ids: Vec<_> = files.flat_map(Vector::all).map(|vector| vector.id).collect();
    let all = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), all);
}
