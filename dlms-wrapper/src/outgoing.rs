use core::ops::Range;

use dlms_core::link::{Busy, Saps};

use crate::{HEADER_LEN, Header, Role};

/// An APDU in the transmit buffer that waits to be framed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outgoing(Option<(Header, Range<usize>)>);

impl Outgoing {
    pub(crate) const NOTHING: Self = Self(None);

    pub(crate) fn put(&mut self, role: Role, peer: Saps, apdu: Range<usize>) -> Result<(), Busy> {
        if self.0.is_some() {
            return Err(Busy);
        }
        let length = u16::try_from(apdu.len()).map_err(|_| Busy)?;
        self.0 = Some((Header::outgoing(role, peer, length), apdu));
        Ok(())
    }

    pub(crate) const fn is_waiting(&self) -> bool {
        self.0.is_some()
    }

    /// Writes the header in front of the APDU in `tx`; both together.
    pub(crate) fn frame<'t>(&mut self, tx: &'t mut [u8]) -> Option<&'t [u8]> {
        let (header, apdu) = self.0.take()?;
        let start = apdu.start.checked_sub(HEADER_LEN)?;
        let unit = tx.get_mut(start..apdu.end)?;
        *unit.first_chunk_mut()? = header.to_octets();
        Some(unit)
    }
}
