use dlms::Output;
use dlms::client::Event;
use dlms::server::Connection;
use dlms_core::link::Saps;
use dlms_core::time::Instant;
use dlms_security::Protection;
use dlms_wrapper::{Role, Stream};

use crate::meter::{ENERGY, PROFILE, meter};
use crate::wire::{Pair, public, reader, secure};

/// A client of its own, and its connection to meters that it does not have to itself.
struct Line {
    pair: Pair,
    done: bool,
}

#[test]
fn two_logical_devices_and_three_clients_on_a_hundred_connections() {
    let mut meters = vec![meter(1, 50, Protection::NONE), meter(2, 50, Protection::NONE)];
    let mut lines: Vec<Line> = (0..100u16)
        .map(|i| {
            let mut config = match i % 3 {
                0 => public(),
                1 => reader(),
                _ => secure(),
            };
            config.saps = Saps { server: 1 + i % 2, ..config.saps };
            if let Some(ciphering) = &mut config.ciphering {
                // Each client has a title, and so counters, of its own.
                ciphering.system_title.0[7] = i as u8;
            }
            let mut pair = Pair::with(config, Vec::new());
            pair.client.associate().unwrap();
            Line { pair, done: false }
        })
        .collect();
    let mut asked = vec![0; lines.len()];
    let mut left = lines.len();
    for _ in 0..100_000 {
        for (line, asked) in lines.iter_mut().zip(&mut asked) {
            if line.done {
                continue;
            }
            // One step of one client, with the meters lent to its connection.
            core::mem::swap(&mut line.pair.meters, &mut meters);
            let event = line.pair.step();
            core::mem::swap(&mut line.pair.meters, &mut meters);
            match event {
                None => {}
                Some(Event::Associated) => line.pair.client.get(PROFILE.buffer()).unwrap(),
                Some(Event::Completed) if *asked == 0 => {
                    *asked = 1;
                    line.pair.client.get(ENERGY.value()).unwrap();
                }
                Some(Event::Completed) => {
                    assert_eq!(line.pair.client.value::<u32>().unwrap(), 123_456);
                    line.done = true;
                    left -= 1;
                }
                Some(other) => panic!("{other:?} {:?}", line.pair.client.config()),
            }
        }
        if left == 0 {
            return;
        }
    }
    panic!("{left} never finished");
}

#[test]
fn a_second_client_on_one_connection_ends_the_long_answer_of_the_first() {
    let mut connection = Connection::<_, _, 2>::new(Stream::new(Role::Server), Vec::new(), Vec::new());
    let mut meters = vec![meter(1, 500, Protection::NONE)];
    let mut ask = |client: u8, apdu: &str| {
        let apdu = crate::wire::hex(apdu);
        let unit = [&[0, 1, 0, client, 0, 1, 0, apdu.len() as u8][..], &apdu].concat();
        assert_eq!(connection.handle_input(&mut meters, &unit, Instant(0)), unit.len());
        let mut answer = String::new();
        loop {
            match connection.poll_output(Instant(0)) {
                Output::Transmit(bytes) => {
                    assert_eq!(bytes[4..6], [0, client]);
                    answer = bytes[8..].iter().map(|b| format!("{b:02X}")).collect();
                }
                Output::Event(_) => {}
                Output::Wait(_) => return answer,
            }
        }
    };
    let aarq = "601DA109060760857405080101BE10040E01000000065F1F0400007E1F0080";
    assert!(ask(16, aarq).starts_with("6129"));
    let lls = "6036A1090607608574050801018A0207808B0760857405080201AC0A80083030303030303030BE10040E01000000065F1F0400007E1F0080";
    assert!(ask(32, lls).starts_with("6129"));
    let profile = "C001C100070100630100FF0200";
    let energy = "C001C100030100010800FF0200";
    assert!(ask(16, profile).starts_with("C402C1000000000100"));
    assert_eq!(ask(32, energy), "C401C100060001E240");
    assert_eq!(ask(16, "C002C100000001"), "C402C101000000010110");
    assert_eq!(ask(16, energy), "C401C100060001E240");
}

#[test]
fn an_unknown_logical_device_is_not_answered() {
    let mut pair = Pair::with(public(), vec![meter(1, 0, Protection::NONE)]);
    pair.meter_hears(&crate::wire::hex("0001 0010 0005 0002 6200"));
    assert!(pair.said.is_empty());
    pair.associate().unwrap();
}
