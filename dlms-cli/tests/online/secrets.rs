//! No key and no password is ever shown: everything that the tool prints and writes is searched for them.

use std::fs;

use crate::command::{Meter, Scratch, dlms};

const EK: &str = "000102030405060708090A0B0C0D0E0F";
const AK: &str = "D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF";
const KEK: &str = "31313131313131313131313131313131";
const DEDICATED: &str = "00112233445566778899AABBCCDDEEFF";
const WRONG: &str = "9F8E7D6C5B4A39281706F5E4D3C2B1A0";
/// The password `00000000` of the virtual meter.
const PASSWORD: &str = "3030303030303030";

fn octets(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

fn base64(octets: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let whole = octets.chunks_exact(3).flat_map(|chunk| {
        let bits = chunk.iter().fold(0usize, |bits, octet| bits << 8 | usize::from(*octet));
        [18, 12, 6, 0].map(|shift| char::from(DIGITS[bits >> shift & 63]))
    });
    whole.collect()
}

/// All ways in which a secret might be written.
fn spellings(secret: &str) -> Vec<Vec<u8>> {
    let octets = octets(secret);
    let joined = |separator: &str, format: &dyn Fn(&u8) -> String| {
        octets.iter().map(format).collect::<Vec<_>>().join(separator)
    };
    let mut texts = vec![joined(", ", &u8::to_string), joined(",", &u8::to_string)];
    for separator in ["", " ", ":", "-", ", ", ",", "_"] {
        texts.push(joined(separator, &|octet| format!("{octet:02x}")));
        texts.push(joined(separator, &|octet| format!("{octet:02X}")));
        texts.push(joined(separator, &|octet| format!("0x{octet:02x}")));
    }
    // In a longer text, the first octets of it may share a digit with what is before.
    texts.extend((0..3).map(|skipped| base64(&octets[skipped..])));
    let texts = texts.into_iter().map(String::into_bytes);
    // Eight zeros stand in many a number.
    texts.chain((secret != PASSWORD).then(|| octets.clone())).collect()
}

fn check(what: &str, written: &[u8], secrets: &[&str]) {
    for secret in secrets {
        for spelling in spellings(secret) {
            let found = written.windows(spelling.len()).any(|window| window == spelling);
            assert!(!found, "{what} shows {secret} as {:?}", String::from_utf8_lossy(&spelling));
        }
    }
}

#[test]
fn the_search_finds_what_it_searches_for() {
    for text in [
        "ek 000102030405060708090a0b0c0d0e0f",
        "x AAECAwQFBgcICQoLDA0ODw== y",
        "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]",
    ] {
        let found = std::panic::catch_unwind(|| check("a text", text.as_bytes(), &[EK]));
        assert!(found.is_err(), "{text}");
    }
    check("a text", b"000102030405060708090A0B0C0D0E", &[EK]);
}

#[test]
fn nothing_that_is_printed_or_traced_has_a_key_or_a_password_in_it() {
    let (scratch, meter) = (Scratch::new("secrets"), Meter::start());
    let (trace, pcap) = (scratch.file("trace"), scratch.file("pcap"));
    let keyed = ["--client", "5", "--auth", "hls-gmac", "--system-title", "434C49454E543031", "--kek", KEK];
    let with = |ek, ak, more: &[&'static str]| [&keyed[..], &["--ek", ek, "--ak", ak], more].concat();
    let clients = [
        with(EK, AK, &["--security", "none"]),
        with(EK, AK, &["--security", "auth"]),
        with(EK, AK, &["--security", "enc"]),
        with(EK, AK, &["--security", "auth-enc"]),
        with(EK, AK, &["--ciphering", "general-glo"]),
        with(EK, AK, &["--ciphering", "ded", "--dedicated-key", DEDICATED]),
        with(EK, AK, &["--ciphering", "general-ded", "--dedicated-key", DEDICATED]),
        with(EK, AK, &["--ciphering", "ded", "--dedicated-key", "random"]),
        with(EK, AK, &["--ciphering", "general-glo", "--gbt", "4", "--pdu-size", "128"]),
        with(WRONG, AK, &[]),
        with(EK, WRONG, &[]),
        with(&EK[2..], AK, &[]),
        vec!["--client", "32", "--auth", "lls", "--password", "00000000"],
        vec!["--client", "32", "--auth", "lls", "--password", "hex:3030303030303030", "--referencing", "sn"],
        vec!["--client", "32", "--auth", "lls", "--password", "99999999"],
    ];
    let commands: [&[&str]; 4] = [
        &["read", "1-0:1.8.0.255:3:2"],
        &["objects"],
        &["associate"],
        // Replaces the password, by itself.
        &["write", "0-0:40.0.0.255:15:7", r#"{"octet-string":"3030303030303030"}"#],
    ];
    let secrets = [EK, AK, KEK, DEDICATED, WRONG, &EK[2..], PASSWORD];
    for (client, flags) in clients.iter().enumerate() {
        for command in commands {
            for output in [&[][..], &["--trace"], &["--json", "--trace", &trace], &["--pcap", &pcap]] {
                let to = ["--tcp", &meter.address];
                let ended = dlms(&[command, &to, flags, output].concat());
                let what = format!("client {client} with {command:?} {output:?}");
                check(&what, ended.stdout.as_bytes(), &secrets);
                check(&what, ended.stderr.as_bytes(), &secrets);
            }
        }
        check("the trace", &fs::read(&trace).unwrap(), &secrets);
        // What goes over the line in the clear is in the capture: there are no keys among it but a dedicated one.
        check("the capture", &fs::read(&pcap).unwrap_or_default(), &[EK, AK, KEK]);
    }
}

#[test]
fn what_the_meter_tells_of_its_clients_has_no_secrets() {
    let scratch = Scratch::new("audit");
    let file = fs::File::create(scratch.file("audit")).unwrap();
    let mut process = std::process::Command::new(env!("CARGO_BIN_EXE_dlms"));
    process.args(["meter", "--tcp", "127.0.0.1:0", "--audit"]).stderr(file);
    let meter = Meter::spawn(&mut process);
    for client in [&["--client", "32", "--auth", "lls", "--password", "00000000"][..], &crate::command::KEYED]
    {
        let ended = dlms(&[&["clock", "--tcp", &meter.address], client].concat());
        assert_eq!(ended.status, 0, "{}", ended.stderr);
    }
    let audit = fs::read(scratch.file("audit")).unwrap();
    assert!(String::from_utf8_lossy(&audit).contains("Associated"));
    check("the audit", &audit, &[EK, AK, KEK, PASSWORD]);
}
