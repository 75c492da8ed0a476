//! Recipes: how a meter wants to be talked to, out of files.

use std::fs;

use serde_json::json;

use crate::command::{Meter, Scratch, dlms, failure, json};

#[test]
fn a_recipe_is_followed_and_flags_come_before_it() {
    let (meter, scratch) = (Meter::start(), Scratch::new("recipe"));
    let file = scratch.file("awkward.toml");
    let recipe = "about = 'a test'\nstart-delay = 20\n[association]\nclient = 32\nmechanism = 'lls'\n\
                  pdu-size = 300\nrelease = false\nwithout = ['access']\n[objects]\nlist-items = 2\n";
    fs::write(&file, recipe).unwrap();
    let with =
        |arguments: &[&'static str]| [arguments, &["--tcp", &meter.address, "--recipe", &file]].concat();
    let agreed = json(&with(&["associate", "--password", "00000000"]));
    assert_eq!(agreed["mechanism"], "lls");
    assert!(!agreed["conformance"].as_array().unwrap().contains(&json!("access")));
    let public = json(&with(&["associate", "--client", "16", "--auth", "none"]));
    assert_eq!(public["mechanism"], "none");
    let traced = dlms(&with(&[
        "read",
        "1-0:1.8.0.255:3:2",
        "1-0:2.8.0.255:3:2",
        "1-0:1.7.0.255:3:2",
        "--client",
        "16",
        "--auth",
        "none",
        "--trace",
    ]));
    assert_eq!(traced.status, 0, "{}", traced.stderr);
    // Three values with their units, two in each list.
    assert_eq!(traced.stderr.matches("get-request with-list").count(), 3, "{}", traced.stderr);
    assert!(!traced.stderr.contains("rlrq"), "{}", traced.stderr);
}

#[test]
fn a_recipe_may_stand_in_a_table_of_the_configuration_file() {
    let (meter, scratch) = (Meter::with(&["--hdlc-tcp", "127.0.0.1:0"]), Scratch::new("recipe-table"));
    let (config, recipe) = (scratch.file("dlms.toml"), scratch.file("link.json"));
    fs::write(&recipe, r#"{"hdlc": {"disconnect-first": true}}"#).unwrap();
    let address = &meter.address;
    let text = format!(
        "[inline]\nhdlc-tcp = '{address}'\n[inline.recipe.hdlc]\ndisconnect-first = true\nframe-size = 128\n\
         [named]\nhdlc-tcp = '{address}'\nrecipe = '{recipe}'\n[wrong.recipe]\ncolour = 'red'\n"
    );
    fs::write(&config, text).unwrap();
    for profile in ["inline", "named"] {
        let read = dlms(&["clock", "--profile", profile, "--config", &config, "--trace"]);
        assert_eq!(read.status, 0, "{}", read.stderr);
        let (disc, snrm) = (read.stderr.find("DISC").unwrap(), read.stderr.find("SNRM").unwrap());
        assert!(disc < snrm, "{}", read.stderr);
    }
    let (status, error) = failure(&["clock", "--profile", "wrong", "--config", &config]);
    assert_eq!((status, &error["kind"]), (2, &json!("usage")));
    assert!(error["message"].as_str().unwrap().contains("colour"), "{error}");
    let (status, _) = failure(&["clock", "--recipe", &scratch.file("none.toml")]);
    assert_eq!(status, 2);
}

#[test]
fn a_clock_that_counts_its_deviation_the_other_way_is_understood() {
    let (meter, scratch) = (Meter::start(), Scratch::new("recipe-clock"));
    let file = scratch.file("reversed.toml");
    fs::write(&file, "[objects]\ndeviation-reversed = true\n").unwrap();
    let clock = |arguments: &[&str]| {
        json(&[&["clock", "--tcp", &meter.address, "--client", "16"], arguments].concat())["offset-seconds"]
            .as_i64()
    };
    assert!(clock(&[]).unwrap().abs() < 60);
    // One or two hours east of Greenwich taken for west of it.
    assert!(clock(&["--recipe", &file]).unwrap() >= 7_000);
}

#[test]
fn all_that_is_shipped_can_be_used() {
    let meter = Meter::start();
    for name in ["one-by-one", "short-names", "named-beforehand", "reversed-deviation", "stale-connections"] {
        let file = format!("{}/../dlms-io/recipes/{name}.toml", env!("CARGO_MANIFEST_DIR"));
        let read =
            json(&["read", "1-0:1.8.0.255", "1-0:2.8.0.255", "--tcp", &meter.address, "--recipe", &file]);
        assert_eq!(read.as_array().unwrap().len(), 2, "{name}");
    }
    let file = format!("{}/../dlms-io/recipes/counter-by-public-client.toml", env!("CARGO_MANIFEST_DIR"));
    let read = json(&meter.keyed(&["read", "1-0:1.8.0.255", "--recipe", &file]));
    assert_eq!(read[0]["unit"], "Wh");
}
