use dlms_mbus::wired::{Frame, Joined, Leniency, LongFrame, Reassembly, Segment, frames};
use serde_json::{Map, Value, json};

use super::layers;
use crate::failure::Failure;
use crate::telegram::documents::Documents;
use crate::telegram::envelope::Envelope;
use crate::telegram::leniency::{self, Deviation};
use crate::telegram::pieces::Pieces;
use crate::telegram::{Link, Telegrams};

/// Reads all telegrams in a capture of the wired bus.
pub(in crate::telegram) fn read(
    octets: &[u8],
    telegrams: &mut Telegrams,
    documents: &mut Documents<'_>,
) -> Result<(), Failure> {
    let noise = telegrams.lenience().permits(Deviation::Noise);
    let wrapped_length = telegrams.lenience().permits(Deviation::WrappedLength);
    let mut joining = Joining { reassembly: Reassembly::new(), room: Vec::new(), parts: Vec::new() };
    let (mut end, mut seen, mut damaged) = (0, false, None);
    for located in frames(octets, Leniency { wrapped_length }) {
        if damaged.is_none() {
            documents.stray(located.offset.saturating_sub(end), "frame", end);
        }
        end = located.offset.saturating_add(located.len);
        match located.frame {
            Ok(frame) => {
                (seen, damaged) = (true, None);
                joining.take(&frame, located.offset, telegrams, documents)?;
            }
            Err(error) => {
                let error = would_do(error.into(), octets.get(located.offset..).unwrap_or_default());
                if damaged.is_none() && noise {
                    documents.warn(format!("{}: {error}", Deviation::Noise.name()));
                } else if damaged.is_none() {
                    documents.fail(error.clone())?;
                }
                damaged = Some(error);
            }
        }
    }
    joining.finish(documents)?;
    let left = octets.len().saturating_sub(end);
    match damaged {
        Some(error) if noise && !seen => documents.fail(error),
        Some(_) => Ok(()),
        None if !seen => documents.fail(Failure::decode("no M-Bus frame").at(0)),
        None => documents.behind(left, "frame", end, telegrams.lenience()),
    }
}

/// Whether a long frame is anywhere in the octets.
pub(in crate::telegram) fn has_message(octets: &[u8]) -> bool {
    frames(octets, Leniency::NONE).any(|located| matches!(located.frame, Ok(Frame::Long(_))))
}

/// A frame whose length wrapped round says how it would do.
fn would_do(failure: Failure, octets: &[u8]) -> Failure {
    if Frame::parse(octets, Leniency::NONE).is_ok() || Frame::parse(octets, Leniency::ALL).is_err() {
        return failure;
    }
    leniency::would_do(failure, Deviation::WrappedLength.name())
}

/// Frames whose segments make messages.
struct Joining {
    reassembly: Reassembly,
    room: Vec<u8>,
    /// The frames of the segments joined so far, and where the data of each are in the input.
    parts: Vec<(Value, usize, Vec<u8>)>,
}

impl Joining {
    fn take(
        &mut self,
        frame: &Frame<'_>,
        offset: usize,
        telegrams: &mut Telegrams,
        documents: &mut Documents<'_>,
    ) -> Result<(), Failure> {
        let long = match frame {
            Frame::Long(long) => long,
            Frame::Acknowledge => return documents.push(alone(json!({"type": "acknowledge"})), Vec::new()),
            Frame::Short { control, address } => {
                let frame = json!({
                    "type": "short",
                    "control": format!("{:02X}", control.0),
                    "function": control.name(),
                    "address": address,
                });
                return documents.push(alone(frame), Vec::new());
            }
        };
        if long.is_wrapped() {
            documents.warn(Deviation::WrappedLength.warning());
        }
        // The CI field follows both lengths, both start octets, control field and address.
        let at = offset.saturating_add(6);
        let frame = of_long(long);
        if !Segment::is_carried_by(long.control_information()) {
            let mut layers_octets = vec![long.control_information()];
            layers_octets.extend_from_slice(long.data());
            let pieces = Pieces::one(&layers_octets, at);
            let envelope = Envelope::mbus(Link::Mbus, vec![frame], None);
            return layers::read(&envelope, None, &pieces, telegrams, documents);
        }
        let segment = match Segment::of(long) {
            Ok(segment) => segment,
            Err(error) => return documents.fail(error.within(at).into()),
        };
        self.parts.push((frame, at.saturating_add(Segment::HEADER), segment.data.to_vec()));
        match self.reassembly.join(&segment, &mut self.room, 0) {
            Joined::More => Ok(()),
            Joined::Repeated => {
                self.parts.pop();
                documents.warn(format!("segment {} was repeated", segment.number));
                Ok(())
            }
            Joined::Lost { expected } => {
                self.parts.clear();
                let failure = format!("segment {} of a message, and not {expected}", segment.number);
                documents.fail(Failure::decode(failure).at(at))
            }
            Joined::Oversize { needed } => {
                self.parts.clear();
                documents.fail(Failure::unsupported(format!("a telegram of {needed} bytes")).at(offset))
            }
            Joined::Message { len } => {
                self.drop_all_but(len, documents);
                let (mut pieces, mut frames) = (Pieces::default(), Vec::new());
                for (frame, offset, data) in self.parts.drain(..) {
                    pieces.push(&data, offset);
                    frames.push(frame);
                }
                let saps = (segment.source.into(), segment.destination.into());
                telegrams.take(&Envelope::mbus(Link::Mbus, frames, Some(saps)), &pieces, documents)
            }
        }
    }

    /// Keeps the last parts, which have `length` octets; those before them belong to a message that was broken off.
    fn drop_all_but(&mut self, length: usize, documents: &mut Documents<'_>) {
        let mut kept = 0;
        let mut first = self.parts.len();
        while kept < length && first > 0 {
            first -= 1;
            kept += self.parts.get(first).map_or(0, |(_, _, data)| data.len());
        }
        for (_, offset, _) in self.parts.drain(..first) {
            documents.warn(format!("a segment of a telegram that does not go on, at byte {offset}"));
        }
    }

    fn finish(&mut self, documents: &mut Documents<'_>) -> Result<(), Failure> {
        match self.parts.first() {
            Some((_, offset, _)) => {
                documents.fail(Failure::decode("the last segments of a telegram are missing").at(*offset))
            }
            None => Ok(()),
        }
    }
}

fn of_long(long: &LongFrame<'_>) -> Value {
    let ci = long.control_information();
    let mut frame = json!({
        "type": "long",
        "control": format!("{:02X}", long.control().0),
        "function": long.control().name(),
        "address": long.address(),
        "control-information": format!("{ci:02X}"),
    });
    if let (Some(frame), Ok(segment)) = (frame.as_object_mut(), Segment::of(long)) {
        frame.insert("segment".into(), segment.number.into());
        frame.insert("last".into(), segment.is_last.into());
        frame.insert("length".into(), segment.data.len().into());
    }
    frame
}

/// The document of a frame without a message.
fn alone(frame: Value) -> Map<String, Value> {
    Envelope::mbus(Link::Mbus, vec![frame], None).around(Map::new())
}
