//! The secondary: the data link cases of the test plan, and what it must survive besides.

use super::*;
use crate::{AddressSizes, Parameters};

const SNRM: &str = "03 21 93";
const DISC: &str = "03 21 53";
const UA_BARE: &str = "2103 73";
const DM: &str = "2103 1F";
const AARQ: &str = "E6E600 6001AA";
const AARE: &str = "6102BBBB";

fn connected() -> Bench<Secondary<Room, 1>> {
    let mut meter = meter();
    assert_eq!(meter.hears(SNRM), [UA]);
    meter
}

/// A meter that has answered one request, with N(S) and N(R) at 1.
fn associated() -> Bench<Secondary<Room, 1>> {
    let mut meter = connected();
    assert_eq!(meter.takes(&line(&format!("03 21 10 {AARQ}"))), [Up::Apdu(PEER, "6001AA".into())]);
    meter.sends(PEER, AARE);
    assert_eq!(meter.says(), [format!("2103 30 E6E700{AARE}")]);
    meter
}

/// DL-01.
#[test]
fn connects_answers_and_disconnects() {
    let mut meter = meter::<1>();
    assert_eq!(meter.hears(DISC), [DM]);
    assert_eq!(meter.takes(&line(SNRM)), [OPENED]);
    assert_eq!(meter.says(), [UA]);
    assert_eq!(meter.hears("03 21 11"), ["2103 11"]);
    assert_eq!(meter.takes(&line(DISC)), [CLOSED]);
    assert_eq!(meter.says(), [UA_BARE]);
    assert_eq!(meter.hears(DISC), [DM]);
}

/// DL-02, DL-42.
#[test]
fn a_frame_cut_short_is_given_up() {
    let mut meter = connected();
    let rr = line("03 21 11");
    assert_eq!(meter.takes(&rr[..rr.len() - 1]), []);
    assert_eq!(meter.says(), [""; 0]);
    assert_eq!(meter.waits(24), []);
    assert_eq!(meter.waits(1), []);
    assert_eq!(meter.link.poll_timeout(), Some(Instant(121_000)));
    assert_eq!(meter.hears("03 21 11"), ["2103 11"]);
    // In time, the rest completes it.
    meter.takes(&rr[..4]);
    meter.waits(24);
    meter.takes(&rr[4..]);
    assert_eq!(meter.says(), ["2103 11"]);
}

/// DL-03.
#[test]
fn silence_ends_the_connection() {
    let mut meter = connected();
    meter.waits(100_000);
    assert_eq!(meter.hears("03 21 11"), ["2103 11"]);
    assert_eq!(meter.waits(119_999), []);
    assert_eq!(meter.waits(1), [CLOSED]);
    assert_eq!(meter.hears(DISC), [DM]);
    let settings = SecondarySettings { inactivity_time_out: 0, ..SecondarySettings::DEFAULT };
    let mut meter = Bench::new(Secondary::<Room>::new(settings, [0; 160]));
    meter.takes(&line(SNRM));
    assert_eq!(meter.link.poll_timeout(), None);
}

/// DL-04 to DL-07, DL-09, DL-10, DL-15.
#[test]
fn what_is_no_frame_has_no_answer() {
    let snrm = line("03 21 93 8180 00");
    let n = snrm.len();
    let change = |at: usize, by: u8| {
        let mut changed = snrm.clone();
        changed[at] ^= by;
        changed
    };
    let resealed = |mut frame: Vec<u8>| {
        let fcs = crate::CheckSequence::of(&frame[1..n - 3]).to_octets();
        frame[n - 3..n - 1].copy_from_slice(&fcs);
        frame
    };
    let mut broken = std::vec![
        snrm[1..].to_vec(),
        snrm[..n - 1].to_vec(),
        snrm[1..n - 1].to_vec(),
        change(1, 0x30),
        resealed(change(1, 0x30)),
        change(6, 1),
        resealed(change(6, 1)),
        change(n - 2, 1),
        octets("7EA0090002052193AFD07E"),
    ];
    broken.extend((1..n - 1).map(|end| [&snrm[..end], &snrm[n - 1..]].concat()));
    broken.extend([0, 1, 2, 4, 13].map(|length| resealed(change(2, snrm[2] ^ length))).into_iter().skip(1));
    for frame in broken {
        let mut meter = meter::<1>();
        assert_eq!(meter.takes(&frame), [], "{}", hex(&frame));
        meter.waits(25);
        assert_eq!(meter.says(), [""; 0], "{}", hex(&frame));
        assert_eq!(meter.hears(DISC), [DM], "{}", hex(&frame));
        assert_eq!(meter.hears(SNRM), [UA], "{}", hex(&frame));
    }
}

/// DL-08.
#[test]
fn an_unknown_control_field_is_rejected_until_the_client_connects_anew() {
    let mut unconnected = meter::<1>();
    assert_eq!(unconnected.hears("03 21 BF"), [""; 0]);
    let mut meter = connected();
    assert_eq!(meter.hears("03 21 BF"), ["2103 97 BF0001"]);
    assert_eq!(meter.hears("03 21 11"), ["2103 97 BF0001"]);
    assert_eq!(meter.hears("03 21 01"), [""; 0]);
    assert_eq!(meter.hears(SNRM), [UA]);
    assert_eq!(meter.hears("03 21 11"), ["2103 11"]);
    assert_eq!(meter.hears("03 21 31 AA"), ["2103 97 310003"]);
    assert_eq!(meter.hears(DISC), [UA_BARE]);
    // An I frame with numbers that cannot be.
    let mut meter = connected();
    assert_eq!(meter.hears("03 21 94"), ["2103 97 940008"]);
}

/// DL-11.
#[test]
fn an_answer_has_the_address_form_of_the_command() {
    for (form, parameters) in [("03", ""), ("0223", ""), ("00020023", ""), ("02FD", ""), ("0002FEFD", "")] {
        let mut meter = meter::<1>();
        let ua = UA.strip_prefix("2103").unwrap();
        assert_eq!(meter.hears(&format!("{form} 21 93 {parameters}")), [format!("21{form}{ua}")]);
        assert_eq!(meter.hears(&format!("{form} 21 11")), [format!("21{form} 11")]);
    }
    let mut meter = connected();
    assert_eq!(meter.hears("0223 21 11"), [""; 0], "another form than the connection has");
}

/// DL-12 to DL-14.
#[test]
fn frames_for_others_have_no_answer() {
    for frame in
        ["03 0221 93", "05 21 93", "0225 21 93", "0423 21 93", "00020025 21 93", "01 21 93", "03 01 93"]
    {
        assert_eq!(meter::<1>().hears(frame), [""; 0], "{frame}");
    }
    let address_sizes = AddressSizes { one: false, two: false, four: true };
    let settings = SecondarySettings { address_sizes, ..SecondarySettings::DEFAULT };
    let mut meter = Bench::new(Secondary::<Room>::new(settings, [0; 160]));
    assert_eq!(meter.hears(SNRM), [""; 0]);
    assert_eq!(meter.hears("0223 21 93"), [""; 0]);
    assert_eq!(meter.hears("00020023 21 93").len(), 1);
}

/// DL-16, DL-17, DL-38.
#[test]
fn parameters_are_agreed_upon_and_kept() {
    for (proposal, answer) in [
        ("", "818012050180060180070400000001080400000001"),
        ("818014050207EE060207EE070400000007080400000007", "818012050180060180070400000002080400000002"),
        ("81800C 050140 060120 070101 080107", "818012050120060140070400000002080400000001"),
        ("818003 060140", "818012050140060180070400000001080400000001"),
        ("818006 070400000000", "818012050180060180070400000001080400000001"),
    ] {
        assert_eq!(meter::<1>().hears(&format!("{SNRM} {proposal}")), [format!("2103 73 {answer}")]);
    }
    let mut meter = meter::<1>();
    for refused in ["828000", "8180FF0501"] {
        assert_eq!(meter.hears(&format!("{SNRM} {refused}")), [DM]);
    }
    // The client takes 32 octets, in one frame at a time.
    meter.hears(&format!("{SNRM} 81800C 0501 80 060120 070101 080101"));
    meter.takes(&line(&format!("03 21 10 {AARQ}")));
    meter.sends_octets(PEER, &[0xaa; 40], Delivery::Confirmed);
    assert_eq!(meter.says(), [format!("+2103 30 E6E700{}", "AA".repeat(29))]);
    assert_eq!(meter.hears("03 21 31"), [format!("2103 32 {}", "AA".repeat(11))]);
    assert!(meter.link.is_sending());
    assert_eq!(meter.hears("03 21 51"), ["2103 31"]);
    assert!(!meter.link.is_sending());
}

/// DL-18, DL-30, DL-32, DL-39.
#[test]
fn a_segmented_request_is_joined_and_delivered_once() {
    let mut meter = connected();
    assert_eq!(meter.hears("+03 21 10 E6E60060"), ["2103 31"]);
    assert_eq!(meter.hears("+03 21 10 E6E60060"), ["2103 31"], "repeated");
    assert_eq!(meter.hears("+03 21 02 01"), [""; 0], "not asked");
    assert_eq!(meter.takes(&line("03 21 14 AA")), [Up::Apdu(PEER, "6001AA".into())]);
    meter.sends(PEER, AARE);
    let answer = [format!("2103 70 E6E700{AARE}")];
    assert_eq!(meter.says(), answer);
    assert_eq!(meter.takes(&line("03 21 14 AA")), []);
    assert_eq!(meter.says(), answer, "to the repeated request, the same answer");
    assert_eq!(meter.hears("03 21 11"), answer, "and to a poll that does not acknowledge it");
    assert_eq!(meter.hears("03 21 31"), ["2103 71"]);
}

#[test]
fn a_window_goes_out_in_one_answer_and_is_repeated_from_where_it_broke() {
    let mut meter = meter::<1>();
    meter.hears(&format!("{SNRM} 81800C 0501 80 060110 070101 080102"));
    meter.takes(&line(&format!("03 21 10 {AARQ}")));
    meter.sends_octets(PEER, &[0xaa; 40], Delivery::Confirmed);
    let a = |n: usize| "AA".repeat(n);
    let first = [format!("+2103 20 E6E700{}", a(13)), format!("+2103 32 {}", a(16))];
    assert_eq!(meter.says(), first);
    assert_eq!(meter.hears("03 21 11"), first);
    let second = [format!("+2103 22 {}", a(16)), format!("2103 34 {}", a(11))];
    assert_eq!(meter.hears("03 21 31"), second);
    assert_eq!(meter.hears("03 21 59"), second[1..], "REJ");
    assert_eq!(meter.hears("03 21 71"), ["2103 31"]);
}

/// DL-19.
#[test]
fn an_information_field_too_long_is_rejected() {
    let mut meter = connected();
    let frame = |n: usize| format!("03 21 10 E6E600{}", "AA".repeat(n));
    assert_eq!(meter.hears(&frame(126)), ["2103 97 100004"]);
    assert_eq!(meter.hears(SNRM), [UA]);
    assert_eq!(meter.takes(&line(&frame(125))), [Up::Apdu(PEER, "AA".repeat(125))]);
}

/// DL-20.
#[test]
fn an_acknowledgement_of_what_was_never_sent_is_rejected() {
    let mut meter = associated();
    assert_eq!(meter.hears("03 21 51"), ["2103 97 512208"]);
    assert_eq!(meter.hears(SNRM), [UA]);
    let mut meter = associated();
    assert_eq!(meter.takes(&line(&format!("03 21 D2 {AARQ}"))), []);
    assert_eq!(meter.says(), ["2103 97 D22208"]);
}

/// DL-21.
#[test]
fn a_frame_out_of_sequence_is_not_delivered() {
    let mut meter = associated();
    for control in ["34", "36", "3E"] {
        assert_eq!(meter.takes(&line(&format!("03 21 {control} {AARQ}"))), []);
        assert_eq!(meter.says(), ["2103 31"]);
    }
    assert_eq!(meter.takes(&line(&format!("03 21 32 {AARQ}"))).len(), 1);
}

/// DL-22.
#[test]
fn without_a_connection_there_is_disconnected_mode_only() {
    let mut meter = meter::<1>();
    assert_eq!(meter.takes(&line(&format!("03 21 10 {AARQ}"))), []);
    assert_eq!(meter.says(), [DM]);
    assert_eq!(meter.hears("03 21 11"), [DM]);
    assert_eq!(meter.hears("03 21 01"), [""; 0]);
    assert_eq!(meter.hears("03 21 83"), [""; 0], "SNRM without P");
}

/// DL-31.
#[test]
fn a_client_that_is_not_ready_is_waited_for() {
    let mut meter = connected();
    meter.takes(&line(&format!("03 21 10 {AARQ}")));
    meter.sends(PEER, AARE);
    let answer = [format!("2103 30 E6E700{AARE}")];
    assert_eq!(meter.says(), answer);
    assert_eq!(meter.hears("03 21 15"), ["2103 31"]);
    assert_eq!(meter.hears("03 21 15"), ["2103 31"]);
    assert_eq!(meter.hears("03 21 11"), answer);
}

/// DL-33.
#[test]
fn broadcasts_are_delivered_and_never_answered() {
    let mut meter = meter::<1>();
    for (to, server) in [("FF", 0x7f), ("FEFF", 0x7f), ("FE23", 0x7f), ("FEFEFEFF", 0x3fff), ("02FF", 1)] {
        let peer = Saps { client: 16, server };
        assert_eq!(
            meter.takes(&line(&format!("{to} 21 13 E6E600 C0"))),
            [Up::Apdu(peer, "C0".into())],
            "{to}"
        );
        assert_eq!(meter.says(), [""; 0]);
        assert_eq!(meter.hears(&format!("{to} 21 93")), [""; 0]);
    }
    // Segmented, too.
    assert_eq!(meter.takes(&line("+FF 21 03 E6E600 C0")), []);
    let peer = Saps { client: 16, server: 0x7f };
    assert_eq!(meter.takes(&line("FF 21 03 01")), [Up::Apdu(peer, "C001".into())]);
}

/// DL-34.
#[test]
fn the_calling_address_is_whoever_is_there() {
    let mut meter = meter::<1>();
    assert_eq!(meter.takes(&line("02FD 21 93")), [OPENED]);
    assert!(meter.says()[0].starts_with("2102FD 73"));
    assert_eq!(meter.hears("02FD 21 11"), ["2102FD 11"]);
}

/// DL-35, DL-36.
#[test]
fn flags_are_shared_and_stand_in_information_fields() {
    let mut meter = meter::<1>();
    let both = [line(SNRM), line("03 21 10 E6E600 7E7E7E")[1..].to_vec()].concat();
    assert_eq!(meter.takes(&both), [OPENED, Up::Apdu(PEER, "7E7E7E".into())]);
}

/// DL-37.
#[test]
fn a_new_connection_starts_from_nothing() {
    let mut meter = associated();
    assert_eq!(meter.takes(&line(SNRM)), [OPENED]);
    assert!(!meter.link.is_sending());
    assert_eq!(meter.says(), [UA]);
    assert_eq!(meter.takes(&line(&format!("03 21 10 {AARQ}"))).len(), 1);
    // A segment from before does not count.
    let mut meter = connected();
    meter.hears("+03 21 10 E6E60060");
    meter.hears(SNRM);
    assert_eq!(meter.takes(&line(&format!("03 21 10 {AARQ}"))), [Up::Apdu(PEER, "6001AA".into())]);
}

/// DL-40.
#[test]
fn an_apdu_that_does_not_fit_is_refused() {
    let mut meter = connected();
    let segment = "AA".repeat(120);
    for (n, control) in ["10", "12", "14", "16"].into_iter().enumerate() {
        assert_eq!(meter.hears(&format!("+03 21 {control} {segment}")), [format!("2103 {}1", 2 * n + 3)]);
    }
    let oversize = LinkEvent::Oversize { peer: PEER, needed: 601 };
    let last = &format!("03 21 1A {segment}AA");
    meter.hears("+03 21 18");
    assert_eq!(meter.takes(&line(last)), [Up::Event(oversize)]);
    assert_eq!(meter.says(), ["2103 D1"]);
}

#[test]
fn an_answer_that_is_not_ready_is_fetched_later() {
    let mut meter = connected();
    assert_eq!(meter.hears(&format!("03 21 10 {AARQ}")), ["2103 31"]);
    meter.sends(PEER, AARE);
    assert_eq!(meter.says(), [""; 0], "it was not asked");
    assert_eq!(meter.hears("03 21 11"), [format!("2103 30 E6E700{AARE}")]);
}

#[test]
fn a_request_in_the_middle_of_an_answer_waits_for_its_end() {
    let mut meter = connected();
    meter.takes(&line(&format!("03 21 10 {AARQ}")));
    meter.sends_octets(PEER, &[0xaa; 140], Delivery::Confirmed);
    assert_eq!(meter.says().len(), 1);
    assert_eq!(meter.takes(&line(&format!("03 21 32 {AARQ}"))), []);
    assert_eq!(meter.says(), [format!("2103 32 {}", "AA".repeat(15))]);
    assert_eq!(meter.takes(&line(&format!("03 21 52 {AARQ}"))).len(), 1);
    // An APDU of the meter's own accord goes first, too.
    let mut meter = connected();
    meter.sends(PEER, "C2");
    assert_eq!(meter.hears(&format!("03 21 10 {AARQ}")), ["2103 10 E6E700C2"]);
}

#[test]
fn the_line_has_its_turnaround_time() {
    let settings = SecondarySettings { turnaround: 20, ..SecondarySettings::DEFAULT };
    let mut meter = Bench::new(Secondary::<Room>::new(settings, [0; 160]));
    assert_eq!(meter.hears(SNRM), [""; 0]);
    assert_eq!(meter.link.poll_timeout(), Some(Instant(1_020)));
    meter.waits(20);
    assert_eq!(meter.says().len(), 1);
}

#[test]
fn events_wait_for_a_poll_while_a_client_is_connected() {
    let mut meter = meter::<1>();
    let push = |meter: &mut Bench<_>| {
        let all = [0xc2; 140];
        meter.sends_octets(Saps { client: 0x7f, server: 1 }, &all, Delivery::Unconfirmed);
    };
    let (first, second) = ("C2".repeat(125), "C2".repeat(15));
    let frames = [format!("+FF00020023 03 E6E700{first}"), format!("FF00020023 13 {second}")];
    push(&mut meter);
    assert_eq!(meter.says(), frames);
    assert!(!meter.link.is_sending());
    meter.hears(SNRM);
    push(&mut meter);
    assert_eq!(meter.says(), [""; 0]);
    let [first, second] = frames;
    assert_eq!(meter.hears("03 21 11"), [&*first, &*second, "2103 11"]);
    // A request comes when it is said again.
    push(&mut meter);
    assert_eq!(meter.takes(&line(&format!("03 21 10 {AARQ}"))), []);
    assert_eq!(meter.says(), [&*first, &*second, "2103 15"]);
    assert_eq!(meter.hears("03 21 11"), ["2103 11"]);
    assert_eq!(meter.takes(&line(&format!("03 21 10 {AARQ}"))).len(), 1);
}

#[test]
fn what_waits_for_a_poll_can_be_taken_back_until_it_begins_to_go() {
    let mut meter = meter::<1>();
    assert!(!meter.link.withdraw());
    meter.hears(SNRM);
    let peer = Saps { client: 16, server: 1 };
    meter.sends_octets(peer, &[0xc2; 140], Delivery::Unconfirmed);
    assert!(meter.link.is_sending() && meter.link.withdraw());
    assert!(!meter.link.is_sending() && !meter.link.withdraw());
    // The poll finds nothing of it.
    assert_eq!(meter.hears("03 21 11"), ["2103 11"]);
    // An answer in I frames is not taken back.
    assert_eq!(meter.takes(&line(&format!("03 21 10 {AARQ}"))).len(), 1);
    meter.sends(peer, "61");
    assert!(!meter.link.withdraw());
}

#[test]
fn a_wrong_header_check_is_let_pass_on_demand() {
    let settings = SecondarySettings { tolerate_header_checks: true, ..SecondarySettings::DEFAULT };
    let mut meter = Bench::new(Secondary::<Room>::new(settings, [0; 160]));
    let mut snrm = line("03 21 93 818000");
    snrm[6] ^= 1;
    let end = snrm.len() - 3;
    let fcs = crate::CheckSequence::of(&snrm[1..end]).to_octets();
    snrm[end..end + 2].copy_from_slice(&fcs);
    assert_eq!(meter.takes(&snrm), [OPENED]);
    assert_eq!((meter.link.damaged_frames(), meter.link.tolerated_frames()), (0, 1));
    assert_eq!(meter.link.parameters(PEER), Some(Parameters::DEFAULT));
}
