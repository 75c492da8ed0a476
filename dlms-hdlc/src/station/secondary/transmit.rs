use core::ops::Range;

use dlms_core::buffer::Buffer;
use dlms_core::codec::Writer;
use dlms_core::time::Instant;

use super::{Answer, Station, Target};
use crate::station::line::Line;
use crate::{Control, Frame, FrameKind, Llc};

impl<const CONNECTIONS: usize> Station<CONNECTIONS> {
    /// Builds the next frame, if this end has the turn and something to say.
    pub(super) fn transmit<F: Buffer>(
        &mut self,
        line: &mut Line<F>,
        tx: &[u8],
        now: Instant,
    ) -> Option<Range<usize>> {
        if self.not_before.is_some_and(|at| at > now) {
            return None;
        }
        if self.may_push() {
            return self.transmit_unnumbered(line, tx);
        }
        match self.answer? {
            Answer::Connection(index) => self.transmit_answer(line, index, tx),
            Answer::Connected(index) => {
                self.answer = None;
                let connection = self.connection(index)?;
                let mut information = [0; 32];
                let mut w = Writer::new(&mut information);
                connection.parameters.encode(self.settings.parameter_form, &mut w);
                let frame = Frame::new(connection.client, connection.server, Control::last(FrameKind::Ua));
                line.build(&frame.with_information(w.stored(), false)?, &[])
            }
            Answer::Disconnected { client, server, acknowledged } => {
                self.answer = None;
                let kind = if acknowledged { FrameKind::Ua } else { FrameKind::Dm };
                line.build(&Frame::new(client, server, Control::last(kind)), &[])
            }
        }
    }

    /// Whether UI frames wait and may go out: where no client is connected, before an answer, or whenever they like.
    fn may_push(&self) -> bool {
        let waits = self.outgoing.as_ref().is_some_and(|s| matches!(s.to, Target::Unnumbered { .. }));
        let polled = matches!(self.answer, Some(Answer::Connection(_)));
        let alone = self.answer.is_none() && self.connections.iter().all(Option::is_none);
        waits && (polled || alone || (self.settings.unsolicited && self.answer.is_none()))
    }

    /// The next I frame of the answer, the last of a window final; without one RR or RNR.
    fn transmit_answer<F: Buffer>(
        &mut self,
        line: &mut Line<F>,
        index: usize,
        tx: &[u8],
    ) -> Option<Range<usize>> {
        let (busy, ours) = (self.is_busy_for(index), self.sends_to(index));
        let Some(connection) = self.connections.get_mut(index).and_then(Option::as_mut) else {
            self.answer = None;
            return None;
        };
        let frame = |control| Frame::new(connection.client, connection.server, control);
        if let Some(rejection) = connection.rejected {
            self.answer = None;
            let frame = frame(Control::last(FrameKind::Frmr));
            return line.build(&frame.with_information(&rejection.to_octets(), false)?, &[]);
        }
        let (most, receive) = (connection.largest(), connection.window.receive());
        let size = connection.parameters.window_size_transmit;
        let may_send = ours && !connection.peer_busy && connection.window.has_room(size);
        if let Some(sending) = self.outgoing.as_mut().filter(|_| may_send) {
            let next = connection.window.next();
            if let Some(piece) = sending.apdu.piece(next, most) {
                sending.apdu.mark_sent(next, most);
                let kind = FrameKind::I { send: connection.window.send(), receive };
                let poll_final = piece.last || !connection.window.has_room(size);
                if poll_final {
                    self.answer = None;
                }
                let frame = Frame::new(connection.client, connection.server, Control { kind, poll_final });
                return line.build_piece(frame, &piece, Llc::Response, tx);
            }
        }
        self.answer = None;
        let refused = core::mem::take(&mut connection.refused);
        let kind = if busy || refused { FrameKind::Rnr { receive } } else { FrameKind::Rr { receive } };
        line.build(&frame(Control::last(kind)), &[])
    }

    /// The next UI frame, which nobody answers; the last is final.
    fn transmit_unnumbered<F: Buffer>(&mut self, line: &mut Line<F>, tx: &[u8]) -> Option<Range<usize>> {
        let most = self.settings.parameters.within(line.information_room()).max_info_field_length_transmit;
        let sending = self.outgoing.as_mut()?;
        let Target::Unnumbered { client, server, next } = &mut sending.to else { return None };
        let piece = sending.apdu.piece(*next, usize::from(most));
        *next = next.saturating_add(1);
        let last = piece.as_ref().is_none_or(|piece| piece.last);
        let frame = Frame::new(*client, *server, Control { kind: FrameKind::Ui, poll_final: last });
        let built = piece.and_then(|piece| line.build_piece(frame, &piece, Llc::Response, tx));
        if last || built.is_none() {
            self.outgoing = None;
        }
        built
    }
}
