//! The texts of the optical port: what reads is written as it came, errors lie in the input, and openings, readouts and
//! programming mode end whatever comes in.
#![no_main]

use dlms_core::codec::Writer;
use dlms_core::time::Instant;
use iec62056_21::{
    Acknowledgement, CommandMessage, DataMessage, DataSets, Exchange, Identification, Opening, OpeningServer,
    OpeningServerSettings, OpeningSettings, Output, ParseError, Programming, ProgrammingSettings, Readout,
    ReadoutEvent, ReadoutReceiver, ReadoutSettings, RequestMessage,
};
use libfuzzer_sys::fuzz_target;

/// Octets of a readout that are taken at most.
const ROOM: usize = 600;

fuzz_target!(|input: &[u8]| {
    if let Some(read) = sound(Identification::parse(input), input) {
        written(input, |w| read.encode(w));
    }
    if let Some(read) = sound(RequestMessage::parse(input), input) {
        written(input, |w| read.encode(w));
    }
    if let Some(read) = sound(Acknowledgement::parse(input), input) {
        written(input, |w| read.encode(w));
    }
    if let Some(read) = sound(CommandMessage::parse(input), input) {
        written(input, |w| read.encode(w));
    }
    if let Some(read) = sound(DataMessage::parse(input), input) {
        written(input, |w| read.encode(w));
    }
    data_sets(DataSets::new(input), input);
    if let Some(readout) = sound(Readout::parse(input), input) {
        data_sets(readout.data_sets(), input);
        received(input);
    }
    for settings in [OpeningSettings::HDLC, OpeningSettings::READOUT, OpeningSettings::PROGRAMMING] {
        client(settings, input);
    }
    meter(input);
    programming(input);
});

/// What reads; an error has to be in the input.
fn sound<T>(read: Result<T, ParseError>, input: &[u8]) -> Option<T> {
    match read {
        Ok(read) => Some(read),
        Err(error) => {
            assert!(error.offset <= input.len(), "{error} behind the end");
            None
        }
    }
}

fn written(input: &[u8], encode: impl FnOnce(&mut Writer<'_>)) {
    let mut out = vec![0; input.len()];
    let mut w = Writer::new(&mut out);
    encode(&mut w);
    assert_eq!(w.finish(), Ok(input));
}

fn data_sets(sets: DataSets<'_>, input: &[u8]) {
    let mut octets = 0;
    for set in sets {
        let Some(set) = sound(set, input) else { continue };
        assert!(input[set.offset()..].starts_with(set.address().as_bytes()));
        assert!(set.values().next().is_some());
        let values =
            set.values().map(|value| 2 + value.text.len() + value.unit.map_or(0, |unit| unit.len() + 1));
        octets += set.address().len() + values.sum::<usize>();
    }
    assert!(octets <= input.len());
}

/// A sound readout is received in whatever pieces it comes.
fn received(input: &[u8]) {
    let begins = input.first().is_some_and(|first| [2, b'/'].contains(first));
    if !begins || input.len() > ROOM || !input.is_ascii() {
        return;
    }
    for size in [1, 7, ROOM] {
        let mut receiver = ReadoutReceiver::new(ReadoutSettings::DEFAULT, [0; ROOM]);
        let taken: usize = input.chunks(size).map(|piece| receiver.handle_input(piece, Instant(0))).sum();
        if receiver.poll_output(Instant(0)) == Exchange::Event(ReadoutEvent::Received) {
            let readout = receiver.readout().unwrap();
            assert_eq!(Readout::parse(&input[..taken]), Ok(readout));
        }
    }
}

fn client(settings: OpeningSettings, input: &[u8]) {
    let (mut opening, mut now, mut pieces) = (Opening::new(settings), Instant(0), input.chunks(5));
    for _ in 0..input.len() + 100 {
        match opening.poll_output(now) {
            Output::Ready(_) | Output::Failed(_) => {
                assert_eq!(opening.handle_input(input, now), 0);
                assert_eq!(opening.poll_output(now), Output::Wait(None));
                return;
            }
            Output::Wait(until) => match pieces.next() {
                Some(piece) => {
                    opening.handle_input(piece, now);
                }
                None => {
                    now = now.max(until.unwrap());
                    opening.handle_timeout(now);
                }
            },
            Output::Transmit(_) | Output::Line(_) => {}
        }
    }
    panic!("no end");
}

fn meter(input: &[u8]) {
    let identification = Identification::parse(b"/ISK5\\2ME372-0001\r\n").unwrap();
    let mut meter = OpeningServer::new(OpeningServerSettings::hdlc(identification));
    let (mut now, mut rest, mut drained) = (Instant(0), input, 0);
    loop {
        match meter.poll_output(now) {
            Output::Failed(error) => panic!("{error}"),
            Output::Wait(None) if rest.is_empty() => return,
            Output::Wait(until) => {
                drained = 0;
                let taken = meter.handle_input(&rest[..rest.len().min(9)], now);
                rest = &rest[taken..];
                if taken == 0 {
                    now = now.max(until.unwrap());
                    meter.handle_timeout(now);
                }
            }
            _ => {
                drained += 1;
                assert!(drained < 10);
            }
        }
    }
}

fn programming(input: &[u8]) {
    let mut session = Programming::new(ProgrammingSettings::DEFAULT, [0; 64], [0; ROOM]);
    let (mut now, mut rest) = (Instant(0), input);
    for _ in 0..4 * input.len() + 100 {
        match session.poll_output(now) {
            Exchange::Wait(_) if !rest.is_empty() => {
                let _ = session.read(b"1.8.0()");
                while !matches!(session.poll_output(now), Exchange::Wait(_)) {}
                let taken = session.handle_input(rest, now);
                assert!(taken > 0);
                rest = &rest[taken..];
            }
            Exchange::Wait(None) => return,
            Exchange::Wait(Some(until)) => {
                now = now.max(until);
                session.handle_timeout(now);
            }
            Exchange::Event(_) => assert!(session.answer().len() <= ROOM),
            Exchange::Transmit(_) => {}
        }
    }
    panic!("no end");
}
