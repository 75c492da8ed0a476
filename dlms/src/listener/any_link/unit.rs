use dlms_core::buffer::Buffer;
use dlms_core::link::{Delivery, Link, LinkError, LinkEvent, Saps};
use dlms_core::time::Instant;
use dlms_hdlc::{Frame, FrameKind, Joined, LLC_LEN, Llc};
use dlms_mbus::wired::{self, Segment};

use super::{AnyLink, Carrier};

/// Where nothing says who sends to whom.
const NOBODY: Saps = Saps { client: 0, server: 0 };

impl<R: Buffer> AnyLink<R> {
    /// The octets before a unit are nothing.
    pub(super) fn skip_to(&mut self, at: usize) {
        if at > 0 {
            self.skip(at);
        }
    }

    /// Takes the unit of `len` octets at the front of the room.
    pub(super) fn unit(
        &mut self,
        carrier: Carrier,
        len: usize,
        rx: &mut dyn Buffer,
        keep: usize,
        now: Instant,
    ) -> Result<LinkEvent, LinkError> {
        let octets = self.room.as_slice().get(..len).unwrap_or_default();
        let mut taken = len;
        let event = match carrier {
            Carrier::Hdlc => {
                // Its closing flag may open the next one.
                taken = len.saturating_sub(1);
                hdlc(&mut self.hdlc, octets, rx, keep)
            }
            Carrier::MBus => mbus(&mut self.mbus, octets, self.leniency, rx, keep),
            Carrier::P1 => whole(octets, rx, keep),
            Carrier::Bare => {
                let start = if Llc::split(octets).is_some() { LLC_LEN } else { 0 };
                whole(octets.get(start..).unwrap_or_default(), rx, keep)
            }
            Carrier::WirelessMBus => LinkEvent::None,
            Carrier::Wrapper => self.wrapper.handle_input(octets, rx, keep, now)?.1,
        };
        self.shift(taken);
        (self.is_fresh, self.settled) = (false, 0);
        self.is_boundary = carrier == Carrier::Bare;
        self.known = (carrier != Carrier::Bare).then_some(carrier);
        Ok(event)
    }
}

/// A message that is all of `octets`.
fn whole(octets: &[u8], rx: &mut dyn Buffer, keep: usize) -> LinkEvent {
    let (len, peer) = (octets.len(), NOBODY);
    match rx.reserve(keep.saturating_add(len)) {
        Ok(room) => {
            for (slot, octet) in room.iter_mut().skip(keep).zip(octets) {
                *slot = *octet;
            }
            LinkEvent::Apdu { peer, len, delivery: Delivery::Unconfirmed }
        }
        Err(_) => LinkEvent::Oversize { peer, needed: len },
    }
}

/// A frame with its flags.
fn hdlc(
    reassembly: &mut dlms_hdlc::Reassembly,
    octets: &[u8],
    rx: &mut dyn Buffer,
    keep: usize,
) -> LinkEvent {
    let inside = octets.get(1..octets.len().saturating_sub(1)).unwrap_or_default();
    let Ok(frame) = Frame::decode(inside) else { return LinkEvent::None };
    let carries = matches!(frame.control().kind, FrameKind::I { .. } | FrameKind::Ui);
    if !carries || frame.information().is_empty() {
        return LinkEvent::None;
    }
    let peer = Saps { client: frame.destination().upper(), server: frame.source().upper() };
    match reassembly.join(&frame, rx, keep) {
        Joined::More => LinkEvent::Progress { peer },
        Joined::Apdu { len, .. } => LinkEvent::Apdu { peer, len, delivery: Delivery::Unconfirmed },
        Joined::Oversize { needed } => LinkEvent::Oversize { peer, needed },
    }
}

fn mbus(
    reassembly: &mut wired::Reassembly,
    octets: &[u8],
    leniency: wired::Leniency,
    rx: &mut dyn Buffer,
    keep: usize,
) -> LinkEvent {
    let Ok((wired::Frame::Long(frame), _)) = wired::Frame::parse(octets, leniency) else {
        return LinkEvent::None;
    };
    let Ok(segment) = Segment::of(&frame) else { return LinkEvent::None };
    let peer = Saps { client: segment.destination.into(), server: segment.source.into() };
    match reassembly.join(&segment, rx, keep) {
        wired::Joined::Message { len } => LinkEvent::Apdu { peer, len, delivery: Delivery::Unconfirmed },
        wired::Joined::Oversize { needed } => LinkEvent::Oversize { peer, needed },
        wired::Joined::More | wired::Joined::Repeated | wired::Joined::Lost { .. } => {
            LinkEvent::Progress { peer }
        }
    }
}
