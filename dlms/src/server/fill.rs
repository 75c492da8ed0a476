use core::ops::Range;

use cosem_classes::model::{Rows, Value};
use dlms_core::apdu::{AttributeSelection, DataAccessResult, GetRequest};
use dlms_core::buffer::Buffer;
use dlms_core::codec::{Decode, Writer};
use dlms_core::data::tag;
use dlms_security::Protection;

use super::association::Association;
use super::device::LogicalDevice;
use super::read::read;
use super::short_name::{ShortNames, nth_variable};
use super::site::Site;
use super::transfer::{Cursor, Part};

/// Puts the answer to a read together, from a cursor on: for one message or for the next block.
///
/// Rows are encoded when their turn comes, and the one that a block ends in once more for the next. Every other value
/// is encoded once: what of it does not fit waits in the receive buffer, behind the request.
pub(super) struct Fill<'f, 'd, D: LogicalDevice, B> {
    pub(super) site: &'f mut Site<'d, D>,
    pub(super) association: &'f Association,
    pub(super) protection: Protection,
    pub(super) rx: &'f mut B,
    pub(super) request: Range<usize>,
}

impl<D: LogicalDevice, B: Buffer> Fill<'_, '_, D, B> {
    /// Fills `out` with what comes next: how many octets, and whether that was all.
    ///
    /// # Errors
    /// The one attribute asked for cannot be read; a row is gone.
    pub(super) fn fill(
        &mut self,
        cursor: &mut Cursor,
        out: &mut [u8],
    ) -> Result<(usize, bool), DataAccessResult> {
        let mut used = 0usize;
        loop {
            let room = out.get_mut(used..).unwrap_or_default();
            let written = match cursor.part {
                Part::Start => match self.start(cursor, room)? {
                    Some(written) => written,
                    None => return Ok((used, true)),
                },
                Part::Rest { from, to, then } => {
                    let rest = self.rx.as_slice().get(from..to).unwrap_or_default();
                    let written = rest.len().min(room.len());
                    for (slot, octet) in room.iter_mut().zip(rest) {
                        *slot = *octet;
                    }
                    if written == rest.len() {
                        cursor.go_on(then);
                    } else {
                        cursor.part = Part::Rest { from: from.saturating_add(written), to, then };
                    }
                    written
                }
                Part::Rows { rows, row, offset } => self.rows(cursor, rows, row, offset, room)?,
            };
            used = used.saturating_add(written);
            if used >= out.len() && !self.is_done(cursor) {
                return Ok((used, false));
            }
        }
    }

    fn is_done(&self, cursor: &Cursor) -> bool {
        let bytes = self.rx.as_slice().get(self.request.clone()).unwrap_or_default();
        cursor.part == Part::Start && nth_item(self.site, bytes, cursor.item).is_none()
    }

    /// Begins the next attribute; the octets written, or nothing after the last.
    fn start(&mut self, cursor: &mut Cursor, room: &mut [u8]) -> Result<Option<usize>, DataAccessResult> {
        let size = room.len();
        let mut w = Writer::new(room);
        let Some(rows) = self.write_item(cursor.item, &mut w)? else { return Ok(None) };
        let needed = w.len();
        if needed <= size {
            cursor.go_on(rows);
            return Ok(Some(needed));
        }
        // Encoded once more, whole, to be cut from there: block by block it might change in between.
        let (from, to) = (self.request.end, self.request.end.saturating_add(needed));
        self.rx.reserve(to).map_err(|_| DataAccessResult::OtherReason)?;
        let rows = self.stash(cursor.item, from, to)?;
        cursor.part = Part::Rest { from, to, then: rows };
        Ok(Some(0))
    }

    /// Writes one attribute behind the request in the receive buffer.
    fn stash(&mut self, index: usize, from: usize, to: usize) -> Result<Option<Rows>, DataAccessResult> {
        let Self { site, association, protection, rx, request } = self;
        let (front, back) =
            rx.as_mut_slice().split_at_mut_checked(from).ok_or(DataAccessResult::OtherReason)?;
        let bytes = front.get(request.clone()).unwrap_or_default();
        let mut w = Writer::new(back.get_mut(..to.saturating_sub(from)).unwrap_or_default());
        write_item(site, association, *protection, bytes, index, &mut w)?.ok_or(DataAccessResult::OtherReason)
    }

    fn write_item(
        &mut self,
        index: usize,
        w: &mut Writer<'_>,
    ) -> Result<Option<Option<Rows>>, DataAccessResult> {
        let Self { site, association, protection, rx, request } = self;
        let bytes = rx.as_slice().get(request.clone()).unwrap_or_default();
        write_item(site, association, *protection, bytes, index, w)
    }

    /// Writes rows as long as there is room.
    fn rows(
        &mut self,
        cursor: &mut Cursor,
        rows: Rows,
        mut row: u32,
        mut offset: usize,
        room: &mut [u8],
    ) -> Result<usize, DataAccessResult> {
        let Self { site, association, rx, request, .. } = self;
        let bytes = rx.as_slice().get(request.clone()).unwrap_or_default();
        let (item, _) = nth_item(site, bytes, cursor.item).ok_or(DataAccessResult::LongGetAborted)?;
        let item = item?;
        let attribute = item.attribute;
        let (target, _) = site.attribute(association.peer.client, &attribute)?;
        let size = room.len();
        let mut used = 0usize;
        let result = site.with(target, association, |object| {
            while row < rows.end {
                let room = room.get_mut(used..).unwrap_or_default();
                let left = room.len();
                let mut w = Writer::window(offset, room);
                object.row(attribute.id, item.selection.as_ref(), row, &mut w)?;
                let rest = w.len().saturating_sub(offset);
                if rest > left {
                    offset = offset.saturating_add(left);
                    used = size;
                    return Ok(());
                }
                used = used.saturating_add(rest);
                row = row.saturating_add(1);
                offset = 0;
            }
            Ok(())
        });
        result.and_then(|inner: Result<(), DataAccessResult>| inner)?;
        if row >= rows.end {
            cursor.go_on(None);
        } else {
            cursor.part = Part::Rows { rows, row, offset };
        }
        Ok(used)
    }
}

/// An attribute to read, or what there is to say instead; and how many there are if it is in a list.
type Item<'r> = (Result<AttributeSelection<'r>, DataAccessResult>, Option<usize>);

/// The attribute with this number, of those asked for.
fn nth_item<'r, D: LogicalDevice>(site: &Site<'_, D>, bytes: &'r [u8], index: usize) -> Option<Item<'r>> {
    if D::Names::SERVED && site.by_short_names {
        return nth_variable(site, bytes, index);
    }
    match GetRequest::from_bytes(bytes).ok()? {
        GetRequest::Normal { attribute, selection, .. } if index == 0 => {
            Some((Ok(AttributeSelection { attribute, selection }), None))
        }
        GetRequest::WithList { attributes, .. } => {
            attributes.iter().nth(index).map(|item| (Ok(item), Some(attributes.len())))
        }
        _ => None,
    }
}

/// Writes attribute number `index` of the request in `bytes`, or the head of its rows: in a list with its choice
/// octet, and before the first one the count. Nothing if there is no such number.
fn write_item<D: LogicalDevice>(
    site: &mut Site<'_, D>,
    association: &Association,
    protection: Protection,
    bytes: &[u8],
    index: usize,
    w: &mut Writer<'_>,
) -> Result<Option<Option<Rows>>, DataAccessResult> {
    let Some((item, list)) = nth_item(site, bytes, index) else { return Ok(None) };
    if let (0, Some(count)) = (index, list) {
        w.length(count);
    }
    let start = w.len();
    if list.is_some() {
        w.u8(0);
    }
    let value = item.and_then(|item| read(site, association, protection, &item, w));
    match (value, list) {
        (Ok(Value::Written), _) => Ok(Some(None)),
        (Ok(Value::Rows(rows)), _) => {
            w.u8(tag::ARRAY);
            w.length(usize::try_from(rows.count).unwrap_or(usize::MAX));
            Ok(Some(Some(rows)))
        }
        (Err(error), Some(_)) => {
            w.seek(start);
            w.array([1, error.code()]);
            Ok(Some(None))
        }
        (Err(error), None) => Err(error),
    }
}
