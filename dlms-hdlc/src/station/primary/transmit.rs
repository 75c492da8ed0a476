use core::ops::Range;

use dlms_core::buffer::Buffer;
use dlms_core::codec::Writer;
use dlms_core::time::Instant;

use super::{Phase, Station};
use crate::station::line::Line;
use crate::timer::Timer;
use crate::{Control, Frame, FrameKind, Llc};

impl Station {
    /// Builds the next frame, if this end has the turn and something to say.
    pub(super) fn transmit<F: Buffer>(
        &mut self,
        line: &mut Line<F>,
        tx: &[u8],
        now: Instant,
    ) -> Option<Range<usize>> {
        if self.waiting || self.timers.is_running(Timer::Turnaround) {
            return None;
        }
        if self.outgoing.as_ref().is_some_and(|sending| sending.unnumbered.is_some()) {
            // A server that waits for the acknowledgement of its answer has no room for another request.
            return match self.phase {
                Phase::Connected if self.owing => self.tell_received(line),
                _ => self.transmit_unnumbered(line, tx),
            };
        }
        self.polled = self.phase == Phase::Connected && self.poll;
        let built = match self.phase {
            Phase::Disconnected => None,
            Phase::Clearing | Phase::Disconnecting => self.command(line, FrameKind::Disc, &[]),
            Phase::Connecting => {
                let mut information = [0; 32];
                let mut w = Writer::new(&mut information);
                self.parameters.encode(self.settings.parameter_form, &mut w);
                self.command(line, FrameKind::Snrm, w.stored())
            }
            Phase::Connected if self.poll => {
                (self.poll, self.owing) = (false, false);
                self.command(line, FrameKind::Rr { receive: self.window.receive() }, &[])
            }
            Phase::Connected => self.transmit_numbered(line, tx),
        };
        if self.waiting {
            self.timers.stop(Timer::Poll);
            self.timers.start(Timer::Response, now.plus(self.settings.response_time_out));
        }
        built
    }

    /// A frame that hands over the turn.
    fn command<F: Buffer>(
        &mut self,
        line: &mut Line<F>,
        kind: FrameKind,
        information: &[u8],
    ) -> Option<Range<usize>> {
        self.waiting = true;
        let frame = Frame::new(self.server, self.client, Control::last(kind));
        line.build(&frame.with_information(information, false)?, &[])
    }

    /// Acknowledges what came, and keeps the turn.
    fn tell_received<F: Buffer>(&mut self, line: &mut Line<F>) -> Option<Range<usize>> {
        self.owing = false;
        let control = Control::more(FrameKind::Rr { receive: self.window.receive() });
        line.build(&Frame::new(self.server, self.client, control), &[])
    }

    /// The next I frame, unless the peer has to acknowledge first.
    fn transmit_numbered<F: Buffer>(&mut self, line: &mut Line<F>, tx: &[u8]) -> Option<Range<usize>> {
        let (size, most) = (self.parameters.window_size_transmit, self.largest());
        if self.peer_busy || !self.window.has_room(size) {
            return None;
        }
        let apdu = &self.outgoing.as_ref()?.apdu;
        let piece = apdu.piece(self.window.next(), most)?;
        let kind = FrameKind::I { send: self.window.send(), receive: self.window.receive() };
        self.owing = false;
        self.waiting = piece.last || !self.window.has_room(size);
        let control = Control { kind, poll_final: self.waiting };
        line.build_piece(Frame::new(self.server, self.client, control), &piece, Llc::Command, tx)
    }

    /// The next UI frame, which nobody answers.
    fn transmit_unnumbered<F: Buffer>(&mut self, line: &mut Line<F>, tx: &[u8]) -> Option<Range<usize>> {
        let most = self.largest();
        let sending = self.outgoing.as_mut()?;
        let (server, client, index) = sending.unnumbered.as_mut()?;
        let piece = sending.apdu.piece(*index, most);
        let frame = Frame::new(*server, *client, Control::more(FrameKind::Ui));
        *index = index.saturating_add(1);
        let built = piece.as_ref().and_then(|piece| line.build_piece(frame, piece, Llc::Command, tx));
        if piece.is_none_or(|piece| piece.last) || built.is_none() {
            self.outgoing = None;
        }
        built
    }
}
