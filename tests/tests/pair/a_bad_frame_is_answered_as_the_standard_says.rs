use dlms::server;
use dlms_core::apdu::DataAccessResult;
use dlms_core::link::Saps;
use dlms_core::time::Instant;
use dlms_hdlc::{Address, CheckSequence, Control, Frame, SecondarySettings, frames};
use dlms_tests::bus::Station;

use crate::serial::{SerialMeter, line, meter_of};
use crate::wire::hex;

const SNRM: &str = "03 21 93";
const UA: &str = "21 03 73 818012050180060180070400000001080400000001";
const DM: &str = "21 03 1F";
/// The AARQ of the public client and its AARE, LLC headers included.
const AARQ: &str = "E6E600 601DA109060760857405080101BE10040E01000000065F1F0400007E1F04B0";
const AARE: &str =
    "E6E700 6129A109060760857405080101A203020100A305A103020100BE10040E0800065F1F0400005E1F04000007";
const GET: &str = "E6E600 C001C100030100010800FF0200";
const ENERGY: &str = "E6E700 C401C100060001E240";
const NOT_ALLOWED: &str = "E6E700 D80102";

/// A meter that hears hand-written frames.
struct Bench {
    meter: SerialMeter,
    now: Instant,
}

impl Bench {
    fn new() -> Self {
        Self { meter: meter_of(SecondarySettings::DEFAULT, 10), now: Instant(1_000) }
    }

    fn connected() -> Self {
        let mut bench = Self::new();
        bench.expect(SNRM, &[UA]);
        bench
    }

    /// The public client is associated: both have sent one I frame.
    fn associated() -> Self {
        let mut bench = Self::connected();
        bench.expect(&format!("03 21 10 {AARQ}"), &[&format!("21 03 30 {AARE}")]);
        bench
    }

    /// What the meter says to these octets; it is given the time to give up a frame.
    fn hears(&mut self, octets: &[u8]) -> Vec<String> {
        let mut said = Vec::new();
        self.meter.hear(octets, self.now);
        for _ in 0..2 {
            while let Some(octets) = self.meter.speak(self.now) {
                said.extend(frames(&octets).map(|located| text(&located.frame.unwrap())));
            }
            self.now = self.now.plus(30);
            self.meter.wake(self.now);
        }
        said
    }

    fn expect(&mut self, frame: &str, answers: &[&str]) {
        let answers: Vec<String> = answers.iter().map(|answer| plain(answer)).collect();
        assert_eq!(self.hears(&octets(frame)), answers, "{frame}");
    }

    /// After the answer, the client can read the energy in a new connection.
    fn recovers(&mut self) {
        self.expect(SNRM, &[UA]);
        self.expect(&format!("03 21 10 {AARQ}"), &[&format!("21 03 30 {AARE}")]);
        self.expect(&format!("03 21 32 {GET}"), &[&format!("21 03 52 {ENERGY}")]);
    }

    /// After the answer, or without one, the association goes on as if nothing had been.
    fn goes_on(&mut self) {
        self.expect(&format!("03 21 32 {GET}"), &[&format!("21 03 52 {ENERGY}")]);
    }
}

/// Hexadecimal digits without blanks.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn text(frame: &Frame<'_>) -> String {
    let octets = line(frame);
    let header = &octets[3..=1 + frame.control_offset()];
    [header, frame.information()].concat().iter().map(|octet| format!("{octet:02X}")).collect()
}

/// A frame with flags and check sequences: `to from control information`, segmented after a `+`.
fn octets(text: &str) -> Vec<u8> {
    let all = hex(text.trim_start_matches('+'));
    let mut rest = &all[..];
    let [to, from] = [(); 2].map(|()| address(&mut rest));
    let frame = Frame::new(to, from, Control::from_octet(rest[0]));
    line(&frame.with_information(&rest[1..], text.starts_with('+')).unwrap())
}

fn address(rest: &mut &[u8]) -> Address {
    let len = 1 + rest.iter().position(|octet| octet & 1 == 1).unwrap();
    let (octets, behind) = rest.split_at(len);
    *rest = behind;
    let part = |octets: &[u8]| octets.iter().fold(0, |part, octet| part << 7 | u16::from(octet >> 1));
    let (size, lower) = match len {
        1 => return Address::one(part(octets)).unwrap(),
        2 => (dlms_hdlc::AddressSize::Two, &octets[1..]),
        _ => (dlms_hdlc::AddressSize::Four, &octets[2..]),
    };
    Address::new(size, part(&octets[..len / 2]), part(lower)).unwrap()
}

#[test]
fn what_breaks_the_rules_is_rejected_until_the_client_connects_anew() {
    let long = "AA".repeat(126);
    for (frame, answer) in [
        // Y: longer than agreed on.
        (format!("03 21 32 E6E600 {long}"), "21 03 97 322204"),
        // Z: acknowledges what was never sent.
        ("03 21 51".into(), "21 03 97 512208"),
        // Z.
        (format!("03 21 D2 {GET}"), "21 03 97 D22208"),
        // W: no such frame.
        ("03 21 BF".into(), "21 03 97 BF2201"),
        // W and X: RR has no information field.
        ("03 21 31 00".into(), "21 03 97 312203"),
        // W and X: nor has RNR.
        ("03 21 35 00".into(), "21 03 97 352203"),
        // W and X: nor has DISC.
        ("03 21 53 00".into(), "21 03 97 532203"),
    ] {
        let mut bench = Bench::associated();
        bench.expect(&frame, &[answer]);
        // It is said again, whatever the client asks, and nothing is served.
        bench.expect("03 21 31", &[answer]);
        bench.expect(&format!("03 21 32 {GET}"), &[answer]);
        bench.recovers();
        let mut bench = Bench::associated();
        bench.expect(&frame, &[answer]);
        bench.expect("03 21 53", &["21 03 73"]);
        bench.expect("03 21 53", &[DM]);
    }
}

#[test]
fn what_is_out_of_sequence_is_acknowledged_and_not_served() {
    for control in ["34", "36", "38", "3A", "3C", "3E"] {
        let mut bench = Bench::associated();
        bench.expect(&format!("03 21 {control} {GET}"), &["21 03 31"]);
        bench.goes_on();
    }
    let mut bench = Bench::associated();
    bench.goes_on();
    // What was answered already is answered again, from what was kept.
    bench.goes_on();
    bench.expect("03 21 31", &[&format!("21 03 52 {ENERGY}")]);
    bench.expect("03 21 51", &["21 03 51"]);
}

#[test]
fn without_a_connection_all_is_disconnected_mode() {
    for frame in [format!("03 21 10 {AARQ}"), "03 21 11".into(), "03 21 15".into(), "03 21 53".into()] {
        let mut bench = Bench::new();
        bench.expect(&frame, &[DM]);
        bench.recovers();
    }
    for silent in ["03 21 01", "03 21 43", "03 21 83", "03 21 73", "03 21 1F", "03 21 97 100000", "03 21 BF"]
    {
        let mut bench = Bench::new();
        bench.expect(silent, &[]);
        bench.recovers();
    }
}

#[test]
fn what_is_for_others_has_no_answer() {
    for address in [
        "05 21",    // another logical device
        "02 25 21", // another physical device
        "00 02 00 25 21",
        "02 23 21", // another form than the connection has
        "03 23",    // another client, that is not connected
        "01 21",    // nobody
        "FF 21",    // everybody
        "FE FF 21",
        "03 01",    // from nobody
        "03 FF",    // from everybody
        "03 02 23", // from a client with an address of two octets
        "21 03",    // our own answers, as an echo brings them
    ] {
        let mut bench = Bench::associated();
        let polled = if address == "03 23" { vec!["23 03 1F"] } else { vec![] };
        bench.expect(&format!("{address} 32 {GET}"), &polled);
        bench.expect(&format!("{address} 31"), &polled);
        bench.goes_on();
    }
}

#[test]
fn what_the_line_damaged_has_no_answer() {
    let good = octets(&format!("03 21 32 {GET}"));
    let end = good.len() - 3;
    // The FCS is right for what stands there, and the HCS is wrong.
    let mut wrong_header_check = good.clone();
    wrong_header_check[6] ^= 1;
    let fcs = CheckSequence::of(&wrong_header_check[1..end]).to_octets();
    wrong_header_check[end..end + 2].copy_from_slice(&fcs);
    // The other way round.
    let mut wrong_frame_check = good.clone();
    wrong_frame_check[end] ^= 1;
    let mut cases = vec![wrong_header_check, wrong_frame_check];
    // Any bit but those of the flags; any end missing; an octet too few or too many.
    cases.extend((8..8 * (good.len() - 1)).map(|bit| {
        let mut wrong = good.clone();
        wrong[bit / 8] ^= 1 << (bit % 8);
        wrong
    }));
    cases.extend((1..good.len()).map(|len| good[..len].to_vec()));
    cases.extend((1..good.len() - 1).map(|at| [&good[..at], &good[at + 1..]].concat()));
    cases.extend((1..good.len() - 1).map(|at| [&good[..at], &[0x5a], &good[at..]].concat()));
    let mut bench = Bench::associated();
    for wrong in cases {
        assert_eq!(bench.hears(&wrong), [""; 0], "{wrong:02X?}");
    }
    bench.goes_on();
}

#[test]
fn parameters_are_taken_as_far_as_they_make_sense() {
    let largest = "8180140502 07EE 0602 07EE 070400000007 080400000007";
    for (proposal, agreed) in [
        // Larger than there is: what we have.
        ("818014 0502FFFF 0602FFFF 0704FFFFFFFF 0804FFFFFFFF", largest),
        ("818018 0504000007FF 0604000007FF 0704000000FF 0804000000FF", largest),
        // Parameters and groups that nobody knows are passed over.
        ("818006 09020102 0A00", "818012050180060180070400000001080400000001"),
        ("818009 050180 0A0401020304 F003010203", "818012050180060180070400000001080400000001"),
        // A window of nothing is one frame, and so is one of more than there are numbers.
        ("81800C 070400000000 080400000000", "818012050180060180070400000001080400000001"),
        ("818006 070108 080108", "818012050180060180070400000007080400000007"),
        // No room for the LLC header is the least there is.
        ("818006 050100 060100", "818012050104060104070400000001080400000001"),
        ("818000", "818012050180060180070400000001080400000001"),
    ] {
        let mut bench = Bench::new();
        bench.expect(&format!("{SNRM} {proposal}"), &[&format!("21 03 73 {agreed}")]);
        assert!(bench.meter.connection.link().parameters(Saps { client: 16, server: 1 }).is_some());
    }
    // Nothing but the format is all defaults.
    Bench::new().expect(&format!("{SNRM} 81"), &[UA]);
    for wrong in ["82", "8180", "818005", "818003 0502", "818003 0503FFFF", "8180FF 050180", "FFFFFF"] {
        let mut bench = Bench::new();
        bench.expect(&format!("{SNRM} {wrong}"), &[DM]);
        bench.recovers();
    }
}

#[test]
fn an_information_field_without_a_request_does_no_harm() {
    for (information, answer) in [
        ("", "21 03 51"),
        // Shorter than the LLC header, or another one: no service that there is.
        ("E6", "21 03 52 E6E700 D80102"),
        ("E6E6", "21 03 52 E6E700 D80102"),
        ("E6E500 C001C100030100010800FF0200", "21 03 52 E6E700 D80102"),
        ("E6E600", "21 03 51"),
        ("E6E600 C0", "21 03 52 E6E700 D80201"),
        // The header of an answer, or of a broadcast, in front of a request: a request.
        ("FFE600 C001C100030100010800FF0200", "21 03 52 E6E700 C401C100060001E240"),
    ] {
        let mut bench = Bench::associated();
        bench.expect(&format!("03 21 32 {information}"), &[answer]);
        bench.recovers();
    }
    // Without an association there is an answer, too.
    Bench::connected().expect(&format!("03 21 10 {GET}"), &[&format!("21 03 30 {NOT_ALLOWED}")]);
}

#[test]
fn segments_that_do_not_go_on_are_forgotten() {
    let (head, tail) = GET.split_at(15);
    let mut bench = Bench::associated();
    bench.expect(&format!("+03 21 32 {head}"), &["21 03 51"]);
    // The tail comes after another opening, in which nothing has begun.
    bench.expect(SNRM, &[UA]);
    bench.expect(&format!("03 21 10 {AARQ}"), &[&format!("21 03 30 {AARE}")]);
    bench.goes_on();
    bench.expect(&format!("+03 21 54 {head}"), &["21 03 71"]);
    bench.expect(&format!("+03 21 56 {head}"), &["21 03 91"]);
    let answers = bench.hears(&octets(&format!("03 21 58 {tail}")));
    assert_eq!(answers.len(), 1);
    bench.recovers();
}

#[test]
fn what_nobody_expects_an_answer_to_has_none() {
    let mut bench = Bench::associated();
    // The answer before is acknowledged: nothing of it has to be kept.
    bench.expect("03 21 31", &["21 03 31"]);
    bench.meter.audit.clear();
    for (to, apdu) in [
        ("03", "C001C100030100010800FF0200"),
        ("03", "C101C1000100006003 0AFF02001100"),
        ("03", "6203800100"),
        ("03", AARQ.split_at(7).1),
        ("FF", "C001C100030100010800FF0200"),
        ("FEFF", "C001C100030100010800FF0200"),
    ] {
        for control in ["03", "13"] {
            bench.expect(
                &format!("{to} 21 {control} E6E600 {apdu}"),
                if to == "03" && control == "13" { &["21 03 31"] } else { &[] },
            );
        }
    }
    // It was done all the same, where it could be: the public client may only read.
    let denied = |event: &server::Event| matches!(event, server::Event::Set(_, _, result) if *result != DataAccessResult::Success);
    assert!(bench.meter.audit.iter().filter(|event| denied(event)).count() == 2, "{:?}", bench.meter.audit);
    bench.goes_on();
}
