use dlms_core::buffer::Buffer;
use dlms_core::codec::Writer;
use dlms_core::time::Instant;

use super::{Command, CommandMessage, DataMessage, ProgrammingError, ProgrammingEvent};
use crate::clock::Clock;
use crate::control::{ACK, EOT, ETX, NAK, SOH, STX};
use crate::{DataSets, Exchange, ParseError, ParseErrorKind, parity};

/// How programming mode is spoken. All times are milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct ProgrammingSettings {
    /// How often a message is repeated, either way, before the exchange has failed.
    pub repeats: u8,
    /// How long the meter may take to answer.
    pub response_time_out: u64,
    /// How long the meter may take between two characters.
    pub inter_character_time_out: u64,
}

impl ProgrammingSettings {
    /// What the standard says.
    pub const DEFAULT: Self = Self {
        repeats: dlms_core::limits::RETRIES,
        response_time_out: 1_500,
        inter_character_time_out: 1_500,
    };
}

/// A command in the middle of an exchange, or behind the end of the session; or one that has no room in the buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[error("no command can be sent now")]
pub struct ProgrammingBusy;

/// The client's side of programming mode, from where the [`Opening`](crate::Opening) ended.
///
/// The meter speaks first: it gives the [`Operand`](ProgrammingEvent::Operand) of the password. Then one
/// [command](Self::command) at a time is sent and its answer awaited. A damaged answer is asked for again, and a
/// command that the meter did not understand is repeated. Where no answer comes only password and read commands are
/// repeated, for the meter may have done the others already.
///
/// Two buffers: `C` holds a command and its frame, `A` what the meter answers.
#[derive(Debug, Clone)]
pub struct Programming<C, A> {
    settings: ProgrammingSettings,
    phase: Phase,
    command: C,
    command_len: usize,
    received: A,
    /// Octets of the answer: the data of blocks so far, then the message that is coming in.
    answer: usize,
    incoming: usize,
    repeats: u8,
    sends: Option<Sends>,
    clock: Clock,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Operand,
    Idle,
    Answer(Command),
    Report(ProgrammingEvent),
    Over,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sends {
    Command,
    Ack,
    Nak,
}

/// What the meter says.
enum Said {
    Done,
    NotUnderstood,
    Operand(usize),
    Data { len: usize, is_last: bool, is_error: bool },
    Break,
    Other,
    Damaged(ParseError),
}

impl<C: Buffer, A: Buffer> Programming<C, A> {
    /// A session whose opening was just acknowledged.
    #[must_use]
    pub fn new(settings: ProgrammingSettings, command: C, answer: A) -> Self {
        Self {
            settings,
            phase: Phase::Operand,
            command,
            command_len: 0,
            received: answer,
            answer: 0,
            incoming: 0,
            repeats: settings.repeats,
            sends: None,
            clock: Clock::default(),
        }
    }

    /// Sends a command: `data` is a data set, as `(00000000)` for a password or `1.8.0()` for a register to read.
    ///
    /// # Errors
    /// There is an exchange under way, or no session; or the command is longer than its buffer.
    pub fn command(&mut self, message: &CommandMessage<'_>) -> Result<(), ProgrammingBusy> {
        if self.phase != Phase::Idle {
            return Err(ProgrammingBusy);
        }
        let mut counted = Writer::new(&mut []);
        message.encode(&mut counted);
        let len = counted.len();
        let room = self.command.reserve(len).map_err(|_| ProgrammingBusy)?;
        message.encode(&mut Writer::new(room));
        self.command_len = len;
        self.repeats = self.settings.repeats;
        (self.answer, self.incoming) = (0, 0);
        self.phase = Phase::Answer(message.command);
        self.send(Sends::Command);
        Ok(())
    }

    /// Sends the password.
    ///
    /// # Errors
    /// As [`command`](Self::command).
    pub fn password(&mut self, data: &[u8]) -> Result<(), ProgrammingBusy> {
        self.command(&CommandMessage::new(Command::Password, b'1', data))
    }

    /// Reads a data set: `1.8.0()`.
    ///
    /// # Errors
    /// As [`command`](Self::command).
    pub fn read(&mut self, data: &[u8]) -> Result<(), ProgrammingBusy> {
        self.command(&CommandMessage::new(Command::Read, b'1', data))
    }

    /// Writes a data set: `0.9.1(120000)`.
    ///
    /// # Errors
    /// As [`command`](Self::command).
    pub fn write(&mut self, data: &[u8]) -> Result<(), ProgrammingBusy> {
        self.command(&CommandMessage::new(Command::Write, b'1', data))
    }

    /// Ends the session.
    ///
    /// # Errors
    /// As [`command`](Self::command).
    pub fn end(&mut self) -> Result<(), ProgrammingBusy> {
        self.command(&CommandMessage::BREAK)
    }

    /// What the meter answered, the blocks joined: data sets, an operand, or an error.
    #[must_use]
    pub fn answer(&self) -> &[u8] {
        self.received.as_slice().get(..self.answer).unwrap_or_default()
    }

    /// The data sets of the answer.
    #[must_use]
    pub fn data_sets(&self) -> DataSets<'_> {
        DataSets::new(self.answer())
    }

    /// Takes octets from the line and says how many; bit 7 means nothing.
    pub fn handle_input(&mut self, bytes: &[u8], now: Instant) -> usize {
        let mut taken = 0usize;
        for octet in bytes {
            // What was said is to be heard first.
            if self.sends.is_some() || matches!(self.phase, Phase::Report(_)) {
                break;
            }
            taken = taken.saturating_add(1);
            if self.phase == Phase::Over {
                continue;
            }
            self.take(parity::without(*octet));
            if self.incoming > 0 {
                self.clock.set(now, self.settings.inter_character_time_out);
            }
        }
        taken
    }

    /// Tells the time; to be called when the instant of `Wait` has come.
    pub fn handle_timeout(&mut self, now: Instant) {
        if !self.clock.expired(now) {
            return;
        }
        let len = core::mem::take(&mut self.incoming);
        match self.phase {
            Phase::Operand | Phase::Answer(_) if len > 0 => {
                let cut = ParseErrorKind::Truncated.at(len);
                self.repeat(Sends::Nak, ProgrammingError::Damaged(cut));
            }
            Phase::Answer(Command::Password | Command::Read) if self.answer == 0 => {
                self.repeat(Sends::Command, ProgrammingError::NoAnswer);
            }
            Phase::Operand | Phase::Answer(_) => self.fail(ProgrammingError::NoAnswer),
            Phase::Idle | Phase::Report(_) | Phase::Over => {}
        }
    }

    /// What it wants next.
    pub fn poll_output(&mut self, now: Instant) -> Exchange<'_, ProgrammingEvent> {
        match self.sends.take() {
            Some(Sends::Command) => {
                let octets = self.command.as_slice().get(..self.command_len).unwrap_or_default();
                // It is not answered.
                if self.phase == Phase::Answer(Command::Break) {
                    self.phase = Phase::Report(ProgrammingEvent::Ended);
                }
                return Exchange::Transmit(octets);
            }
            Some(Sends::Ack) => return Exchange::Transmit(&[ACK]),
            Some(Sends::Nak) => return Exchange::Transmit(&[NAK]),
            None => {}
        }
        match self.phase {
            Phase::Report(event) => {
                self.phase = match event {
                    ProgrammingEvent::Ended => Phase::Over,
                    _ => Phase::Idle,
                };
                self.clock.until = None;
                Exchange::Event(event)
            }
            Phase::Operand | Phase::Answer(_) => {
                Exchange::Wait(Some(self.clock.wait(now, self.settings.response_time_out)))
            }
            Phase::Idle => Exchange::Wait(self.clock.until),
            Phase::Over => Exchange::Wait(None),
        }
    }

    fn take(&mut self, character: u8) {
        let at = self.answer.saturating_add(self.incoming);
        let is_begin = matches!(character, SOH | STX | ACK | NAK);
        if self.incoming == 0 && !is_begin {
            return;
        }
        match self.received.reserve(at.saturating_add(1)).map(|room| room.get_mut(at)) {
            Ok(Some(slot)) => *slot = character,
            _ => return self.fail(ProgrammingError::TooLong(at)),
        }
        self.incoming = self.incoming.saturating_add(1);
        let said = match self.message() {
            [ACK] => Said::Done,
            [NAK] => Said::NotUnderstood,
            message @ [.., ETX | EOT, _] if message.len() > 2 => said(message),
            _ => return,
        };
        let len = core::mem::take(&mut self.incoming);
        self.clock.until = None;
        self.hear(said, len);
    }

    /// The message that is coming in.
    fn message(&self) -> &[u8] {
        self.received
            .as_slice()
            .get(self.answer..)
            .and_then(|rest| rest.get(..self.incoming))
            .unwrap_or_default()
    }

    fn hear(&mut self, said: Said, len: usize) {
        use ProgrammingEvent::{Answer, Done, Ended, Operand, Refused};
        let event = match (self.phase, said) {
            (_, Said::Break) => Ended,
            (Phase::Operand, Said::Operand(data)) => {
                self.keep(len, data);
                Operand
            }
            (Phase::Operand | Phase::Answer(_), Said::Damaged(error)) => {
                return self.repeat(Sends::Nak, ProgrammingError::Damaged(error));
            }
            (Phase::Answer(_), Said::NotUnderstood) => {
                return self.repeat(Sends::Command, ProgrammingError::NotUnderstood);
            }
            (Phase::Answer(Command::Password | Command::Write | Command::Execute), Said::Done) => Done,
            (Phase::Answer(Command::Read), Said::Data { len: data, is_last, is_error }) => {
                let is_error = is_error && self.answer == 0;
                self.keep(len, data);
                match (is_error, is_last) {
                    (true, _) => Refused,
                    (false, true) => Answer,
                    (false, false) => {
                        self.repeats = self.settings.repeats;
                        return self.send(Sends::Ack);
                    }
                }
            }
            (Phase::Answer(_), Said::Data { len: data, .. }) => {
                self.keep(len, data);
                Refused
            }
            (Phase::Answer(_), _) => return self.fail(ProgrammingError::Unexpected),
            (Phase::Operand | Phase::Idle | Phase::Report(_) | Phase::Over, _) => return,
        };
        self.phase = Phase::Report(event);
    }

    /// Keeps the `data` octets at the end of a message of `len`, before its last two, and joins them to the answer.
    fn keep(&mut self, len: usize, data: usize) {
        let end = self.answer.saturating_add(len.saturating_sub(2));
        let start = end.saturating_sub(data);
        let (to, octets) = (self.answer, self.received.as_mut_slice());
        if start.saturating_add(data) <= octets.len() && to <= start {
            octets.copy_within(start..start.saturating_add(data), to);
            self.answer = to.saturating_add(data);
        }
    }

    fn repeat(&mut self, what: Sends, error: ProgrammingError) {
        match self.repeats.checked_sub(1) {
            Some(left) => {
                self.repeats = left;
                self.send(what);
            }
            None => self.fail(error),
        }
    }

    const fn send(&mut self, what: Sends) {
        self.sends = Some(what);
        self.clock.until = None;
    }

    const fn fail(&mut self, error: ProgrammingError) {
        self.incoming = 0;
        self.phase = Phase::Report(ProgrammingEvent::Failed(error));
    }
}

/// What a message with a block check character says.
fn said(message: &[u8]) -> Said {
    match message {
        [STX, ..] => match DataMessage::parse(message) {
            Ok(data) => Said::Data { len: data.data.len(), is_last: data.is_last, is_error: data.is_error() },
            Err(error) => Said::Damaged(error),
        },
        _ => match CommandMessage::parse(message) {
            Ok(CommandMessage { command: Command::Break, .. }) => Said::Break,
            Ok(CommandMessage { command: Command::Password, variety: b'0', data, .. }) => {
                Said::Operand(data.unwrap_or_default().len())
            }
            Ok(_) => Said::Other,
            Err(error) => Said::Damaged(error),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    use ProgrammingEvent::{Answer, Done, Ended, Failed, Operand, Refused};

    const NOW: Instant = Instant(0);
    const OPERAND: &[u8] = b"\x01P0\x02(1234)\x03d";
    const PASSWORD: &[u8] = b"\x01P1\x02(00000000)\x03a";

    fn data(text: &[u8], is_last: bool) -> Vec<u8> {
        let message = DataMessage { data: text, is_last };
        let mut out = [0; 100];
        let mut w = Writer::new(&mut out);
        message.encode(&mut w);
        w.stored().to_vec()
    }

    fn transmits(session: &mut Programming<[u8; 64], [u8; 64]>, octets: &[u8]) {
        assert_eq!(session.poll_output(NOW), Exchange::Transmit(octets));
        if !matches!(session.phase, Phase::Report(_)) {
            assert!(matches!(session.poll_output(NOW), Exchange::Wait(Some(_))));
        }
    }

    fn hears(session: &mut Programming<[u8; 64], [u8; 64]>, octets: &[u8]) {
        let taken: usize = octets.chunks(1).map(|octet| session.handle_input(octet, NOW)).sum();
        assert_eq!(taken, octets.len());
    }

    fn happens(session: &mut Programming<[u8; 64], [u8; 64]>, event: ProgrammingEvent) {
        assert_eq!(session.poll_output(NOW), Exchange::Event(event));
        assert_eq!(session.poll_output(NOW), Exchange::Wait(None));
    }

    /// A session in which the operand has come.
    fn session() -> Programming<[u8; 64], [u8; 64]> {
        let mut session = Programming::new(ProgrammingSettings::DEFAULT, [0; 64], [0; 64]);
        assert_eq!(session.password(b"()"), Err(ProgrammingBusy));
        hears(&mut session, OPERAND);
        happens(&mut session, Operand);
        assert_eq!(session.answer(), b"(1234)");
        session
    }

    #[test]
    fn password_read_write_and_end() {
        let mut session = session();
        session.password(b"(00000000)").unwrap();
        transmits(&mut session, PASSWORD);
        hears(&mut session, b"\x06");
        happens(&mut session, Done);

        session.read(b"1.8.0()").unwrap();
        transmits(&mut session, b"\x01R1\x021.8.0()\x03Z");
        hears(&mut session, &data(b"1.8.0(7*kWh)", true));
        happens(&mut session, Answer);
        assert_eq!(session.data_sets().next().unwrap().unwrap().value().unwrap().text, "7");

        session.write(b"0.9.1(120000)").unwrap();
        assert!(matches!(session.poll_output(NOW), Exchange::Transmit(_)));
        hears(&mut session, &data(b"(ER12)", true));
        happens(&mut session, Refused);
        assert_eq!(session.answer(), b"(ER12)");

        session.end().unwrap();
        transmits(&mut session, b"\x01B0\x03q");
        happens(&mut session, Ended);
        assert_eq!(session.read(b"1.8.0()"), Err(ProgrammingBusy));
        assert_eq!(session.handle_input(b"\x06", NOW), 1);
    }

    #[test]
    fn an_answer_in_partial_blocks_is_joined() {
        let mut session = session();
        session.command(&CommandMessage::new(Command::Read, b'3', b"P.01()")).unwrap();
        assert!(matches!(session.poll_output(NOW), Exchange::Transmit(_)));
        for part in [&b"P.01(1)(2)\r\n"[..], b"(3)(4)"] {
            hears(&mut session, &data(part, false));
            transmits(&mut session, b"\x06");
        }
        hears(&mut session, &data(b"(5)", true));
        happens(&mut session, Answer);
        assert_eq!(session.answer(), b"P.01(1)(2)\r\n(3)(4)(5)");
        assert_eq!(session.data_sets().next().unwrap().unwrap().values().count(), 5);
    }

    #[test]
    fn damage_and_misunderstanding_are_repeated_three_times() {
        let mut wrong = data(b"1.8.0(7*kWh)", true);
        wrong[3] ^= 1;
        let error = DataMessage::parse(&wrong).unwrap_err();
        let mut damaged = session();
        damaged.read(b"1.8.0()").unwrap();
        assert!(matches!(damaged.poll_output(NOW), Exchange::Transmit(_)));
        for _ in 0..3 {
            hears(&mut damaged, &wrong);
            transmits(&mut damaged, b"\x15");
        }
        let mut good = damaged.clone();
        hears(&mut good, &data(b"1.8.0(7*kWh)", true));
        happens(&mut good, Answer);
        hears(&mut damaged, &wrong);
        happens(&mut damaged, Failed(ProgrammingError::Damaged(error)));

        let mut misunderstood = session();
        misunderstood.password(b"(00000000)").unwrap();
        for _ in 0..4 {
            transmits(&mut misunderstood, PASSWORD);
            hears(&mut misunderstood, b"\x15");
        }
        happens(&mut misunderstood, Failed(ProgrammingError::NotUnderstood));
    }

    #[test]
    fn silence_repeats_only_what_can_be_done_twice() {
        let mut reads = session();
        reads.read(b"1.8.0()").unwrap();
        for round in 0..4u64 {
            let now = Instant(round * 1500);
            assert!(matches!(reads.poll_output(now), Exchange::Transmit(_)));
            assert_eq!(reads.poll_output(now), Exchange::Wait(Some(now.plus(1500))));
            reads.handle_timeout(now.plus(1500));
        }
        happens(&mut reads, Failed(ProgrammingError::NoAnswer));

        let mut writes = session();
        writes.write(b"0.9.1(1)").unwrap();
        assert!(matches!(writes.poll_output(NOW), Exchange::Transmit(_)));
        assert_eq!(writes.poll_output(NOW), Exchange::Wait(Some(Instant(1500))));
        writes.handle_timeout(Instant(1500));
        happens(&mut writes, Failed(ProgrammingError::NoAnswer));
    }

    #[test]
    fn a_meter_may_end_the_session() {
        let mut session = session();
        session.password(b"(wrong)").unwrap();
        assert!(matches!(session.poll_output(NOW), Exchange::Transmit(_)));
        hears(&mut session, b"\x01B0\x03q");
        happens(&mut session, Ended);
    }

    #[test]
    fn an_answer_longer_than_the_buffer() {
        let mut session = session();
        session.read(b"P.01()").unwrap();
        assert!(matches!(session.poll_output(NOW), Exchange::Transmit(_)));
        session.handle_input(&data(&[b'x'; 90], true), NOW);
        happens(&mut session, Failed(ProgrammingError::TooLong(64)));
    }
}
