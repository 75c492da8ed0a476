use dlms_core::buffer::Buffer;
use dlms_core::link::{Delivery, LinkEvent, Saps};
use dlms_core::time::Instant;

use super::connection::Connection;
use super::{Answer, Station};
use crate::station::joined_event;
use crate::station::window::Arrival;
use crate::{Address, AddressSize, Frame, FrameKind, Parameters, RejectReason, Rejection, SequenceNumber};

impl<const CONNECTIONS: usize> Station<CONNECTIONS> {
    /// Takes a frame from the line. What is not for this station is passed over.
    pub(super) fn receive(
        &mut self,
        frame: &Frame<'_>,
        room: u16,
        rx: &mut dyn Buffer,
        keep: usize,
        now: Instant,
    ) -> LinkEvent {
        let (client, server, control) = (frame.source(), frame.destination(), frame.control());
        if client.size() != AddressSize::One || client.is_no_station() || client.is_all_station() {
            return LinkEvent::None;
        }
        let peer = Saps { client: client.upper(), server: server.upper() };
        if control.kind == FrameKind::Ui {
            return self.receive_unnumbered(frame, peer, rx, keep);
        }
        if !self.is_one_of_ours(server) {
            return LinkEvent::None;
        }
        self.not_before = (self.settings.turnaround > 0).then(|| now.plus(self.settings.turnaround));
        let connected = self.index_of(peer);
        match (control.kind, connected) {
            (FrameKind::Snrm, _) if control.poll_final => self.connect(frame, connected, room, now),
            (FrameKind::Disc, Some(index)) if control.poll_final && frame.information().is_empty() => {
                self.forget(index);
                self.answer = Some(Answer::Disconnected { client, server, acknowledged: true });
                LinkEvent::Closed { peer }
            }
            (FrameKind::Snrm | FrameKind::Ua | FrameKind::Dm | FrameKind::Frmr, _) => LinkEvent::None,
            (_, Some(index)) => {
                if self.connection(index).is_none_or(|connection| connection.server != server) {
                    return LinkEvent::None;
                }
                self.keep_alive(index, now);
                self.receive_connected(frame, index, rx, keep)
            }
            (FrameKind::Unknown(_), None) => LinkEvent::None,
            (_, None) => {
                if control.poll_final {
                    self.answer = Some(Answer::Disconnected { client, server, acknowledged: false });
                }
                LinkEvent::None
            }
        }
    }

    /// SNRM: the connection, new or once more from the start.
    fn connect(&mut self, frame: &Frame<'_>, connected: Option<usize>, room: u16, now: Instant) -> LinkEvent {
        let (client, server) = (frame.source(), frame.destination());
        let slot = connected.or_else(|| self.connections.iter().position(Option::is_none));
        let proposal = Parameters::decode(frame.information());
        let (Some(index), Ok(proposal)) = (slot, proposal) else {
            self.answer = Some(Answer::Disconnected { client, server, acknowledged: false });
            return LinkEvent::None;
        };
        self.forget(index);
        let parameters = self.settings.parameters.within(room).agreed_with(proposal);
        if let Some(slot) = self.connections.get_mut(index) {
            *slot = Some(Connection::new(client, server, parameters));
        }
        self.keep_alive(index, now);
        self.answer = Some(Answer::Connected(index));
        LinkEvent::Opened { peer: Saps { client: client.upper(), server: server.upper() } }
    }

    fn receive_connected(
        &mut self,
        frame: &Frame<'_>,
        index: usize,
        rx: &mut dyn Buffer,
        keep: usize,
    ) -> LinkEvent {
        let control = frame.control();
        if control.poll_final {
            self.answer = Some(Answer::Connection(index));
        }
        if self.connection(index).is_none_or(|connection| connection.rejected.is_some()) {
            return LinkEvent::None;
        }
        let no_information = RejectReason { control: true, information: true, ..RejectReason::default() };
        let Some(receive) = control.kind.receive() else {
            let reason = match control.kind {
                // DISC with an information field, or without P.
                FrameKind::Disc if frame.information().is_empty() => return LinkEvent::None,
                FrameKind::Disc => no_information,
                _ => RejectReason { control: true, ..RejectReason::default() },
            };
            return self.reject(frame, index, reason);
        };
        let numbered = matches!(control.kind, FrameKind::I { .. });
        if !numbered && !frame.information().is_empty() {
            return self.reject(frame, index, no_information);
        }
        let largest = self.connection(index).map_or(0, |c| c.parameters.max_info_field_length_receive);
        if frame.information().len() > usize::from(largest) {
            return self.reject(frame, index, RejectReason { length: true, ..RejectReason::default() });
        }
        let Some(acknowledged) = self.acknowledge(index, receive) else {
            return self.reject(frame, index, RejectReason { receive: true, ..RejectReason::default() });
        };
        if self.lost_its_answer(index) {
            return self.give_up(index);
        }
        if let Some(connection) = self.connection_mut(index) {
            connection.peer_busy = matches!(control.kind, FrameKind::Rnr { .. });
            if control.poll_final || matches!(control.kind, FrameKind::Rej { .. }) {
                connection.window.go_back();
            }
        }
        match control.kind {
            FrameKind::I { send, .. } => self.receive_numbered(frame, index, send, rx, keep),
            _ if acknowledged > 0 => self.progress(index),
            _ => LinkEvent::None,
        }
    }

    fn progress(&self, index: usize) -> LinkEvent {
        self.connection(index).map_or(LinkEvent::None, |c| LinkEvent::Progress { peer: c.saps() })
    }

    fn receive_numbered(
        &mut self,
        frame: &Frame<'_>,
        index: usize,
        send: SequenceNumber,
        rx: &mut dyn Buffer,
        keep: usize,
    ) -> LinkEvent {
        let busy = self.is_busy_for(index);
        // A client that has not seen all of the last answer gets the rest of it before it can ask again.
        let owed = self.sends_to(index);
        let Some(connection) = self.connection_mut(index) else { return LinkEvent::None };
        let size = connection.parameters.window_size_receive;
        if owed || connection.window.arrival(send, size) != Arrival::InSequence {
            return LinkEvent::None;
        }
        connection.refused = busy;
        if busy {
            return LinkEvent::None;
        }
        connection.window.taken();
        let peer = connection.saps();
        self.receiving = index;
        self.unnumbered.clear();
        match joined_event(self.reassembly.join(frame, rx, keep), peer, Delivery::Confirmed) {
            // Segments without end are no progress once there is no room for them.
            LinkEvent::None if self.reassembly.is_oversize() => LinkEvent::None,
            LinkEvent::None => LinkEvent::Progress { peer },
            event => {
                // The last frame of another answer, which nobody acknowledged yet, must not keep this client waiting.
                self.outgoing = None;
                event
            }
        }
    }

    /// UI for one of the logical devices here, or for everybody.
    fn receive_unnumbered(
        &mut self,
        frame: &Frame<'_>,
        peer: Saps,
        rx: &mut dyn Buffer,
        keep: usize,
    ) -> LinkEvent {
        let server = frame.destination();
        if !self.is_ours(server) {
            return LinkEvent::None;
        }
        if frame.control().poll_final && self.is_one_of_ours(server) {
            self.answer = self.index_of(peer).map(Answer::Connection).or(self.answer);
        }
        // The buffer belongs to the APDU that is coming in.
        if self.reassembly.is_open() {
            return LinkEvent::None;
        }
        joined_event(self.unnumbered.join(frame, rx, keep), peer, Delivery::Unconfirmed)
    }

    /// Takes N(R); what it acknowledges need not be kept. How many frames those are; none if it acknowledges what was
    /// never sent.
    fn acknowledge(&mut self, index: usize, receive: SequenceNumber) -> Option<u8> {
        let connection = self.connection_mut(index)?;
        let (frames, most) = (connection.window.acknowledge(receive)?, connection.largest());
        let ours = self.sends_to(index);
        if let Some(sending) = self.outgoing.as_mut().filter(|_| ours) {
            sending.apdu.mark_done(frames, most);
            if sending.apdu.is_done() {
                self.outgoing = None;
            }
        }
        Some(frames)
    }

    /// Whether frames are unacknowledged whose APDU had to make room for another.
    fn lost_its_answer(&self, index: usize) -> bool {
        let unacknowledged = self.connection(index).is_some_and(|c| c.window.unacknowledged() > 0);
        unacknowledged && !self.sends_to(index)
    }

    /// Ends a connection from this side: the client hears DM if it asked.
    fn give_up(&mut self, index: usize) -> LinkEvent {
        let polled = self.is_asked_by(index);
        let ends = self.connection(index).map(|c| (c.client, c.server));
        let closed = self.forget(index);
        if let Some((client, server)) = ends.filter(|_| polled) {
            self.answer = Some(Answer::Disconnected { client, server, acknowledged: false });
        }
        closed.map_or(LinkEvent::None, |peer| LinkEvent::Closed { peer })
    }

    /// FRMR, now or when the client asks, until it connects anew.
    fn reject(&mut self, frame: &Frame<'_>, index: usize, reason: RejectReason) -> LinkEvent {
        if let Some(connection) = self.connection_mut(index) {
            connection.rejected = Some(Rejection {
                control: frame.control(),
                send: connection.window.send_state(),
                receive: connection.window.receive(),
                response: false,
                reason,
            });
        }
        LinkEvent::None
    }

    fn keep_alive(&mut self, index: usize, now: Instant) {
        let time_out = self.settings.inactivity_time_out;
        if let Some(connection) = self.connection_mut(index) {
            connection.ends = (time_out > 0).then(|| now.plus(time_out));
        }
    }

    /// Whether an address is that of a logical device here, and of no other station.
    fn is_one_of_ours(&self, server: Address) -> bool {
        self.is_ours(server) && !server.names_all_upper() && !server.names_all_lower()
    }

    /// Whether an address names a logical device here, maybe with others.
    fn is_ours(&self, server: Address) -> bool {
        let own = self.settings.device_address;
        let physical = server.lower().is_none_or(|lower| lower == own)
            || server.is_calling()
            || server.names_all_lower();
        let logical = server.names_all_upper() || self.settings.logical_devices.contains(&server.upper());
        let size = self.settings.address_sizes.contain(server.size()) || server.is_all_station();
        physical && logical && size
    }
}
