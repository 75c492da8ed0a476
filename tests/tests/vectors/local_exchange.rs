//! IEC 62056-21: the messages of an opening and of programming mode, an opening from end to end, and P1 telegrams.

use dlms_core::codec::Writer;
use dlms_core::time::Instant;
use dlms_tests::vector::{Vector, hex};
use iec62056_21::p1::{self, Content, MissingCrc, Telegram, telegrams};
use iec62056_21::{
    Acknowledgement, CommandMessage, DataSets, Identification, LineSettings, Opening, OpeningSettings,
    Output, ParseErrorKind, ProtocolMode, Readout, RequestMessage,
};
use serde_json::{Value, json};

/// What is written, as it has to be.
fn written(encode: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
    let mut out = [0; 200];
    let mut w = Writer::new(&mut out);
    encode(&mut w);
    w.finish().unwrap().to_vec()
}

fn text(octets: &[u8]) -> String {
    String::from_utf8(octets.to_vec()).unwrap()
}

fn character(octet: u8) -> String {
    text(&[octet])
}

fn identification(identification: &Identification) -> Value {
    let mode = match identification.mode() {
        _ if identification.offers_mode_e() => "E",
        ProtocolMode::A => "A",
        ProtocolMode::B => "B",
        ProtocolMode::C => "C",
    };
    let mut tree = json!({
        "manufacturer": text(&identification.flag_id()),
        "baud_char": character(identification.baud().0),
        "identification": identification.text(),
        "mode": mode,
        "max_baud": identification.baud().rate(),
        "reaction_time_ms": identification.reaction_time(),
    });
    if !identification.escapes().is_empty() {
        let escapes: Vec<_> = identification.escapes().iter().map(|escape| character(*escape)).collect();
        tree["escape_sequences"] = json!(escapes);
    }
    tree
}

fn choice(acknowledgement: &Acknowledgement) -> Value {
    json!({
        "V": character(acknowledgement.protocol),
        "Z": character(acknowledgement.baud.0),
        "Y": character(acknowledgement.mode_control),
        "protocol": if acknowledgement.protocol == b'2' { "HDLC" } else { "normal" },
        "baud": acknowledgement.baud.rate(),
        "mode": match acknowledgement.mode_control {
            b'0' => "data readout",
            b'1' => "programming",
            _ => "binary (HDLC)",
        },
    })
}

fn command(message: &CommandMessage<'_>) -> Value {
    let mut tree = json!({
        "command": character(message.command.letter()),
        "type": character(message.variety),
        "bcc_ok": true,
    });
    if let Some(data) = message.data {
        tree["data"] = json!(text(data));
    }
    tree
}

#[test]
fn every_line_reads_and_is_written() {
    for vector in Vector::of_kind("iec62056-21", "iec62056-21-line") {
        let (id, octets) = (&vector.id, &vector.input[..]);
        let (name, expected) = vector.expected.as_object().unwrap().iter().next().unwrap();
        let (read, again) = match name.as_str() {
            "request" => {
                let request = RequestMessage::parse(octets).unwrap();
                (json!({"address": text(request.address.as_octets())}), written(|w| request.encode(w)))
            }
            "identification" => {
                let meter = Identification::parse(octets).unwrap();
                (identification(&meter), written(|w| meter.encode(w)))
            }
            "option_select" => {
                let acknowledgement = Acknowledgement::parse(octets).unwrap();
                (choice(&acknowledgement), written(|w| acknowledgement.encode(w)))
            }
            "command" => {
                let message = CommandMessage::parse(octets).unwrap();
                (command(&message), written(|w| message.encode(w)))
            }
            "data" => {
                let readout = Readout::parse(octets).unwrap();
                assert!(readout.is_checked(), "{id}");
                let block = text(&octets[1..octets.len() - 2]);
                assert_eq!(readout.data_sets().filter(Result::is_ok).count(), 1, "{id}");
                (json!({"block": block, "bcc_ok": true, "last": true}), octets.to_vec())
            }
            other => panic!("{id}: {other}"),
        };
        assert_eq!(&read, expected, "{id}");
        assert_eq!(again, octets, "{id}");
    }
}

#[test]
fn what_is_no_line_is_refused() {
    for vector in Vector::of_kind("malformed", "iec62056-21-line") {
        assert_eq!(vector.must(), Some("reject or bound"));
        let octets = &vector.input[..];
        assert!(Identification::parse(octets).is_err(), "{}", vector.id);
        assert!(CommandMessage::parse(octets).is_err(), "{}", vector.id);
        assert!(RequestMessage::parse(octets).is_err(), "{}", vector.id);
        assert!(Readout::parse(octets).is_err(), "{}", vector.id);
    }
}

#[test]
fn an_opening_goes_as_it_was_written_down() {
    for vector in Vector::of_kind("iec62056-21", "iec62056-21-flow") {
        let (mut client, mut now, mut line) = (Opening::new(OpeningSettings::HDLC), Instant(0), None);
        let mut steps = vector.expected["flow"].as_array().unwrap().iter().peekable();
        while let Some(step) = steps.peek() {
            let octets = hex(step["hex"].as_str().unwrap());
            match client.poll_output(now) {
                Output::Line(settings) => line = Some(settings),
                Output::Transmit(sent) => {
                    assert_eq!(step["dir"], "client->meter");
                    assert_eq!(sent, octets);
                    assert_eq!(line.map(|line| u64::from(line.baud)), step["baud"].as_u64());
                    steps.next();
                }
                Output::Wait(Some(until)) if step["dir"] == "meter->client" => {
                    // The confirmation is awaited at the new rate.
                    if octets.first() == Some(&6) && line == Some(LineSettings::INITIAL) {
                        now = until;
                        client.handle_timeout(now);
                        continue;
                    }
                    assert_eq!(client.handle_input(&octets, now), octets.len());
                    steps.next();
                }
                Output::Wait(until) => {
                    now = until.unwrap();
                    client.handle_timeout(now);
                }
                Output::Ready(opened) => {
                    assert!(opened.confirmed && octets.first() == Some(&0x7e), "what follows is HDLC");
                    assert_eq!(Some(opened.line), line);
                    assert_eq!(opened.line.to_string(), format!("{} 8N1", step["baud"]));
                    steps.next();
                }
                Output::Failed(error) => panic!("{}: {error}", vector.id),
            }
        }
    }
}

/// Codes and values as they were written.
fn sets(sets: DataSets<'_>) -> Value {
    sets.map(|set| {
        let set = set.unwrap();
        let values: Vec<_> = set
            .values()
            .map(|value| value.unit.map_or(value.text.to_owned(), |unit| format!("{}*{unit}", value.text)))
            .collect();
        json!({"id": set.address(), "values": values})
    })
    .collect()
}

#[test]
fn every_telegram_reads() {
    let mut contents = [0; 6];
    for vector in Vector::of_kind("iec62056-21", "p1-telegram") {
        let (id, expected) = (&vector.id, &vector.expected);
        let strict: Vec<_> = telegrams(&vector.input, MissingCrc::Refused).collect();
        let lenient: Vec<_> = telegrams(&vector.input, MissingCrc::Tolerated).collect();
        assert!(strict.len() == 1 && strict[0].offset == 0, "{id}");
        let mut repaired = vector.input[..strict[0].len].to_vec();
        let telegram = match expected["crc_ok"].as_bool() {
            Some(true) => {
                assert_eq!(strict, lenient, "{id}");
                strict[0].telegram.unwrap()
            }
            Some(false) => {
                let crc = |name: &str| u16::from_str_radix(expected[name].as_str().unwrap(), 16).unwrap();
                let kind = ParseErrorKind::Crc { found: crc("crc"), calculated: crc("crc_calculated") };
                assert_eq!(strict[0].telegram.unwrap_err().kind, kind, "{id}");
                assert_eq!(lenient, strict, "{id}: a wrong CRC is never tolerated");
                let end = repaired.len() - 4;
                repaired.splice(end.., format!("{:04X}", crc("crc_calculated")).into_bytes());
                Telegram::parse(&repaired, MissingCrc::Refused).unwrap()
            }
            None => {
                assert_eq!(strict[0].telegram.unwrap_err().kind, ParseErrorKind::NoCrc, "{id}");
                lenient[0].telegram.unwrap()
            }
        };
        assert_eq!(identification(&telegram.identification().unwrap()), expected["identification"], "{id}");
        assert_eq!(sets(telegram.data_sets()), expected["objects"], "{id}");
        for object in telegram.objects() {
            let Ok(object) = object else {
                // One code in the capture of a Kamstrup meter is damaged.
                assert_eq!(
                    (id.as_str(), object.unwrap_err().kind),
                    ("iec62056-21-046", ParseErrorKind::Obis)
                );
                continue;
            };
            contents[match object.content() {
                Content::Quantity(_) => 0,
                Content::Time(_) => 1,
                Content::Captured { quantity, .. } => {
                    assert!(object.channel().is_some() || quantity.unit == Some("kW"), "{id}");
                    2
                }
                Content::PowerFailures(failures) => {
                    assert!(failures.counted() as usize >= failures.count(), "{id}");
                    3
                }
                Content::Values(_) => 4,
                Content::Empty | Content::Text(_) => 5,
            }] += 1;
        }
    }
    assert_eq!(contents, CONTENTS);
}

/// Quantities, times, captured quantities, logs of power failures, other lists, and texts in all telegrams.
const CONTENTS: [usize; 6] = [248, 12, 9, 4, 1, 104];

/// The text in ciphered telegrams is a telegram, too.
#[test]
fn what_was_deciphered_is_a_telegram() {
    for vector in Vector::of_kind("real-meter", "p1-glo") {
        let ciphering = &vector.expected["general-glo-ciphering"];
        let octets = hex(ciphering["plaintext"].as_str().unwrap());
        let telegram = Telegram::parse(&octets, MissingCrc::Refused).unwrap();
        assert_eq!(telegram.crc(), Some(p1::crc(telegram.as_octets())));
        assert_eq!(sets(telegram.data_sets()), ciphering["p1"]["objects"], "{}", vector.id);
    }
}
