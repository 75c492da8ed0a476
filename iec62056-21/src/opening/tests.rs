//! A client and a meter on one line, under virtual time: what is sent at one rate is rubbish at another.

use std::collections::BTreeMap;
use std::vec::Vec;
use std::{format, vec};

use super::*;
use crate::{CharacterFormat, DeviceAddress, ParseErrorKind};

const MODE_E: &[u8] = b"/ISK5\\2ME372-0001\r\n";

#[derive(Debug)]
enum Machine {
    Client(Opening),
    Meter(OpeningServer),
}

/// One end of the line: a machine and a port.
#[derive(Debug)]
struct End {
    machine: Machine,
    line: LineSettings,
    /// The port knows 8N1 only; the driver makes the parity.
    octets_only: bool,
    received: Vec<u8>,
    /// When the last character is out.
    free_at: Instant,
    /// What to change to at that time.
    change: Option<LineSettings>,
    wake_at: Option<Instant>,
    /// What lies behind the opening.
    left: Vec<u8>,
    result: Option<Result<Opened, OpeningError>>,
    /// Every change of the port.
    changes: Vec<(u64, std::string::String)>,
}

struct Wire {
    now: Instant,
    ends: [End; 2],
    due: BTreeMap<(Instant, usize), (usize, u8, LineSettings)>,
    count: usize,
    /// What the client sends comes back to it.
    echo: bool,
    /// What the meter hears of the character with this number, and the client of the meter's.
    faults: Vec<(usize, usize, Option<u8>)>,
    sent: [usize; 2],
}

impl End {
    fn new(machine: Machine) -> Self {
        Self {
            machine,
            line: LineSettings::eight_none_one(1),
            octets_only: false,
            received: Vec::new(),
            free_at: Instant(0),
            change: None,
            wake_at: Some(Instant(0)),
            left: Vec::new(),
            result: None,
            changes: Vec::new(),
        }
    }

    fn is_settled(&self) -> bool {
        self.result.is_some() && self.change.is_none()
    }
}

impl Wire {
    fn new(client: OpeningSettings, meter: OpeningServerSettings) -> Self {
        let ends = [
            End::new(Machine::Client(Opening::new(client))),
            End::new(Machine::Meter(OpeningServer::new(meter))),
        ];
        Self {
            now: Instant(0),
            ends,
            due: BTreeMap::new(),
            count: 0,
            echo: false,
            faults: vec![],
            sent: [0; 2],
        }
    }

    /// Octets that nobody's machine sends.
    fn say(&mut self, to: usize, at: u64, octets: &[u8], line: LineSettings) {
        for (n, octet) in octets.iter().enumerate() {
            let at = Instant(at).plus(line.milliseconds(n + 1));
            self.due.insert((at, self.count), (to, *octet, line));
            self.count += 1;
        }
    }

    fn transmit(&mut self, from: usize, octets: &[u8]) {
        let end = &mut self.ends[from];
        let start = end.free_at.max(self.now);
        end.free_at = start.plus(end.line.milliseconds(octets.len()));
        let on_wire: Vec<u8> = octets
            .iter()
            .map(|octet| match end.line.format {
                CharacterFormat::SevenEvenOne => parity::with_even_parity(*octet),
                CharacterFormat::EightNoneOne => *octet,
            })
            .collect();
        let line = end.line;
        for (n, octet) in on_wire.iter().enumerate() {
            let number = self.sent[from];
            self.sent[from] += 1;
            let fault = self.faults.iter().find(|(who, which, _)| (*who, *which) == (from, number));
            let heard = fault.map_or(Some(*octet), |(_, _, octet)| *octet);
            let at = start.plus(line.milliseconds(n + 1)).0;
            let character = LineSettings { baud: u32::MAX, ..line };
            if let Some(octet) = heard {
                self.due.insert((Instant(at), self.count), (1 - from, octet, line));
                self.count += 1;
            }
            if self.echo && from == 0 {
                self.due.insert((Instant(at), self.count), (0, *octet, line));
                self.count += 1;
            }
            assert_eq!(character.format, line.format);
        }
    }

    /// What a port makes of a character.
    fn arrive(&mut self, to: usize, octet: u8, line: LineSettings) {
        let end = &mut self.ends[to];
        if line.baud != end.line.baud {
            end.received.push(octet ^ 0xa5);
        } else if end.line.format == CharacterFormat::EightNoneOne || end.octets_only {
            end.received.push(octet);
        } else {
            end.received.push(parity::without(octet));
        }
    }

    fn drive(&mut self, who: usize) {
        loop {
            let now = self.now;
            let end = &mut self.ends[who];
            if let Some(line) = end.change {
                if end.free_at > now {
                    return;
                }
                end.changes.push((now.0, format!("{line}")));
                (end.line, end.change) = (line, None);
            }
            let output = match &mut end.machine {
                Machine::Client(machine) => machine.poll_output(now),
                Machine::Meter(machine) => machine.poll_output(now),
            };
            match output {
                Output::Transmit(octets) => {
                    let octets = octets.to_vec();
                    self.transmit(who, &octets);
                }
                Output::Line(line) => end.change = Some(line),
                Output::Ready(opened) => end.result = Some(Ok(opened)),
                Output::Failed(error) => end.result = Some(Err(error)),
                Output::Wait(until) => {
                    end.wake_at = until;
                    if end.received.is_empty() {
                        return;
                    }
                    let received = core::mem::take(&mut end.received);
                    let taken = match &mut end.machine {
                        Machine::Client(machine) => machine.handle_input(&received, now),
                        Machine::Meter(machine) => machine.handle_input(&received, now),
                    };
                    if taken == 0 {
                        end.left.extend(received);
                    } else {
                        end.received = received[taken..].to_vec();
                    }
                }
            }
        }
    }

    /// Runs until `done` or nothing happens any more, and says when that was.
    fn run(&mut self, done: impl Fn(&Self) -> bool) -> u64 {
        for _ in 0..100_000 {
            self.drive(0);
            self.drive(1);
            if done(self) {
                break;
            }
            let change = self.ends.iter().filter(|end| end.change.is_some()).map(|end| end.free_at);
            let wake = self.ends.iter().filter(|end| end.change.is_none()).filter_map(|end| end.wake_at);
            let arrival = self.due.keys().map(|(at, _)| *at).take(1);
            let Some(next) = change.chain(wake).chain(arrival).min() else { break };
            assert!(next >= self.now, "time goes on");
            self.now = next;
            while let Some(entry) = self.due.first_entry() {
                if entry.key().0 > next {
                    break;
                }
                let (to, octet, line) = entry.remove();
                self.arrive(to, octet, line);
            }
            for end in &mut self.ends {
                if end.change.is_none() && end.wake_at.is_some_and(|at| at <= next) {
                    match &mut end.machine {
                        Machine::Client(machine) => machine.handle_timeout(next),
                        Machine::Meter(machine) => machine.handle_timeout(next),
                    }
                }
            }
        }
        self.now.0
    }

    fn run_to_results(&mut self) -> u64 {
        self.run(|wire| wire.ends.iter().all(End::is_settled))
    }

    fn run_to_clients_result(&mut self) -> u64 {
        self.run(|wire| wire.ends[0].is_settled())
    }

    fn both_opened(&mut self) -> [Opened; 2] {
        self.run_to_results();
        let opened = self.ends.each_ref().map(|end| end.result.unwrap().unwrap());
        assert_eq!(opened[0].line, opened[1].line);
        assert_eq!([self.ends[0].line, self.ends[1].line], [opened[0].line; 2]);
        opened
    }
}

fn identification(text: &[u8]) -> Identification {
    Identification::parse(text).unwrap()
}

fn meter(text: &[u8]) -> OpeningServerSettings {
    let offer = Offer { readout: true, programming: true, hdlc: true };
    OpeningServerSettings { offer, ..OpeningServerSettings::hdlc(identification(text)) }
}

/// A meter that is asked anew where it was not understood: it does not read out then.
fn hdlc_alone() -> OpeningServerSettings {
    OpeningServerSettings::hdlc(identification(MODE_E))
}

#[test]
fn mode_e_as_the_standard_draws_it() {
    let mut wire = Wire::new(OpeningSettings::HDLC, meter(MODE_E));
    let opened = wire.both_opened();
    assert_eq!((opened[0].mode, opened[0].line), (Mode::Hdlc, LineSettings::eight_none_one(9600)));
    assert!(opened[0].confirmed && opened[1].confirmed);
    assert_eq!(opened[0].identification, identification(MODE_E));
    let rates = |end: &End| end.changes.iter().map(|(_, line)| line.clone()).collect::<Vec<_>>();
    for end in &wire.ends {
        assert_eq!(rates(end), ["300 7E1", "9600 7E1", "9600 8N1"]);
    }
    // The client is at the new rate before the meter confirms.
    assert!(wire.ends[0].changes[1].0 < wire.ends[1].changes[1].0 + 200);
    // The request takes 167 ms, the identification 634, the choice 200; twice 200 before an answer, 200 before the
    // confirmation, 7 for it, 200 after it.
    assert!((1800..2000).contains(&wire.now.0), "{}", wire.now.0);
}

#[test]
fn a_fast_meter_is_opened_faster() {
    let mut wire = Wire::new(OpeningSettings::HDLC, meter(b"/ISk5\\2ME372-0001\r\n"));
    let opened = wire.both_opened();
    assert!(opened[0].confirmed && wire.now.0 < 1400, "{}", wire.now.0);
}

#[test]
fn modes_a_to_c() {
    for (ident, mode, baud) in [
        (&b"/ISK5ME162-0018\r\n"[..], Mode::Readout, 9600),
        (b"/ISK5ME162-0018\r\n", Mode::Programming, 9600),
        (b"/ACE0\\3k260V01.18\r\n", Mode::Readout, 300),
        (b"/SIEC2WR5\r\n", Mode::Readout, 2400),
        (b"/ABCxold\r\n", Mode::Readout, 300),
    ] {
        let settings = OpeningSettings { mode, ..OpeningSettings::HDLC };
        let opened = Wire::new(settings, meter(ident)).both_opened();
        assert_eq!((opened[0].mode, opened[1].mode), (mode, mode), "{}", opened[0].identification);
        assert_eq!(opened[0].line, LineSettings::seven_even_one(baud), "{}", opened[0].identification);
    }
}

#[test]
fn a_slow_port_asks_for_less() {
    let settings = OpeningSettings { max_baud: 2400, ..OpeningSettings::HDLC };
    let opened = Wire::new(settings, meter(MODE_E)).both_opened();
    assert_eq!(opened[0].line, LineSettings::eight_none_one(2400));
}

#[test]
fn reserved_rates_are_refused_unless_told() {
    let ident = b"/ISK9\\2M551T-200\r\n";
    let mut wire = Wire::new(OpeningSettings::HDLC, meter(ident));
    wire.run_to_clients_result();
    assert_eq!(wire.ends[0].result, Some(Err(OpeningError::ReservedBaud(identification(ident)))));

    let settings = OpeningSettings { vendor_rates: true, max_baud: 115_200, ..OpeningSettings::HDLC };
    let opened = Wire::new(settings, meter(ident)).both_opened();
    assert_eq!(opened[0].line, LineSettings::eight_none_one(115_200));
}

#[test]
fn what_a_meter_does_not_announce_is_not_asked_for_unless_told() {
    let ident = b"/ISK5ME162-0018\r\n";
    let mut wire = Wire::new(OpeningSettings::HDLC, meter(ident));
    wire.run_to_clients_result();
    assert_eq!(wire.ends[0].result, Some(Err(OpeningError::NotOffered(identification(ident)))));
    // The meter, left alone, reads out.
    wire.run_to_results();
    let opened = wire.ends[1].result.unwrap().unwrap();
    assert_eq!((opened.mode, opened.line), (Mode::Readout, LineSettings::INITIAL));

    let settings = OpeningSettings { assume_mode_e: true, ..OpeningSettings::HDLC };
    assert_eq!(Wire::new(settings, meter(ident)).both_opened()[0].mode, Mode::Hdlc);
}

#[test]
fn ports_that_know_octets_only() {
    for check_parity in [false, true] {
        let settings = OpeningSettings { check_parity, ..OpeningSettings::HDLC };
        let mut wire = Wire::new(settings, OpeningServerSettings { check_parity, ..meter(MODE_E) });
        wire.ends.iter_mut().for_each(|end| end.octets_only = true);
        assert!(wire.both_opened()[0].confirmed);
    }
}

#[test]
fn a_wrong_parity_is_a_lost_character_where_it_is_checked() {
    let settings = OpeningSettings { check_parity: true, ..OpeningSettings::HDLC };
    let mut wire = Wire::new(settings, OpeningServerSettings { check_parity: true, ..hdlc_alone() });
    wire.ends.iter_mut().for_each(|end| end.octets_only = true);
    wire.faults = vec![(1, 2, Some(parity::with_even_parity(b'S') ^ 0x80))];
    let opened = wire.both_opened();
    assert_eq!(opened[0].identification, identification(MODE_E));
    assert!(wire.now.0 > 3000, "the request was repeated");
}

#[test]
fn the_echo_of_an_optical_head() {
    let mut wire = Wire::new(OpeningSettings::HDLC, meter(MODE_E));
    wire.echo = true;
    assert!(wire.both_opened()[0].confirmed);

    // An echo is no confirmation, not even one that comes late.
    let required = OpeningSettings { confirmation: Confirmation::Required, ..OpeningSettings::HDLC };
    let mut wire = Wire::new(required, OpeningServerSettings { confirms: false, ..meter(MODE_E) });
    wire.echo = true;
    wire.run_to_clients_result();
    assert_eq!(wire.ends[0].result, Some(Err(OpeningError::NotConfirmed)));
}

#[test]
fn a_meter_that_does_not_confirm() {
    let silent = OpeningServerSettings { confirms: false, ..meter(MODE_E) };
    let opened = Wire::new(OpeningSettings::HDLC, silent).both_opened();
    assert!(!opened[0].confirmed && !opened[1].confirmed);

    let ignored = OpeningSettings { confirmation: Confirmation::Ignored, ..OpeningSettings::HDLC };
    for meter in [silent, meter(MODE_E)] {
        let mut wire = Wire::new(ignored, meter);
        wire.both_opened();
        let rates: Vec<_> = wire.ends[0].changes.iter().map(|(_, line)| line.as_str()).collect();
        assert_eq!(rates, ["300 7E1", "9600 8N1"]);
    }
}

#[test]
fn a_garbled_confirmation() {
    let first_of_confirmation = MODE_E.len();
    for confirmation in [Confirmation::Expected, Confirmation::Required] {
        let settings = OpeningSettings { confirmation, ..OpeningSettings::HDLC };
        let mut wire = Wire::new(settings, meter(MODE_E));
        wire.faults = vec![(1, first_of_confirmation + 2, Some(0xff)), (1, first_of_confirmation + 3, None)];
        wire.run_to_clients_result();
        match wire.ends[0].result.unwrap() {
            Ok(opened) => assert!(confirmation == Confirmation::Expected && !opened.confirmed),
            Err(error) => {
                assert_eq!((confirmation, error), (Confirmation::Required, OpeningError::NotConfirmed));
            }
        }
    }
}

#[test]
fn any_one_character_may_be_lost() {
    for number in 0..5 {
        let mut wire = Wire::new(OpeningSettings::HDLC, hdlc_alone());
        wire.faults = vec![(0, number, None)];
        assert!(wire.both_opened()[0].confirmed, "character {number} of the request");
    }
    for number in 0..MODE_E.len() {
        let mut wire = Wire::new(OpeningSettings::HDLC, hdlc_alone());
        wire.faults = vec![(1, number, None)];
        // A text that is short of one character is a text, too, and no announcement is none.
        wire.run_to_clients_result();
        match wire.ends[0].result.unwrap() {
            Ok(opened) => assert_eq!(opened.mode, Mode::Hdlc, "character {number} of the identification"),
            Err(error) => assert!(matches!((number, error), (5 | 6, OpeningError::NotOffered(_))), "{error}"),
        }
    }
    // The choice is not understood: the client goes on alone, and the meter is back for the next one.
    for number in 5..11 {
        let mut wire = Wire::new(OpeningSettings::HDLC, hdlc_alone());
        wire.faults = vec![(0, number, None)];
        wire.run_to_clients_result();
        let Some(Ok(opened)) = wire.ends[0].result else { panic!() };
        assert!(!opened.confirmed && wire.ends[1].result.is_none(), "character {number} of the choice");
    }
}

#[test]
fn a_bit_of_any_character_may_be_wrong() {
    for who in [0, 1] {
        for number in 0..30 {
            let mut wire = Wire::new(OpeningSettings::HDLC, meter(MODE_E));
            wire.faults = vec![(who, number, Some(b'/')), (who, number + 1, Some(0))];
            let end = wire.run_to_clients_result();
            assert!(wire.ends[0].result.is_some() && end < 20_000, "{end}");
        }
    }
}

#[test]
fn noise_before_and_between() {
    let mut wire = Wire::new(OpeningSettings::HDLC, meter(MODE_E));
    wire.say(0, 0, b"\xff\x00/\r\n!//xy", LineSettings::INITIAL);
    wire.say(1, 0, b"\x00\x00", LineSettings::INITIAL);
    assert!(wire.both_opened()[0].confirmed);
}

#[test]
fn nobody_answers() {
    let not_this_one =
        OpeningSettings { address: DeviceAddress::new(b"12").unwrap(), ..OpeningSettings::HDLC };
    let mut wire = Wire::new(not_this_one, meter(MODE_E));
    let end = wire.run_to_clients_result();
    assert_eq!(wire.ends[0].result, Some(Err(OpeningError::NoAnswer)));
    assert_eq!(wire.sent, [4 * 7, 0]);
    assert!((4 * 1500..4 * 1800).contains(&end), "{end}");
}

#[test]
fn babble_ends_and_is_told() {
    let mut wire = Wire::new(OpeningSettings::HDLC, meter(MODE_E));
    wire.ends[1].machine = Machine::Client(Opening::new(OpeningSettings::HDLC));
    wire.say(0, 0, &b"/ISK5toolong-toolong-x\r\n".repeat(200), LineSettings::INITIAL);
    let end = wire.run_to_clients_result();
    let wrong = ParseErrorKind::TooLong.at(5);
    assert_eq!(wire.ends[0].result, Some(Err(OpeningError::Identification(wrong))));
    assert!(end < 60_000, "{end}");
}

#[test]
fn addresses() {
    let address = DeviceAddress::new(b"0012").unwrap();
    let meter = OpeningServerSettings { address, ..meter(MODE_E) };
    for asked in [&b""[..], b"12", b"0000012"] {
        let address = DeviceAddress::new(asked).unwrap();
        Wire::new(OpeningSettings { address, ..OpeningSettings::HDLC }, meter).both_opened();
    }
}

#[test]
fn a_meter_with_a_battery_is_woken() {
    let settings = OpeningSettings { wake_up: true, ..OpeningSettings::HDLC };
    let mut wire = Wire::new(settings, meter(MODE_E));
    wire.both_opened();
    assert_eq!(wire.sent[0], 66 + 5 + 6);
    assert!(wire.now.0 > 2200 + 1600 + 1800, "{}", wire.now.0);
}

#[test]
fn what_lies_behind_the_opening_is_left() {
    let mut client = Opening::new(OpeningSettings::READOUT);
    while !matches!(client.poll_output(Instant(0)), Output::Wait(_)) {}
    assert_eq!(client.handle_input(b"x/SIEC2WR5\r\n\x02rest", Instant(9)), 12);
    assert_eq!(client.poll_output(Instant(9)), Output::Line(LineSettings::seven_even_one(2400)));
    assert_eq!(client.handle_input(b"\x02rest", Instant(9)), 0);
    assert!(matches!(client.poll_output(Instant(9)), Output::Ready(_)));
    assert_eq!(client.poll_output(Instant(9)), Output::Wait(None));
    assert_eq!(client.handle_input(b"\x02rest", Instant(9)), 0);
}

#[test]
fn a_meter_is_asked_anew_after_the_end_and_after_silence() {
    let open = || {
        let mut wire = Wire::new(OpeningSettings::HDLC, meter(MODE_E));
        wire.both_opened();
        wire
    };
    let machine = |wire: &mut Wire| match &mut wire.ends[1].machine {
        Machine::Meter(machine) => machine.clone(),
        Machine::Client(_) => panic!(),
    };
    let mut wire = open();
    let mut closed = machine(&mut wire);
    assert!(closed.is_open());
    closed.close();
    assert!(!closed.is_open());
    assert_eq!(closed.poll_output(wire.now), Output::Line(LineSettings::INITIAL));
    assert_eq!(closed.poll_output(wire.now), Output::Wait(None));

    let mut silent = machine(&mut wire);
    let heard = wire.now.plus(50_000);
    silent.note_activity(heard);
    assert_eq!(silent.poll_output(heard), Output::Wait(Some(heard.plus(120_000))));
    silent.handle_timeout(heard.plus(119_999));
    assert!(silent.is_open());
    silent.handle_timeout(heard.plus(120_000));
    assert_eq!(silent.clone().poll_output(heard), Output::Line(LineSettings::INITIAL));

    // The same port opens again.
    wire.ends[0] = End::new(Machine::Client(Opening::new(OpeningSettings::READOUT)));
    wire.ends[1] = End::new(Machine::Meter(silent));
    for end in &mut wire.ends {
        end.wake_at = Some(wire.now);
    }
    assert_eq!(wire.both_opened()[1].mode, Mode::Readout);
}

#[test]
fn a_meter_reads_out_where_the_choice_is_none() {
    for choice in [&b"\x15"[..], b"\x06052\r\n", b"\x06062\r\n", b"\x0605\r\n", b"\x06090\r\n"] {
        let mut meter = OpeningServer::new(meter(MODE_E));
        while !matches!(meter.poll_output(Instant(0)), Output::Wait(_)) {}
        assert_eq!(meter.handle_input(b"/?!\r\n", Instant(0)), 5);
        assert_eq!(meter.poll_output(Instant(0)), Output::Wait(Some(Instant(200))));
        meter.handle_timeout(Instant(200));
        assert_eq!(meter.poll_output(Instant(200)), Output::Transmit(MODE_E));
        let sent = Instant(1000);
        let Output::Wait(Some(_)) = meter.poll_output(sent) else { panic!() };
        assert_eq!(meter.handle_input(choice, sent), choice.len());
        let Output::Wait(Some(reaction)) = meter.poll_output(sent) else { panic!("{choice:?}") };
        meter.handle_timeout(reaction);
        let Output::Ready(opened) = meter.poll_output(reaction) else { panic!("{choice:?}") };
        assert_eq!((opened.mode, opened.line), (Mode::Readout, LineSettings::INITIAL));
    }
}
