//! Rows of a profile, however they are asked for.

use serde_json::{Value, json};

use crate::command::{Meter, Scratch, dlms, json};

const PROFILE: &str = "1-0:99.1.0.255";

fn rows(document: &Value) -> &[Value] {
    document["rows"].as_array().unwrap()
}

#[test]
fn all_rows_come_in_blocks() {
    let profile = json(&["profile", PROFILE]);
    assert!(rows(&profile).len() >= 2_879, "{}", rows(&profile).len());
    let columns = profile["columns"].as_array().unwrap();
    assert_eq!(columns.len(), 4);
    assert_eq!((&columns[0]["obis"], &columns[0]["attribute"]), (&json!("0-0:1.0.0.255"), &json!(2)));
    assert_eq!((&columns[2]["obis"], &columns[2]["unit"]), (&json!("1-0:1.8.0.255"), &json!("Wh")));
    assert!(
        rows(&profile)
            .iter()
            .all(|row| row.as_array().unwrap().len() == 4 && row[0]["octet-string"].is_string())
    );
}

#[test]
fn all_rows_come_in_general_blocks_too() {
    let profile = json(&["profile", PROFILE, "--gbt", "20"]);
    assert!(rows(&profile).len() >= 2_879, "{}", rows(&profile).len());
}

#[test]
fn rows_by_number_and_columns_by_number() {
    let meter = Meter::start();
    let all = json(&["profile", PROFILE, "--tcp", &meter.address]);
    let some = json(&["profile", PROFILE, "--entries", "11:20", "--tcp", &meter.address]);
    assert_eq!(rows(&some), &rows(&all)[10..20]);
    let narrow =
        json(&["profile", PROFILE, "--entries", "11:20", "--columns", "2:3", "--tcp", &meter.address]);
    assert_eq!(narrow["columns"].as_array().unwrap().as_slice(), &all["columns"].as_array().unwrap()[1..3]);
    let cut: Vec<_> = rows(&some).iter().map(|row| json!([row[1], row[2]])).collect();
    assert_eq!(rows(&narrow), cut);
    let columns = json(&["profile", PROFILE, "--columns", "1:2", "--tcp", &meter.address]);
    assert_eq!(rows(&columns).len(), rows(&all).len());
}

#[test]
fn rows_by_their_times() {
    let day = json(&["profile", PROFILE, "--from", "-25h", "--to", "-1h"]);
    assert!((95..=97).contains(&rows(&day).len()), "{}", rows(&day).len());
    let without_times = json(&["profile", PROFILE, "--from", "-25h", "--to", "-1h", "--columns", "3:4"]);
    assert_eq!(without_times["columns"].as_array().unwrap().len(), 2);
    assert!((95..=97).contains(&rows(&without_times).len()));
    let none = json(&["profile", PROFILE, "--from", "2001-01-01", "--to", "2001-01-02"]);
    assert!(rows(&none).is_empty());
    let since = json(&["profile", PROFILE, "--from", "-2h"]);
    assert!((7..=9).contains(&rows(&since).len()));
}

#[test]
fn a_profile_can_be_a_table_values_with_commas_or_a_picture() {
    let scratch = Scratch::new("plot");
    let svg = scratch.file("day.svg");
    let table = dlms(&["profile", PROFILE, "--entries", "1:3", "--plot", &svg]).stdout;
    assert!(table.contains("active energy import, total") && table.contains("Wh"), "{table}");
    let drawn = std::fs::read_to_string(&svg).unwrap();
    assert_eq!(drawn.matches("<polyline").count(), 2);
    let csv = dlms(&["profile", PROFILE, "--entries", "1:3", "--format", "csv"]).stdout;
    let lines: Vec<_> = csv.split_terminator("\r\n").collect();
    assert_eq!(lines.len(), 4);
    assert_eq!(
        lines[0],
        "0-0:1.0.0.255:8:2,0-0:96.10.1.255:1:2,1-0:1.8.0.255:3:2 [Wh],1-0:2.8.0.255:3:2 [Wh]"
    );
    assert!(lines[1].split(',').next().unwrap().contains('T'));
    let as_json = dlms(&["profile", PROFILE, "--entries", "1:3", "--format", "json"]).stdout;
    assert_eq!(rows(&serde_json::from_str(&as_json).unwrap()).len(), 3);
}
