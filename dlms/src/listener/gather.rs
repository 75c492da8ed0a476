use core::ops::Range;

use dlms_core::apdu::{GeneralBlockTransfer, tag};
use dlms_core::buffer::{Buffer, shift_down};
use dlms_core::codec::Decode;
use dlms_core::link::{Link, Saps};

use super::{Listener, ListenerError};
use crate::general_blocks::{Gathered, Gathering};

impl<L: Link, B: Buffer> Listener<L, B> {
    /// Takes the APDU at `apdu` if it is a block: where the whole message lies, which may be the APDU itself. Nothing as
    /// long as it is not whole.
    ///
    /// # Errors
    /// It cannot be read; a block is missing.
    pub(super) fn gather(
        &mut self,
        saps: Saps,
        apdu: Range<usize>,
    ) -> Result<Option<Range<usize>>, ListenerError> {
        let octets = self.rx.as_slice().get(apdu.clone()).unwrap_or_default();
        if octets.first() != Some(&tag::GENERAL_BLOCK_TRANSFER) {
            return Ok(Some(apdu));
        }
        // Whatever window it offers, and whether it streams: without an association nobody confirms.
        let block = GeneralBlockTransfer::from_bytes(octets)?;
        let (number, last) = (block.block_number, block.last_block);
        let raw = apdu.end.saturating_sub(block.block_data.len())..apdu.end;
        let (from, mut gathering) = self.gathering.take().unwrap_or((saps, Gathering::default()));
        let under_way = from == saps && gathering.is_under_way();
        if !under_way {
            // That of another end is given up.
            gathering = Gathering::default();
        }
        match gathering.take(number) {
            Gathered::Repeated => {
                self.gathering = Some((saps, gathering));
                return Ok(None);
            }
            Gathered::Useless => {
                self.stop_gathering();
                return if under_way { Err(ListenerError::Incomplete) } else { Ok(None) };
            }
            Gathered::First => self.kept = 0,
            Gathered::Next => {}
        }
        let start = self.kept;
        let tail = self.rx.as_mut_slice().get_mut(start..raw.end).unwrap_or_default();
        shift_down(tail, raw.start.saturating_sub(start));
        self.kept = start.saturating_add(raw.len());
        if !last {
            self.gathering = Some((saps, gathering));
            return Ok(None);
        }
        let whole = 0..self.kept;
        self.stop_gathering();
        Ok(Some(whole))
    }

    /// Gives up the message that is coming in blocks.
    pub(super) fn stop_gathering(&mut self) {
        self.gathering = None;
        self.kept = 0;
    }
}
