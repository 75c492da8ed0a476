//! What both peers know of a general block transfer: the numbers of the blocks, in both directions, and the windows.

use core::ops::Range;

use dlms_core::apdu::GeneralBlockTransfer;
use dlms_core::codec::{Encode, Writer};

/// Octets of a block before its data at most: tag, control, two numbers, length.
pub(crate) const HEAD: usize = 6 + 3;
/// Octets of a block without data.
pub(crate) const EMPTY: usize = 7;
/// What ends a transfer before its time.
pub(crate) const ABORT: GeneralBlockTransfer<'static> = GeneralBlockTransfer {
    last_block: true,
    streaming: false,
    window: 0,
    block_number: 0,
    block_number_ack: 0,
    block_data: &[],
};

/// Whether a block ends the transfer before its time.
pub(crate) const fn aborts(block: &GeneralBlockTransfer<'_>) -> bool {
    block.block_number == 0 && block.block_number_ack == 0 && block.block_data.is_empty()
}

/// Octets of data in a block of `max` octets at most.
pub(crate) const fn data_size(max: usize) -> usize {
    match max.saturating_sub(EMPTY) {
        0..=0x7f => max.saturating_sub(EMPTY),
        0x80 => 0x7f,
        0x81..=0x100 => max.saturating_sub(EMPTY + 1),
        0x101 => 0xff,
        _ => max.saturating_sub(HEAD),
    }
}

/// The numbers of a transfer. Blocks go in bursts: as many as the peer takes in a row, then it is the peer's turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Blocks {
    own_window: u8,
    peer_window: u8,
    /// The last block of the peer's that came without a gap before it.
    received: u16,
    /// The last block that was confirmed to the peer by an empty one.
    told: u16,
    /// Our last block, sent or not any more.
    sent: u16,
    /// Our last block that the peer confirmed.
    confirmed: u16,
    /// The next block of the burst, and how many are left of it.
    next: u16,
    left: u16,
    /// Our blocks before the first with data.
    empty: u16,
    /// Our last block with data, once it is known.
    last: Option<u16>,
}

/// What a block of the peer's is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// The next one.
    Next,
    /// One that came already.
    Repeated,
    /// A later one: one before it is missing.
    Early,
}

/// What the peer's confirmation says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Confirmation {
    /// More came than it confirmed before.
    More,
    /// As much as before: the rest did not come, or the confirmation came twice.
    Same,
    /// Less: it is late.
    Late,
    /// More than was sent.
    Wrong,
}

impl Blocks {
    /// A transfer that begins, by a peer that takes `window` blocks in a row.
    pub(crate) const fn new(window: u8) -> Self {
        let own_window = match window {
            0 => 1,
            1..=63 => window,
            _ => 63,
        };
        Self {
            own_window,
            peer_window: 1,
            received: 0,
            told: 0,
            sent: 0,
            confirmed: 0,
            next: 0,
            left: 0,
            empty: 0,
            last: None,
        }
    }

    /// A message of so many blocks that go all in a row and that nobody confirms: it offers a window of 0. Nothing if
    /// there are not as many numbers.
    pub(crate) fn unconfirmed(count: usize) -> Option<Self> {
        let count = u16::try_from(count).ok().filter(|count| *count < u16::MAX)?;
        Some(Self { own_window: 0, next: 1, left: count, last: Some(count), ..Self::new(1) })
    }

    /// Takes note of a block of the peer's; `fresh` as long as none with data came. Some peers do not count blocks
    /// without data, so the first with data may have number 1 whatever went before.
    pub(crate) const fn receive(&mut self, block: &GeneralBlockTransfer<'_>, fresh: bool) -> Arrival {
        self.peer_window = block.window;
        let number = block.block_number;
        if number != 0 && number == self.received.wrapping_add(1) {
            self.received = number;
            return Arrival::Next;
        }
        if fresh && number == 1 && !block.block_data.is_empty() {
            self.received = 1;
            return Arrival::Next;
        }
        if number <= self.received { Arrival::Repeated } else { Arrival::Early }
    }

    /// Takes note of what the peer confirms.
    pub(crate) const fn confirm(&mut self, number: u16) -> Confirmation {
        if number > self.sent {
            Confirmation::Wrong
        } else if number < self.confirmed {
            Confirmation::Late
        } else if number == self.confirmed {
            Confirmation::Same
        } else {
            self.confirmed = number;
            Confirmation::More
        }
    }

    /// A message of so many blocks is to be sent; nothing if that is too many. The first burst is to begin.
    pub(crate) fn begin(&mut self, count: Option<usize>) -> Option<()> {
        self.empty = self.sent;
        self.last = match count {
            Some(count) => Some(u16::try_from(usize::from(self.sent).checked_add(count)?).ok()?),
            None => None,
        };
        self.burst();
        // Those without data matter only if the peer misses them.
        self.next = self.empty.saturating_add(1);
        Some(())
    }

    /// The last block of the message is this one.
    pub(crate) const fn ends_at(&mut self, number: u16) {
        self.last = Some(number);
        self.left = 0;
    }

    /// Begins to send from the first block on that was not confirmed.
    pub(crate) const fn burst(&mut self) {
        self.next = self.confirmed.saturating_add(1);
        let window = if self.peer_window < self.own_window { self.peer_window } else { self.own_window };
        self.left = if window == 0 { 1 } else { window as u16 };
    }

    /// Begins to send the last block once more, although it was confirmed.
    pub(crate) fn repeat_last(&mut self) {
        if let Some(last) = self.last {
            (self.next, self.left) = (last, 1);
        }
    }

    /// The number of the next block of the burst, which counts as sent by this; nothing at its end.
    pub(crate) fn send(&mut self) -> Option<u16> {
        if self.last.is_some_and(|last| self.next > last) || self.next == u16::MAX {
            self.left = 0;
        }
        self.left = self.left.checked_sub(1)?;
        let number = self.next;
        self.next = number.saturating_add(1);
        self.sent = self.sent.max(number);
        if self.last == Some(number) {
            self.left = 0;
        }
        Some(number)
    }

    /// Which block of data, counted from 0, this one is; nothing if it has none.
    pub(crate) fn data_block(&self, number: u16) -> Option<usize> {
        number.checked_sub(self.empty)?.checked_sub(1).map(usize::from)
    }

    /// How many blocks of data are confirmed.
    pub(crate) fn confirmed_data(&self) -> u16 {
        self.confirmed.saturating_sub(self.empty)
    }

    /// How many blocks of data the burst has come past.
    pub(crate) fn passed_data(&self) -> u16 {
        self.next.saturating_sub(1).saturating_sub(self.empty)
    }

    /// Whether more of the burst is to be sent.
    pub(crate) const fn is_bursting(&self) -> bool {
        self.left > 0
    }

    /// Whether this is our last block with data.
    pub(crate) fn is_last(&self, number: u16) -> bool {
        self.last == Some(number)
    }

    /// Whether something is to be sent that was not confirmed.
    pub(crate) fn is_pending(&self) -> bool {
        self.last.is_some_and(|last| self.confirmed < last)
    }

    /// Whether everything was sent, confirmed or not.
    pub(crate) fn is_sent(&self) -> bool {
        self.last.is_some_and(|last| self.sent >= last) && !self.is_bursting()
    }

    /// The last block that came without a gap.
    pub(crate) const fn received(&self) -> u16 {
        self.received
    }

    /// The last block sent.
    pub(crate) const fn sent(&self) -> u16 {
        self.sent
    }

    /// A block without data that confirms what came. Said once more, it has the number it had.
    pub(crate) const fn confirmation(&mut self, last_block: bool) -> GeneralBlockTransfer<'static> {
        if self.told != self.received || self.sent == 0 {
            self.told = self.received;
            self.sent = self.sent.saturating_add(1);
        }
        GeneralBlockTransfer {
            last_block,
            streaming: false,
            window: self.own_window,
            block_number: self.sent,
            block_number_ack: self.received,
            block_data: &[],
        }
    }

    /// What goes before `len` octets of data in block `number`, in front of what `head` holds: how many octets.
    pub(crate) fn write_head(&self, number: u16, len: usize, head: &mut [u8; HEAD]) -> usize {
        let last_block = self.is_last(number);
        let block = GeneralBlockTransfer {
            last_block,
            streaming: self.is_bursting() && !last_block,
            window: self.own_window,
            block_number: number,
            block_number_ack: self.received,
            block_data: &[],
        };
        let mut w = Writer::new(head);
        block.encode(&mut w);
        w.seek(EMPTY - 1);
        w.length(len);
        w.len()
    }
}

/// Where a message that goes in blocks lies in a buffer: `[block | message]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Layout {
    /// Octets of data in each block but the last.
    pub(crate) size: usize,
    /// Where the message may begin.
    pub(crate) message: usize,
}

impl Layout {
    /// For blocks of `max` octets at most, with `headroom` before each, in a buffer of `capacity` octets: half of it at
    /// most. Nothing if no block fits.
    pub(crate) fn new(max: usize, capacity: usize, headroom: usize) -> Option<Self> {
        let room = (capacity / 2).saturating_sub(headroom);
        match data_size(max.min(room)).min(room.saturating_sub(HEAD)) {
            0 => None,
            size => Some(Self { size, message: headroom.saturating_add(HEAD).saturating_add(size) }),
        }
    }
}

/// A message in a buffer on its way in blocks, which are put together in front of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cut {
    /// Where the message lies.
    pub(crate) message: Range<usize>,
    /// Octets of data in each block but the last.
    pub(crate) size: usize,
}

impl Cut {
    /// How many blocks it takes.
    pub(crate) fn count(&self) -> usize {
        self.message.len().div_ceil(self.size.max(1))
    }

    /// Puts the next block of a burst at `start` in the buffer: where it is. Nothing at the end of the burst.
    pub(crate) fn next(&self, blocks: &mut Blocks, buffer: &mut [u8], start: usize) -> Option<Range<usize>> {
        let number = blocks.send()?;
        let index = blocks.data_block(number).unwrap_or(0);
        let from = index.saturating_mul(self.size).min(self.message.len());
        let len = self.message.len().saturating_sub(from).min(self.size);
        let mut head = [0; HEAD];
        let written = blocks.write_head(number, len, &mut head);
        let (area, message) = buffer.split_at_mut_checked(self.message.start)?;
        let data = message.get(from..from.saturating_add(len)).unwrap_or_default();
        for (slot, octet) in area.iter_mut().skip(start).zip(head.iter().take(written).chain(data)) {
            *slot = *octet;
        }
        Some(start..start.saturating_add(written).saturating_add(len))
    }
}

/// A message on its way in blocks that nobody confirms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unconfirmed {
    blocks: Blocks,
    cut: Cut,
}

impl Unconfirmed {
    /// Of a message; nothing if it takes more blocks than there are numbers.
    pub(crate) fn new(cut: Cut) -> Option<Self> {
        Some(Self { blocks: Blocks::unconfirmed(cut.count())?, cut })
    }

    /// Whether the last block was put there.
    pub(crate) const fn is_sent(&self) -> bool {
        !self.blocks.is_bursting()
    }

    /// Puts the next block at `start` in the buffer: where it is. Nothing after the last.
    pub(crate) fn next(&mut self, buffer: &mut [u8], start: usize) -> Option<Range<usize>> {
        self.cut.next(&mut self.blocks, buffer, start)
    }
}

/// A message that comes in blocks which nobody confirms: a block that is missing makes the others worthless.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Gathering {
    /// The last block that came.
    received: u16,
}

/// What a block that nobody confirms is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gathered {
    /// The first one: what came before is of no use.
    First,
    /// The next one.
    Next,
    /// One that came already.
    Repeated,
    /// One of a message of which something is missing.
    Useless,
}

impl Gathering {
    /// Takes note of a block with this number.
    pub(crate) const fn take(&mut self, number: u16) -> Gathered {
        let before = self.received;
        if number == 1 {
            self.received = 1;
            return Gathered::First;
        }
        if before == 0 || number > before.saturating_add(1) || number == 0 {
            self.received = 0;
            return Gathered::Useless;
        }
        if number <= before {
            return Gathered::Repeated;
        }
        self.received = number;
        Gathered::Next
    }

    /// Whether part of a message came.
    pub(crate) const fn is_under_way(self) -> bool {
        self.received > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(number: u16, data: &[u8]) -> GeneralBlockTransfer<'_> {
        GeneralBlockTransfer { block_number: number, window: 3, block_data: data, ..ABORT }
    }

    #[test]
    fn blocks_are_as_large_as_fits() {
        for max in 0..600 {
            let size = data_size(max);
            let encoded = |len: usize| block(1, &[0; 600][..len]).encoded_len();
            assert!(size == 0 || encoded(size) <= max, "{max} {size}");
            assert!(size == 600 || encoded(size + 1) > max, "{max} {size}");
        }
    }

    #[test]
    fn what_comes_is_next_repeated_or_early() {
        let mut blocks = Blocks::new(3);
        assert_eq!(blocks.receive(&block(2, &[1]), true), Arrival::Early);
        assert_eq!(blocks.receive(&block(1, &[]), true), Arrival::Next);
        assert_eq!(blocks.receive(&block(1, &[]), true), Arrival::Repeated);
        // A peer that does not count its confirmations.
        assert_eq!(blocks.receive(&block(1, &[1]), true), Arrival::Next);
        assert_eq!(blocks.receive(&block(1, &[1]), false), Arrival::Repeated);
        assert_eq!(blocks.receive(&block(2, &[1]), false), Arrival::Next);
        assert_eq!(blocks.received(), 2);
    }

    #[test]
    fn bursts_are_as_long_as_both_allow_and_begin_again_where_something_is_missing() {
        let mut blocks = Blocks::new(63);
        blocks.begin(Some(5)).unwrap();
        // What the peer takes is not known yet.
        assert_eq!((blocks.send(), blocks.send()), (Some(1), None));
        blocks.receive(&block(1, &[]), true);
        assert_eq!(blocks.confirm(1), Confirmation::More);
        blocks.burst();
        assert_eq!(
            (blocks.send(), blocks.send(), blocks.send(), blocks.send()),
            (Some(2), Some(3), Some(4), None)
        );
        assert_eq!(blocks.confirm(2), Confirmation::More);
        blocks.burst();
        assert_eq!((blocks.send(), blocks.send(), blocks.send()), (Some(3), Some(4), Some(5)));
        assert!(!blocks.is_bursting() && blocks.is_sent() && blocks.is_pending());
        assert_eq!(blocks.confirm(1), Confirmation::Late);
        assert_eq!(blocks.confirm(6), Confirmation::Wrong);
        assert_eq!(blocks.confirm(5), Confirmation::More);
        assert!(!blocks.is_pending());
        assert_eq!(Blocks::new(1).begin(Some(65_536)), None);
    }

    #[test]
    fn a_confirmation_said_twice_keeps_its_number() {
        let mut blocks = Blocks::new(2);
        assert_eq!(blocks.confirmation(false).block_number, 1);
        assert_eq!(blocks.confirmation(false).block_number, 1);
        blocks.receive(&block(1, &[1]), true);
        assert_eq!((blocks.confirmation(false).block_number, blocks.confirmation(true).block_number), (2, 2));
        // The message after it goes on from there.
        blocks.begin(Some(1)).unwrap();
        assert_eq!(blocks.send(), Some(3));
        assert_eq!((blocks.data_block(2), blocks.data_block(3)), (None, Some(0)));
    }

    #[test]
    fn what_nobody_confirms_goes_in_one_row_and_is_whole_or_nothing() {
        let mut buffer = [0u8; 64];
        for (octet, slot) in (0..).zip(&mut buffer[20..27]) {
            *slot = octet;
        }
        let mut message = Unconfirmed::new(Cut { message: 20..27, size: 3 }).unwrap();
        let mut found = std::vec::Vec::new();
        while let Some(block) = message.next(&mut buffer, 1) {
            found.push(buffer[block].to_vec());
        }
        assert_eq!(found[0], [0xe0, 0x40, 0, 1, 0, 0, 3, 0, 1, 2]);
        assert_eq!(found[1], [0xe0, 0x40, 0, 2, 0, 0, 3, 3, 4, 5]);
        assert_eq!(found[2], [0xe0, 0x80, 0, 3, 0, 0, 1, 6]);
        assert_eq!(found.len(), 3);
        assert_eq!(Unconfirmed::new(Cut { message: 0..70_000, size: 1 }), None);

        let mut gathering = Gathering::default();
        let numbers = [2, 1, 2, 2, 1, 2, 4, 3, 1, 0];
        use Gathered::{First, Next, Repeated, Useless};
        let expected = [Useless, First, Next, Repeated, First, Next, Useless, Useless, First, Useless];
        assert_eq!(numbers.map(|number| gathering.take(number)), expected);
        assert!(!gathering.is_under_way());
    }
}
