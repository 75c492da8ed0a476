use core::cell::RefCell;

use dlms_core::apdu::tag;
use dlms_core::codec::{Decode, Encode};
use dlms_core::crypto::SecuritySuite;
use dlms_mbus::Control;
use dlms_mbus::wired::{LongFrame, Segment};
use dlms_security::{
    CipheredApdu, InvocationCounters, Protection, RamCounters, SecurityContext, SecurityControl,
    SecurityError, ServiceCiphering, SystemTitle,
};
use dlms_wrapper::Header;
use serde_json::Value;

use super::frame_json::FrameParts;
use super::keys::{self, Keys};
use super::link::Link;
use super::p1;
use crate::failure::{Failure, FailureKind};
use crate::message::{Members, Parts, general_with};

/// Writes documents as telegrams, in canonical octets.
#[derive(Debug)]
pub(crate) struct MessageWriter {
    keys: RefCell<Keys>,
}

impl MessageWriter {
    /// One that protects messages with these keys.
    pub(crate) const fn new(keys: Keys) -> Self {
        Self { keys: RefCell::new(keys) }
    }

    /// The telegram that the document describes.
    ///
    /// # Errors
    /// `usage`: the document says too little or what cannot be; `missing-key`; `unsupported` for protection and links that
    /// are not built.
    pub(crate) fn write(&self, document: &Value) -> Result<Vec<u8>, Failure> {
        let members = Members::of(document, "a document")?;
        let link = members.optional_text("link")?.unwrap_or(Link::Apdu.name());
        let link = Link::from_name(link).ok_or_else(|| members.wrong("link", "the name of a link"))?;
        if link == Link::Data {
            return Ok(members.value("body")?.into_vec());
        }
        if members.optional("lines").is_some() && members.optional("security").is_some() {
            return Err(Failure::unsupported("writing a ciphered P1 telegram is not built"));
        }
        if link == Link::P1 {
            return p1::write(&members);
        }
        let parts = match members.optional("apdu") {
            Some(_) => in_blocks(&members, self.message(&members)?)?,
            None => Vec::new(),
        };
        match link {
            Link::Apdu => {
                let llc = members.optional_octets("llc")?.unwrap_or_default();
                Ok([llc, parts.concat()].concat())
            }
            Link::Wrapper => wrapped(&members, &parts),
            Link::Hdlc => framed(&members, &parts),
            Link::Mbus if members.optional("apdu").is_some() => in_segments(&members, &parts),
            other => {
                let what = "data records and frames without a message are not written";
                Err(Failure::unsupported(format!("link {}: {what}", other.name())))
            }
        }
    }

    /// The octets of a message, protected if it was.
    fn message(&self, members: &Members<'_>) -> Result<Vec<u8>, Failure> {
        if let Some(octets) = members.optional_octets("octets")? {
            return Ok(octets);
        }
        let nested = |json: &Value| self.message(&Members::of(json, "a message in another")?);
        let plain = Parts::of(members, &nested)?.encode(members.text("apdu")?)?;
        match members.optional_object("security")? {
            Some(security) => self.protected(&security, &plain),
            None => Ok(plain),
        }
    }

    fn protected(&self, security: &Members<'_>, plain: &[u8]) -> Result<Vec<u8>, Failure> {
        let name = security.text("tag")?;
        let tag =
            tag::from_name(name).ok_or_else(|| security.wrong("tag", "the name of a protected message"))?;
        let form = match ServiceCiphering::from_tag(tag) {
            Some(form) if security.optional("content").is_none() => form,
            _ => return Err(Failure::unsupported(format!("writing {name} is not built"))),
        };
        let control = control_of(security)?;
        let suite = control.suite().ok_or_else(|| security.wrong("suite", "0, 1 or 2"))?;
        if control.compressed() || control.protection() == Protection::NONE {
            return Err(Failure::unsupported(format!("writing {name} with control octet {:02X}", control.0)));
        }
        let mut keys = self.keys.borrow_mut();
        let title = match security.optional_octets("system-title")? {
            Some(title) => SystemTitle::from_slice(&title),
            None => keys.title_of(tag),
        };
        let title =
            title.ok_or_else(|| Failure::new(FailureKind::MissingKey, "the system title is not known"))?;
        let counter = security.number("invocation-counter")?;
        let mut context = keys.sender(suite, title);
        context.set_broadcast(control.broadcast());
        context.raise_dedicated(counter);
        let mut counters = InvocationCounters::<_, 1>::new(RamCounters::<1>::new());
        let raised = counters.raise(context.counter(control.broadcast()), counter);
        raised.map_err(|error| Failure::unsupported(error.to_string()))?;
        let start = SecurityContext::HEADROOM;
        let mut room = vec![0; start];
        room.extend_from_slice(plain);
        let end = room.len();
        room.resize(end + SecurityContext::TAILROOM, 0);
        let result = context.protect(
            &mut keys.provider,
            &mut counters,
            form,
            control.protection(),
            &mut room,
            start..end,
        );
        let octets = match result {
            Ok(place) => room.get(place).unwrap_or_default().to_vec(),
            Err(SecurityError::NoKey(_)) => return Err(keys::missing(form)),
            Err(error) => return Err(Failure::usage(format!("{name}: {error}"))),
        };
        match CipheredApdu::from_bytes(&octets) {
            Ok(view) if view.invocation_counter == counter && view.tag == tag => Ok(octets),
            Ok(view) if view.tag != tag => Err(security.wrong("tag", "that of the message inside")),
            _ => Err(Failure::unsupported(format!("invocation counter {counter} is never used"))),
        }
    }
}

/// The security control octet, or what makes it.
fn control_of(security: &Members<'_>) -> Result<SecurityControl, Failure> {
    if security.optional("security-control").is_some() {
        let [octet] = security.array("security-control")?;
        return Ok(SecurityControl(octet));
    }
    let suite = SecuritySuite::from_id(security.number("suite")?);
    let suite = suite.ok_or_else(|| security.wrong("suite", "0, 1 or 2"))?;
    let (authenticated, encrypted) = (security.flag("authenticated")?, security.flag("encrypted")?);
    Ok(SecurityControl::new(suite, Protection { authenticated, encrypted, signed: false }, false))
}

/// The message, or the blocks that carry it.
fn in_blocks(members: &Members<'_>, message: Vec<u8>) -> Result<Vec<Vec<u8>>, Failure> {
    if members.optional("blocks").is_none() {
        return Ok(vec![message]);
    }
    let blocks = members.list("blocks")?;
    let mut rest = message.as_slice();
    let mut all = Vec::with_capacity(blocks.len());
    for (index, json) in blocks.iter().enumerate() {
        let head = Members::of(json, "a block")?;
        let length = if index + 1 == blocks.len() { rest.len() } else { head.number("length")? };
        let (part, behind) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        all.push(general_with(&head, part)?);
        rest = behind;
    }
    Ok(all)
}

fn wrapped(members: &Members<'_>, parts: &[Vec<u8>]) -> Result<Vec<u8>, Failure> {
    let saps = members.object("saps")?;
    let mut octets = Vec::new();
    for part in parts {
        let length =
            u16::try_from(part.len()).map_err(|_| Failure::usage("a message too long for the wrapper"))?;
        let header =
            Header { source: saps.number("source")?, destination: saps.number("destination")?, length };
        octets.extend(header.encode_to_vec());
        octets.extend(part);
    }
    Ok(octets)
}

/// The message in the segments of the M-Bus that the document describes.
fn in_segments(members: &Members<'_>, parts: &[Vec<u8>]) -> Result<Vec<u8>, Failure> {
    let saps = members.object("saps")?;
    let (source, destination) = (saps.number("source")?, saps.number("destination")?);
    let message = parts.concat();
    let frames = members.list("mbus")?;
    let (mut rest, mut octets) = (message.as_slice(), Vec::new());
    for (index, json) in frames.iter().enumerate() {
        let frame = Members::of(json, "a frame")?;
        let is_last = index + 1 == frames.len();
        let length = if is_last { rest.len() } else { frame.number("length")? };
        let (data, behind) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        rest = behind;
        let segment = Segment { number: frame.number("segment")?, is_last, source, destination, data };
        let [information, header @ ..] = segment.header();
        let data = [&header, data].concat();
        let [control] = frame.array("control")?;
        let long = LongFrame::new(Control(control), frame.number("address")?, information, &data);
        let long = long.ok_or_else(|| Failure::usage("more octets than a frame of the M-Bus takes"))?;
        octets.extend(long.encode_to_vec());
    }
    Ok(octets)
}

/// The message, or each of its blocks, in the frames that the document describes.
fn framed(members: &Members<'_>, parts: &[Vec<u8>]) -> Result<Vec<u8>, Failure> {
    let frames = match members.optional("hdlc") {
        Some(_) => members.list("hdlc")?.iter().map(FrameParts::from_json).collect::<Result<Vec<_>, _>>()?,
        None => {
            let saps = members.object("saps")?;
            vec![FrameParts::unnumbered(saps.number("source")?, saps.number("destination")?)?]
        }
    };
    if parts.is_empty() {
        return frames
            .iter()
            .map(|frame| frame.encode(&[]))
            .collect::<Result<Vec<_>, _>>()
            .map(|all| all.concat());
    }
    let mut frames = frames.iter();
    let mut octets = Vec::new();
    for part in parts {
        let mut rest = part.as_slice();
        loop {
            let frame = frames.next().ok_or_else(|| Failure::usage("more blocks than frames"))?;
            let length = if frame.segmented { frame.length.unwrap_or(rest.len()) } else { rest.len() };
            let (piece, behind) = rest.split_at_checked(length).unwrap_or((rest, &[]));
            octets.extend(frame.encode(piece)?);
            rest = behind;
            if !frame.segmented {
                break;
            }
        }
    }
    match frames.next() {
        None => Ok(octets),
        Some(_) => Err(Failure::usage("more frames than the message fills")),
    }
}
