//! Telegrams of every link, read to JSON documents and written from them.

mod blocks;
mod documents;
mod envelope;
mod frame_json;
mod hdlc;
mod keys;
mod leniency;
mod link;
mod mbus;
mod model;
mod p1;
mod pieces;
mod reader;
mod security;
mod untagged;
mod writer;

use dlms_core::apdu::tag;
use dlms_core::codec::{Decode, DecodeErrorKind, Reader};
use dlms_core::data::Data;
use dlms_hdlc::{LLC_LEN, Llc};
use dlms_wrapper::Header;
use serde_json::{Value, json};

pub(crate) use keys::{KeyFlags, Keys};
pub(crate) use leniency::Lenience;
pub(crate) use link::Link;
pub(crate) use model::MeterModel;
pub(crate) use reader::MessageReader;
pub(crate) use writer::MessageWriter;

use blocks::Blocks;
use documents::Documents;
use envelope::Envelope;
use pieces::Pieces;

use crate::failure::Failure;
use crate::{hex, value_json};

/// Reads all telegrams in `octets` and gives each document, and each failure, to `out`.
///
/// # Errors
/// What `out` fails with.
pub(crate) fn read(
    octets: &[u8],
    link: Link,
    reader: MessageReader,
    out: &mut dyn FnMut(Result<Value, Failure>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let link = if link == Link::Auto { Link::of(octets) } else { link };
    if octets.is_empty() {
        return Err(Failure::decode("no input").at(0));
    }
    if link == Link::Data {
        return out(data(octets));
    }
    let mut documents = Documents::new(out);
    let mut telegrams = Telegrams { reader, blocks: Blocks::default() };
    match link {
        Link::Hdlc => hdlc::read(octets, &mut telegrams, &mut documents)?,
        Link::Wrapper => telegrams.wrapped(octets, &mut documents)?,
        // Around a ciphered telegram is the message that ciphers it.
        Link::P1 if !octets.starts_with(&[tag::GENERAL_GLO_CIPHERING]) => {
            p1::read(octets, telegrams.lenience(), &mut documents)?
        }
        Link::Mbus => mbus::wired(octets, &mut telegrams, &mut documents)?,
        Link::Wmbus => mbus::wireless(octets, &mut telegrams, &mut documents)?,
        Link::Auto | Link::Apdu | Link::Data | Link::P1 => telegrams.bare(octets, &mut documents)?,
    }
    telegrams.blocks.finish(&mut documents)?;
    documents.finish()
}

fn data(octets: &[u8]) -> Result<Value, Failure> {
    let value = Data::from_bytes(octets)?;
    Ok(json!({"link": Link::Data.name(), "body": value_json::to_json(&value)?}))
}

/// The telegrams of one input.
struct Telegrams {
    reader: MessageReader,
    blocks: Blocks,
}

impl Telegrams {
    const fn lenience(&self) -> &Lenience {
        self.reader.lenience()
    }

    /// The messages in one envelope: one, or several each with its LLC header, as some meters send them.
    fn take(
        &mut self,
        envelope: &Envelope,
        message: &Pieces,
        documents: &mut Documents<'_>,
    ) -> Result<(), Failure> {
        let octets = message.octets();
        let mut start = 0;
        loop {
            let read = match self.reader.read(octets.get(start..).unwrap_or_default()) {
                Ok(read) => read,
                Err(failure) => return documents.fail(failure.relocated(|at| message.offset(start + at))),
            };
            let end = start.saturating_add(read.consumed);
            let rest = octets.get(end..).unwrap_or_default();
            if !rest.is_empty() && Llc::split(rest).is_none() {
                let failure = Failure::from(DecodeErrorKind::Trailing(rest.len()));
                return documents.fail(failure.at(message.offset(end)));
            }
            let mut part = Pieces::default();
            part.push_part(message, start, end);
            self.blocks.take(envelope.clone(), &part, read, &mut self.reader, documents)?;
            if rest.is_empty() {
                return Ok(());
            }
            start = end.saturating_add(LLC_LEN);
        }
    }

    /// Messages behind wrappers, one after the other.
    fn wrapped(&mut self, octets: &[u8], documents: &mut Documents<'_>) -> Result<(), Failure> {
        let mut r = Reader::new(octets);
        while !r.is_empty() {
            let at = r.offset();
            let header = match Header::decode(&mut r) {
                Ok(header) => header,
                Err(error) => return documents.fail(error.into()),
            };
            if header.length == 0 {
                return documents.fail(Failure::decode("a wrapper around nothing").at(at));
            }
            let start = r.offset();
            let message = match r.take(usize::from(header.length)) {
                Ok(message) => message,
                Err(error) => return documents.fail(error.into()),
            };
            let envelope = Envelope::wrapper(header.source, header.destination);
            self.take(&envelope, &Pieces::one(message, start), documents)?;
        }
        Ok(())
    }

    /// Messages one after the other, each with or without an LLC header.
    fn bare(&mut self, octets: &[u8], documents: &mut Documents<'_>) -> Result<(), Failure> {
        let mut start = 0;
        // What follows a message says whether it really ended there.
        let mut last = None;
        while start < octets.len() {
            let rest = octets.get(start..).unwrap_or_default();
            let (llc, rest) = match (Llc::split(rest), rest.get(..LLC_LEN)) {
                (Some((_, behind)), Some(llc)) => (Some(hex::to_text(llc)), behind),
                _ => (None, rest),
            };
            let at = octets.len().saturating_sub(rest.len());
            match self.reader.read(rest) {
                Ok(read) => {
                    if let Some((envelope, message, read)) = last.take() {
                        self.blocks.take(envelope, &message, read, &mut self.reader, documents)?;
                    }
                    let message = rest.get(..read.consumed).unwrap_or_default();
                    start = at.saturating_add(message.len());
                    last = Some((Envelope::apdu(llc), Pieces::one(message, at), read));
                }
                Err(failure) => {
                    let begins =
                        rest.len() > 2 && rest.first().is_some_and(|first| tag::name(*first).is_some());
                    let failure = failure.relocated(|offset| at + offset);
                    return match last {
                        None => documents.fail(failure),
                        Some(_) if !begins => {
                            let left = octets.len().saturating_sub(start);
                            documents.fail(Failure::from(DecodeErrorKind::Trailing(left)).at(start))
                        }
                        Some((envelope, message, read)) => {
                            self.blocks.take(envelope, &message, read, &mut self.reader, documents)?;
                            documents.fail(failure)
                        }
                    };
                }
            }
        }
        match last {
            Some((envelope, message, read)) => {
                self.blocks.take(envelope, &message, read, &mut self.reader, documents)
            }
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(octets: &[u8], link: Link, lenient: bool) -> Vec<Value> {
        let flags = KeyFlags::with_encryption_key("000102030405060708090A0B0C0D0E0F");
        let names: &[String] = if lenient { &["all".into()] } else { &[] };
        let reader = MessageReader::new(Keys::new(&flags).unwrap(), Lenience::named(names).unwrap());
        let mut documents = Vec::new();
        let _ = read(octets, link, reader, &mut |telegram| {
            documents.extend(telegram);
            Ok(())
        });
        documents
    }

    /// Vectors with octets changed, left out and put in: whatever is read is written without a panic.
    #[test]
    fn damaged_telegrams_never_panic() {
        let mut state = 1u64;
        let mut dice = |sides: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).unwrap() % sides
        };
        let writer = MessageWriter::new(Keys::new(&KeyFlags::default()).unwrap());
        for file in [
            "xdlms-ln",
            "xdlms-sn",
            "acse",
            "access",
            "gbt",
            "ciphering",
            "general-signing",
            "hdlc",
            "real-meter",
            "iec62056-21",
        ] {
            let path = format!("{}/../tests/vectors/{file}.json", env!("CARGO_MANIFEST_DIR"));
            let entries: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
            for entry in entries {
                let octets = hex::from_text(entry["input_hex"].as_str().unwrap()).unwrap();
                for round in 0..24 {
                    let mut octets = octets.clone();
                    for _ in 0..=dice(3) {
                        let at = dice(octets.len().max(1)).min(octets.len().saturating_sub(1));
                        match dice(4) {
                            0 => octets[at] = u8::try_from(dice(256)).unwrap(),
                            1 => octets[at] ^= 1 << dice(8),
                            2 => octets.truncate(at + 1),
                            _ => octets.insert(at, u8::try_from(dice(256)).unwrap()),
                        }
                    }
                    let link =
                        [Link::Auto, Link::Apdu, Link::Hdlc, Link::Wrapper, Link::Data, Link::P1][round % 6];
                    for document in read_all(&octets, link, round % 2 == 0) {
                        let _ = writer.write(&document);
                        let _ = crate::tree::document(&document);
                    }
                }
            }
        }
    }
}
