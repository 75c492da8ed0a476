use dlms_core::codec::Writer;
use dlms_core::time::Instant;

use super::line_buffer::LineBuffer;
use super::{Confirmation, Opened, OpeningError, OpeningSettings, Output, character};
use crate::clock::Clock;
use crate::{
    Acknowledgement, BaudCharacter, Identification, LineSettings, Mode, ParseError, ProtocolMode,
    RequestMessage,
};

/// The client's side of an opening: from the request message to a line at the agreed rate.
///
/// What comes before and between what is awaited, the echo of an optical head included, is let pass. Every wait and
/// every text has its bound.
#[derive(Debug, Clone)]
pub struct Opening {
    settings: OpeningSettings,
    step: Step,
    clock: Clock,
    retries: u8,
    incoming: LineBuffer<{ RequestMessage::MAX_LEN }>,
    /// Characters since the request.
    heard: u16,
    request: [u8; RequestMessage::MAX_LEN],
    request_len: usize,
    acknowledgement: [u8; Acknowledgement::LEN],
    /// Whether what is sent comes back.
    echoes: bool,
    /// How much of the acknowledgement is still to come back.
    echo_due: usize,
    /// The last characters of what may be a confirmation.
    window: [u8; Acknowledgement::LEN],
    /// What was wrong with the last answer.
    wrong: Option<ParseError>,
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Begin,
    WakeUp,
    Rest,
    Request,
    /// Until a meter identifies itself.
    Identification,
    /// Until the meter can take an answer.
    Reaction(Plan),
    Acknowledge(Plan),
    /// Until the last character is out of the port, too.
    Settle(Plan),
    Change(Plan),
    /// Until the meter confirms.
    Confirmation(Plan),
    ToOctets(Plan),
    /// Until the meter has changed, too.
    Pause(Plan),
    Report(Result<Opened, OpeningError>),
    Over,
}

/// What the opening comes to, once it is known who answers.
#[derive(Debug, Clone, Copy)]
struct Plan {
    identification: Identification,
    mode: Mode,
    /// Nothing in modes A and B, where the meter goes on by itself.
    choice: Option<BaudCharacter>,
    baud: u32,
    confirmed: bool,
}

/// 2.2 seconds at 300 baud.
const WAKE_UP: [u8; 66] = [0; 66];
/// The silence after it, in milliseconds.
const REST: u64 = 1_600;
/// Characters of one answer, noise included, that prolong the wait for it.
const MOST_HEARD: u16 = 256;

impl Opening {
    /// An opening that has not begun: what it wants first is in its output.
    #[must_use]
    pub fn new(settings: OpeningSettings) -> Self {
        let mut request = [0; RequestMessage::MAX_LEN];
        let mut w = Writer::new(&mut request);
        RequestMessage { address: settings.address }.encode(&mut w);
        let request_len = w.len();
        Self {
            settings,
            step: Step::Begin,
            clock: Clock::default(),
            retries: settings.retries,
            incoming: LineBuffer::new(),
            heard: 0,
            request,
            request_len,
            acknowledgement: [0; Acknowledgement::LEN],
            echoes: false,
            echo_due: 0,
            window: [0; Acknowledgement::LEN],
            wrong: None,
        }
    }

    /// Takes octets from the line and says how many; what it leaves lies behind the opening and is the next
    /// protocol's.
    pub fn handle_input(&mut self, bytes: &[u8], now: Instant) -> usize {
        let mut taken = 0usize;
        for octet in bytes {
            if matches!(self.step, Step::Change(Plan { choice: None, .. }) | Step::Report(_) | Step::Over) {
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
            Step::Rest => Step::Request,
            Step::Identification => match self.retries.checked_sub(1) {
                Some(left) => {
                    self.retries = left;
                    Step::Request
                }
                None => {
                    let error = self.wrong.map_or(OpeningError::NoAnswer, OpeningError::Identification);
                    Step::Report(Err(error))
                }
            },
            Step::Reaction(plan) => Step::Acknowledge(plan),
            Step::Settle(plan) => Step::Change(plan),
            Step::Confirmation(_) if self.settings.confirmation == Confirmation::Required => {
                Step::Report(Err(OpeningError::NotConfirmed))
            }
            Step::Confirmation(plan) => Step::ToOctets(plan),
            Step::Pause(plan) => Step::Report(Ok(plan.opened(LineSettings::eight_none_one(plan.baud)))),
            step => step,
        };
    }

    /// What it wants next.
    pub fn poll_output(&mut self, now: Instant) -> Output<'_> {
        match self.step {
            Step::Begin => {
                self.step = if self.settings.wake_up { Step::WakeUp } else { Step::Request };
                Output::Line(LineSettings::INITIAL)
            }
            Step::WakeUp => {
                self.step = Step::Rest;
                self.clock.sending(LineSettings::INITIAL, WAKE_UP.len(), now);
                Output::Transmit(&WAKE_UP)
            }
            Step::Rest => self.wait(now, REST),
            Step::Request => {
                self.step = Step::Identification;
                (self.heard, self.echoes) = (0, false);
                self.incoming.clear();
                self.clock.sending(LineSettings::INITIAL, self.request_len, now);
                Output::Transmit(self.request())
            }
            Step::Identification => self.wait(now, self.settings.response_time_out),
            Step::Reaction(plan) => self.wait(now, plan.identification.reaction_time()),
            Step::Acknowledge(plan) => {
                self.step = Step::Settle(plan);
                let baud = plan.choice.unwrap_or(BaudCharacter::INITIAL);
                self.acknowledgement = Acknowledgement::selecting(plan.mode, baud).to_octets();
                self.echo_due = if self.echoes { Acknowledgement::LEN } else { 0 };
                self.clock.sending(LineSettings::INITIAL, Acknowledgement::LEN, now);
                Output::Transmit(&self.acknowledgement)
            }
            // The meter is silent so long that a part of it is to spare.
            Step::Settle(plan) => self.wait(now, plan.identification.reaction_time() / 4),
            Step::Change(plan) => {
                let line = LineSettings::seven_even_one(plan.baud);
                match plan.mode {
                    Mode::Hdlc if self.settings.confirmation == Confirmation::Ignored => {
                        self.step = Step::ToOctets(plan);
                        return self.poll_output(now);
                    }
                    Mode::Hdlc => self.step = Step::Confirmation(plan),
                    Mode::Readout | Mode::Programming => self.step = Step::Report(Ok(plan.opened(line))),
                }
                Output::Line(line)
            }
            Step::Confirmation(plan) => {
                let line = LineSettings::seven_even_one(plan.baud);
                let its_characters = line.milliseconds(Acknowledgement::LEN);
                self.wait(now, self.settings.confirmation_time_out.saturating_add(its_characters))
            }
            Step::ToOctets(plan) => {
                self.step = Step::Pause(plan);
                Output::Line(LineSettings::eight_none_one(plan.baud))
            }
            Step::Pause(_) => self.wait(
                now,
                match self.settings.confirmation {
                    Confirmation::Ignored => self.settings.confirmation_time_out,
                    Confirmation::Required | Confirmation::Expected => self.settings.pause,
                },
            ),
            Step::Report(result) => {
                self.step = Step::Over;
                match result {
                    Ok(opened) => Output::Ready(opened),
                    Err(error) => Output::Failed(error),
                }
            }
            Step::Over => Output::Wait(None),
        }
    }

    fn wait(&mut self, now: Instant, milliseconds: u64) -> Output<'static> {
        Output::Wait(Some(self.clock.wait(now, milliseconds)))
    }

    fn request(&self) -> &[u8] {
        self.request.get(..self.request_len).unwrap_or_default()
    }

    fn take(&mut self, character: u8, now: Instant) {
        match self.step {
            Step::Identification => self.take_of_identification(character, now),
            Step::Settle(_) => {
                self.is_echo(character);
            }
            Step::Confirmation(plan) => {
                if !self.is_echo(character) {
                    let [_, a, b, c, d, e] = self.window;
                    self.window = [a, b, c, d, e, character];
                }
                if self.window == self.acknowledgement {
                    self.clock.until = None;
                    self.step = Step::ToOctets(Plan { confirmed: true, ..plan });
                }
            }
            _ => {}
        }
    }

    fn take_of_identification(&mut self, character: u8, now: Instant) {
        let line = self.incoming.push(character, b"/").map(|line| {
            let is_echo = self.request.get(..self.request_len) == Some(line);
            (is_echo, Identification::parse(line))
        });
        self.heard = self.heard.saturating_add(1);
        if self.heard < MOST_HEARD && !self.incoming.is_empty() {
            let next = now.plus(self.settings.inter_character_time_out);
            self.clock.until = self.clock.until.max(Some(next));
        }
        match line {
            None => {}
            Some((true, _)) => self.echoes = true,
            Some((_, Ok(identification))) => {
                self.step = match self.plan(identification) {
                    Err(error) => Step::Report(Err(error)),
                    Ok(plan) if plan.choice.is_none() => Step::Change(plan),
                    Ok(plan) => Step::Reaction(plan),
                };
                self.clock.set(now, identification.reaction_time());
            }
            Some((_, Err(error))) => self.wrong = Some(error),
        }
    }

    /// Whether the character is the next of the acknowledgement that comes back.
    fn is_echo(&mut self, character: u8) -> bool {
        let at = self.acknowledgement.len().saturating_sub(self.echo_due);
        let is_echo = self.acknowledgement.get(at) == Some(&character);
        self.echo_due = if is_echo { self.echo_due.saturating_sub(1) } else { 0 };
        is_echo
    }

    /// What to choose of what the meter offers.
    fn plan(&self, identification: Identification) -> Result<Plan, OpeningError> {
        let settings = &self.settings;
        let offered = identification.baud();
        let rate = if settings.vendor_rates { offered.vendor_rate() } else { offered.rate() };
        let baud = rate.ok_or(OpeningError::ReservedBaud(identification));
        let plan =
            |choice, baud| Plan { identification, mode: settings.mode, choice, baud, confirmed: false };
        match (identification.mode(), settings.mode) {
            (ProtocolMode::A | ProtocolMode::B, Mode::Readout) => Ok(plan(None, baud?)),
            (ProtocolMode::A | ProtocolMode::B, Mode::Programming | Mode::Hdlc) => {
                Err(OpeningError::NotOffered(identification))
            }
            (ProtocolMode::C, Mode::Hdlc) if !(identification.offers_mode_e() || settings.assume_mode_e) => {
                Err(OpeningError::NotOffered(identification))
            }
            (ProtocolMode::C, _) => {
                let baud = baud?;
                if baud <= settings.max_baud {
                    return Ok(plan(Some(offered), baud));
                }
                let lower = BaudCharacter::at_most(settings.max_baud);
                Ok(plan(Some(lower), lower.rate().unwrap_or(LineSettings::INITIAL.baud)))
            }
        }
    }
}

impl Plan {
    const fn opened(self, line: LineSettings) -> Opened {
        Opened { identification: self.identification, mode: self.mode, line, confirmed: self.confirmed }
    }
}
