//! Notifications that are too long for one message, in general blocks that nobody confirms.

use core::ops::Range;

use dlms_core::apdu::Conformance;
use dlms_core::buffer::Buffer;
use dlms_core::link::{Delivery, Link, Saps};
use dlms_security::SecurityContext;

use super::Connection;
use crate::general_blocks::{Cut, Layout, Unconfirmed};

impl<L: Link, B: Buffer, const A: usize> Connection<L, B, A> {
    /// Where a plain message that goes in blocks of `max` octets may begin in a buffer of `capacity` octets, and how many
    /// octets of it go in each; nothing if it may not.
    pub(super) fn in_blocks(agreed: Conformance, max: usize, capacity: usize) -> Option<(usize, usize)> {
        if !agreed.contains(Conformance::GENERAL_BLOCK_TRANSFER) {
            return None;
        }
        let Layout { size, message } = Layout::new(max, capacity, L::HEADROOM)?;
        Some((message.saturating_add(SecurityContext::HEADROOM), size))
    }

    /// Starts to send the message that lies sealed at `message` in the transmit buffer, `size` octets in each block;
    /// nothing if there are not as many numbers.
    pub(super) fn say_in_blocks(&mut self, peer: Saps, message: Range<usize>, size: usize) -> Option<()> {
        self.saying = Some((peer, Unconfirmed::new(Cut { message, size })?));
        self.say_on();
        Some(())
    }

    /// Whether blocks are still to be sent.
    pub(super) const fn is_saying(&self) -> bool {
        self.saying.is_some()
    }

    /// Leaves the blocks out that were not sent yet. Whether there were any.
    pub(super) const fn falls_silent(&mut self) -> bool {
        self.saying.take().is_some()
    }

    /// Sends the next block, if the link is free.
    pub(super) fn say_on(&mut self) {
        if self.link.is_sending() {
            return;
        }
        let Some((peer, blocks)) = &mut self.saying else { return };
        let sent = match blocks.next(self.tx.as_mut_slice(), L::HEADROOM) {
            Some(block) => self.link.send(*peer, block, Delivery::Unconfirmed, self.now).is_ok(),
            None => false,
        };
        if !sent {
            self.saying = None;
        }
    }
}
