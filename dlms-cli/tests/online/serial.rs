//! HDLC, on TCP and on serial lines.

use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::io::{Read, Write};
use std::sync::Arc;

use std::thread::{self, JoinHandle};

use serde_json::json;
use serialport::{SerialPort, TTYPort};

use crate::command::{KEYED, Meter, Scratch, dlms, failure, json};

/// A serial line between two pseudo terminals. What is sent at one speed and taken at another is lost.
struct Line {
    paths: [String; 2],
    over: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Line {
    /// With an echo, what comes from the first end is brought back to it.
    fn new(echo: bool) -> Self {
        let [(mut one, one_end), (mut two, two_end)] = [(); 2].map(|()| TTYPort::pair().unwrap());
        for port in [&mut one, &mut two] {
            port.set_timeout(Duration::from_millis(20)).unwrap();
        }
        let paths = [&one_end, &two_end].map(|end| end.name().unwrap());
        let over = Arc::new(AtomicBool::new(false));
        let copies = [&one, &two].map(|port| port.try_clone_native().unwrap());
        let carry = |mut from: TTYPort, mut to: TTYPort, back: Option<TTYPort>, end: TTYPort| {
            let over = Arc::clone(&over);
            thread::spawn(move || {
                let (mut octets, mut back, _end) = ([0; 256], back, end);
                while !over.load(Ordering::Relaxed) {
                    // A pseudo terminal passes octets on at once: who sent them may have changed the speed just before
                    // or since.
                    let speed = from.baud_rate().unwrap();
                    let Ok(count) = from.read(&mut octets) else { continue };
                    if let Some(back) = &mut back {
                        back.write_all(&octets[..count]).unwrap();
                    }
                    if [speed, from.baud_rate().unwrap()].contains(&to.baud_rate().unwrap()) {
                        to.write_all(&octets[..count]).unwrap();
                    }
                }
            })
        };
        let [one_again, two_again] = copies;
        let back = echo.then(|| one.try_clone_native().unwrap());
        let threads = vec![carry(one, two, back, one_end), carry(two_again, one_again, None, two_end)];
        Self { paths, over, threads }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            thread.join().unwrap();
        }
    }
}

#[test]
fn a_meter_is_read_by_hdlc_on_tcp_in_frames_and_windows_of_all_sizes() {
    let meter = Meter::with(&["--hdlc-tcp", "127.0.0.1:0"]);
    let way = ["--hdlc-tcp", &meter.address];
    let objects = json(&[&["objects"], &way[..], &KEYED].concat());
    assert!(objects.as_array().unwrap().len() > 20);
    for (size, window) in [("32", "1"), ("128", "7"), ("512", "3"), ("2030", "1"), ("2030", "7")] {
        let frames = ["--frame-size", size, "--window", window, "--pdu-size", "2048"];
        assert_eq!(json(&[&["objects"], &way[..], &KEYED, &frames].concat()), objects, "{size} {window}");
    }
    for address in [&["--address-size", "1"][..], &["--physical", "17"], &["--address-size", "4"]] {
        let read = json(&[&["read", "1-0:1.8.0.255"], &way[..], address].concat());
        assert_eq!(read[0]["unit"], "Wh", "{address:?}");
    }
}

#[test]
fn limits_of_the_meter_hold() {
    let meter = Meter::with(&[
        "--hdlc-tcp",
        "127.0.0.1:0",
        "--physical",
        "4660",
        "--frame-size",
        "64",
        "--window",
        "2",
    ]);
    let scratch = Scratch::new("limits");
    let file = scratch.file("trace");
    let read =
        ["read", "1-0:1.8.0.255:3:2", "--hdlc-tcp", &meter.address, "--physical", "4660", "--trace", &file];
    assert_eq!(json(&read)[0]["unit"], "Wh");
    let trace = std::fs::read_to_string(&file).unwrap();
    // UA, with what was agreed: 64 octets and two frames each way.
    assert!(trace.contains("818012050140060140070400000002080400000002"), "{trace}");
    let another = ["read", "1-0:1.8.0.255:3:2", "--hdlc-tcp", &meter.address, "--physical", "17"];
    let (status, error) = failure(&[&another[..], &["--timeout", "0.2", "--retries", "1"]].concat());
    assert_eq!((status, &error["kind"]), (3, &json!("timeout")));
}

#[test]
fn a_password_does_not_show_in_frames_either() {
    let meter = Meter::with(&["--hdlc-tcp", "127.0.0.1:0"]);
    let scratch = Scratch::new("frames");
    let file = scratch.file("trace");
    let reader = ["--client", "32", "--auth", "lls", "--password", "00000000", "--trace", &file];
    let read = [&["read", "1-0:1.8.0.255:3:2", "--hdlc-tcp", &meter.address], &reader[..]].concat();
    for size in ["32", "128"] {
        assert_eq!(json(&[&read[..], &["--frame-size", size]].concat())[0]["unit"], "Wh");
        let trace = std::fs::read_to_string(&file).unwrap();
        assert!(trace.contains(&"**".repeat(8)) && !trace.contains("3030303030"), "{trace}");
    }
}

#[test]
fn a_meter_is_read_over_a_serial_line() {
    for echo in [false, true] {
        let line = Line::new(echo);
        let meter = Meter::with(&["--serial", &format!("{}:19200", line.paths[1])]);
        assert_eq!(meter.address, line.paths[1]);
        let port = format!("{}:19200,8N1", line.paths[0]);
        for _ in 0..2 {
            let way = ["--serial", &port];
            let rows =
                json(&[&["profile", "1-0:99.1.0.255", "--entries", "1:100"], &way[..], &KEYED].concat());
            assert_eq!(rows["rows"].as_array().unwrap().len(), 100);
            let clock = json(&[&["clock"], &way[..], &["--frame-size", "64", "--turnaround", "5"]].concat());
            assert!(clock["text"].is_string());
        }
        let wrong = format!("{}:2400", line.paths[0]);
        let deaf = [
            "read",
            "1-0:1.8.0.255:3:2",
            "--serial",
            &wrong,
            "--timeout",
            "0.1",
            "--retries",
            "0",
            "--frame-size",
            "32",
        ];
        assert_eq!(failure(&deaf).0, 3);
    }
}

#[test]
fn mode_e_opens_the_line_first() {
    for echo in [false, true] {
        let line = Line::new(echo);
        let _meter = Meter::with(&["--serial", &line.paths[1], "--mode-e"]);
        let scratch = Scratch::new("mode-e");
        let file = scratch.file("trace");
        let way = ["--serial", &line.paths[0], "--mode-e", "--trace", &file];
        // The meter's port is back at 300 baud when the first client has gone.
        for _ in 0..2 {
            let read = json(&[&["read", "1-0:1.8.0.255"], &way[..], &KEYED].concat());
            assert_eq!(read[0]["unit"], "Wh");
            let trace = std::fs::read_to_string(&file).unwrap();
            assert!(trace.contains(r#"→ "/?!\r\n""#), "{trace}");
            assert!(trace.contains(r#"← "/MAC5\\2VIRTUAL-METER\r\n""#), "{trace}");
        }
        let silent = ["read", "1-0:1.8.0.255:3:2", "--serial", &line.paths[0], "--frame-size", "32"];
        assert_eq!(failure(&[&silent[..], &["--retries", "0", "--timeout", "0.2"]].concat()).0, 3);
    }
}

#[test]
fn a_probe_finds_the_transport_and_the_address() {
    let meter = Meter::with(&["--hdlc-tcp", "127.0.0.1:0", "--physical", "4660"]);
    // Asked as if it were the wrapper, it is found all the same.
    for flag in ["--hdlc-tcp", "--tcp"] {
        let found = json(&["probe", flag, &meter.address, "--timeout", "0.3"]);
        assert_eq!([&found["transport"], &found["address-size"]], [&json!("hdlc-tcp"), &json!(1)]);
        // At the calling address, where whoever is there answers.
        let found = json(&["probe", flag, &meter.address, "--timeout", "0.3", "--address-size", "4"]);
        assert_eq!([&found["server"], &found["physical"]], [&json!(1), &json!(0x3ffe)]);
        assert_eq!(found["nameplate"]["logical-device-name"], "MAC0000000000001");
        let flags: Vec<&str> =
            found["flags"].as_array().unwrap().iter().map(|f| f.as_str().unwrap()).collect();
        assert_eq!(json(&[&["read", "1-0:1.8.0.255:3:2"], &flags[..]].concat())[0]["unit"], "Wh");
    }
    let wrapper = Meter::with(&["--tcp", "127.0.0.1:0"]);
    for flag in ["--tcp", "--hdlc-tcp"] {
        let found = json(&["probe", flag, &wrapper.address, "--timeout", "0.2"]);
        assert_eq!([&found["transport"], &found["flags"][1]], [&json!("tcp"), &json!(wrapper.address)]);
    }
    let (status, error) =
        failure(&["probe", "--hdlc-tcp", &meter.address, "--physical", "17", "--timeout", "0.1"]);
    assert_eq!((status, &error["kind"]), (3, &json!("timeout")));
    assert_eq!(failure(&["probe"]).0, 2);
}

#[test]
fn a_probe_finds_the_speed_of_a_line_and_that_mode_e_opens_it() {
    for (arguments, transport, baud) in [(&[][..], "serial", 19_200), (&["--mode-e"], "mode-e", 19_200)] {
        let line = Line::new(false);
        let port = format!("{}:19200", line.paths[1]);
        let _meter = Meter::with(&[&["--serial", &port], arguments].concat());
        let found = json(&["probe", "--serial", &line.paths[0], "--timeout", "0.02"]);
        assert_eq!([&found["transport"], &found["baud"]], [&json!(transport), &json!(baud)]);
        assert_eq!(found["nameplate"]["serial-number"], "00000001");
    }
}

#[test]
fn what_does_not_go_together_is_said() {
    for wrong in [
        &["--mode-e"][..],
        &["--tcp", "127.0.0.1:1", "--window", "3"],
        &["--serial", "/dev/null:9600,7E1"],
        &["--hdlc-tcp", "127.0.0.1:1", "--address-size", "1", "--physical", "5"],
    ] {
        let (status, error) = failure(&[&["clock"], wrong].concat());
        assert_eq!((status, &error["kind"]), (2, &json!("usage")), "{wrong:?}");
    }
    let (status, error) = failure(&["clock", "--serial", "/dev/there-is-no-such-port"]);
    assert_eq!((status, &error["kind"]), (3, &json!("link")));
    assert_eq!(dlms(&["meter", "--serial", "/dev/there-is-no-such-port"]).status, 3);
}
