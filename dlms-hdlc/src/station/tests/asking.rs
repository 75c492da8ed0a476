//! The primary: how it connects, polls, repeats and gives up.

use super::*;
use crate::{AddressSize, Parameters, Primary, PrimarySettings, Quirks};

const GET: &str = "C001C1";
const RESPONSE: &str = "C401C1";
const SNRM: &str = "0321 93";

fn settings() -> PrimarySettings {
    let parameters = Parameters::symmetric(128, 2);
    PrimarySettings { parameters, ..PrimarySettings::DEFAULT }
}

fn client(settings: PrimarySettings) -> Bench<Primary<Room>> {
    Bench::new(Primary::new(settings, [0; 160]))
}

/// A client that asked the meter to connect.
fn opening(settings: PrimarySettings) -> Bench<Primary<Room>> {
    let mut client = client(settings);
    client.link.open(PEER, client.now);
    client
}

/// Connected, with so long information fields and such a window both ways.
fn connected_with(length: u8, window: u8) -> Bench<Primary<Room>> {
    let mut client = opening(settings());
    assert_eq!(client.says().len(), 1);
    let ua = format!("21 03 73 81800C 0501{length:02X} 0601{length:02X} 0701{window:02X} 0801{window:02X}");
    assert_eq!(client.takes(&line(&ua)), [OPENED]);
    assert!(client.link.is_open(PEER));
    client
}

fn connected() -> Bench<Primary<Room>> {
    connected_with(128, 1)
}

fn apdu(text: &str) -> [Up; 1] {
    [Up::Apdu(PEER, text.into())]
}

/// A client whose request is on the line.
fn asked() -> Bench<Primary<Room>> {
    let mut client = connected();
    client.sends(PEER, GET);
    assert_eq!(client.says(), [format!("0321 10 E6E600{GET}")]);
    assert_eq!(client.says(), [""; 0]);
    client
}

#[test]
fn connects_asks_and_disconnects() {
    let mut client = opening(settings());
    assert_eq!(client.says(), ["0321 93 818012050180060180070400000002080400000002"]);
    assert!(!client.link.is_open(PEER));
    client.link.open(PEER, client.now);
    assert_eq!(client.says(), [""; 0], "it is opening");
    assert_eq!(client.takes(&line("21 03 73")), [OPENED]);
    assert_eq!(client.link.parameters(), Parameters::DEFAULT);
    client.sends(PEER, GET);
    assert_eq!(client.says(), [format!("0321 10 E6E600{GET}")]);
    assert!(client.link.is_sending() && client.link.awaits(PEER));
    assert_eq!(client.takes(&line(&format!("21 03 30 E6E700{RESPONSE}"))), apdu(RESPONSE));
    assert!(!client.link.is_sending() && !client.link.awaits(PEER));
    assert_eq!(client.says(), [""; 0]);
    assert!(client.link.close(PEER, client.now));
    assert_eq!(client.says(), ["0321 53"]);
    assert_eq!(client.takes(&line("21 03 73")), [CLOSED]);
    assert!(!client.link.close(PEER, client.now));
}

#[test]
fn the_form_of_addresses_and_parameters_is_a_setting() {
    let quirks = Quirks { disconnect_first: true, ..Quirks::default() };
    let address_size = AddressSize::Four;
    let parameters = Parameters::DEFAULT;
    let mut client = opening(PrimarySettings { address_size, parameters, quirks, ..settings() });
    assert_eq!(client.says(), ["0002002321 53"]);
    assert_eq!(client.hears("21 00020023 73"), ["0002002321 93"]);
    assert_eq!(client.takes(&line("21 03 73")), [], "not from there");
    assert_eq!(client.takes(&line("21 00020023 73")), [OPENED]);
    // A calling address is answered by whoever is there.
    let (address_size, device_address) = (AddressSize::Two, 0x7e);
    let mut client = opening(PrimarySettings { address_size, device_address, ..settings() });
    assert!(client.says()[0].starts_with("02FD21 93"));
    assert_eq!(client.takes(&line("21 0223 73")), [OPENED]);
}

#[test]
fn quirks_of_meters() {
    let quirks = Quirks { always_connected: true, ..Quirks::default() };
    let mut client = opening(PrimarySettings { quirks, ..settings() });
    assert!(client.link.is_open(PEER));
    client.sends(PEER, GET);
    assert_eq!(client.says(), [format!("0321 10 E6E600{GET}")]);
    assert!(!client.link.close(PEER, client.now));
    // Frames of 26 octets are information fields of 17.
    let quirks = Quirks { lengths_of_frames: true, ..Quirks::default() };
    let mut client = opening(PrimarySettings { quirks, ..settings() });
    client.says();
    client.takes(&line("21 03 73 818003 06011A"));
    client.sends_octets(PEER, &[0xaa; 20], Delivery::Confirmed);
    assert_eq!(client.says(), [format!("+0321 10 E6E600{}", "AA".repeat(14))]);
}

#[test]
fn a_refusal_to_connect_is_told_and_silence_too() {
    let mut client = opening(settings());
    client.says();
    assert_eq!(client.takes(&line("21 03 1F")), [Up::Error(LinkError::Disconnected)]);
    client.link.open(PEER, client.now);
    for _ in 0..3 {
        assert!(client.says()[0].starts_with(SNRM));
        client.waits(4_999);
        assert_eq!(client.says(), [""; 0]);
        assert_eq!(client.waits(1), []);
    }
    assert!(client.says()[0].starts_with(SNRM));
    assert_eq!(client.waits(5_000), [Up::Error(LinkError::NoAnswer)]);
    assert_eq!(client.says(), [""; 0]);
    assert_eq!(client.link.poll_timeout(), None);
}

#[test]
fn a_request_without_an_answer_is_repeated_three_times() {
    let mut client = asked();
    for _ in 0..3 {
        assert_eq!(client.waits(5_000), []);
        assert_eq!(client.says(), [format!("0321 10 E6E600{GET}")]);
    }
    assert_eq!(client.waits(5_000), [Up::Error(LinkError::NoAnswer)]);
    assert!(!client.link.is_open(PEER) && !client.link.is_sending());
}

#[test]
fn a_disconnection_without_an_answer_is_one_all_the_same() {
    let mut client = connected();
    assert!(client.link.close(PEER, client.now));
    for _ in 0..3 {
        assert_eq!(client.says(), ["0321 53"]);
        assert_eq!(client.waits(5_000), []);
    }
    assert_eq!(client.says(), ["0321 53"]);
    assert_eq!(client.waits(5_000), [CLOSED]);
}

#[test]
fn a_late_answer_and_one_that_comes_twice_count_once() {
    let mut client = asked();
    client.waits(5_000);
    client.says();
    let answer = line(&format!("21 03 30 E6E700{RESPONSE}"));
    assert_eq!(client.takes(&answer), apdu(RESPONSE));
    assert_eq!(client.takes(&answer), []);
    client.sends(PEER, GET);
    let next = [format!("0321 32 E6E600{GET}")];
    assert_eq!(client.says(), next);
    // Of the answer to the repetition, nothing is to be learnt about the request that is on the line now.
    assert_eq!(client.takes(&answer), []);
    assert_eq!(client.says(), [""; 0]);
    assert_eq!(client.takes(&line(&format!("21 03 52 E6E700{RESPONSE}"))), apdu(RESPONSE));
}

#[test]
fn a_meter_that_is_not_ready_is_polled() {
    let mut client = asked();
    assert_eq!(client.hears("21 03 31"), [""; 0]);
    assert!(!client.link.is_sending() && client.link.awaits(PEER));
    client.waits(99);
    assert_eq!(client.says(), [""; 0]);
    client.waits(1);
    assert_eq!(client.says(), ["0321 11"]);
    assert_eq!(client.takes(&line(&format!("21 03 30 E6E700{RESPONSE}"))), apdu(RESPONSE));
    assert_eq!(client.link.poll_timeout(), None);
}

#[test]
fn a_meter_that_is_never_ready_is_given_up() {
    for answer in ["21 03 31", "21 03 15"] {
        let mut client = asked();
        let mut up = Vec::new();
        for _ in 0..700 {
            client.hears(answer);
            up.extend(client.waits(100));
            client.says();
        }
        assert_eq!(up, [Up::Error(LinkError::NoAnswer)], "{answer}");
    }
}

#[test]
fn a_busy_meter_gets_its_request_again_when_it_is_ready() {
    let mut client = asked();
    assert_eq!(client.hears("21 03 15"), [""; 0]);
    client.waits(100);
    assert_eq!(client.says(), ["0321 11"]);
    assert_eq!(client.hears("21 03 15"), [""; 0]);
    client.waits(100);
    assert_eq!(client.says(), ["0321 11"]);
    assert_eq!(client.hears("21 03 11"), [format!("0321 10 E6E600{GET}")]);
}

#[test]
fn a_request_in_a_window_goes_on_where_the_meter_lost_it() {
    let mut client = connected_with(16, 2);
    client.sends_octets(PEER, &[0xaa; 40], Delivery::Confirmed);
    let a = |n: usize| "AA".repeat(n);
    let first = [format!("+0321 00 E6E600{}", a(13)), format!("+0321 12 {}", a(16))];
    assert_eq!(client.says(), first);
    let second = [format!("+0321 02 {}", a(16)), format!("0321 14 {}", a(11))];
    assert_eq!(client.hears("21 03 31"), second);
    // Two frames are out and nothing comes back: the meter is asked what it has.
    client.waits(5_000);
    assert_eq!(client.says(), ["0321 11"]);
    for refusal in ["21 03 51", "21 03 59"] {
        assert_eq!(client.hears(refusal), [format!("0321 14 {}", a(11))]);
    }
    assert_eq!(client.takes(&line("21 03 70 E6E700 AB")), apdu("AB"));
}

#[test]
fn an_answer_in_segments_and_windows_is_joined() {
    let mut client = connected_with(16, 2);
    client.sends(PEER, GET);
    client.says();
    let progress = [Up::Event(LinkEvent::Progress { peer: PEER })];
    assert_eq!(client.takes(&line("+21 03 20 E6E700 01")), progress);
    assert_eq!(client.says(), [""; 0]);
    assert_eq!(client.hears("+21 03 32 02"), ["0321 51"]);
    // The first of the next two is lost: the second is not taken, and both are asked for.
    assert_eq!(client.hears("21 03 36 04"), ["0321 51"]);
    assert_eq!(client.hears("+21 03 24 03"), [""; 0]);
    assert_eq!(client.takes(&line("21 03 36 04")), apdu("01020304"));
}

#[test]
fn a_poll_without_an_answer_is_repeated() {
    let mut client = asked();
    assert_eq!(client.hears("+21 03 30 E6E700 01"), ["0321 31"]);
    for _ in 0..3 {
        assert_eq!(client.waits(5_000), []);
        assert_eq!(client.says(), ["0321 31"]);
    }
    assert_eq!(client.hears("+21 03 32 02"), ["0321 51"]);
    assert_eq!(client.takes(&line("21 03 34 03")), apdu("010203"));
}

#[test]
fn a_meter_that_forgot_the_connection_or_rejects_a_frame_is_told() {
    let mut client = asked();
    assert_eq!(client.takes(&line("21 03 1F")), [Up::Error(LinkError::Disconnected)]);
    assert!(!client.link.is_open(PEER));
    let mut client = asked();
    assert_eq!(client.takes(&line("21 03 97 100004")), [Up::Error(LinkError::Rejected)]);
    assert!(!client.link.is_open(PEER) && !client.link.is_sending());
}

#[test]
fn echoes_and_frames_of_others_are_passed_over() {
    let mut client = asked();
    for frame in [&format!("03 21 10 E6E600{GET}"), "21 05 30 E6E700 01", "23 03 30 E6E700 01", "21 03 94"] {
        assert_eq!(client.takes(&line(frame)), [], "{frame}");
        assert_eq!(client.says(), [""; 0], "{frame}");
    }
}

#[test]
fn events_come_at_any_time() {
    let mut client = connected();
    let event = |client: &mut Bench<_>, to: &str| client.takes(&line(&format!("{to} 03 13 E6E700 C2")));
    assert_eq!(event(&mut client, "21"), apdu("C2"));
    assert_eq!(event(&mut client, "FF"), [Up::Apdu(Saps { client: 0x7f, ..PEER }, "C2".into())]);
    assert_eq!(event(&mut client, "23"), []);
    assert_eq!(client.takes(&line("+21 03 03 E6E700 C2")), []);
    assert_eq!(client.takes(&line("21 03 13 01")), apdu("C201"));
    // Not into the middle of an answer.
    client.sends(PEER, GET);
    client.says();
    client.takes(&line("+21 03 30 E6E700 01"));
    assert_eq!(event(&mut client, "21"), []);
    assert_eq!(client.takes(&line("21 03 32 02")), apdu("0102"));
}

#[test]
fn another_apdu_is_fetched_on_demand() {
    let mut client = connected();
    client.link.solicit(PEER, client.now);
    assert_eq!(client.says(), ["0321 11"]);
    assert_eq!(client.hears("21 03 11"), [""; 0]);
    client.waits(100);
    assert_eq!(client.says(), ["0321 11"]);
    assert_eq!(client.takes(&line("21 03 10 E6E700 E0")), apdu("E0"));
    assert_eq!(client.link.poll_timeout(), None);
}

#[test]
fn unconfirmed_apdus_need_no_connection() {
    let mut client = client(settings());
    client.sends_octets(Saps { client: 16, server: 0x7f }, &[0xc0; 130], Delivery::Unconfirmed);
    let (first, second) = ("C0".repeat(125), "C0".repeat(5));
    assert_eq!(client.says(), [format!("+FF21 03 E6E600{first}"), format!("FF21 03 {second}")]);
    assert!(!client.link.is_sending());
    let now = client.now;
    assert!(client.link.send(PEER, 0..4, Delivery::Confirmed, now).is_err());
}

#[test]
fn before_an_unconfirmed_apdu_the_answer_is_acknowledged() {
    let mut client = asked();
    assert_eq!(client.takes(&line(&format!("21 03 30 E6E700{RESPONSE}"))), apdu(RESPONSE));
    client.sends_octets(PEER, &[0xc1], Delivery::Unconfirmed);
    assert_eq!(client.says(), ["0321 21", "0321 03 E6E600C1"]);
    client.sends_octets(PEER, &[0xc1], Delivery::Unconfirmed);
    assert_eq!(client.says(), ["0321 03 E6E600C1"]);
}

#[test]
fn a_slow_answer_is_not_late_once_it_has_begun() {
    let mut client = asked();
    let answer = line(&format!("21 03 30 E6E700{RESPONSE}"));
    client.waits(4_999);
    client.takes(&answer[..5]);
    assert_eq!(client.waits(20), []);
    assert_eq!(client.says(), [""; 0]);
    assert_eq!(client.takes(&answer[5..]), apdu(RESPONSE));
}

#[test]
fn the_line_has_its_turnaround_time() {
    let mut client = opening(PrimarySettings { turnaround: 20, ..settings() });
    client.says();
    client.takes(&line("21 03 73"));
    client.sends(PEER, GET);
    assert_eq!(client.says(), [""; 0]);
    client.waits(20);
    assert_eq!(client.says().len(), 1);
}
