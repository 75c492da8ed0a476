//! IEC 62056-21: what is written reads as it was, every damage shows, and no octets do harm.

use dlms_core::codec::Writer;
use dlms_core::time::Instant;
use iec62056_21::p1::{self, Finder, MissingCrc, Telegram, telegrams};
use iec62056_21::{
    Acknowledgement, BaudCharacter, Command, CommandMessage, DataMessage, DataSets, Decimal, DeviceAddress,
    Exchange, Identification, Opening, OpeningServer, OpeningServerSettings, OpeningSettings, Output,
    Readout, ReadoutEvent, ReadoutReceiver, ReadoutSettings, RequestMessage, block_check, parity,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::cases;

fn written(encode: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
    let mut out = [0; 400];
    let mut w = Writer::new(&mut out);
    encode(&mut w);
    w.finish().unwrap().to_vec()
}

fn identifications() -> impl Strategy<Value = Identification> {
    let (escapes, text) = (vec(select(&b"2379W@"[..]), 0..=4), "[ -\\.0-\\[\\]-~&&[^!]]{0,16}");
    ("[A-Z]{2}[A-Za-z]", select(&b"0123456789ABCDEFGHI+x"[..]), escapes, text).prop_map(
        |(flag_id, baud, escapes, text)| {
            let flag_id = flag_id.into_bytes().try_into().unwrap();
            Identification::new(flag_id, BaudCharacter(baud), &escapes, text.as_bytes()).unwrap()
        },
    )
}

/// Address and values, as they are written.
type Set = (String, Vec<(String, Option<String>)>);

fn sets() -> impl Strategy<Value = Vec<Set>> {
    let value = ("[ -'+-~&&[^()*]]{0,12}", proptest::option::of("[A-Za-z0-9*]{0,4}"));
    vec(("[0-9]-[0-9]:[0-9]{1,2}\\.[0-9]{1,2}\\.[0-9]{1,2}|F\\.F|C\\.1\\.[0-9]", vec(value, 1..5)), 0..12)
}

/// The lines of data sets; some go on in the next line.
fn lines(sets: &[Set], broken: bool) -> String {
    let mut lines = String::new();
    for (address, values) in sets {
        lines += address;
        for (n, (text, unit)) in values.iter().enumerate() {
            let unit = unit.as_ref().map_or(String::new(), |unit| format!("*{unit}"));
            lines += &format!("{}({text}{unit})", if broken && n == 2 { "\r\n" } else { "" });
        }
        lines += "\r\n";
    }
    lines
}

fn read(sets: DataSets<'_>) -> Vec<Set> {
    sets.map(|set| {
        let set = set.unwrap();
        let values = set.values().map(|value| (value.text.to_owned(), value.unit.map(str::to_owned)));
        (set.address().to_owned(), values.collect())
    })
    .collect()
}

/// Octets that are like those of this line more often than not.
fn noise() -> impl Strategy<Value = Vec<u8>> {
    let characters = select(&b"/!?\r\n\x01\x02\x03\x04\x06\x15()*1.PRB0ISK5\\2\x7f"[..]);
    vec(prop_oneof![4 => characters, 1 => any::<u8>()], 0..120)
}

/// Whatever the octets, the opening comes to an end in a bounded time.
fn opening_ends(settings: OpeningSettings, mut noise: &[u8]) {
    let (mut opening, mut now) = (Opening::new(settings), Instant(0));
    for _ in 0..2000 {
        match opening.poll_output(now) {
            Output::Ready(_) | Output::Failed(_) => {
                assert!(now.0 < 100_000);
                assert_eq!(opening.handle_input(b"next", now), 0);
                return;
            }
            Output::Wait(until) if noise.is_empty() => {
                now = now.max(until.unwrap());
                opening.handle_timeout(now);
            }
            Output::Wait(_) => {
                let (piece, rest) = noise.split_at(noise.len().min(7));
                now = now.plus(100);
                let taken = opening.handle_input(piece, now);
                noise = if taken == 0 { &[] } else { rest };
            }
            Output::Transmit(_) | Output::Line(_) => {}
        }
    }
    panic!("no end");
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn messages_of_an_opening(meter in identifications(), address in "[ -\\.0-~&&[^!]]{0,32}", choice in "[0-9A-Z]{3}") {
        prop_assert_eq!(Identification::parse(&written(|w| meter.encode(w))), Ok(meter));
        let request = RequestMessage { address: DeviceAddress::new(address.as_bytes()).unwrap() };
        prop_assert_eq!(RequestMessage::parse(&written(|w| request.encode(w))), Ok(request));
        let &[protocol, baud, mode_control] = choice.as_bytes() else { panic!() };
        let choice = Acknowledgement { protocol, baud: BaudCharacter(baud), mode_control };
        prop_assert_eq!(Acknowledgement::parse(&choice.to_octets()), Ok(choice));
    }

    #[test]
    fn messages_of_programming_mode(data in "[ -~]{0,60}", variety in b'0'..=b'9', is_last: bool, letter in 0usize..5) {
        let command = Command::from_letter(b"PWREB"[letter]).unwrap();
        let data = data.as_bytes();
        for data in [None, Some(data)] {
            let message = CommandMessage { command, variety, data, is_last };
            let octets = written(|w| message.encode(w));
            prop_assert_eq!(CommandMessage::parse(&octets), Ok(message));
        }
        let message = DataMessage { data, is_last };
        let octets = written(|w| message.encode(w));
        prop_assert_eq!(DataMessage::parse(&octets), Ok(message));
    }

    #[test]
    fn numbers(mantissa: i64, decimals in 0u8..18) {
        let number = Decimal { mantissa, decimals };
        prop_assert_eq!(Decimal::from_text(&number.to_string()), Some(number));
    }

    #[test]
    fn readouts(sets in sets(), broken: bool, noise in "[ -~]{0,9}", cut in 1usize..40, wrong in any::<(prop::sample::Index, u8)>()) {
        let body = format!("{}!\r\n\x03", lines(&sets, broken));
        let octets = [b"\x02", body.as_bytes(), &[block_check(body.as_bytes())]].concat();
        prop_assert_eq!(read(Readout::parse(&octets).unwrap().data_sets()), sets.clone());

        // Received in pieces, through a port that leaves the parity in, behind noise and before more.
        let noise = noise.replace('/', "");
        let line: Vec<u8> =
            [noise.as_bytes(), &octets, b"more"].concat().into_iter().map(parity::with_even_parity).collect();
        let mut receiver = ReadoutReceiver::new(ReadoutSettings::DEFAULT, vec![0; 0]);
        let taken: usize = line.chunks(cut).map(|piece| receiver.handle_input(piece, Instant(0))).sum();
        prop_assert_eq!(taken, line.len() - 4);
        prop_assert_eq!(receiver.poll_output(Instant(0)), Exchange::Event(ReadoutEvent::Received));
        prop_assert_eq!(read(receiver.readout().unwrap().data_sets()), sets);

        let (mut damaged, (at, bit)) = (octets, wrong);
        let at = at.index(damaged.len());
        damaged[at] ^= 1 << (bit % 7);
        let read = Readout::parse(&damaged);
        prop_assert!(read.is_err() || !read.unwrap().is_checked());
    }

    #[test]
    fn p1_telegrams(meter in identifications(), all in vec(sets(), 1..4), cut in 1usize..40, wrong in any::<(prop::sample::Index, u8)>()) {
        let mut stream = b"...\r\n!F00F\r\n".to_vec();
        for sets in &all {
            let body = format!("{meter}\r\n\r\n{}!", lines(sets, false));
            stream.extend(format!("{body}{:04X}\r\n", p1::crc(body.as_bytes())).bytes());
        }
        let found: Vec<_> = telegrams(&stream, MissingCrc::Refused).map(|l| l.telegram.unwrap()).collect();
        prop_assert_eq!(found.iter().map(|t| read(t.data_sets())).collect::<Vec<_>>(), all);
        prop_assert!(found.iter().all(|telegram| telegram.identification() == Ok(meter)));

        let (mut finder, mut room, mut n) = (Finder::new(), [0; 4000], 0);
        for mut piece in stream.chunks(cut) {
            while !piece.is_empty() {
                let (taken, len) = finder.find(piece, &mut room);
                piece = &piece[taken..];
                let Some(len) = len else { continue };
                let telegram = Telegram::parse(&room[..len], MissingCrc::Refused).unwrap();
                prop_assert_eq!(telegram.as_octets(), found[n].as_octets());
                n += 1;
            }
        }
        prop_assert_eq!(n, found.len());

        let (at, bit) = wrong;
        let mut damaged = found[0].as_octets().to_vec();
        damaged.extend(format!("{:04X}", found[0].crc().unwrap()).bytes());
        // The last digits may be written in small letters.
        let at = at.index(damaged.len() - 4);
        damaged[at] ^= 1 << (bit % 8);
        prop_assert!(Telegram::parse(&damaged, MissingCrc::Tolerated).is_err());
    }

    #[test]
    fn any_octets(noise in noise()) {
        let end = noise.len();
        let mut places = vec![
            Identification::parse(&noise).err(),
            RequestMessage::parse(&noise).err(),
            Acknowledgement::parse(&noise).err(),
            CommandMessage::parse(&noise).err(),
            DataMessage::parse(&noise).err(),
            Readout::parse(&noise).err(),
        ];
        places.extend(DataSets::new(&noise).map(|set| set.err()));
        for located in telegrams(&noise, MissingCrc::Tolerated) {
            prop_assert!(located.offset + located.len <= end);
            if let Ok(telegram) = located.telegram {
                telegram.objects().flatten().for_each(|object| drop(format!("{:?}", object.content())));
            }
            places.push(located.telegram.err());
        }
        prop_assert!(places.into_iter().flatten().all(|error| error.offset <= end));
        for settings in [OpeningSettings::HDLC, OpeningSettings::READOUT] {
            opening_ends(settings, &noise);
            let request = b"/ISK5\\2x\r\n";
            opening_ends(settings, &[request, &noise[..]].concat());
        }
    }

    #[test]
    fn any_octets_to_a_meter(meter in identifications(), noise in noise()) {
        let mut server = OpeningServer::new(OpeningServerSettings::hdlc(meter));
        let (mut now, mut rest) = (Instant(0), &noise[..]);
        for _ in 0..1000 {
            match server.poll_output(now) {
                Output::Wait(until) if rest.is_empty() => {
                    now = now.plus(1000).max(until.unwrap_or_default());
                    server.handle_timeout(now);
                }
                Output::Wait(_) => {
                    let taken = server.handle_input(&rest[..rest.len().min(5)], now);
                    prop_assert!(taken > 0 || server.is_open());
                    rest = &rest[taken.max(1)..];
                }
                Output::Failed(_) => prop_assert!(false, "a meter does not fail"),
                _ => {}
            }
        }
        // It is asked anew whatever has been.
        server.close();
        while !matches!(server.poll_output(now), Output::Wait(_)) {}
        server.handle_input(b"/?!\r\n", now);
        let Output::Wait(Some(reaction)) = server.poll_output(now) else { panic!() };
        server.handle_timeout(reaction);
        prop_assert_eq!(server.poll_output(reaction), Output::Transmit(&written(|w| meter.encode(w))));
    }
}
