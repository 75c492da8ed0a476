use dlms_core::buffer::Buffer;
use dlms_core::link::{Delivery, LinkError, LinkEvent, Saps};
use dlms_core::time::Instant;

use super::{Phase, Station};
use crate::station::joined_event;
use crate::station::window::Arrival;
use crate::timer::Timer;
use crate::{Address, Frame, FrameKind, Parameters, SequenceNumber};

impl Station {
    /// Takes a frame from the line.
    pub(super) fn receive(
        &mut self,
        frame: &Frame<'_>,
        room: u16,
        rx: &mut dyn Buffer,
        keep: usize,
        now: Instant,
    ) -> Result<LinkEvent, LinkError> {
        if frame.control().kind == FrameKind::Ui {
            return Ok(self.receive_unnumbered(frame, rx, keep));
        }
        if frame.destination() != self.client || !self.is_server(frame.source()) {
            return Ok(LinkEvent::None);
        }
        match self.phase {
            Phase::Disconnected => Ok(LinkEvent::None),
            Phase::Connected => self.receive_connected(frame, rx, keep, now),
            Phase::Clearing | Phase::Connecting | Phase::Disconnecting => {
                self.receive_answer(frame, room, now)
            }
        }
    }

    /// The answer to SNRM or DISC.
    fn receive_answer(&mut self, frame: &Frame<'_>, room: u16, now: Instant) -> Result<LinkEvent, LinkError> {
        let acknowledged = match frame.control().kind {
            FrameKind::Ua => true,
            FrameKind::Dm => false,
            _ => return Ok(LinkEvent::None),
        };
        // What was not asked is an answer to something earlier.
        if !self.waiting {
            return Ok(LinkEvent::None);
        }
        let peer = self.peer;
        match self.phase {
            Phase::Connecting if acknowledged => {
                // What the meter wrote there in no known form agrees to nothing.
                let answer = Parameters::decode(frame.information()).unwrap_or_default();
                self.parameters = self.proposal(room).agreed_with(answer);
                self.phase = Phase::Connected;
                self.take_turn(now);
                self.retries = 0;
                Ok(LinkEvent::Opened { peer })
            }
            Phase::Connecting => {
                self.reset();
                Err(LinkError::Disconnected)
            }
            Phase::Clearing => {
                self.phase = Phase::Connecting;
                self.take_turn(now);
                self.retries = 0;
                Ok(LinkEvent::None)
            }
            _ => {
                self.reset();
                Ok(LinkEvent::Closed { peer })
            }
        }
    }

    fn receive_connected(
        &mut self,
        frame: &Frame<'_>,
        rx: &mut dyn Buffer,
        keep: usize,
        now: Instant,
    ) -> Result<LinkEvent, LinkError> {
        let control = frame.control();
        match control.kind {
            FrameKind::Dm => {
                self.reset();
                return Err(LinkError::Disconnected);
            }
            FrameKind::Frmr => {
                self.reset();
                return Err(LinkError::Rejected);
            }
            _ => {}
        }
        // Without N(R), or with one out of date, it is no answer to what was sent last.
        let Some(acknowledged) = control.kind.receive().and_then(|receive| self.acknowledge(receive)) else {
            return Ok(LinkEvent::None);
        };
        match control.kind {
            FrameKind::I { send, .. } => {
                self.peer_busy = false;
                self.receive_numbered(frame, send, rx, keep, now)
            }
            // Not asked: an answer to something earlier.
            _ if !control.poll_final || !self.waiting => Ok(LinkEvent::None),
            FrameKind::Rnr { .. } => {
                self.peer_busy = true;
                self.retries = 0;
                self.take_turn(now);
                self.ask_later(now);
                Ok(LinkEvent::None)
            }
            _ if acknowledged == 0 && self.window.unacknowledged() > 0 => {
                let rejected = matches!(control.kind, FrameKind::Rej { .. });
                self.receive_refusal(rejected, now)
            }
            _ => {
                self.peer_busy = false;
                self.take_turn(now);
                if self.outgoing.is_none() {
                    self.ask_later(now);
                }
                Ok(match acknowledged {
                    0 => LinkEvent::None,
                    _ => LinkEvent::Progress { peer: self.peer },
                })
            }
        }
    }

    fn receive_numbered(
        &mut self,
        frame: &Frame<'_>,
        send: SequenceNumber,
        rx: &mut dyn Buffer,
        keep: usize,
        now: Instant,
    ) -> Result<LinkEvent, LinkError> {
        let poll_final = frame.control().poll_final;
        match self.window.arrival(send, self.parameters.window_size_receive) {
            // It crossed with a repetition of ours; what was asked last is still to be answered.
            Arrival::Repeated => Ok(LinkEvent::None),
            Arrival::Ahead if poll_final && self.waiting => {
                self.take_turn(now);
                self.poll = true;
                self.count_retry()
            }
            Arrival::Ahead => Ok(LinkEvent::None),
            Arrival::InSequence => {
                self.window.taken();
                self.owing = true;
                self.progress();
                let joined = self.reassembly.join(frame, rx, keep);
                let event = joined_event(joined, self.peer, Delivery::Confirmed);
                self.expecting &= matches!(event, LinkEvent::None);
                if poll_final {
                    self.take_turn(now);
                    self.poll = self.reassembly.is_open();
                } else if self.waiting {
                    self.timers.start(Timer::Response, now.plus(self.settings.response_time_out));
                }
                // Segments without end are no progress once there is no room for them.
                Ok(match event {
                    LinkEvent::None if !self.reassembly.is_oversize() => {
                        LinkEvent::Progress { peer: self.peer }
                    }
                    event => event,
                })
            }
        }
    }

    /// RR or REJ that acknowledges nothing of what is out.
    ///
    /// To a poll it says that the frames are lost, and so it may to a burst. A single frame it cannot refuse: it
    /// answers something earlier, and to repeat the frame for it would double every frame from then on.
    fn receive_refusal(&mut self, rejected: bool, now: Instant) -> Result<LinkEvent, LinkError> {
        let burst = self.window.unacknowledged() > 1 && !self.refused;
        if !(rejected || self.polled || burst) {
            return Ok(LinkEvent::None);
        }
        self.refused = true;
        self.peer_busy = false;
        self.take_turn(now);
        self.count_retry()
    }

    /// The exchange goes on.
    fn progress(&mut self) {
        (self.retries, self.refused) = (0, false);
        self.timers.stop(Timer::Readiness);
    }

    /// UI from the meter at the other end, or from any other.
    fn receive_unnumbered(&mut self, frame: &Frame<'_>, rx: &mut dyn Buffer, keep: usize) -> LinkEvent {
        let (to, from) = (frame.destination(), frame.source());
        let mine = self.client == Address::NO_STATION || to == self.client || to.is_all_station();
        // The buffer belongs to the answer that is coming in.
        if !mine || self.reassembly.is_open() {
            return LinkEvent::None;
        }
        let peer = Saps { client: to.upper(), server: from.upper() };
        joined_event(self.unnumbered.join(frame, rx, keep), peer, Delivery::Unconfirmed)
    }

    /// Takes N(R); what it acknowledges need not be kept. None if it is out of date.
    fn acknowledge(&mut self, receive: SequenceNumber) -> Option<u8> {
        let frames = self.window.acknowledge(receive)?;
        let most = self.largest();
        if let Some(sending) = self.outgoing.as_mut().filter(|sending| sending.unnumbered.is_none()) {
            sending.apdu.mark_done(frames, most);
            if sending.apdu.is_done() {
                self.outgoing = None;
            }
        }
        if frames > 0 {
            self.progress();
        }
        Some(frames)
    }

    /// The other end has finished: what it did not acknowledge goes out again.
    fn take_turn(&mut self, now: Instant) {
        self.waiting = false;
        self.window.go_back();
        self.timers.stop(Timer::Response);
        self.timers.stop(Timer::Poll);
        if self.settings.turnaround > 0 {
            self.timers.start(Timer::Turnaround, now.plus(self.settings.turnaround));
        }
    }

    /// The peer is not ready: it is asked again after a while, as long as there is something to wait for.
    fn ask_later(&mut self, now: Instant) {
        if self.expecting || self.peer_busy || self.reassembly.is_open() {
            self.timers.start(Timer::Poll, now.plus(self.settings.poll_delay));
            if !self.timers.is_running(Timer::Readiness) {
                self.timers.start(Timer::Readiness, now.plus(self.settings.poll_time_out));
            }
        }
    }

    /// A calling address names whoever answers.
    fn is_server(&self, source: Address) -> bool {
        source == self.server
            || (self.server.is_calling()
                && source.size() == self.server.size()
                && source.upper() == self.server.upper())
    }
}
