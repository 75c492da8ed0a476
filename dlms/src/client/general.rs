use core::ops::Range;

use dlms_core::apdu::{Conformance, ExceptionResponse, ExceptionServiceError, GeneralBlockTransfer, tag};
use dlms_core::buffer::Buffer;
use dlms_core::codec::{Decode, Encode, Writer};
use dlms_core::crypto::CryptoProvider;
use dlms_core::limits;
use dlms_core::link::{Delivery, Link};
use dlms_core::time::Instant;
use dlms_security::{CounterStore, SecurityContext};

use super::{Client, ClientError, Event, Exchange, Misbehaviour, Misuse, Outcome, Refusal};
use crate::general_blocks::{ABORT, Arrival, Blocks, Confirmation, Cut, EMPTY, Layout, aborts};

/// A general block transfer: the request on its way, then the answer.
#[derive(Debug, Clone)]
pub(super) struct General {
    blocks: Blocks,
    /// The request as it was sealed, in the transmit buffer; empty if it went whole.
    cut: Cut,
    due: Due,
    /// How often in a row the server was asked and nothing came.
    silent: u8,
    /// How often in a row it was asked and nothing new came.
    stuck: u8,
    /// The answer is handed over block by block.
    streams: bool,
}

/// What is to be sent next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Due {
    Nothing,
    /// What came is confirmed.
    Confirmation,
    /// The blocks of a burst.
    Burst,
    /// The end, before it is all.
    Abort,
}

impl General {
    fn new(window: u8, size: usize) -> Self {
        Self {
            blocks: Blocks::new(window),
            cut: Cut { message: 0..0, size },
            due: Due::Nothing,
            silent: 0,
            stuck: 0,
            streams: false,
        }
    }
}

/// Octets that a get-response with a value has before it.
const VALUE: usize = 4;

impl<L: Link, C: CryptoProvider, S: CounterStore, B: Buffer> Client<L, C, S, B> {
    /// Puts a request of `len` octets that is too long for one message into the transmit buffer, to be sent in blocks:
    /// `tx = [block | request]`. False if general block transfer was not negotiated.
    pub(super) fn put_general(&mut self, request: &impl Encode, len: usize) -> Result<bool, ClientError> {
        if self.offered(Conformance::GENERAL_BLOCK_TRANSFER).is_err() {
            return Ok(false);
        }
        let max = self.max_apdu();
        // Half of a buffer that does not grow at most.
        let Some(layout) = Layout::new(max, self.tx.capacity(), L::HEADROOM) else {
            return Err(Misuse::TooLong { needed: len, max }.into());
        };
        let start = layout.message.saturating_add(SecurityContext::HEADROOM);
        let end = start.saturating_add(len);
        let room = self.tx.reserve(end.saturating_add(self.behind()))?;
        request.encode(&mut Writer::new(room.get_mut(start..).unwrap_or_default()));
        self.outgoing = Some(start..end);
        self.general = Some(General::new(self.config.block_window, layout.size));
        Ok(true)
    }

    /// The request that is to go in blocks is sealed, at `message`.
    ///
    /// # Errors
    /// It takes more blocks than there are numbers.
    pub(super) fn start_general(&mut self, message: Range<usize>) -> Result<(), ClientError> {
        let unconfirmed = self.is_unconfirmed();
        let Some(general) = &mut self.general else { return Ok(()) };
        general.cut.message = message;
        let count = general.cut.count();
        let begun = if unconfirmed {
            Blocks::unconfirmed(count).map(|blocks| general.blocks = blocks)
        } else {
            general.blocks.begin(Some(count))
        };
        if begun.is_none() {
            let max = general.cut.size.saturating_mul(usize::from(u16::MAX));
            return Err(Misuse::TooLong { needed: general.cut.message.len(), max }.into());
        }
        general.due = Due::Burst;
        Ok(())
    }

    /// Starts to end the transfer of an answer that nobody waits for. Whether there is one.
    pub(super) fn abort_general(&mut self) -> bool {
        match &mut self.general {
            Some(general) if self.deadline.is_some() && general.blocks.received() > 0 => {
                general.due = Due::Abort;
                true
            }
            _ => false,
        }
    }

    /// Whether a block is still to be sent.
    pub(super) fn has_due(&self) -> bool {
        self.general.as_ref().is_some_and(|general| general.due != Due::Nothing)
    }

    /// Sends the next block that is due.
    pub(super) fn flush_general(&mut self, now: Instant) {
        if self.link.is_sending() {
            return;
        }
        let Some(general) = &mut self.general else { return };
        let start = L::HEADROOM;
        let end = match general.due {
            Due::Nothing => return,
            Due::Abort => {
                general.due = Due::Nothing;
                let end = start.saturating_add(EMPTY);
                let Ok(room) = self.tx.reserve(end) else { return };
                ABORT.encode(&mut Writer::new(room.get_mut(start..end).unwrap_or_default()));
                // Nobody answers it.
                let _ = self.link.send(self.config.saps, start..end, Delivery::Unconfirmed, now);
                return self.fail(ClientError::Abandoned);
            }
            Due::Confirmation => {
                general.due = Due::Nothing;
                // All that there is to say was said.
                let block = general.blocks.confirmation(true);
                let end = start.saturating_add(EMPTY);
                let Ok(room) = self.tx.reserve(end) else { return };
                block.encode(&mut Writer::new(room.get_mut(start..end).unwrap_or_default()));
                start..end
            }
            Due::Burst => {
                let Some(block) = general.cut.next(&mut general.blocks, self.tx.as_mut_slice(), start) else {
                    general.due = Due::Nothing;
                    return;
                };
                if !general.blocks.is_bursting() {
                    general.due = Due::Nothing;
                }
                block
            }
        };
        let ends = general.due == Due::Nothing;
        let (saps, delivery) = self.recipient();
        if delivery == Delivery::Confirmed {
            self.deadline = Some(now.plus(self.config.response_time_out));
        }
        self.statistics.sent(end.len(), ends && delivery == Delivery::Confirmed);
        if self.link.send(saps, end, delivery, now).is_err() {
            self.fail(Misuse::Busy.into());
        }
    }

    /// A block lies at `apdu` in the receive buffer.
    pub(super) fn accept_general(&mut self, apdu: Range<usize>, now: Instant) -> Result<(), ClientError> {
        let unexpected = Misbehaviour::UnexpectedApdu(tag::GENERAL_BLOCK_TRANSFER);
        self.offered(Conformance::GENERAL_BLOCK_TRANSFER).map_err(|_| unexpected)?;
        let bytes = self.rx.as_slice().get(apdu.clone()).unwrap_or_default();
        let block = GeneralBlockTransfer::from_bytes(bytes)?;
        if aborts(&block) {
            return if self.general.is_some() { Err(Refusal::Aborted.into()) } else { Ok(()) };
        }
        let raw = apdu.end.saturating_sub(block.block_data.len())..apdu.end;
        if block.block_number == 1 && self.is_of_another_request(block.block_data) {
            self.statistics.let_pass();
            return Ok(());
        }
        let block = GeneralBlockTransfer { block_data: if raw.is_empty() { &[] } else { &[0] }, ..block };
        let mut general = match self.general.take() {
            _ if self.abandoned => {
                let none = General::new(self.config.block_window, 0);
                self.general = Some(General { due: Due::Abort, ..none });
                return Ok(());
            }
            Some(general) => general,
            // The rest of an answer that nobody waits for.
            None if block.block_number != 1 || raw.is_empty() => return Ok(()),
            None => General::new(self.config.block_window, 0),
        };
        if general.blocks.is_pending() && block.block_number_ack > general.blocks.sent() {
            // Late, and of an earlier transfer.
            self.general = Some(general);
            return Ok(());
        }
        general.silent = 0;
        let fresh = self.kept == 0 && !general.streams;
        let arrival = general.blocks.receive(&block, fresh);
        if general.blocks.is_pending() {
            let confirmation = general.blocks.confirm(block.block_number_ack);
            match confirmation {
                Confirmation::More => general.stuck = 0,
                // Said once more; if the burst got lost, time will tell.
                _ if arrival != Arrival::Next => {
                    self.general = Some(general);
                    return Ok(());
                }
                _ => {}
            }
            if general.blocks.is_pending() {
                if !block.streaming && !general.blocks.is_bursting() {
                    general.blocks.burst();
                    general.due = Due::Burst;
                }
                self.general = Some(general);
                return Ok(());
            }
        }
        let last = match arrival {
            Arrival::Next => {
                self.take_general(&mut general, raw, block.last_block)?;
                block.last_block
            }
            // Said once more: it was confirmed, and will be again if the server asks after a while.
            Arrival::Repeated => {
                self.general = Some(general);
                return Ok(());
            }
            Arrival::Early => false,
        };
        if last {
            return self.finish_general(&general);
        }
        if block.streaming {
            // More will come by itself.
            self.deadline = Some(now.plus(self.config.response_time_out));
            self.link.solicit(self.config.saps, now);
        } else {
            general.due = Due::Confirmation;
        }
        self.general = Some(general);
        Ok(())
    }

    /// Takes the data of the next block.
    fn take_general(
        &mut self,
        general: &mut General,
        raw: Range<usize>,
        last: bool,
    ) -> Result<(), ClientError> {
        if raw.is_empty() && !last {
            // A server may be slow, but not for ever.
            general.stuck = general.stuck.saturating_add(1);
            if general.stuck > limits::STUCK_REPETITIONS {
                return Err(Misbehaviour::EmptyBlock.into());
            }
            return Ok(());
        }
        general.stuck = 0;
        if general.streams {
            self.outcome = Outcome::Block(raw);
        } else {
            self.keep(raw);
            if last || self.kept < VALUE || !self.can_stream() {
                return Ok(());
            }
            general.streams = true;
            self.outcome = Outcome::Block(VALUE..self.kept);
            self.kept = 0;
        }
        if !last && !self.block().is_empty() {
            self.event = Some(Event::Block);
        }
        Ok(())
    }

    /// Whether what is at the front of the receive buffer is the head of a value to be handed over block by block: one
    /// that is not ciphered, for nothing of such a one counts before its end.
    fn can_stream(&self) -> bool {
        self.config.stream_blocks
            && self.ciphers().is_none()
            && matches!(self.exchange, Exchange::Get { items: None, .. })
            && matches!(self.rx.as_slice(), [tag::GET_RESPONSE, 1, invoke, 0, ..] if invoke & 0x0f == self.invoke_id)
    }

    /// Whether a message that is not ciphered begins as the answer to an earlier request.
    fn is_of_another_request(&self, data: &[u8]) -> bool {
        match data {
            [tag::GET_RESPONSE | tag::SET_RESPONSE | tag::ACTION_RESPONSE, _, invoke, ..] => {
                invoke & 0x0f != self.invoke_id
            }
            _ => false,
        }
    }

    /// Whether a refusal is of the request said twice on the way: the answer to it is coming.
    pub(super) fn is_of_repeated_request(&self, apdu: Range<usize>) -> bool {
        let octets = self.rx.as_slice().get(apdu).unwrap_or_default();
        self.general.is_some()
            && ExceptionResponse::from_bytes(octets)
                .is_ok_and(|e| matches!(e.service_error, ExceptionServiceError::InvocationCounterError(_)))
    }

    /// The whole answer came.
    fn finish_general(&mut self, general: &General) -> Result<(), ClientError> {
        if general.streams {
            self.finish(Event::Completed);
            return Ok(());
        }
        let answer = 0..self.kept;
        self.kept = 0;
        self.accept_whole(answer, true)
    }

    /// The server does not answer: asks it once more for the blocks that are missing. False if there is no use.
    pub(super) fn repeat_general(&mut self) -> bool {
        let Some(general) = &mut self.general else { return false };
        let gives_up =
            general.silent >= limits::BLOCK_REPETITIONS || general.stuck >= limits::STUCK_REPETITIONS;
        if gives_up || self.outgoing.is_some() {
            return false;
        }
        general.silent = general.silent.saturating_add(1);
        general.stuck = general.stuck.saturating_add(1);
        general.due = if general.blocks.is_pending() {
            general.blocks.burst();
            Due::Burst
        } else if general.blocks.received() == 0 && !general.cut.message.is_empty() {
            general.blocks.repeat_last();
            Due::Burst
        } else {
            Due::Confirmation
        };
        self.deadline = None;
        true
    }
}
