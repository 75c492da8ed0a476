//! `dlms listen`: what is printed of pushes, and handed over to a broker.

use core::time::Duration;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Instant;

use serde_json::{Value, json};

use crate::command::{Scratch, failure};

/// A push of a meter's number and its energy, behind a wrapper from port 1 to port 103.
const PUSH: &str =
    "000100010067 0039 0F00000001 0C07E80C1F02173B1E00FFC400 0202 0202 0906 0000600100FF 0904 4D455445
    0203 0906 0100010800FF 06000004D2 02020F01161E";

fn octets(hex: &str) -> Vec<u8> {
    let digits: Vec<_> = hex.chars().filter_map(|digit| digit.to_digit(16)).collect();
    digits.chunks(2).map(|pair| u8::try_from(pair[0] * 16 + pair[1]).unwrap()).collect()
}

/// A `dlms listen` and where it listens.
struct Listening {
    process: Child,
    address: String,
}

impl Listening {
    fn with(arguments: &[&str]) -> Self {
        Self::at(&["--tcp", "127.0.0.1:0"], arguments)
    }

    fn at(place: &[&str], arguments: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_dlms"))
            .args(["listen", "--json"])
            .args(place)
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stderr.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.strip_prefix("ready ").unwrap_or_else(|| panic!("{line}")).trim().to_owned();
        Self { process, address }
    }

    fn push(&self, hex: &str) {
        TcpStream::connect(&self.address).unwrap().write_all(&octets(hex)).unwrap();
    }

    /// What it printed until it ended.
    fn documents(mut self) -> Vec<Value> {
        let end = Instant::now() + Duration::from_secs(30);
        let status = loop {
            match self.process.try_wait().unwrap() {
                Some(status) => break status,
                None if Instant::now() < end => thread::sleep(Duration::from_millis(20)),
                None => {
                    self.process.kill().unwrap();
                    panic!("it does not end");
                }
            }
        };
        assert!(status.success());
        let mut all = String::new();
        self.process.stdout.take().unwrap().read_to_string(&mut all).unwrap();
        all.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// A message that was published: topic, whether it is kept, content.
type Published = (String, bool, String);

/// A broker that takes what one client publishes, and may not let it in. MQTT 3.1.1.
fn broker(return_code: u8) -> (String, Receiver<Published>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (publish, published) = channel();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        while let Some((first, body)) = packet(&mut stream) {
            match first >> 4 {
                1 => stream.write_all(&[0x20, 2, 0, return_code]).unwrap(),
                3 => {
                    let (topic, rest) = text(&body);
                    let (id, content) = rest.split_at(2);
                    stream.write_all(&[0x40, 2, id[0], id[1]]).unwrap();
                    let content = String::from_utf8(content.to_vec()).unwrap();
                    publish.send((topic, first & 1 == 1, content)).unwrap();
                }
                12 => stream.write_all(&[0xd0, 0]).unwrap(),
                _ => {}
            }
        }
    });
    (address, published)
}

/// First octet and body of the next packet.
fn packet(stream: &mut TcpStream) -> Option<(u8, Vec<u8>)> {
    let mut octet = [0];
    stream.read_exact(&mut octet).ok()?;
    let first = octet[0];
    let (mut length, mut shift) = (0, 0);
    loop {
        stream.read_exact(&mut octet).ok()?;
        length |= usize::from(octet[0] & 0x7f) << shift;
        shift += 7;
        if octet[0] < 0x80 {
            break;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    Some((first, body))
}

fn text(octets: &[u8]) -> (String, &[u8]) {
    let (length, rest) = octets.split_at(2);
    let (text, rest) = rest.split_at(usize::from(length[0]) << 8 | usize::from(length[1]));
    (String::from_utf8(text.to_vec()).unwrap(), rest)
}

#[test]
fn readings_go_to_the_broker_and_home_assistant_is_told_of_them_once() {
    let (address, published) = broker(0);
    let listening = Listening::with(&["--mqtt", &format!("mqtt://me:secret@{address}/home"), "--count", "2"]);
    listening.push(PUSH);
    listening.push(PUSH);
    let documents = listening.documents();
    assert_eq!(documents.len(), 2);
    assert_eq!(documents[0]["readings"][1]["scaled"], json!(12340));
    let published: Vec<_> = published.iter().collect();
    let topics: Vec<_> = published.iter().map(|(topic, kept, _)| (topic.as_str(), *kept)).collect();
    assert_eq!(
        topics,
        [
            ("home/status", true),
            ("homeassistant/sensor/home_METE/0_0_96_1_0_255/config", true),
            ("homeassistant/sensor/home_METE/1_0_1_8_0_255/config", true),
            ("home/METE", false),
            ("home/METE", false),
        ]
    );
    let state: Value = serde_json::from_str(&published[3].2).unwrap();
    assert_eq!(
        state,
        json!({"time": "2024-12-31T23:59:30+01:00", "0-0:96.1.0.255": "METE", "1-0:1.8.0.255": 12340})
    );
    let config: Value = serde_json::from_str(&published[2].2).unwrap();
    assert_eq!(config["device_class"], json!("energy"));
    assert_eq!(config["state_topic"], json!("home/METE"));
}

#[test]
fn a_broker_that_is_not_there_or_refuses_is_told_before_anything_else() {
    let (refusing, _published) = broker(5);
    // A port that was just free.
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    for address in [refusing, gone] {
        let url = format!("mqtt://{address}");
        let (status, error) = failure(&["listen", "--tcp", "127.0.0.1:0", "--mqtt", &url]);
        assert_eq!((status, &error["kind"]), (3, &json!("link")), "{error}");
    }
}

/// What was published of a file of vectors under this id: its octets, and its encryption key.
fn published(file: &str, id: &str) -> (Vec<u8>, String) {
    let path = format!("{}/../tests/vectors/{file}.json", env!("CARGO_MANIFEST_DIR"));
    let entries: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let entry = entries.iter().find(|entry| entry["id"] == id).unwrap();
    let key = entry["keys"]["ek"].as_str().unwrap_or_default();
    (octets(entry["input_hex"].as_str().unwrap()), key.into())
}

/// A customer port, whichever it is: what is on the line is found out.
#[test]
fn a_serial_line_with_whatever_is_on_it() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = Scratch::new("customer-port");
    let (mbus, key) = published("real-meter", "real-meter-009");
    let (hdlc, _) = published("real-meter", "real-meter-001");
    let (p1, _) = published("iec62056-21", "iec62056-21-030");
    let keys = scratch.file("keys.toml");
    std::fs::write(&keys, format!("[any]\nek = \"{key}\"\n")).unwrap();
    std::fs::set_permissions(&keys, std::fs::Permissions::from_mode(0o600)).unwrap();
    for (pushed, link) in [(&mbus, "mbus"), (&hdlc, "hdlc"), (&p1, "p1")] {
        let (mut line, end) = serialport::TTYPort::pair().unwrap();
        let name = serialport::SerialPort::name(&end).unwrap();
        let mut process = Command::new(env!("CARGO_BIN_EXE_dlms"))
            .args([
                "listen",
                "--serial",
                &format!("{name}:115200,8N1"),
                "--json",
                "--lenient",
                "--count",
                "1",
            ])
            .args(["--keys", keys.as_str()])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut ready = String::new();
        let mut errors = BufReader::new(process.stderr.take().unwrap());
        errors.read_line(&mut ready).unwrap();
        assert!(ready.starts_with("ready "), "{ready}");
        for piece in [&b"\x00\xff\x68"[..], pushed].concat().chunks(50) {
            line.write_all(piece).unwrap();
            thread::sleep(Duration::from_millis(5));
        }
        let documents = Listening { process, address: name }.documents();
        assert_eq!(documents[0]["link"], json!(link));
        assert!(!documents[0]["readings"].as_array().unwrap().is_empty(), "{documents:?}");
    }
}

/// What a Landis+Gyr E450 sends on its serial line: three UI frames with a general block in each.
fn e450() -> Vec<Vec<u8>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/real-meter.json");
    let vectors: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let vectors = vectors.as_array().unwrap();
    let vector = vectors.iter().find(|vector| vector["id"] == "real-meter-140").unwrap();
    let line = octets(vector["input_hex"].as_str().unwrap());
    let mut frames = Vec::new();
    for frame in vector["expected"]["frames"].as_array().unwrap() {
        let begun: usize = frames.iter().map(Vec::len).sum();
        let length = usize::try_from(frame["length"].as_u64().unwrap()).unwrap() + 2;
        frames.push(line[begun..begun + length].to_vec());
    }
    assert_eq!(frames.concat(), line);
    frames
}

#[test]
fn frames_on_a_serial_line_are_heard_in_blocks_too() {
    use serialport::{SerialPort, TTYPort};

    let (mut line, end) = TTYPort::pair().unwrap();
    let path = end.name().unwrap();
    for place in [path.clone(), format!("{path}:2400")] {
        let listening = Listening::at(&["--serial", &place], &["--count", "1"]);
        assert_eq!(listening.address, path);
        let frames = e450();
        // Noise, and one of which a block got lost.
        line.write_all(&[0xff, 0x7e, 0xa0, 0x00, 0x55]).unwrap();
        line.write_all(&[frames[0].clone(), frames[2].clone()].concat()).unwrap();
        for frame in &frames {
            line.write_all(frame).unwrap();
        }
        let documents = listening.documents();
        let [document] = &documents[..] else { panic!("{documents:?}") };
        assert_eq!(document["link"], "hdlc");
        assert_eq!(document["saps"], json!({"source": 1, "destination": 103}));
        assert_eq!(document["apdu"], "data-notification");
        assert!(document["readings"].as_array().is_some_and(|readings| readings.len() > 5), "{document}");
    }
}
