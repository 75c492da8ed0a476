//! HDLC frames in captures, their segments joined.

use std::collections::VecDeque;

use dlms_hdlc::{FLAG, Frame, FrameKind, Joined, LLC_LEN, Reassembly, frames};
use serde_json::Value;

use super::documents::Documents;
use super::envelope::Envelope;
use super::leniency::Deviation;
use super::pieces::Pieces;
use super::{Telegrams, frame_json};
use crate::failure::Failure;

/// Reads all telegrams in a capture.
pub(super) fn read(
    octets: &[u8],
    telegrams: &mut Telegrams,
    documents: &mut Documents<'_>,
) -> Result<(), Failure> {
    let noise = telegrams.lenience().permits(Deviation::Noise);
    let tolerant = telegrams.lenience().permits(Deviation::HeaderCheckSequence);
    let mut joining = Joining { reassembly: Reassembly::new(), room: Vec::new(), parts: VecDeque::new() };
    // Up to where everything was accounted for, and whether what follows is the rest of a damaged frame.
    let (mut end, mut damaged, mut seen) = (0, None, false);
    let all = frames(octets);
    for located in if tolerant { all.tolerating_header_checks() } else { all } {
        if damaged.is_none() {
            documents.stray(strays(octets.get(end..located.offset)), "frame", end);
        }
        end = located.offset.saturating_add(1);
        let frame = match located.frame {
            Ok(frame) => frame,
            Err(error) => {
                damaged = Some(error);
                match noise {
                    true => documents.warn(format!("{}: {error}", Deviation::Noise.name())),
                    false => documents.fail(error.into())?,
                }
                continue;
            }
        };
        (damaged, seen) = (None, true);
        if located.tolerated {
            documents.warn(Deviation::HeaderCheckSequence.warning());
        }
        end = end.saturating_add(frame.length());
        joining.take(&frame, located.offset.saturating_add(1), telegrams, documents)?;
    }
    joining.finish(documents)?;
    match damaged {
        Some(error) if noise && !seen => documents.fail(error.into()),
        None if !seen => documents.fail(Failure::decode("no HDLC frame").at(0)),
        None => documents.behind(strays(octets.get(end..)), "frame", end, telegrams.lenience()),
        Some(_) => Ok(()),
    }
}

/// How many octets between frames are noise; flags there are nothing special.
fn strays(octets: Option<&[u8]>) -> usize {
    octets.unwrap_or_default().iter().filter(|octet| **octet != FLAG).count()
}

/// Frames whose information fields make APDUs.
struct Joining<'a> {
    reassembly: Reassembly,
    room: Vec<u8>,
    /// The information fields joined so far, with the frames that brought them.
    parts: VecDeque<Part<'a>>,
}

struct Part<'a> {
    frame: Value,
    offset: usize,
    information: &'a [u8],
}

impl<'a> Joining<'a> {
    fn take(
        &mut self,
        frame: &Frame<'a>,
        offset: usize,
        telegrams: &mut Telegrams,
        documents: &mut Documents<'_>,
    ) -> Result<(), Failure> {
        let carries = matches!(frame.control().kind, FrameKind::I { .. } | FrameKind::Ui);
        if !carries || frame.information().is_empty() {
            return match frame_json::document(frame) {
                Ok(document) => documents.push(document, Vec::new()),
                Err(failure) => {
                    documents.fail(failure.relocated(|at| offset + frame.information_offset() + at))
                }
            };
        }
        self.parts.push_back(Part {
            frame: Value::Object(frame_json::of_message(frame)),
            offset: offset.saturating_add(frame.information_offset()),
            information: frame.information(),
        });
        let (len, llc) = match self.reassembly.join(frame, &mut self.room, 0) {
            Joined::More => return Ok(()),
            Joined::Apdu { len, llc } => (len, if llc.is_some() { LLC_LEN } else { 0 }),
            Joined::Oversize { needed } => {
                self.parts.clear();
                return documents
                    .fail(Failure::unsupported(format!("a telegram of {needed} bytes")).at(offset));
            }
        };
        self.leave_out_all_but(len.saturating_add(llc), documents);
        let (mut pieces, mut frames, mut skipped) = (Pieces::default(), Vec::new(), llc);
        for Part { frame, offset, information } in self.parts.drain(..) {
            pieces.push(information.get(skipped..).unwrap_or_default(), offset.saturating_add(skipped));
            frames.push(frame);
            skipped = 0;
        }
        let envelope = Envelope::hdlc(frame.source().upper(), frame.destination().upper(), frames);
        telegrams.take(&envelope, &pieces, documents)
    }

    /// Keeps the last parts, which have `length` octets; those before them belong to a telegram that was broken off.
    fn leave_out_all_but(&mut self, length: usize, documents: &mut Documents<'_>) {
        let mut left = length;
        let mut kept = 0;
        for part in self.parts.iter().rev() {
            match left.checked_sub(part.information.len()) {
                Some(rest) => (left, kept) = (rest, kept + 1),
                None => break,
            }
        }
        while self.parts.len() > kept {
            if let Some(part) = self.parts.pop_front() {
                documents
                    .warn(format!("a segment of a telegram that does not go on, at byte {}", part.offset));
            }
        }
    }

    fn finish(&mut self, documents: &mut Documents<'_>) -> Result<(), Failure> {
        match self.parts.front() {
            Some(part) => {
                documents.fail(Failure::decode("the last segments of a telegram are missing").at(part.offset))
            }
            None => Ok(()),
        }
    }
}
