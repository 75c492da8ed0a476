use core::ops::Range;

use cosem_classes::model::{Rows, Value};
use dlms_core::apdu::{AttributeSelection, DataAccessResult};
use dlms_core::buffer::Buffer;
use dlms_core::codec::Writer;
use dlms_core::data::tag;
use dlms_security::Protection;

use super::association::Association;
use super::device::LogicalDevice;
use super::read::read;
use super::site::Site;

/// Octets that a buffer which grows grows by at least.
const STEP: usize = 4096;

/// Finds the attribute number `index` of a request; what a number is depends on the request.
pub(super) type Find<D> =
    for<'s, 'd, 'r> fn(&'s Site<'d, D>, &'r [u8], usize) -> Option<AttributeSelection<'r>>;

/// An answer that is put together whole in the receive buffer, behind its request.
pub(super) struct Store<'s, B> {
    pub(super) rx: &'s mut B,
    /// Where the request lies.
    pub(super) request: Range<usize>,
    /// Where the next octet goes.
    pub(super) at: usize,
    /// Where the answer has to end.
    pub(super) end: usize,
    /// Something did not fit.
    pub(super) is_full: bool,
}

impl<B: Buffer> Store<'_, B> {
    /// The request, and the room behind what is written: `least` octets or more.
    ///
    /// # Errors
    /// There is not that much room.
    pub(super) fn split(&mut self, least: usize) -> Result<(&[u8], &mut [u8]), DataAccessResult> {
        let needed = self.at.saturating_add(least);
        if needed > self.end {
            self.is_full = true;
            return Err(DataAccessResult::OtherReason);
        }
        let wanted = self.at.saturating_add(least.max(STEP)).min(self.end).min(self.rx.capacity());
        let Ok(whole) = self.rx.reserve(wanted.max(needed)) else {
            self.is_full = true;
            return Err(DataAccessResult::OtherReason);
        };
        let (front, room) = whole.split_at_mut_checked(self.at).ok_or(DataAccessResult::OtherReason)?;
        let size = room.len().min(self.end.saturating_sub(self.at));
        let request = front.get(self.request.clone()).unwrap_or_default();
        Ok((request, room.get_mut(..size).unwrap_or_default()))
    }

    /// Writes what `write` writes.
    ///
    /// # Errors
    /// There is not that much room.
    pub(super) fn put(&mut self, write: impl Fn(&[u8], &mut Writer<'_>)) -> Result<(), DataAccessResult> {
        let mut least = 0;
        loop {
            let (request, room) = self.split(least)?;
            let size = room.len();
            let mut w = Writer::new(room);
            write(request, &mut w);
            least = w.len();
            if least <= size {
                self.at = self.at.saturating_add(least);
                return Ok(());
            }
        }
    }

    /// Writes the value of an attribute, whatever it is; nothing if that fails.
    ///
    /// # Errors
    /// It cannot be read, or does not fit.
    pub(super) fn value<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        association: &Association,
        protection: Protection,
        find: Find<D>,
        index: usize,
    ) -> Result<(), DataAccessResult> {
        let start = self.at;
        let written = self.head(site, association, protection, find, index).and_then(|rows| match rows {
            Some(rows) => self.rows(site, association, find, index, rows),
            None => Ok(()),
        });
        if written.is_err() {
            self.at = start;
        }
        written
    }

    /// Writes the value, or the head of its rows.
    fn head<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        association: &Association,
        protection: Protection,
        find: Find<D>,
        index: usize,
    ) -> Result<Option<Rows>, DataAccessResult> {
        let mut least = 0;
        loop {
            let (request, room) = self.split(least)?;
            let item = find(site, request, index).ok_or(DataAccessResult::OtherReason)?;
            let size = room.len();
            let mut w = Writer::new(room);
            let rows = match read(site, association, protection, &item, &mut w)? {
                Value::Written => None,
                Value::Rows(rows) => {
                    w.u8(tag::ARRAY);
                    w.length(usize::try_from(rows.count).unwrap_or(usize::MAX));
                    Some(rows)
                }
            };
            least = w.len();
            if least <= size {
                self.at = self.at.saturating_add(least);
                return Ok(rows);
            }
        }
    }

    fn rows<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        association: &Association,
        find: Find<D>,
        index: usize,
        rows: Rows,
    ) -> Result<(), DataAccessResult> {
        let mut row = rows.first;
        let mut least = 0;
        while row < rows.end {
            let (request, room) = self.split(least)?;
            let item = find(site, request, index).ok_or(DataAccessResult::OtherReason)?;
            let (target, _) = site.attribute(association.peer.client, &item.attribute)?;
            let mut used = 0usize;
            let missing = site.with(target, association, |object| {
                while row < rows.end {
                    let room = room.get_mut(used..).unwrap_or_default();
                    let size = room.len();
                    let mut w = Writer::new(room);
                    object.row(item.attribute.id, item.selection.as_ref(), row, &mut w)?;
                    if w.len() > size {
                        return Ok(w.len());
                    }
                    used = used.saturating_add(w.len());
                    row = row.saturating_add(1);
                }
                Ok(0)
            });
            least = missing.and_then(|inner: Result<usize, DataAccessResult>| inner)?;
            self.at = self.at.saturating_add(used);
        }
        Ok(())
    }
}
