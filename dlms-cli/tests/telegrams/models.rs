//! What the pushes of known models do not say, taken from the model.

use serde_json::{Value, json};

use crate::command::decode;
use crate::vectors::{entries, key_flags};

/// The readings of a capture, telegram by telegram.
fn readings(entry: &Value, model: &str) -> Vec<Vec<Value>> {
    let flags = [&["--model", model, "--lenient"], key_flags(entry).as_slice()].concat();
    let documents = decode(&flags, entry["input_hex"].as_str().unwrap()).documents();
    documents.iter().filter_map(|document| document["readings"].as_array().cloned()).collect()
}

/// A quantity of a telegram, by the groups C.D of its code.
fn quantity(readings: &[Value], groups: &str, unit: &str) -> Option<f64> {
    let found = readings.iter().find(|reading| {
        let obis = reading["obis"].as_str().unwrap();
        obis.starts_with("1-") && obis.split_once(':').unwrap().1 == format!("{groups}.0.255")
    })?;
    assert_eq!(found["unit"], json!(unit), "{found}");
    found["scaled"].as_f64()
}

#[test]
fn powers_currents_and_voltages_of_one_push_agree() {
    let mut telegrams = 0;
    for entry in entries("real-meter") {
        for readings in readings(&entry, "auto") {
            if !readings.iter().any(|reading| reading["scaler"] == json!("model")) {
                continue;
            }
            let Some(current) = quantity(&readings, "31.7", "A") else { continue };
            let get = |groups, unit| quantity(&readings, groups, unit).unwrap_or(0.0);
            let phases = [("32.7", current), ("52.7", get("51.7", "A")), ("72.7", get("71.7", "A"))];
            let voltages = phases.map(|(groups, _)| get(groups, "V"));
            let at_their_own: f64 = phases.iter().zip(voltages).map(|((_, i), u)| i * u).sum();
            // In a net without a neutral, as in most of Norway, the meter has the voltages between the lines.
            let between_lines = phases.iter().map(|(_, i)| i).sum::<f64>() * voltages[0] / 3f64.sqrt();
            let power = get("1.7", "W") - get("2.7", "W");
            let reactive = get("3.7", "var") - get("4.7", "var");
            let told = power.hypot(reactive);
            // Unbalanced loads between lines, rounded currents, harmonics.
            let agrees = |apparent: f64| (apparent - told).abs() < 0.2 * told + 50.0;
            assert!(
                agrees(at_their_own) || agrees(between_lines),
                "{}: {at_their_own} or {between_lines} VA of {told} VA",
                entry["id"]
            );
            telegrams += 1;
        }
    }
    assert!(telegrams > 30, "{telegrams}");
}

#[test]
fn without_a_model_numbers_without_scaler_are_said_to_be_so() {
    let entries = entries("real-meter");
    let kamstrup = entries.iter().find(|entry| entry["id"] == "real-meter-117").unwrap();
    let document = decode(&["--lenient"], kamstrup["input_hex"].as_str().unwrap()).document();
    let current = &document["readings"].as_array().unwrap()[6];
    assert_eq!(
        current,
        &json!({"obis": "1-1:31.7.0.255", "value": {"double-long-unsigned": 189}, "scaler": "unknown"})
    );
}

#[test]
fn a_list_of_one_value_is_read_where_the_model_is_told() {
    let entries = entries("real-meter");
    let kaifa = entries.iter().find(|entry| entry["id"] == "real-meter-104").unwrap();
    let hex = kaifa["input_hex"].as_str().unwrap();
    // The model brings its leniencies.
    let document = decode(&["--model", "kaifa"], hex).document();
    assert_eq!(
        document["readings"],
        json!([{
            "obis": "1-0:1.7.0.255", "value": {"double-long-unsigned": 4117},
            "scaler": "model", "unit": "W", "scaled": 4117,
        }])
    );
    assert!(document["warnings"][0].as_str().unwrap().starts_with("tagged-date-time"));
    assert!(decode(&["--model", "auto", "--lenient"], hex).document().get("readings").is_none());
}
