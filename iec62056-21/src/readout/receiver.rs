use dlms_core::buffer::Buffer;
use dlms_core::time::Instant;

use super::Readout;
use crate::clock::Clock;
use crate::control::{ETX, NAK, STX};
use crate::{Exchange, ParseError, parity};

/// How a readout is received. All times are milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct ReadoutSettings {
    /// How often a damaged readout is asked for again (NAK). One without a block check character never is.
    pub repeats: u8,
    /// How long the meter may take to begin.
    pub response_time_out: u64,
    /// How long the meter may take between two characters.
    pub inter_character_time_out: u64,
}

impl ReadoutSettings {
    /// What the standard says.
    pub const DEFAULT: Self = Self {
        repeats: dlms_core::limits::RETRIES,
        response_time_out: 1_500,
        inter_character_time_out: 1_500,
    };
}

/// What became of a readout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum ReadoutEvent {
    /// It is complete: [`ReadoutReceiver::readout`].
    Received,
    /// It did not come, or not right.
    Failed(ReadoutError),
}

/// Why a readout could not be received.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum ReadoutError {
    /// Nothing came that begins as a readout.
    #[error("no readout")]
    NoAnswer,
    /// It was damaged, the last time too.
    #[error("damaged readout: {0}")]
    Damaged(ParseError),
    /// It is longer than the buffer.
    #[error("the buffer has room for {0} byte(s) of the readout")]
    TooLong(usize),
}

/// The client's side of a data readout: collects it in a buffer, checks it, asks for it again.
///
/// It begins where the [`Opening`](crate::Opening) ended, or with a meter that speaks of itself (mode D). Bit 7 of what
/// is received means nothing.
#[derive(Debug, Clone)]
pub struct ReadoutReceiver<B> {
    settings: ReadoutSettings,
    buffer: B,
    len: usize,
    phase: Phase,
    repeats: u8,
    clock: Clock,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Waiting,
    /// Lines, and no STX yet.
    Lines,
    Framed,
    /// The next character is the block check.
    Check,
    Repeat,
    Report(ReadoutEvent),
    Over(bool),
}

impl<B: Buffer> ReadoutReceiver<B> {
    /// A receiver that collects in `buffer`.
    #[must_use]
    pub fn new(settings: ReadoutSettings, buffer: B) -> Self {
        let (phase, repeats) = (Phase::Waiting, settings.repeats);
        Self { settings, buffer, len: 0, phase, repeats, clock: Clock::default() }
    }

    /// The readout, once it is received.
    #[must_use]
    pub fn readout(&self) -> Option<Readout<'_>> {
        match self.phase {
            Phase::Report(ReadoutEvent::Received) | Phase::Over(true) => {
                Readout::parse(self.collected()).ok()
            }
            _ => None,
        }
    }

    /// Takes octets from the line and says how many; what it leaves lies behind the readout.
    pub fn handle_input(&mut self, bytes: &[u8], now: Instant) -> usize {
        let mut taken = 0usize;
        for octet in bytes {
            if matches!(self.phase, Phase::Report(_) | Phase::Over(_)) {
                break;
            }
            taken = taken.saturating_add(1);
            self.take(parity::without(*octet));
            if !matches!(self.phase, Phase::Waiting | Phase::Repeat) {
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
        match self.phase {
            Phase::Waiting => self.fail(ReadoutError::NoAnswer),
            Phase::Lines | Phase::Framed | Phase::Check => self.check(),
            Phase::Repeat | Phase::Report(_) | Phase::Over(_) => {}
        }
    }

    /// What it wants next.
    pub fn poll_output(&mut self, now: Instant) -> Exchange<'_, ReadoutEvent> {
        match self.phase {
            Phase::Repeat => {
                self.phase = Phase::Waiting;
                self.clock.until = None;
                Exchange::Transmit(&[NAK])
            }
            Phase::Report(event) => {
                self.phase = Phase::Over(event == ReadoutEvent::Received);
                Exchange::Event(event)
            }
            Phase::Over(_) => Exchange::Wait(None),
            _ => Exchange::Wait(Some(self.clock.wait(now, self.settings.response_time_out))),
        }
    }

    fn take(&mut self, character: u8) {
        match (self.phase, character) {
            (Phase::Repeat, _) => return,
            (Phase::Check, _) => {}
            (Phase::Waiting, b'/') => self.phase = Phase::Lines,
            (Phase::Waiting, STX) => self.phase = Phase::Framed,
            (Phase::Waiting, _) => return,
            (Phase::Lines, STX) => self.phase = Phase::Framed,
            // Only a repetition begins in the middle.
            (Phase::Framed, STX) => self.len = 0,
            _ => {}
        }
        let len = self.len.saturating_add(1);
        match self.buffer.reserve(len).map(|room| room.get_mut(self.len)) {
            Ok(Some(slot)) => *slot = character,
            _ => return self.fail(ReadoutError::TooLong(self.len)),
        }
        self.len = len;
        match (self.phase, character) {
            (Phase::Check, _) => self.check(),
            (Phase::Framed, ETX) => self.phase = Phase::Check,
            (Phase::Lines, b'\n') if self.collected().ends_with(b"\r\n!\r\n") => self.check(),
            _ => {}
        }
    }

    /// What was collected is all there is.
    fn check(&mut self) {
        let result = Readout::parse(self.collected()).map(|_| ());
        let can_be_repeated = self.phase != Phase::Lines;
        match result {
            Ok(()) => self.phase = Phase::Report(ReadoutEvent::Received),
            Err(error) => match self.repeats.checked_sub(1) {
                Some(left) if can_be_repeated => {
                    (self.repeats, self.len, self.phase) = (left, 0, Phase::Repeat);
                }
                _ => self.fail(ReadoutError::Damaged(error)),
            },
        }
    }

    fn fail(&mut self, error: ReadoutError) {
        self.phase = Phase::Report(ReadoutEvent::Failed(error));
    }

    fn collected(&self) -> &[u8] {
        self.buffer.as_slice().get(..self.len).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ParseErrorKind::{BlockCheck, Truncated};
    use crate::block_check;
    use std::vec::Vec;

    const NOW: Instant = Instant(0);

    fn framed() -> Vec<u8> {
        let block = b"1.8.0(1*kWh)\r\n!\r\n\x03";
        [b"\x02", &block[..], &[block_check(block)]].concat()
    }

    fn receiver(room: usize) -> ReadoutReceiver<std::boxed::Box<[u8]>> {
        ReadoutReceiver::new(ReadoutSettings::DEFAULT, std::vec![0; room].into())
    }

    fn is_received(receiver: &mut ReadoutReceiver<std::boxed::Box<[u8]>>) -> bool {
        receiver.poll_output(NOW) == Exchange::Event(ReadoutEvent::Received)
            && receiver.readout().is_some_and(|readout| readout.data_sets().count() == 1)
    }

    #[test]
    fn what_lies_behind_is_left() {
        for head in [&b""[..], b"noise", b"/ACE0k260V01.18\r\n"] {
            for parity_bit in [0, 0x80] {
                let mut octets = [head, &framed(), b"more"].concat();
                octets.iter_mut().for_each(|octet| *octet |= parity_bit);
                let mut receiver = receiver(100);
                assert_eq!(receiver.handle_input(&octets, NOW), octets.len() - 4);
                assert!(is_received(&mut receiver));
                assert_eq!(receiver.handle_input(b"more", NOW), 0);
                assert_eq!(receiver.poll_output(NOW), Exchange::Wait(None));
            }
        }
    }

    #[test]
    fn mode_d_ends_with_its_lines() {
        let octets = b"/ABC4meter\r\n\r\n1.8.0(1*kWh)\r\n!\r\n/ABC4";
        let mut receiver = receiver(100);
        let taken: usize = octets.chunks(1).map(|octet| receiver.handle_input(octet, NOW)).sum();
        assert_eq!(taken, octets.len() - 5);
        assert!(is_received(&mut receiver) && !receiver.readout().unwrap().is_checked());
    }

    #[test]
    fn damage_is_repeated_three_times() {
        let (mut receiver, mut wrong) = (receiver(100), framed());
        wrong[3] ^= 1;
        for _ in 0..3 {
            receiver.handle_input(&wrong, NOW);
            assert_eq!(receiver.poll_output(NOW), Exchange::Transmit(b"\x15"));
            assert!(matches!(receiver.poll_output(NOW), Exchange::Wait(Some(Instant(1500)))));
        }
        let mut good = receiver.clone();
        good.handle_input(&framed(), NOW);
        assert!(is_received(&mut good));
        receiver.handle_input(&wrong, NOW);
        let found = *wrong.last().unwrap();
        let error = BlockCheck { found, calculated: found ^ 1 }.at(wrong.len() - 1);
        let failed = ReadoutEvent::Failed(ReadoutError::Damaged(error));
        assert_eq!(receiver.poll_output(NOW), Exchange::Event(failed));
    }

    #[test]
    fn silence_before_and_in_the_middle() {
        let mut silent = receiver(100);
        assert_eq!(silent.poll_output(NOW), Exchange::Wait(Some(Instant(1500))));
        silent.handle_input(b"noise only", Instant(1000));
        silent.handle_timeout(Instant(1500));
        let failed = ReadoutEvent::Failed(ReadoutError::NoAnswer);
        assert_eq!(silent.poll_output(NOW), Exchange::Event(failed));

        let mut cut =
            ReadoutReceiver::new(ReadoutSettings { repeats: 0, ..ReadoutSettings::DEFAULT }, [0; 100]);
        cut.handle_input(&framed()[..9], Instant(1000));
        assert_eq!(cut.poll_output(Instant(1000)), Exchange::Wait(Some(Instant(2500))));
        cut.handle_timeout(Instant(2500));
        let failed = ReadoutEvent::Failed(ReadoutError::Damaged(Truncated.at(9)));
        assert_eq!(cut.poll_output(NOW), Exchange::Event(failed));
    }

    #[test]
    fn longer_than_the_buffer() {
        let mut receiver = receiver(10);
        receiver.handle_input(&framed(), NOW);
        let failed = ReadoutEvent::Failed(ReadoutError::TooLong(10));
        assert_eq!(receiver.poll_output(NOW), Exchange::Event(failed));
        assert_eq!(receiver.readout(), None);
    }
}
