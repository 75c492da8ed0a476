use core::ops::Range;

#[cfg(feature = "general-block-transfer")]
use dlms_core::apdu::AttributeSelection;
use dlms_core::apdu::{Conformance, DataAccessResult, GetRequest, InvokeIdAndPriority, tag};
use dlms_core::buffer::Buffer;
use dlms_core::codec::{Decode, Writer};
use dlms_core::link::Link;

use super::Connection;
use super::device::LogicalDevice;
use super::fault::Fault;
use super::fill::Fill;
use super::request::{Request, malformed};
use super::short_name::{ShortNames, read_block_head};
use super::site::{Site, demanded_of_response};
#[cfg(feature = "general-block-transfer")]
use super::store::Store;
use super::transfer::{Cursor, Kind, Transfer};

/// Octets of a get-response with a block besides the raw data and its length: tag, choice, invoke-id, last-block,
/// block-number, choice.
const BLOCK_HEADER: usize = 9;
/// Octets of the length of raw data at most: a block is no longer than 64 KiB.
const LENGTH: usize = 3;

impl<L: Link, B: Buffer, const A: usize> Connection<L, B, A> {
    /// Answers a get-request.
    pub(super) fn get<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &mut Request,
    ) -> Result<(), Fault> {
        let bytes = self.rx.as_slice().get(request.plain.clone()).unwrap_or_default();
        let get = GetRequest::from_bytes(bytes).map_err(|e| malformed(&mut self.events, request.peer, e))?;
        self.require(request, Conformance::GET)?;
        let invoke = get.invoke();
        let empty = matches!(get, GetRequest::WithList { attributes, .. } if attributes.is_empty());
        let list = match get {
            GetRequest::Next { block_number, .. } => {
                return self.get_next(site, request, invoke, block_number);
            }
            GetRequest::Normal { attribute, .. } => {
                if let Ok((_, mode)) = site.attribute(request.peer.client, &attribute) {
                    request.response = request.response.union(demanded_of_response(mode));
                }
                false
            }
            GetRequest::WithList { attributes, .. } => {
                for item in attributes {
                    if let Ok((_, mode)) = site.attribute(request.peer.client, &item.attribute) {
                        request.response = request.response.union(demanded_of_response(mode));
                    }
                }
                true
            }
        };
        if list {
            self.require(request, Conformance::MULTIPLE_REFERENCES)?;
        }
        self.abort_transfer();
        if empty {
            // The count goes with the first item otherwise.
            return self.reply(site, request, &[tag::GET_RESPONSE, 3, invoke.0, 0]);
        }
        let head: &[u8] =
            if list { &[tag::GET_RESPONSE, 3, invoke.0] } else { &[tag::GET_RESPONSE, 1, invoke.0, 0] };
        let room = self.room(request, head.len())?;
        let mut cursor = Cursor::START;
        match self.fill(site, request, &mut cursor, request.plain.clone(), room.clone()) {
            Ok((len, true)) => self.reply_with(site, request, head, room.start, len),
            #[cfg(feature = "general-block-transfer")]
            Ok((_, false)) if self.get_general(site, request, invoke, list, &cursor)? => Ok(()),
            Ok((_, false)) if self.has_get_blocks(request) => {
                self.transfer = Some(Transfer {
                    peer: request.peer,
                    invoke,
                    block: 0,
                    kind: Kind::Get { request: request.plain.clone(), cursor: Cursor::START },
                });
                self.send_get_block(site, request)
            }
            Ok((_, false)) => self.refuse_get(site, request, invoke, DataAccessResult::OtherReason),
            Err(error) => self.refuse_get(site, request, invoke, error),
        }
    }

    /// Whether an answer may go in the blocks of GET or Read: not if its request came in general blocks.
    pub(super) fn has_get_blocks(&self, request: &Request) -> bool {
        #[cfg(feature = "general-block-transfer")]
        if self.asked.is_some() {
            return false;
        }
        self.has(request, Conformance::BLOCK_TRANSFER_WITH_GET_OR_READ)
    }

    /// Starts to send a long answer in general blocks, if they were negotiated. The rows of one attribute go in the
    /// clear as they are; all else has to fit the receive buffer whole: whether it does.
    #[cfg(feature = "general-block-transfer")]
    fn get_general<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &Request,
        invoke: InvokeIdAndPriority,
        list: bool,
        cursor: &Cursor,
    ) -> Result<bool, Fault> {
        use dlms_security::{Protection, SecurityContext};

        if !self.has_general_blocks(request) {
            return Ok(false);
        }
        if let (false, Protection::NONE, super::transfer::Part::Rows { rows, .. }) =
            (list, request.response, cursor.part)
        {
            return self.start_rows(site, request, invoke, rows).map(|()| true);
        }
        let start = request.plain.end.saturating_add(SecurityContext::HEADROOM);
        let end = self.rx.capacity().saturating_sub(Self::BEHIND);
        let association = self.associations.get(request.slot).ok_or(Fault::NotAssociated)?;
        let protection = request.protection;
        let mut store =
            Store { rx: &mut self.rx, request: request.plain.clone(), at: start, end, is_full: false };
        let written = write_whole(&mut store, invoke, list, |store, index| {
            store.value(site, association, protection, selection, index)
        });
        let (end, fits) = (store.at, written.is_ok() && !store.is_full);
        if fits {
            self.send_stored(site, request, start..end)?;
        }
        Ok(fits)
    }

    /// Goes on with a long answer.
    pub(super) fn get_next<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &Request,
        invoke: InvokeIdAndPriority,
        block_number: u32,
    ) -> Result<(), Fault> {
        let in_progress = self.transfer.as_ref().filter(|transfer| {
            transfer.peer == request.peer
                && transfer.invoke.id() == invoke.id()
                && matches!(transfer.kind, Kind::Get { .. })
        });
        match in_progress.map(|transfer| transfer.block) {
            None => self.refuse_get_block(
                site,
                request,
                invoke,
                block_number,
                DataAccessResult::NoLongGetInProgress,
            ),
            Some(block) if block == block_number => self.send_get_block(site, request),
            Some(_) => {
                self.abort_transfer();
                self.refuse_get_block(
                    site,
                    request,
                    invoke,
                    block_number,
                    DataAccessResult::DataBlockNumberInvalid,
                )
            }
        }
    }

    /// Sends the next block of the answer in progress.
    pub(super) fn send_get_block<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &Request,
    ) -> Result<(), Fault> {
        let Some(mut transfer) = self.transfer.take() else { return Err(Fault::Unanswerable) };
        let Kind::Get { request: first, mut cursor } = transfer.kind else { return Err(Fault::Unanswerable) };
        transfer.block = transfer.block.saturating_add(1);
        let room = self.block_room(request, BLOCK_HEADER + LENGTH)?;
        let filled = self.fill(site, request, &mut cursor, first.clone(), room.clone());
        let (len, last) = match filled {
            Ok(filled) => filled,
            Err(_) => {
                self.kept = 0;
                let error = DataAccessResult::LongGetAborted;
                return self.refuse_get_block(site, request, transfer.invoke, transfer.block, error);
            }
        };
        let mut head = [0; BLOCK_HEADER + LENGTH];
        let mut w = Writer::new(&mut head);
        if D::Names::SERVED && site.by_short_names {
            read_block_head(&mut w, transfer.block, last);
        } else {
            w.array([tag::GET_RESPONSE, 2, transfer.invoke.0, u8::from(last)]);
            w.u32(transfer.block);
            w.u8(0);
        }
        w.length(len);
        let head_len = w.len();
        if last {
            self.kept = 0;
        } else {
            // What waits in the receive buffer lasts too.
            let waiting = match cursor.part {
                super::transfer::Part::Rest { to, .. } => to,
                _ => first.end,
            };
            self.kept = waiting.max(first.end);
            transfer.kind = Kind::Get { request: first, cursor };
            self.transfer = Some(transfer);
        }
        self.reply_with(site, request, head.get(..head_len).unwrap_or_default(), room.start, len)
    }

    /// Fills `room` of the transmit buffer from a cursor on.
    pub(super) fn fill<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &Request,
        cursor: &mut Cursor,
        first: Range<usize>,
        room: Range<usize>,
    ) -> Result<(usize, bool), DataAccessResult> {
        let association = self.associations.get(request.slot).ok_or(DataAccessResult::OtherReason)?;
        let out = self.tx.as_mut_slice().get_mut(room).unwrap_or_default();
        let mut fill =
            Fill { site, association, protection: request.protection, rx: &mut self.rx, request: first };
        fill.fill(cursor, out)
    }

    fn refuse_get<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &Request,
        invoke: InvokeIdAndPriority,
        error: DataAccessResult,
    ) -> Result<(), Fault> {
        self.reply(site, request, &[tag::GET_RESPONSE, 1, invoke.0, 1, error.code()])
    }

    fn refuse_get_block<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &Request,
        invoke: InvokeIdAndPriority,
        block_number: u32,
        error: DataAccessResult,
    ) -> Result<(), Fault> {
        if D::Names::SERVED && site.by_short_names {
            return self.refuse_variables(site, request, tag::READ_RESPONSE, 1, error);
        }
        let [a, b, c, d] = block_number.to_be_bytes();
        self.reply(site, request, &[tag::GET_RESPONSE, 2, invoke.0, 1, a, b, c, d, 1, error.code()])
    }
}

/// The attribute with this number, of those that a get-request asks for.
#[cfg(feature = "general-block-transfer")]
fn selection<'r, D: LogicalDevice>(
    _: &Site<'_, D>,
    bytes: &'r [u8],
    index: usize,
) -> Option<AttributeSelection<'r>> {
    match GetRequest::from_bytes(bytes).ok()? {
        GetRequest::Normal { attribute, selection, .. } => Some(AttributeSelection { attribute, selection }),
        GetRequest::WithList { attributes, .. } => attributes.iter().nth(index),
        GetRequest::Next { .. } => None,
    }
}

/// Writes a get-response whole, with `value` for each value.
#[cfg(feature = "general-block-transfer")]
fn write_whole<B: Buffer>(
    store: &mut Store<'_, B>,
    invoke: InvokeIdAndPriority,
    list: bool,
    mut value: impl FnMut(&mut Store<'_, B>, usize) -> Result<(), DataAccessResult>,
) -> Result<(), DataAccessResult> {
    if !list {
        store.put(|_, w| w.array([tag::GET_RESPONSE, 1, invoke.0, 0]))?;
        return value(store, 0);
    }
    let count = match GetRequest::from_bytes(store.split(0)?.0) {
        Ok(GetRequest::WithList { attributes, .. }) => attributes.len(),
        _ => 0,
    };
    store.put(|_, w| {
        w.array([tag::GET_RESPONSE, 3, invoke.0]);
        w.length(count);
    })?;
    for index in 0..count {
        let start = store.at;
        store.put(|_, w| w.u8(0))?;
        if let Err(error) = value(store, index) {
            store.at = start;
            store.put(|_, w| w.array([1, error.code()]))?;
        }
    }
    Ok(())
}
