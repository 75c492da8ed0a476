//! Our invocation counter, from one command to the next.

use std::fs;

use serde_json::{Value, json};

use crate::command::{Meter, Scratch, failure, json};

const READ: [&str; 2] = ["read", "1-0:1.8.0.255:3:2"];

#[test]
fn a_kept_counter_goes_on_and_never_goes_back() {
    let (meter, scratch) = (Meter::start(), Scratch::new("kept"));
    let file = scratch.file("counter");
    let read = [&READ[..], &["--counter", &file]].concat();
    json(&meter.keyed(&read));
    let first: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    json(&meter.keyed(&read));
    let second: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    let counter = |file: &Value| file["434C49454E543031"]["key-set-0-unicast"].as_u64().unwrap();
    assert!(counter(&first) > 1 && counter(&second) > counter(&first));

    // A file put back is an old counter: the meter refuses it, and its word is not enough to raise what lasts.
    fs::write(&file, first.to_string()).unwrap();
    let (status, error) = failure(&meter.keyed(&read));
    assert_eq!((status, &error["kind"]), (1, &json!("exception")));
    assert_eq!(error["detail"]["service-error"], "invocation-counter-error");
    assert!(error["detail"]["invocation-counter"].as_u64().unwrap() > counter(&first));

    // Asked for, it is.
    let asked = [&read[..], &["--counter-obis", "0-0:43.1.0.255"]].concat();
    json(&meter.keyed(&asked));
    json(&meter.keyed(&read));
}

#[test]
fn a_counter_that_is_not_kept_is_raised_to_what_the_meter_expects() {
    let (meter, scratch) = (Meter::start(), Scratch::new("raised"));
    let file = scratch.file("counter");
    fs::write(&file, r#"{"434C49454E543031":{"key-set-0-unicast":4000000000}}"#).unwrap();
    json(&meter.keyed(&[&READ[..], &["--counter", &file]].concat()));
    // By the time, it would be far lower.
    json(&meter.keyed(&READ));
    let counter = json(&["counter", "--tcp", &meter.address]);
    assert!(counter["invocation-counter"].as_u64().unwrap() > 4_000_000_000, "{counter}");
}

#[test]
fn the_meters_counter_is_where_ours_begins() {
    let meter = Meter::start();
    assert_eq!(json(&["counter", "--tcp", &meter.address]), json!({"invocation-counter": 0}));
    json(&meter.keyed(&[&READ[..], &["--counter-obis", "0-0:43.1.0.255"]].concat()));
    let counter = json(&["counter", "--tcp", &meter.address]);
    assert!((1..100).contains(&counter["invocation-counter"].as_u64().unwrap()), "{counter}");
    let (status, error) = failure(&meter.keyed(&[&READ[..], &["--counter-obis", "0-0:42.0.0.255"]].concat()));
    assert_eq!((status, &error["kind"]), (1, &json!("decode")));
}

#[test]
fn two_commands_do_not_use_one_counter_at_a_time() {
    let (meter, scratch) = (Meter::start(), Scratch::new("shared"));
    let file = scratch.file("counter");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| json(&meter.keyed(&[&READ[..], &["--counter", &file]].concat())));
        }
    });
}

#[test]
fn what_is_no_counter_file_is_not_touched() {
    let (meter, scratch) = (Meter::start(), Scratch::new("foreign"));
    let file = scratch.file("counter");
    fs::write(&file, "precious").unwrap();
    let (status, error) = failure(&meter.keyed(&[&READ[..], &["--counter", &file]].concat()));
    assert_eq!((status, &error["kind"]), (1, &json!("io")));
    assert_eq!(fs::read_to_string(&file).unwrap(), "precious");
}
