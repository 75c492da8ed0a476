//! `dlms keys`: a meter's keys are replaced, and its certificates seen to.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::{Value, json};

use crate::command::{Meter, Scratch, dlms, failure, json as printed};

const EK: &str = "000102030405060708090A0B0C0D0E0F";
const AK: &str = "D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF";
const KEK: &str = "31313131313131313131313131313131";
const TITLE: &str = "434C49454E543031";
const METER: &str = "4D41430000000001";

fn vector(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/certificates");
    folder.join(name).to_str().unwrap().to_owned()
}

/// A copy of a private key that nobody else may read.
fn private(scratch: &Scratch, name: &str) -> String {
    let file = scratch.file(name);
    fs::copy(vector(name), &file).unwrap();
    fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    file
}

fn written(scratch: &Scratch, name: &str, text: &str) -> String {
    let file = scratch.file(name);
    fs::write(&file, text).unwrap();
    fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    file
}

fn entry(ek: &str, ak: &str, kek: &str) -> String {
    format!("[any]\nek = '{ek}'\nak = '{ak}'\nkek = '{kek}'\nsystem-title = '{TITLE}'\n")
}

fn twice(key: &str, suite: &str) -> String {
    key.repeat(if suite == "2" { 2 } else { 1 })
}

/// A meter of this suite that trusts the root and knows the client, and the files of its client.
struct Site {
    scratch: Scratch,
    meter: Meter,
    suite: &'static str,
    keys: String,
}

impl Site {
    fn new(name: &str, suite: &'static str) -> Self {
        let scratch = Scratch::new(name);
        let of = |name: &str| format!("suite{suite}-{name}");
        let signing = private(&scratch, &of("meter-sign.key"));
        let meter = Meter::with(&[
            "--tcp",
            "127.0.0.1:0",
            "--suite",
            suite,
            "--trust",
            &vector(&of("root.pem")),
            "--certificates",
            &vector(&of("sub.pem")),
            "--certificates",
            &vector(&of("client-sign.pem")),
            "--signing-key",
            &signing,
        ]);
        let keys =
            written(&scratch, "keys.toml", &entry(&twice(EK, suite), &twice(AK, suite), &twice(KEK, suite)));
        Self { scratch, meter, suite, keys }
    }

    /// The arguments with those of the client, with these keys.
    fn with<'a>(&'a self, keys: &'a str, arguments: &[&'a str]) -> Vec<&'a str> {
        let client = ["--client", "1", "--auth", "hls-gmac", "--suite", self.suite, "--keys", keys];
        [arguments, &["--tcp", &self.meter.address], &client].concat()
    }

    fn works(&self, keys: &str) -> bool {
        dlms(&self.with(keys, &["clock"])).status == 0
    }
}

#[test]
fn keys_made_at_random_are_kept_before_they_are_sent() {
    for suite in ["0", "1", "2"] {
        let scratch = Scratch::new(&format!("keys-transfer-{suite}"));
        let meter = Meter::with(&["--tcp", "127.0.0.1:0", "--suite", suite]);
        let keys = entry(&twice(EK, suite), &twice(AK, suite), &twice(KEK, suite));
        let site = Site { keys: written(&scratch, "keys.toml", &keys), scratch, meter, suite };
        let new = site.scratch.file("new.toml");
        let transfer =
            site.with(&site.keys, &["keys", "transfer", "--generate", "ek,ak,kek,bk", "--new", &new]);
        let trace = site.scratch.file("trace");
        let done = printed(&[&transfer[..], &["--trace", &trace]].concat());
        assert_eq!(done, json!({"result": "success", "keys": ["ek", "ak", "kek", "bk"]}));
        assert_eq!(fs::metadata(&new).unwrap().permissions().mode() & 0o777, 0o600);
        let text = fs::read_to_string(&new).unwrap();
        assert!(text.starts_with(&format!("[\"{METER}\"]")), "{text}");
        let trace = fs::read_to_string(&trace).unwrap();
        for line in text.lines().filter_map(|line| line.split('"').nth(1)).filter(|key| key.len() >= 32) {
            assert_eq!(line.len(), if suite == "2" { 64 } else { 32 });
            assert!(!trace.contains(line));
        }
        // The new file lacks our system title.
        let complete = written(&site.scratch, "complete.toml", &format!("{text}system-title = '{TITLE}'\n"));
        assert!(site.works(&complete) && !site.works(&site.keys), "{suite}");
        // Nothing that is there is overwritten, and nothing is sent then.
        let again = site.with(&complete, &["keys", "transfer", "--generate", "ek", "--new", &new]);
        assert_eq!(failure(&again).1["kind"], "io");
        assert!(site.works(&complete));
        // Given keys, back to the old ones.
        let back = site.with(&complete, &["keys", "transfer", "--new", &site.keys]);
        assert_eq!(printed(&back)["keys"], json!(["ek", "ak", "kek"]));
        assert!(site.works(&site.keys) && !site.works(&complete));
    }
}

#[test]
fn a_wrong_key_encryption_key_replaces_nothing() {
    let (scratch, meter) = (Scratch::new("keys-wrong-kek"), Meter::start());
    let keys = written(&scratch, "keys.toml", &entry(EK, AK, AK));
    let site = Site { keys, scratch, meter, suite: "0" };
    let transfer = site.with(&site.keys, &["keys", "transfer", "--new", &site.keys]);
    let (status, error) = failure(&transfer);
    assert_eq!((status, &error["kind"]), (1, &json!("refused")));
    assert!(site.works(&site.keys));
    let without = written(
        &site.scratch,
        "without.toml",
        &format!("[any]\nek='{EK}'\nak='{AK}'\nsystem-title='{TITLE}'"),
    );
    let transfer = site.with(&without, &["keys", "transfer", "--new", &site.keys]);
    assert_eq!(failure(&transfer).1["kind"], "missing-key");
}

#[test]
fn keys_are_agreed_on_and_kept() {
    for suite in ["1", "2"] {
        let site = Site::new(&format!("keys-agree-{suite}"), if suite == "1" { "1" } else { "2" });
        let signing = private(&site.scratch, &format!("suite{suite}-client-sign.key"));
        let certificate = vector(&format!("suite{suite}-meter-sign.pem"));
        let new = site.scratch.file("new.toml");
        let arguments = ["keys", "agree", "ek,ak", "--new", &new, "--signing-key", &signing];
        let unknown = site.with(&site.keys, &arguments);
        assert_eq!(failure(&unknown).1["kind"], "missing-key");
        let agree = [&unknown[..], &["--server-cert", &certificate]].concat();
        assert_eq!(printed(&agree), json!({"result": "success", "keys": ["ek", "ak"]}));
        let text = fs::read_to_string(&new).unwrap();
        let complete = written(&site.scratch, "complete.toml", &format!("{text}system-title = '{TITLE}'\n"));
        assert!(site.works(&complete) && !site.works(&site.keys));
    }
}

#[test]
fn signatures_prove_who_we_are() {
    for suite in ["1", "2"] {
        let site = Site::new(&format!("keys-ecdsa-{suite}"), if suite == "1" { "1" } else { "2" });
        let signing = private(&site.scratch, &format!("suite{suite}-client-sign.key"));
        let other = private(&site.scratch, &format!("suite{suite}-client-agree.key"));
        let certificate = vector(&format!("suite{suite}-meter-sign.pem"));
        let root = vector(&format!("suite{suite}-sub.pem"));
        let associate = |key: &str, more: &[&str]| {
            let flags = [
                "clock",
                "--tcp",
                &site.meter.address,
                "--client",
                "5",
                "--auth",
                "hls-ecdsa",
                "--suite",
                suite,
                "--system-title",
                TITLE,
                "--security",
                "none",
                "--signing-key",
                key,
            ];
            dlms(&[&flags[..], more, &["--json"]].concat())
        };
        let kind = |ended: crate::command::Ended| -> Value {
            let last: Value = serde_json::from_str(ended.stderr.lines().last().unwrap()).unwrap();
            last["error"]["kind"].clone()
        };
        let known = associate(&signing, &["--server-cert", &certificate]);
        assert_eq!(known.status, 0, "{}", known.stderr);
        assert_eq!(associate(&signing, &["--server-cert", &certificate, "--trust", &root]).status, 0);
        assert_ne!(associate(&other, &["--server-cert", &certificate]).status, 0);
        assert_eq!(kind(associate(&signing, &[])), "usage");
        // Of another's certificate, expired, not trusted, for another use.
        let unlike = vector(&format!("suite{suite}-client-sign.pem"));
        assert_ne!(associate(&signing, &["--server-cert", &unlike]).status, 0);
        let untrusted = vector(&format!("suite{}-root.pem", if suite == "1" { 2 } else { 1 }));
        let ended = associate(&signing, &["--server-cert", &certificate, "--trust", &untrusted]);
        assert_eq!(kind(ended), "untrusted-certificate");
        let agreement = vector(&format!("suite{suite}-meter-agree.pem"));
        assert_eq!(kind(associate(&signing, &["--server-cert", &agreement])), "untrusted-certificate");
        assert_eq!(
            kind(associate(&signing, &["--server-cert", &vector("expired.der")])),
            "expired-certificate"
        );
        assert_eq!(kind(associate(&signing, &["--server-cert", &signing])), "usage");
        // A private key that others may read.
        let exposed = site.scratch.file("exposed.key");
        fs::copy(&signing, &exposed).unwrap();
        fs::set_permissions(&exposed, Permissions::from_mode(0o644)).unwrap();
        assert_eq!(kind(associate(&exposed, &["--server-cert", &certificate])), "exposed-key-file");
    }
}

#[test]
fn certificates_are_listed_imported_exported_and_removed() {
    let site = Site::new("keys-certificates", "1");
    let certificate = |arguments: &[&str]| {
        let arguments = [&["keys", "certificate"], arguments].concat();
        dlms(&[&site.with(&site.keys, &arguments)[..], &["--json"]].concat())
    };
    let value = |ended: &crate::command::Ended| -> Value { serde_json::from_str(&ended.stdout).unwrap() };
    let list = value(&certificate(&["list"]));
    let entities: Vec<_> = list.as_array().unwrap().iter().map(|entry| entry["entity"].clone()).collect();
    assert_eq!(entities, ["authority", "authority", "client"]);

    let expired = certificate(&["import", &vector("expired.der")]);
    assert!(expired.status == 1 && expired.stderr.contains("refused"), "{}", expired.stderr);
    assert_eq!(certificate(&["import", &vector("suite1-client-agree.pem")]).status, 0);
    assert_eq!(certificate(&["import", &vector("suite1-meter-sign.pem")]).status, 0);
    let by = ["--entity", "server", "--type", "signing", "--title", METER];
    let exported = value(&certificate(&[&["export"][..], &by].concat()));
    let pem = fs::read_to_string(vector("suite1-meter-sign.pem")).unwrap();
    assert_eq!(exported["certificate"].as_str().unwrap().trim(), pem.trim());

    let last = list.as_array().unwrap().last().unwrap().clone();
    let text = |name: &str| last[name].as_str().unwrap().to_owned();
    let (serial, issuer) = (text("serial-number"), text("issuer"));
    assert_eq!(certificate(&["remove", "--serial-number", &serial, "--issuer", &issuer]).status, 0);
    assert_eq!(certificate(&["export", "--serial-number", &serial, "--issuer", &issuer]).status, 1);
    let anchor = list[0].clone();
    let text = |name: &str| anchor[name].as_str().unwrap().to_owned();
    let (serial, issuer) = (text("serial-number"), text("issuer"));
    assert_eq!(certificate(&["remove", "--serial-number", &serial, "--issuer", &issuer]).status, 1);
    assert_eq!(certificate(&["remove"]).status, 2);

    assert_eq!(certificate(&["generate", "agreement"]).status, 0);
    let request = value(&certificate(&["request", "agreement"]));
    assert!(request["request"].as_str().unwrap().starts_with("-----BEGIN CERTIFICATE REQUEST-----"));
    let human = dlms(&site.with(&site.keys, &["keys", "certificate", "list"]));
    assert!(human.status == 0 && human.stdout.contains("server"), "{}", human.stdout);
}
