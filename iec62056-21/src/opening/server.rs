use dlms_core::codec::Writer;
use dlms_core::time::Instant;

use super::line_buffer::LineBuffer;
use super::{Opened, OpeningServerSettings, Output, character};
use crate::clock::Clock;
use crate::control::{ACK, NAK};
use crate::{
    Acknowledgement, BaudCharacter, Identification, LineSettings, Mode, ProtocolMode, RequestMessage,
};

/// The meter's side of openings, one after the other.
///
/// After `Ready` the line is the next protocol's, until that is [over](Self::close) or the line was
/// [silent](Self::note_activity) too long: then the port goes back to 300 baud with `Line` and the next opening can
/// begin.
#[derive(Debug, Clone)]
pub struct OpeningServer {
    settings: OpeningServerSettings,
    step: Step,
    clock: Clock,
    incoming: LineBuffer<{ RequestMessage::MAX_LEN }>,
    outgoing: [u8; Identification::MAX_LEN],
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Begin,
    /// Until a client asks.
    Request,
    /// Until the client can take an answer.
    Reaction,
    Identify,
    /// Until the client chooses.
    Choice,
    Change(Choice),
    /// Until the client has changed, too.
    Changed(Choice),
    Confirm(Choice),
    ToOctets(Choice),
    Report(Opened),
    Open,
}

#[derive(Debug, Clone, Copy)]
struct Choice {
    mode: Mode,
    /// Nothing where the rate does not change.
    baud: Option<BaudCharacter>,
}

impl OpeningServer {
    /// A meter at a port on which nothing happened yet.
    #[must_use]
    pub const fn new(settings: OpeningServerSettings) -> Self {
        Self {
            settings,
            step: Step::Begin,
            clock: Clock { sent_until: Instant(0), until: None },
            incoming: LineBuffer::new(),
            outgoing: [0; Identification::MAX_LEN],
        }
    }

    /// Whether the line is open, and so the next protocol's.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self.step, Step::Report(_) | Step::Open)
    }

    /// Takes octets from the line and says how many; what it leaves lies behind the opening and is the next
    /// protocol's.
    pub fn handle_input(&mut self, bytes: &[u8], now: Instant) -> usize {
        let mut taken = 0usize;
        for octet in bytes {
            let is_over = match self.step {
                Step::ToOctets(_) | Step::Report(_) | Step::Open => true,
                Step::Change(Choice { mode: Mode::Hdlc, .. }) => !self.settings.confirms,
                _ => false,
            };
            if is_over {
                return taken;
            }
            taken = taken.saturating_add(1);
            if let Some(character) = character(*octet, self.settings.check_parity) {
                self.take(character, now);
            }
        }
        taken
    }

    /// Tells the time; to be called when the instant of `Wait` has come.
    pub fn handle_timeout(&mut self, now: Instant) {
        if !self.clock.expired(now) {
            return;
        }
        self.step = match self.step {
            Step::Reaction => Step::Identify,
            Step::Choice => self.without_choice(),
            Step::Changed(choice) => self.after_change(choice),
            Step::Open => Step::Begin,
            step => step,
        };
        self.incoming.clear();
    }

    /// What was opened is over: the next opening can begin.
    pub const fn close(&mut self) {
        self.step = Step::Begin;
        self.clock.until = None;
        self.incoming.clear();
    }

    /// Something was received on the open line: it is not silent.
    pub const fn note_activity(&mut self, now: Instant) {
        if matches!(self.step, Step::Open) {
            self.clock.set(now, self.settings.inactivity_time_out);
        }
    }

    /// What it wants next.
    pub fn poll_output(&mut self, now: Instant) -> Output<'_> {
        let reaction_time = self.settings.identification.reaction_time();
        match self.step {
            Step::Begin => {
                self.step = Step::Request;
                Output::Line(LineSettings::INITIAL)
            }
            Step::Request => Output::Wait(self.clock.until),
            Step::Reaction => self.wait(now, reaction_time),
            Step::Identify => {
                self.step = self.after_identification();
                let mut w = Writer::new(&mut self.outgoing);
                self.settings.identification.encode(&mut w);
                self.clock.sending(LineSettings::INITIAL, w.len(), now);
                Output::Transmit(w.stored())
            }
            Step::Choice => self.wait(now, self.settings.response_time_out),
            Step::Change(choice @ Choice { mode: Mode::Hdlc, .. }) if !self.settings.confirms => {
                self.step = Step::ToOctets(choice);
                self.poll_output(now)
            }
            Step::Change(choice) => {
                self.step = Step::Changed(choice);
                Output::Line(LineSettings::seven_even_one(self.rate(choice)))
            }
            Step::Changed(_) => self.wait(now, reaction_time),
            Step::Confirm(choice) => {
                self.step = Step::ToOctets(choice);
                let baud = choice.baud.unwrap_or(BaudCharacter::INITIAL);
                let line = LineSettings::seven_even_one(self.rate(choice));
                let mut w = Writer::new(&mut self.outgoing);
                Acknowledgement::selecting(choice.mode, baud).encode(&mut w);
                self.clock.sending(line, w.len(), now);
                Output::Transmit(w.stored())
            }
            Step::ToOctets(choice) => {
                let line = LineSettings::eight_none_one(self.rate(choice));
                self.step = self.report(choice, line);
                Output::Line(line)
            }
            Step::Report(opened) => {
                self.step = Step::Open;
                Output::Ready(opened)
            }
            Step::Open => self.wait(now, self.settings.inactivity_time_out),
        }
    }

    fn wait(&mut self, now: Instant, milliseconds: u64) -> Output<'static> {
        Output::Wait(Some(self.clock.wait(now, milliseconds)))
    }

    fn take(&mut self, character: u8, now: Instant) {
        let first: &[u8] = match self.step {
            Step::Request => b"/",
            Step::Choice if character == NAK && self.incoming.is_empty() => {
                self.go_on(self.without_choice());
                return;
            }
            Step::Choice => &[ACK, b'/'],
            _ => return,
        };
        let line = self
            .incoming
            .push(character, first)
            .map(|line| (RequestMessage::parse(line), Acknowledgement::parse(line), line.first().copied()));
        if !self.incoming.is_empty() {
            self.clock.set(now, self.settings.inter_character_time_out);
        }
        match line {
            None => {}
            Some((Ok(request), _, _)) => {
                if self.settings.address.is_meant_by(&request.address) {
                    self.go_on(Step::Reaction);
                } else {
                    self.go_on(Step::Request);
                }
            }
            Some((_, Ok(acknowledgement), _)) => {
                let step = self.chosen(acknowledgement).map_or_else(|| self.without_choice(), Step::Change);
                self.go_on(step);
            }
            // Another begin of a line is that of an echo.
            Some((_, _, Some(ACK))) => self.go_on(self.without_choice()),
            Some(_) => {}
        }
    }

    /// A step with a wait of its own.
    const fn go_on(&mut self, step: Step) {
        self.step = step;
        self.clock.until = None;
    }

    /// What follows the identification: in modes A and B the meter goes on by itself.
    const fn after_identification(&self) -> Step {
        let baud = self.settings.identification.baud();
        match baud.mode() {
            ProtocolMode::A => Step::Change(Choice { mode: Mode::Readout, baud: None }),
            ProtocolMode::B => Step::Change(Choice { mode: Mode::Readout, baud: Some(baud) }),
            ProtocolMode::C => Step::Choice,
        }
    }

    /// What was acknowledged, if it is on offer.
    fn chosen(&self, acknowledgement: Acknowledgement) -> Option<Choice> {
        let offer = self.settings.offer;
        let mode = acknowledgement.mode()?;
        let is_offered = match mode {
            Mode::Readout => offer.readout,
            Mode::Programming => offer.programming,
            Mode::Hdlc => offer.hdlc,
        };
        let baud = acknowledgement.baud;
        let highest = self.settings.identification.baud().vendor_rate()?;
        let is_possible = baud.mode() == ProtocolMode::C && baud.vendor_rate()? <= highest;
        (is_offered && is_possible).then_some(Choice { mode, baud: Some(baud) })
    }

    /// What a meter does for a client that does not choose: it reads out at 300 baud, or is asked anew.
    const fn without_choice(&self) -> Step {
        if self.settings.offer.readout {
            Step::Changed(Choice { mode: Mode::Readout, baud: None })
        } else {
            Step::Request
        }
    }

    fn after_change(&self, choice: Choice) -> Step {
        match choice.mode {
            Mode::Hdlc => Step::Confirm(choice),
            Mode::Readout | Mode::Programming => {
                self.report(choice, LineSettings::seven_even_one(self.rate(choice)))
            }
        }
    }

    const fn report(&self, choice: Choice, line: LineSettings) -> Step {
        let confirmed = matches!(choice.mode, Mode::Hdlc) && self.settings.confirms;
        let identification = self.settings.identification;
        Step::Report(Opened { identification, mode: choice.mode, line, confirmed })
    }

    fn rate(&self, choice: Choice) -> u32 {
        choice.baud.and_then(BaudCharacter::vendor_rate).unwrap_or(LineSettings::INITIAL.baud)
    }
}
