use dlms_mbus::wireless::{Format, Frame, remove_checks};
use serde_json::json;

use super::layers;
use crate::failure::Failure;
use crate::telegram::documents::Documents;
use crate::telegram::envelope::Envelope;
use crate::telegram::leniency::Deviation;
use crate::telegram::pieces::Pieces;
use crate::telegram::{Link, Telegrams};

/// Reads all telegrams from the air: with check sequences wherever they begin, without them one behind the other.
pub(in crate::telegram) fn read(
    octets: &[u8],
    telegrams: &mut Telegrams,
    documents: &mut Documents<'_>,
) -> Result<(), Failure> {
    let noise = telegrams.lenience().permits(Deviation::Noise);
    let (mut at, mut seen) = (0, false);
    while at < octets.len() {
        let rest = octets.get(at..).unwrap_or_default();
        // With its check sequences a frame is found wherever it is.
        let with_checks = (at..octets.len()).find_map(|start| Some((start, checked(octets.get(start..)?)?)));
        let found = with_checks.map_or_else(|| whole(rest).map(|found| (at, found)), Ok);
        let (start, found) = match found {
            Ok(found) => found,
            Err(_) if seen && noise => {
                documents.stray(rest.len(), "frame", at);
                return Ok(());
            }
            Err(error) => return documents.fail(error.relocated(|offset| at + offset)),
        };
        documents.stray(start.saturating_sub(at), "frame", at);
        seen = true;
        at = start.saturating_add(found.len);
        of_frame(&found, start, telegrams, documents)?;
    }
    Ok(())
}

/// Whether the octets begin with a frame that its check sequences tell, or are one without that its fields tell: length,
/// a meter that sends of its own accord, the letters of its manufacturer, layers that are known.
pub(in crate::telegram) fn is_frame(octets: &[u8]) -> bool {
    if checked(octets).is_some() {
        return true;
    }
    Frame::parse(octets).is_ok_and(|frame| {
        matches!(frame.control().0, 0x44 | 0x46..=0x48)
            && frame.address().manufacturer.letters().is_some()
            && frame
                .layers()
                .first()
                .is_some_and(|ci| matches!(ci, 0x72 | 0x7a | 0x78 | 0x8c..=0x90 | 0xa0..=0xb7))
    })
}

/// Whether a frame with right check sequences is anywhere in the octets.
pub(in crate::telegram) fn has_checked(octets: &[u8]) -> bool {
    // Nothing else than the check sequences speaks for it, so that short ones are not looked for.
    (0..octets.len())
        .filter_map(|start| octets.get(start..))
        .any(|rest| rest.first().is_some_and(|length| *length >= 15) && checked(rest).is_some())
}

/// A frame without its check sequences, and how many octets it had with them.
struct Found {
    frame: Vec<u8>,
    format: Format,
    len: usize,
}

/// The frame that `octets` begin with, without check sequences; or why there is none.
fn whole(octets: &[u8]) -> Result<Found, Failure> {
    let length = octets.first().copied().unwrap_or_default();
    let lens = [Format::A, Format::B].map(|format| format.frame_len(length));
    let fitting = lens.into_iter().flatten().filter(|len| *len <= octets.len());
    let mut failure = None;
    for len in fitting {
        let mut frame = octets.get(..len).unwrap_or_default().to_vec();
        match remove_checks(&mut frame) {
            Ok((format, left)) => {
                frame.truncate(left);
                // Nothing but its fields speaks for a frame without check sequences.
                match Frame::parse(&frame) {
                    Ok(parsed) if parsed.control().name().is_some() => {
                        return Ok(Found { frame, format, len });
                    }
                    Ok(_) => failure = Some(Failure::decode("a control field that is none").at(1)),
                    Err(error) => failure = Some(error.into()),
                }
            }
            Err(error) => failure = failure.or(Some(error.into())),
        }
    }
    let truncated = || Failure::decode(format!("a frame of {length} bytes and more that ends early"));
    Err(failure.unwrap_or_else(|| truncated().at(octets.len())))
}

/// The frame with right check sequences that `octets` begin with.
fn checked(octets: &[u8]) -> Option<Found> {
    let length = *octets.first()?;
    [Format::A, Format::B].into_iter().find_map(|format| {
        let len = format.frame_len(length)?;
        let mut frame = octets.get(..len)?.to_vec();
        let left = format.remove_checks(&mut frame).ok()?;
        frame.truncate(left);
        Some(Found { frame, format, len })
    })
}

fn of_frame(
    found: &Found,
    start: usize,
    telegrams: &mut Telegrams,
    documents: &mut Documents<'_>,
) -> Result<(), Failure> {
    let frame = match Frame::parse(&found.frame) {
        Ok(frame) => frame,
        Err(error) => return documents.fail(error.within(start).into()),
    };
    let link = json!({
        "format": match found.format {
            Format::A => "A",
            Format::B => "B",
            _ => "none",
        },
        "control": format!("{:02X}", frame.control().0),
        "function": frame.control().name(),
    });
    let envelope = Envelope::mbus(Link::Wmbus, vec![link], None);
    // Where an octet behind the header was before the check sequences went.
    let header = found.frame.len().saturating_sub(frame.layers().len());
    let mut pieces = Pieces::default();
    for (index, octet) in frame.layers().iter().enumerate() {
        let at = header.saturating_add(index);
        let checks = match found.format {
            Format::A => (at.saturating_add(6) / 16).saturating_mul(2),
            Format::B if at >= 126 => 2,
            _ => 0,
        };
        pieces.push(&[*octet], start.saturating_add(at).saturating_add(checks));
    }
    layers::read(&envelope, Some(frame.address()), &pieces, telegrams, documents)
}
