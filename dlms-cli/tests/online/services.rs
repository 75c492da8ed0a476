//! Each subcommand against the built-in meter.

use serde_json::{Value, json};

use crate::command::{dlms, json};

const MESSAGE: &str = "0-0:96.13.0.255:1:2";

#[test]
fn an_association_tells_what_was_agreed_on() {
    let agreed = json(&["associate"]);
    assert_eq!(agreed["dlms-version"], 6);
    assert_eq!(agreed["max-pdu-size"], 1024);
    assert_eq!(agreed["server-system-title"], "4D41430000000001");
    assert_eq!((&agreed["mechanism"], &agreed["suite"]), (&json!("hls-gmac"), &json!(0)));
    assert_eq!(agreed["round-trips"], 2);
    assert!(agreed["conformance"].as_array().unwrap().contains(&json!("get")));
    let plain = json(&["associate", "--client", "16"]);
    assert_eq!((&plain["mechanism"], &plain["suite"]), (&json!("none"), &Value::Null));
    assert_eq!(plain["server-system-title"], Value::Null);
}

#[test]
fn who_talks_to_the_built_in_meter_is_told() {
    let ended = dlms(&["clock", "--client", "32"]);
    assert!(
        ended.stderr.contains("built-in meter") && ended.stderr.contains("client 32, auth lls"),
        "{}",
        ended.stderr
    );
}

#[test]
fn objects_are_those_the_client_sees() {
    let objects = json(&["objects"]);
    let objects = objects.as_array().unwrap();
    let energy = objects.iter().find(|object| object["obis"] == "1-0:1.8.0.255").unwrap();
    assert_eq!((&energy["class"], &energy["version"]), (&json!(3), &json!(0)));
    assert_eq!(energy["name"], "active energy import, total");
    assert_eq!(energy["attributes"]["2"], "read");
    assert_eq!(json(&["objects", "--class", "70"]).as_array().unwrap().len(), 1);
    let table = dlms(&["objects"]).stdout;
    assert_eq!(table.lines().count(), objects.len() + 1);
    assert!(table.contains("Disconnect control"));
}

#[test]
fn registers_are_scaled_and_times_are_shown() {
    let read = json(&["read", "1-0:32.7.0.255", "0-0:1.0.0.255", "0.0.42.0.0.255:1", "1-0:1.8.0*255:3:3"]);
    let [voltage, clock, name, scaler_unit] = read.as_array().unwrap().as_slice() else { panic!("{read}") };
    assert_eq!(
        (&voltage["class"], &voltage["attribute"], &voltage["unit"]),
        (&json!(3), &json!(2), &json!("V"))
    );
    let raw = voltage["value"]["long-unsigned"].as_f64().unwrap();
    assert!((voltage["scaled"].as_f64().unwrap() - raw / 10.0).abs() < 1e-9);
    assert!(clock["text"].as_str().unwrap().starts_with("20"));
    assert_eq!(name["value"], json!({"octet-string": "4D414330303030303030303030303031"}));
    assert_eq!(scaler_unit["value"], json!({"structure": [{"integer": 0}, {"enum": 30}]}));
    assert!(scaler_unit.get("scaled").is_none());
}

#[test]
fn several_values_are_one_request() {
    let trips = |arguments: &[&str]| {
        let ended = dlms(arguments);
        assert_eq!(ended.status, 0, "{}", ended.stderr);
        ended.stderr.lines().filter(|line| line.contains('→')).count()
    };
    // Association and release are one each, for a client without authentication.
    let names = ["1-0:1.8.0.255:3", "1-0:2.8.0.255:3", "0-0:42.0.0.255:1"];
    assert_eq!(trips(&[&["read"], &names[..], &["--client", "16", "--trace"]].concat()), 3);
}

#[test]
fn a_value_is_written_and_read_back() {
    // The meter lives as long as the command: what one command writes, another does not see.
    assert_eq!(json(&["write", MESSAGE, r#"{"octet-string":"48656C6C6F"}"#]), json!({"result": "success"}));
    let meter = crate::command::Meter::start();
    let long = "5A".repeat(3_000);
    let value = json!({"octet-string": long}).to_string();
    assert_eq!(json(&meter.keyed(&["write", MESSAGE, &value])), json!({"result": "success"}));
    let read = json(&meter.keyed(&["read", MESSAGE]));
    assert_eq!(read[0]["value"], json!({"octet-string": long}));
}

#[test]
fn the_breaker_is_switched() {
    let meter = crate::command::Meter::start();
    let off = json(&meter.keyed(&["breaker", "disconnect"]));
    assert_eq!(off, json!({"output-state": false, "control-state": "disconnected", "control-mode": 4}));
    assert_eq!(json(&meter.keyed(&["breaker"])), off);
    let on = json(&meter.keyed(&["breaker", "reconnect"]));
    assert_eq!((&on["output-state"], &on["control-state"]), (&json!(true), &json!("connected")));
    assert_eq!(json(&meter.keyed(&["invoke", "0-0:96.3.10.255:70:1"])), json!({"result": "success"}));
    assert_eq!(json(&meter.keyed(&["breaker", "status"])), off);
}

#[test]
fn the_clock_is_read_and_set() {
    let clock = json(&["clock"]);
    assert_eq!(clock["time"]["date-time"].as_str().unwrap().len(), 24);
    assert!(clock["offset-seconds"].as_i64().unwrap().abs() < 30);
    assert!(clock["text"].as_str().unwrap().contains('T'));
    let meter = crate::command::Meter::start();
    let ahead = json(&meter.keyed(&["clock", "--set", "1 hour"]));
    assert!((ahead["offset-seconds"].as_i64().unwrap() - 3_600).abs() < 30, "{ahead}");
    let fixed = json(&meter.keyed(&["clock", "--set", "2030-01-01T12:00:00"]));
    assert!(fixed["text"].as_str().unwrap().starts_with("2030-01-01T12:00:0"), "{fixed}");
    let back = json(&meter.keyed(&["clock", "--set", "now"]));
    assert!(back["offset-seconds"].as_i64().unwrap().abs() < 30, "{back}");
}

#[test]
fn the_nameplate_is_read() {
    let wanted = json!({
        "logical-device-name": "MAC0000000000001", "serial-number": "00000001", "firmware": ["V030001"],
    });
    assert_eq!(json(&["nameplate"]), wanted);
    assert!(dlms(&["nameplate"]).stdout.contains("serial number"));
}

#[test]
fn the_tour_shows_everything_and_ends_well() {
    let tour = json(&["demo"]);
    let steps = tour["steps"].as_array().unwrap();
    let results: Vec<_> = steps.iter().map(|step| &step["result"]).collect();
    let replayed = results.iter().find_map(|result| result.get("exception")).unwrap();
    assert_eq!(replayed["service-error"], "invocation-counter-error");
    let day = results.iter().find_map(|result| result.get("hours")).unwrap();
    assert_eq!(day.as_array().unwrap().len(), 24);
    let breakers: Vec<_> = results.iter().filter_map(|result| result.get("output-state")).collect();
    assert_eq!(breakers, [&json!(false), &json!(true)]);
    assert!(
        steps
            .iter()
            .all(|step| step["round-trips"].as_u64().unwrap() > 0 && step["bytes-sent"].as_u64() > Some(0))
    );
    let text = dlms(&["demo"]);
    assert_eq!(text.status, 0);
    assert!(
        text.stdout.contains("invocation-counter-error")
            && text.stdout.contains('█')
            && !text.stdout.contains('\x1b')
    );
}

#[test]
fn short_names_show_the_same() {
    let sn = |arguments: &[&str]| json(&[arguments, &["--referencing", "sn"]].concat());
    for client in ["16", "32", "1"] {
        let agreed = sn(&["associate", "--client", client]);
        let conformance = agreed["conformance"].as_array().unwrap();
        assert!(conformance.contains(&json!("read")) && !conformance.contains(&json!("get")));
    }
    let objects = sn(&["objects"]);
    let of_class =
        |class| objects.as_array().unwrap().iter().find(|object| object["class"] == class).unwrap();
    assert_eq!(of_class(12)["base-name"], 0xfa00);
    assert_eq!(of_class(17)["base-name"], 0xfc00);
    assert_eq!(of_class(12)["methods"]["3"], "invoke");
    assert_eq!(of_class(8)["attributes"]["2"], "read-write");
    let by_name = json(&["objects"]);
    assert_eq!(by_name.as_array().unwrap().len(), objects.as_array().unwrap().len());
    assert!(by_name[0].get("base-name").is_none());

    let read = sn(&["read", "1-0:32.7.0.255", "0-0:42.0.0.255:1"]);
    assert_eq!(read[0]["unit"], "V");
    assert_eq!(read[1]["value"], json!({"octet-string": "4D414330303030303030303030303031"}));
    let profile = sn(&["profile", "1-0:99.1.0.255", "--entries", "1:3"]);
    assert_eq!(profile["rows"].as_array().unwrap().len(), 3);
    assert!(sn(&["clock"])["text"].as_str().unwrap().starts_with("20"));
    assert_eq!(sn(&["write", MESSAGE, r#"{"octet-string":"48656C6C6F"}"#]), json!({"result": "success"}));
    assert_eq!(sn(&["invoke", "0-0:96.3.10.255:70:1"]), json!({"result": "success"}));
    let missing = crate::command::failure(&["read", "0-0:96.1.77.255:1:2", "--referencing", "sn"]);
    assert_eq!((missing.0, &missing.1["detail"]["result"]), (1, &json!("object-undefined")));
    let missing = crate::command::failure(&["invoke", "0-0:96.1.77.255:70:1", "--referencing", "sn"]);
    assert_eq!(missing.1["detail"], json!({"service": "action", "result": "object-undefined"}));
}
