//! What real meters push, through one listener that finds out by itself what carries it: whole, octet by octet, between
//! noise, and twice in a row.

use dlms::Output;
use dlms::listener::{AnyLink, Event, Listener, ListenerError, OneKeySet, SenderKeys, Senders};
use dlms_core::apdu::{Apdu, Leniencies};
use dlms_core::codec::Reader;
use dlms_core::crypto::{KeyKind, SecuritySuite};
use dlms_core::time::Instant;
use dlms_mbus::wired::Leniency;
use dlms_security::{Protection, RamCounters, ReplayWindows, SecurityError, SoftwareProvider, SystemTitle};

type Crypto = SoftwareProvider<Counting>;
use dlms_tests::peer::{Counting, Peer};
use dlms_tests::tree;
use dlms_tests::vector::Vector;
use serde_json::Value;

/// A head-end with the keys of one vector.
struct HeadEnd {
    keys: OneKeySet<Crypto, RamCounters, 8>,
    has_authentication_key: bool,
}

impl Senders for HeadEnd {
    type Crypto = Crypto;
    type Store = RamCounters;
    type Replay = ReplayWindows<8>;

    fn keys(&mut self, _: SystemTitle) -> Option<SenderKeys<'_, Self>> {
        let OneKeySet { crypto, counters, replay, suite, minimum, own_title } = &mut self.keys;
        let (suite, minimum, own_title) = (*suite, *minimum, *own_title);
        Some(SenderKeys { suite, setup: 0, minimum, own_title, crypto, counters, replay })
    }

    /// The vectors do not say which suite a meter has, the meters do.
    fn keys_to_try(&mut self, title: SystemTitle, attempt: usize) -> Option<SenderKeys<'_, Self>> {
        let suite = SecuritySuite::from_id(u8::try_from(attempt).ok()?).filter(|_| attempt < 2)?;
        self.keys(title).map(|keys| SenderKeys { suite, ..keys })
    }

    fn takes_unverified(&self, _: SystemTitle) -> bool {
        !self.has_authentication_key
    }
}

fn head_end(vector: &Vector) -> HeadEnd {
    let own = SystemTitle(*b"HES00001");
    let mut end = Peer::new(SecuritySuite::Suite0, own, None);
    for (kind, name) in [(KeyKind::GlobalUnicastEncryption, "ek"), (KeyKind::Authentication, "ak")] {
        if let Some(octets) = vector.key(name) {
            end = end.with_key(kind, &octets);
        }
    }
    let mut keys = OneKeySet::new(end.crypto, end.counters, own);
    keys.minimum = Protection::NONE;
    HeadEnd { keys, has_authentication_key: vector.key("ak").is_some() }
}

/// What was heard: plain messages, telegrams and values, and what was refused.
#[derive(Debug, Default, PartialEq)]
struct Heard {
    messages: Vec<Vec<u8>>,
    telegrams: Vec<Vec<u8>>,
    values: Vec<Vec<u8>>,
    refused: Vec<ListenerError>,
}

struct Line {
    listener: Listener<AnyLink<Vec<u8>>, Vec<u8>>,
    head_end: HeadEnd,
    now: Instant,
    heard: Heard,
}

impl Line {
    fn new(vector: &Vector, leniency: Leniency) -> Self {
        let link = AnyLink::new(Vec::new()).with_leniency(leniency);
        let listener = Listener::new(link, Vec::new(), Vec::new()).with_leniencies(Leniencies::all());
        Self { listener, head_end: head_end(vector), now: Instant(0), heard: Heard::default() }
    }

    fn drain(&mut self) {
        loop {
            let event = match self.listener.poll_output(self.now) {
                Output::Event(event) => event,
                Output::Transmit(octets) => panic!("a listener that talks: {octets:x?}"),
                Output::Wait(Some(until)) if until <= self.now => {
                    self.listener.handle_timeout(&mut self.head_end, self.now);
                    continue;
                }
                Output::Wait(_) => break,
            };
            let octets = self.listener.apdu().to_vec();
            match event {
                Event::Notification(_) => self.heard.messages.push(octets),
                Event::Telegram(_) => self.heard.telegrams.push(octets),
                Event::Value(_) => self.heard.values.push(octets),
                Event::Refused(_, error) => self.heard.refused.push(error),
                other => panic!("{other:?}"),
            }
        }
    }

    fn says(&mut self, octets: &[u8], piece: usize) {
        for mut octets in octets.chunks(piece.max(1)) {
            self.now = self.now.plus(1);
            while !octets.is_empty() {
                let taken = self.listener.handle_input(&mut self.head_end, octets, self.now);
                octets = &octets[taken..];
                self.drain();
            }
        }
    }

    fn is_silent(&mut self) {
        self.now = self.now.plus(10_000);
        self.listener.handle_timeout(&mut self.head_end, self.now);
        self.drain();
    }
}

fn heard(vector: &Vector, piece: usize) -> Heard {
    let mut line = Line::new(vector, Leniency::ALL);
    line.says(&vector.input, piece);
    line.is_silent();
    line.heard
}

/// The plain messages that a vector states.
fn expected(vector: &Vector) -> Vec<Value> {
    let messages = vector.expected["messages"].as_array().unwrap();
    messages.iter().map(|message| plain(&message["apdu"]).clone()).collect()
}

/// What is inside of the protection.
fn plain(apdu: &Value) -> &Value {
    let protected = &apdu["general-glo-ciphering"];
    match (&protected["apdu"], &protected["decrypted"]) {
        (Value::Null, Value::Null) => apdu,
        (Value::Null, inside) | (inside, _) => inside,
    }
}

fn tree_of(message: &[u8]) -> Value {
    tree::apdu(&Apdu::decode_with(&mut Reader::new(message), &mut Leniencies::all()).unwrap())
}

/// Those that the listener does not take, and why.
const NOT_TAKEN: &[(&str, &str)] = &[
    ("real-meter-010", "attribute descriptors without tags stand where values belong"),
    ("real-meter-083", "as above"),
];

fn captures() -> Vec<Vector> {
    let kinds = ["hdlc-capture", "mbus-dlms", "wrapper-capture", "apdu-capture"];
    let all = Vector::all("real-meter").into_iter();
    all.filter(|v| kinds.contains(&v.kind.as_str()) && !NOT_TAKEN.iter().any(|(id, _)| *id == v.id)).collect()
}

#[test]
fn every_push_of_a_real_meter_is_heard() {
    let (mut opened, mut ciphered) = (0, 0);
    for vector in captures() {
        let id = &vector.id;
        let stated = expected(&vector);
        let once = heard(&vector, vector.input.len());
        for piece in [1, 50] {
            assert_eq!(heard(&vector, piece), once, "{id} in pieces of {piece}");
        }
        if stated.iter().any(|message| message.get("general-glo-ciphering").is_some()) {
            // The key was never published.
            assert!(once.messages.is_empty() && once.refused.len() == stated.len(), "{id} {once:?}");
            let no_key = |error: &ListenerError| {
                matches!(error, ListenerError::Security(SecurityError::NoKey(_) | SecurityError::NoTitle))
            };
            assert!(once.refused.iter().all(no_key), "{id} {once:?}");
            ciphered += 1;
            continue;
        }
        assert_eq!(once.messages.len(), stated.len(), "{id} {:?}", once.refused);
        for (message, stated) in once.messages.iter().zip(&stated) {
            assert_eq!(tree_of(message), *stated, "{id}");
        }
        opened += once.messages.len();
    }
    assert!(opened > 80 && ciphered > 10, "{opened} {ciphered}");
}

#[test]
fn noise_before_and_behind_and_the_same_again() {
    for vector in captures() {
        let id = &vector.id;
        let once = heard(&vector, vector.input.len());
        // A message without a frame, and a wrapper, are known by where they stand only.
        let framed = vector.kind == "hdlc-capture" || vector.kind == "mbus-dlms";
        let noise: &[u8] = if framed { &[0x00, 0xff, 0x7e, 0x68, 0x2f, 0x41, 0x0f, 0xa7] } else { &[] };
        for piece in [1, 100_000] {
            let mut line = Line::new(&vector, Leniency::ALL);
            line.says(&[noise, &vector.input, noise, &vector.input, noise].concat(), piece);
            line.is_silent();
            let heard = line.heard;
            // What has a counter is taken once.
            let replayed = heard
                .refused
                .iter()
                .filter(|error| matches!(error, ListenerError::Security(SecurityError::Replayed { .. })));
            let replayed = replayed.count();
            assert_eq!(
                heard.messages.len() + replayed,
                2 * once.messages.len(),
                "{id} {piece} {:?}",
                heard.refused
            );
            assert!(heard.messages.starts_with(&once.messages), "{id} {piece}");
        }
    }
}

#[test]
fn p1_telegrams_plain_and_ciphered() {
    let mut read = 0;
    for vector in Vector::of_kind("iec62056-21", "p1-telegram") {
        if vector.expected["crc_ok"] != true {
            assert!(heard(&vector, 1).telegrams.is_empty(), "{}", vector.id);
            continue;
        }
        for piece in [1, 50, vector.input.len()] {
            let mut line = Line::new(&vector, Leniency::NONE);
            line.says(&[&b"0(1)\r\n!12"[..], &vector.input, b"\r\n", &vector.input, b"\r\n"].concat(), piece);
            assert_eq!(line.heard.telegrams.len(), 2, "{} {piece} {:?}", vector.id, line.heard.refused);
            assert!(line.heard.telegrams.iter().all(|telegram| vector.input.starts_with(telegram)));
        }
        read += 1;
    }
    assert!(read >= 8, "{read}");
    for vector in Vector::of_kind("real-meter", "p1-glo") {
        let heard = heard(&vector, 10);
        match vector.id.as_str() {
            // Its tag does not hold under the key that was published with it.
            "real-meter-018" => {
                assert_eq!(heard.refused, [ListenerError::Security(SecurityError::Inauthentic)]);
            }
            _ => assert_eq!((heard.telegrams.len(), heard.refused.len()), (1, 0), "{}", vector.id),
        }
    }
}

/// Every bit changed, and every end cut off: nothing is heard that was not sent, where a tag or a check speaks for it.
#[test]
fn nothing_that_was_changed_on_the_way_is_heard() {
    let mut all: Vec<_> =
        captures().into_iter().filter(|v| v.kind != "apdu-capture" && v.input.len() < 700).collect();
    all.retain(|vector| vector.id.ends_with('4') || vector.kind == "mbus-dlms" && vector.key("ek").is_some());
    assert!(all.len() > 8, "{}", all.len());
    for vector in all {
        let once = heard(&vector, vector.input.len());
        for bit in (0..vector.input.len() * 8).step_by(13) {
            let mut line = Line::new(&vector, Leniency::NONE);
            let mut octets = vector.input.clone();
            octets[bit / 8] ^= 1 << (bit % 8);
            line.says(&octets, octets.len());
            line.is_silent();
            let checked = vector.kind == "hdlc-capture";
            let known = line.heard.messages.iter().all(|message| once.messages.contains(message));
            assert!(!checked || known, "{}: bit {bit}", vector.id);
        }
        for len in (0..vector.input.len()).step_by(29) {
            let mut line = Line::new(&vector, Leniency::ALL);
            line.says(&vector.input[..len], len);
            line.is_silent();
            assert!(
                line.heard.messages.iter().all(|message| once.messages.contains(message)),
                "{}",
                vector.id
            );
        }
    }
}
