//! The published vectors: what they say is what is printed.

use serde_json::{Map, Value, json};

use crate::command::{Called, decode};

/// The entries of a file of vectors.
pub(crate) fn entries(name: &str) -> Vec<Value> {
    let path = format!("{}/../tests/vectors/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The flags that give an entry's keys.
pub(crate) fn key_flags(entry: &Value) -> Vec<&str> {
    let flags = [
        ("ek", "--ek"),
        ("ak", "--ak"),
        ("dk", "--dedicated-key"),
        ("st", "--system-title"),
        ("key", "--ek"),
    ];
    let given = flags.into_iter().filter_map(|(name, flag)| Some([flag, entry["keys"][name].as_str()?]));
    given.flatten().collect()
}

fn called(entry: &Value, flags: &[&str]) -> Called {
    decode(&[flags, &key_flags(entry)].concat(), entry["input_hex"].as_str().unwrap())
}

/// A value as the vectors write it, as the command writes it.
pub(crate) fn value(of: &Value) -> Value {
    match of {
        Value::Array(elements) => elements.iter().map(value).collect(),
        Value::Object(object) => match object.get("compact-array") {
            Some(compact) => {
                json!({"compact-array": value(&compact["rows"]), "type": compact["type"]})
            }
            None => {
                let member = |(name, content): (&String, &Value)| match content {
                    Value::String(text) if text == "nan" => (name.clone(), json!("NaN")),
                    content => (name.clone(), value(content)),
                };
                Value::Object(object.iter().map(member).collect::<Map<_, _>>())
            }
        },
        scalar => scalar.clone(),
    }
}

#[test]
fn every_value_is_printed_as_the_contract_has_it() {
    for entry in entries("data-types").iter().chain(&entries("compact-array")) {
        let document = called(entry, &["--link", "data"]).document();
        assert_eq!(document, json!({"link": "data", "body": value(&entry["expected"])}), "{}", entry["id"]);
    }
}

#[test]
fn every_message_has_its_name_and_its_value() {
    for file in ["xdlms-ln", "xdlms-sn", "access", "initiate", "acse", "notification"] {
        for entry in entries(file) {
            let document = called(&entry, &[]).document();
            let Some((name, expected)) = entry["expected"].as_object().unwrap().iter().next() else {
                continue;
            };
            if name == "must" {
                continue;
            }
            assert_eq!(document["apdu"], json!(name), "{}", entry["id"]);
            assert_eq!(document["warnings"], json!([]), "{}", entry["id"]);
            let normal = &expected["normal"];
            let body = [&expected["body"], &normal["result"]["data"], &normal["data"], &normal["params"]];
            if let Some(body) = body.into_iter().find(|body| !body.is_null()) {
                assert_eq!(document["body"], value(body), "{}", entry["id"]);
            }
            let invoke = [&normal["invoke"]["id"], &expected["long_invoke_id"]["id"]];
            if let Some(id) = invoke.into_iter().find(|id| !id.is_null()) {
                assert_eq!(&document["invoke-id"], id, "{}", entry["id"]);
            }
            if let Some(conformance) = expected.get("conformance") {
                let names =
                    ["proposed-conformance", "negotiated-conformance"].map(|name| &document["fields"][name]);
                assert!(names.contains(&&conformance["bits"]), "{}", entry["id"]);
            }
        }
    }
}

/// The message in those that protect it, and how it was protected.
fn unprotected<'a>(apdu: &'a Value, protected: &mut Option<&'a Value>) -> (&'a str, &'a Value) {
    let (name, content) = apdu.as_object().unwrap().iter().next().unwrap();
    match content.get("apdu").filter(|_| content.get("sc").is_some()) {
        Some(inner) => {
            *protected = Some(content);
            unprotected(inner, protected)
        }
        None => (name, content),
    }
}

#[test]
fn protected_messages_are_deciphered() {
    for entry in entries("ciphering").iter().chain(&entries("general-ciphering")) {
        let (mut protected, expected) = (None, &entry["expected"]);
        if entry["kind"] != "apdu"
            || expected.get("must").is_some()
            || expected.get("general-ciphering").is_some()
        {
            continue;
        }
        let (name, _) = unprotected(expected, &mut protected);
        let Some(protected) = protected else { continue };
        let document = called(entry, &[]).document();
        assert_eq!(document["apdu"], json!(name), "{}", entry["id"]);
        for (member, theirs) in
            [("authenticated", "authenticated"), ("encrypted", "encrypted"), ("suite", "suite")]
        {
            assert_eq!(document["security"][member], protected[theirs], "{}", entry["id"]);
        }
        assert_eq!(document["security"]["invocation-counter"], protected["ic"], "{}", entry["id"]);
    }
}

#[test]
fn telegrams_of_real_meters_are_read() {
    let mut telegrams = 0;
    for entry in entries("real-meter") {
        let captured = ["hdlc-capture", "apdu-capture", "wrapper-capture"];
        if !captured.iter().any(|kind| entry["kind"] == *kind) {
            continue;
        }
        let messages = entry["expected"]["messages"].as_array().unwrap();
        let mut protected = None;
        let bodies: Vec<_> =
            messages.iter().map(|message| unprotected(&message["apdu"], &mut protected).1).collect();
        let called = called(&entry, &["--lenient"]);
        if bodies.iter().any(|body| body.get("ciphered").is_some()) {
            // The key was never published.
            assert!(
                called.failures().iter().all(|failure| failure["kind"] == "missing-key"),
                "{}",
                entry["id"]
            );
            continue;
        }
        assert_eq!(
            (called.status, called.documents().len()),
            (0, messages.len()),
            "{} {called:?}",
            entry["id"]
        );
        for (document, expected) in called.documents().iter().zip(&bodies) {
            telegrams += 1;
            assert_eq!(document["apdu"], json!("data-notification"));
            if let Some(date_time) = expected["date_time"].as_str() {
                assert_eq!(document["date-time"], json!({"date-time": date_time}), "{}", entry["id"]);
            }
            // Descriptors without tags come out with them.
            if !expected["body"].to_string().contains("array-of-attribute-value") {
                assert_eq!(document["body"], value(&expected["body"]), "{}", entry["id"]);
            }
        }
        if let Some(expected) = entry["expected"]["values"].as_array() {
            readings_are(&called.documents(), expected, &entry);
        }
    }
    assert!(telegrams > 90, "{telegrams}");
}

/// A push of a list of objects and then their values has the value 2 in the vectors, which is the attribute's number in the
/// list: there the pairs are checked by their codes.
fn readings_are(documents: &[Value], expected: &[Value], entry: &Value) {
    let readings: Vec<_> =
        documents.iter().filter_map(|document| document["readings"].as_array()).flatten().collect();
    let objects_listed = expected.iter().filter(|value| value["type"] == "integer").count() > 5;
    for value in expected {
        // The list is in the list.
        if objects_listed && value["obis"].as_str().unwrap().ends_with(":25.9.0.255") {
            continue;
        }
        let found = readings.iter().any(|reading| {
            let raw = reading["value"].as_object().unwrap().values().next().unwrap();
            let same = reading["obis"] == value["obis"];
            if objects_listed {
                return same && reading["class"].is_number();
            }
            let known =
                |name: &str| value.get(name).is_none_or(|known| number(known) == number(&reading[name]));
            same && *raw == value["value"] && known("unit") && known("scaled")
        });
        assert!(found, "{} {value} not in {readings:?}", entry["id"]);
    }
}

/// A number as a number, everything else as it is.
fn number(json: &Value) -> Value {
    json.as_f64().map_or_else(|| json.clone(), |number| json!(number))
}
