use dlms_core::apdu::{Conformance, DataBlock};
use dlms_core::buffer::Buffer;
use dlms_core::codec::{Encode, Writer};
use dlms_core::crypto::CryptoProvider;
use dlms_core::link::Link;
use dlms_security::CounterStore;

use super::{Blocks, Client, ClientError, Misuse};

/// Octets of a block besides its raw data, length octets of up to 64 KiB included.
const BLOCK_HEADER: usize = 1 + 4 + 3;

/// One part after the other.
pub(super) struct Joined<'a>(pub(super) &'a dyn Encode, pub(super) &'a dyn Encode);

impl Encode for Joined<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        self.0.encode(w);
        self.1.encode(w);
    }
}

impl<L: Link, C: CryptoProvider, S: CounterStore, B: Buffer> Client<L, C, S, B> {
    /// Puts a request into the transmit buffer: `head` and `body` if the server takes it whole; else `block_head` and
    /// the first block of `body`, and what is left of it behind: `tx = [block | value still to send]`.
    pub(super) fn put_long(
        &mut self,
        head: &dyn Encode,
        block_head: &dyn Encode,
        body: &dyn Encode,
        in_blocks: Conformance,
    ) -> Result<Option<Blocks>, ClientError> {
        let whole = Joined(head, body);
        let needed = whole.encoded_len();
        let max = self.max_plain();
        if needed <= max {
            self.put_any(&whole, needed)?;
            return Ok(None);
        }
        #[cfg(feature = "general-block-transfer")]
        if self.put_general(&whole, needed)? {
            return Ok(None);
        }
        let least = block_head.encoded_len().saturating_add(BLOCK_HEADER);
        if self.offered(in_blocks).is_err() || max <= least {
            return Err(Misuse::TooLong { needed, max }.into());
        }
        let from = self.value_start();
        let to = from.saturating_add(body.encoded_len());
        let room = self.tx.reserve(to)?;
        body.encode(&mut Writer::new(room.get_mut(from..to).unwrap_or_default()));
        let mut blocks = Blocks { rest: from..to, number: 0 };
        self.put_block(block_head, &mut blocks)?;
        Ok(Some(blocks))
    }

    /// Puts `head` and the next block into the transmit buffer.
    pub(super) fn put_block(&mut self, head: &dyn Encode, blocks: &mut Blocks) -> Result<(), ClientError> {
        let size = self.block_size(head.encoded_len().saturating_add(BLOCK_HEADER));
        let (area, values) = self
            .tx
            .as_mut_slice()
            .split_at_mut_checked(blocks.rest.start)
            .ok_or(dlms_core::codec::Overflow { needed: blocks.rest.end })?;
        let raw_data = values.get(..blocks.rest.len().min(size)).unwrap_or_default();
        let last_block = raw_data.len() == blocks.rest.len();
        blocks.number = blocks.number.saturating_add(1);
        blocks.rest.start = blocks.rest.start.saturating_add(raw_data.len());
        let block = DataBlock { last_block, block_number: blocks.number, raw_data };
        let mut w = Writer::new(area.get_mut(Self::PLAIN..).unwrap_or_default());
        Joined(head, &block).encode(&mut w);
        let end = Self::PLAIN.saturating_add(w.len());
        w.finish()?;
        self.outgoing = Some(Self::PLAIN..end);
        Ok(())
    }

    /// Octets of the value that go behind a head of so many in one block: what uses the link best, if anything does.
    pub(super) fn block_size(&self, head: usize) -> usize {
        let area = self.block_area();
        match self.fitting_plain().min(area).saturating_sub(head) {
            0 => area.saturating_sub(head),
            size => size,
        }
    }

    /// Octets of the transmit buffer that blocks are put together in: what the server takes, but half of a buffer that
    /// does not grow at most.
    pub(super) fn block_area(&self) -> usize {
        let half = self.tx.capacity().saturating_sub(Self::PLAIN) / 2;
        self.max_plain().min(half.saturating_sub(self.behind()))
    }

    /// Where a value that goes in blocks lies in the transmit buffer.
    pub(super) fn value_start(&self) -> usize {
        Self::PLAIN.saturating_add(self.block_area()).saturating_add(self.behind())
    }
}
