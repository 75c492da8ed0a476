//! Telegrams of the P1 port, and data readouts that come with a block check character: text both, so their document has
//! their lines, and they are written from those.

use dlms_core::data::Data;
use iec62056_21::p1::{Content, MissingCrc, Object, Objects, PowerFailures, Quantity, Telegram, telegrams};
use iec62056_21::{
    Decimal, Identification, ParseError, ParseErrorKind, Readout, Value as TextValue, Values, block_check, p1,
};
use serde_json::{Map, Value, json};

use super::Link;
use super::documents::Documents;
use super::leniency::{Deviation, Lenience, would_do};
use crate::failure::Failure;
use crate::message::Members;
use crate::value_json::{Budget, to_json_within};

const STX: u8 = 2;
const ETX: u8 = 3;

/// Reads all telegrams in a capture.
pub(super) fn read(octets: &[u8], lenience: &Lenience, documents: &mut Documents<'_>) -> Result<(), Failure> {
    if is_framed(octets) {
        return match readout(octets, lenience) {
            Ok((document, warnings)) => documents.push(document, warnings),
            Err(failure) => documents.fail(failure),
        };
    }
    let noise = lenience.permits(Deviation::Noise);
    let missing = missing_crc(lenience);
    let (mut end, mut seen) = (0, false);
    for located in telegrams(octets, missing) {
        documents.stray(strays(octets.get(end..located.offset)), "telegram", end);
        end = located.offset.saturating_add(located.len);
        let telegram = match located.telegram {
            Ok(telegram) => telegram,
            Err(error) if noise => {
                documents.warn(format!("{}: {error}", Deviation::Noise.name()));
                continue;
            }
            Err(error) => {
                documents.fail(failure(error))?;
                continue;
            }
        };
        seen = true;
        match of_telegram(&telegram, lenience) {
            Ok((document, warnings)) => documents.push(document, warnings)?,
            Err(failure) => documents.fail(failure.relocated(|at| located.offset + at))?,
        }
    }
    if end == 0 && !seen {
        return documents.fail(Failure::decode("no P1 telegram").at(0));
    }
    documents.behind(strays(octets.get(end..)), "telegram", end, lenience)
}

/// The telegram or readout that a document describes.
pub(super) fn write(members: &Members<'_>) -> Result<Vec<u8>, Failure> {
    let mut lines = String::new();
    for line in members.list("lines")? {
        lines += line.as_str().ok_or_else(|| members.wrong("lines", "a list of texts"))?;
        lines += "\r\n";
    }
    let head = members.optional_text("identification")?.map_or(String::new(), |line| format!("{line}\r\n"));
    if members.optional("block-check").is_some() {
        let block = format!("{lines}!\r\n{}", char::from(ETX));
        return Ok([head.as_bytes(), &[STX], block.as_bytes(), &[block_check(block.as_bytes())]].concat());
    }
    let body = format!("{head}\r\n{lines}!");
    Ok(match members.optional("crc") {
        Some(_) => format!("{body}{:04X}\r\n", p1::crc(body.as_bytes())),
        None => format!("{body}\r\n"),
    }
    .into_bytes())
}

/// Whether the content of a protected message can only be a telegram.
pub(super) fn is_telegram(octets: &[u8]) -> bool {
    octets.first() == Some(&b'/')
}

/// Whether the octets are one telegram, and the CRC at its end is right.
pub(super) fn checks_itself(octets: &[u8]) -> bool {
    one(octets, MissingCrc::Refused).is_ok()
}

/// Reads the telegram that is all of `octets`: the content of a protected message.
pub(super) fn whole(octets: &[u8], lenience: &Lenience) -> Result<Document, Failure> {
    of_telegram(&one(octets, missing_crc(lenience))?, lenience)
}

fn one(octets: &[u8], missing: MissingCrc) -> Result<Telegram<'_>, Failure> {
    let mut located = telegrams(octets, missing);
    let Some(first) = located.next() else { return Err(Failure::decode("no P1 telegram").at(0)) };
    let telegram = first.telegram.map_err(failure)?;
    let end = first.offset.saturating_add(first.len);
    if first.offset > 0 || strays(octets.get(end..)) > 0 {
        let at = if first.offset > 0 { 0 } else { end };
        return Err(Failure::decode("more than a P1 telegram").at(at));
    }
    Ok(telegram)
}

fn missing_crc(lenience: &Lenience) -> MissingCrc {
    match lenience.permits(Deviation::MissingCrc) {
        true => MissingCrc::Tolerated,
        false => MissingCrc::Refused,
    }
}

/// Whether the octets are a readout with STX in front of its data, whatever is wrong with it.
fn is_framed(octets: &[u8]) -> bool {
    let data = match octets {
        [b'/', ..] => octets.iter().position(|octet| *octet == b'\n').and_then(|at| octets.get(at..)),
        _ => None,
    };
    matches!(data.unwrap_or(octets), [b'\n', STX, ..] | [STX, ..])
}

type Document = (Map<String, Value>, Vec<String>);

fn readout(octets: &[u8], lenience: &Lenience) -> Result<Document, Failure> {
    let readout = Readout::parse(octets)?;
    let start = octets.iter().position(|octet| *octet == STX).unwrap_or_default();
    let head = octets.get(..start).unwrap_or_default();
    let block = octets.get(start.saturating_add(1)..octets.len().saturating_sub(2)).unwrap_or_default();
    let mut reading = Reading::new(lenience);
    let mut document = reading.head(head)?;
    let check = octets.last().copied().unwrap_or_default();
    document.insert("block-check".into(), format!("{check:02X}").into());
    reading.body(block, Objects::new(readout.data_sets()), document)
}

fn of_telegram(telegram: &Telegram<'_>, lenience: &Lenience) -> Result<Document, Failure> {
    let octets = telegram.as_octets();
    let end = octets.iter().position(|octet| *octet == b'\n').map_or(octets.len(), |at| at.saturating_add(1));
    let (head, lines) = octets.split_at_checked(end).unwrap_or_default();
    let mut reading = Reading::new(lenience);
    let mut document = reading.head(head)?;
    match telegram.crc() {
        Some(crc) => {
            document.insert("crc".into(), format!("{crc:04X}").into());
        }
        None => reading.accepted(Deviation::MissingCrc, ""),
    }
    reading.body(lines, telegram.objects(), document)
}

/// One telegram that is being read.
struct Reading<'a> {
    lenience: &'a Lenience,
    budget: Budget,
    warnings: Vec<String>,
}

impl<'a> Reading<'a> {
    const fn new(lenience: &'a Lenience) -> Self {
        Self { lenience, budget: Budget::new(), warnings: Vec::new() }
    }

    fn accepted(&mut self, deviation: Deviation, what: &str) {
        self.warnings.push(deviation.warning() + what);
    }

    /// The document's head, with the line that is to be an identification.
    fn head(&mut self, line: &[u8]) -> Result<Map<String, Value>, Failure> {
        let mut document = Map::new();
        document.insert("link".into(), Link::P1.name().into());
        if line.is_empty() {
            return Ok(document);
        }
        if let Err(error) = Identification::parse(line) {
            self.permitted(Deviation::Identification, error.into())?;
        }
        let text = String::from_utf8_lossy(line.trim_ascii_end()).into_owned();
        document.insert("identification".into(), text.into());
        Ok(document)
    }

    /// The document with its lines, and what is read out of them.
    fn body(
        mut self,
        lines: &[u8],
        objects: Objects<'_>,
        mut document: Map<String, Value>,
    ) -> Result<Document, Failure> {
        let text = String::from_utf8_lossy(lines);
        let lines = text.split("\r\n").filter(|line| !line.is_empty() && !line.starts_with('!'));
        document.insert("lines".into(), lines.collect());
        let mut readings = Vec::new();
        for object in objects {
            match object {
                Ok(object) => readings.push(self.object(&object)?),
                Err(error) => self.permitted(Deviation::DataLine, error.into())?,
            }
        }
        document.insert("readings".into(), readings.into());
        Ok((document, self.warnings))
    }

    /// Goes on with a warning, if the deviation is accepted.
    fn permitted(&mut self, deviation: Deviation, failure: Failure) -> Result<(), Failure> {
        if self.lenience.permits(deviation) {
            self.accepted(deviation, &format!(" ({failure})"));
            return Ok(());
        }
        Err(would_do(failure, deviation.name()))
    }

    fn object(&mut self, object: &Object<'_>) -> Result<Value, Failure> {
        let mut reading = Map::new();
        reading.insert("obis".into(), object.obis().to_string().into());
        let first = object.values().next().map_or("", |value| value.text);
        let (value, time, quantity) = match object.content() {
            Content::Empty => (self.text("")?, None, None),
            Content::Text(text) => (self.text(text)?, None, None),
            Content::Time(at) => (self.text(first)?, Some(("text", at)), None),
            Content::Quantity(quantity) => (self.text(first)?, None, Some(quantity)),
            Content::Captured { at, quantity } => {
                let number = object.values().last().map_or("", |value| value.text);
                (self.text(number)?, Some(("captured", at)), Some(quantity))
            }
            Content::PowerFailures(failures) => (self.failures(failures)?, None, None),
            Content::Values(values) => (self.values(values)?, None, None),
        };
        reading.insert("value".into(), value);
        if let Some((name, at)) = time {
            reading.insert(name.into(), at.to_string().into());
        }
        if let Some(Quantity { number, unit }) = quantity {
            if let Some(unit) = unit {
                reading.insert("unit".into(), unit.into());
            }
            reading.insert("scaled".into(), number_json(number));
        }
        Ok(Value::Object(reading))
    }

    fn text(&mut self, text: &str) -> Result<Value, Failure> {
        to_json_within(&Data::VisibleString(text.as_bytes()), &mut self.budget)
    }

    fn failures(&mut self, failures: PowerFailures<'_>) -> Result<Value, Failure> {
        let entries = failures.map(|failure| {
            let end = self.text(&failure.end.to_string())?;
            Ok(json!({"structure": [end, {"double-long-unsigned": failure.seconds}]}))
        });
        Ok(json!({"array": entries.collect::<Result<Vec<_>, Failure>>()?}))
    }

    fn values(&mut self, values: Values<'_>) -> Result<Value, Failure> {
        let as_written = |TextValue { text, unit }: TextValue<'_>| match unit {
            Some(unit) => self.text(&format!("{text}*{unit}")),
            None => self.text(text),
        };
        Ok(json!({"array": values.map(as_written).collect::<Result<Vec<_>, Failure>>()?}))
    }
}

fn number_json(number: Decimal) -> Value {
    number.to_string().parse().map_or(Value::Null, Value::Number)
}

/// What is wrong; a telegram without a CRC says how it would do.
fn failure(error: ParseError) -> Failure {
    let failure = Failure::from(error);
    if error.kind != ParseErrorKind::NoCrc {
        return failure;
    }
    would_do(failure, Deviation::MissingCrc.name())
}

/// How many octets between telegrams are noise; line ends there are nothing special.
fn strays(octets: Option<&[u8]>) -> usize {
    octets.unwrap_or_default().iter().filter(|octet| !b"\r\n".contains(octet)).count()
}
