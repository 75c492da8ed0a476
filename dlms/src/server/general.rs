use core::ops::Range;

use cosem_classes::model::Rows;
use dlms_core::apdu::{Conformance, DataAccessResult, GeneralBlockTransfer, InvokeIdAndPriority, tag};
use dlms_core::buffer::Buffer;
use dlms_core::codec::{Decode, Encode, Writer};
use dlms_core::limits;
use dlms_core::link::{Delivery, Link, Saps};
use dlms_core::time::Instant;
use dlms_security::Protection;

use super::Connection;
use super::association::State;
use super::device::LogicalDevice;
use super::fault::Fault;
use super::fill::Fill;
use super::request::{Request, insecure, malformed};
use super::site::Site;
use super::transfer::{Cursor, Kind, Part, Transfer};
use crate::general_blocks::{ABORT, Arrival, Blocks, Confirmation, EMPTY, HEAD, aborts, data_size};

/// A general block transfer: a request that is coming, then its answer on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct General {
    blocks: Blocks,
    source: Source,
    /// Octets of data in each of our blocks but the last.
    size: usize,
    /// What tells the first block of the request from that of another one.
    first: u32,
    /// When it ends if nothing comes.
    pub(super) gives_up: Instant,
}

/// Where the blocks to send come from.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Source {
    /// Nowhere: the request is still coming.
    Request,
    /// An answer that lies whole in the receive buffer, ciphered if it has to be.
    Stored(Range<usize>),
    /// The rows of an attribute, encoded when their turn comes, and again if they got lost.
    Rows(RowStream),
}

/// An answer made of rows. Those that are not confirmed yet are not kept: `confirmed` is where they begin.
#[derive(Debug, Clone, PartialEq, Eq)]
struct RowStream {
    /// The request, in the receive buffer.
    request: Range<usize>,
    invoke: InvokeIdAndPriority,
    rows: Rows,
    confirmed: Place,
    next: Place,
}

/// A place in an answer made of rows: octets of its head that are past, then a row and an octet of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    head: u8,
    row: u32,
    offset: usize,
}

/// What an answer has to know of the blocks its request came in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    blocks: Blocks,
    first: u32,
}

/// A number for the octets of a block: whether two are the same.
fn mark(octets: &[u8]) -> u32 {
    octets.iter().fold(0x811c_9dc5, |mark: u32, octet| (mark ^ u32::from(*octet)).wrapping_mul(0x0100_0193))
}

impl<L: Link, B: Buffer, const A: usize> Connection<L, B, A> {
    /// A block came.
    pub(super) fn general_block<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        peer: Saps,
        apdu: Range<usize>,
    ) {
        if let Err(fault) = self.take_general_block(site, peer, apdu) {
            self.abort_transfer();
            self.answer_fault(peer, fault);
        }
    }

    fn take_general_block<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        peer: Saps,
        apdu: Range<usize>,
    ) -> Result<(), Fault> {
        let association = self.associations.iter().find(|a| a.is_with(peer)).ok_or(Fault::NotAssociated)?;
        if association.state != State::Associated {
            return Err(Fault::NotAssociated);
        }
        if !association.conformance.contains(Conformance::GENERAL_BLOCK_TRANSFER) {
            return Err(Fault::NotNegotiated);
        }
        let bytes = self.rx.as_slice().get(apdu.clone()).unwrap_or_default();
        let block =
            GeneralBlockTransfer::from_bytes(bytes).map_err(|e| malformed(&mut self.events, peer, e))?;
        let raw = apdu.end.saturating_sub(block.block_data.len())..apdu.end;
        let first = mark(block.block_data);
        let block = GeneralBlockTransfer { block_data: if raw.is_empty() { &[] } else { &[0] }, ..block };
        let current = match &self.transfer {
            Some(Transfer { kind: Kind::General(general), .. }) => Some(general.clone()),
            _ => None,
        };
        if aborts(&block) {
            if current.is_some() {
                self.abort_transfer();
            }
            return Ok(());
        }
        // The first block of another request, if it is not the one that is being answered once more.
        let is_known = current.as_ref().is_some_and(|g| g.first == first && !g.blocks.is_sent());
        if !raw.is_empty() && block.block_number == 1 && !is_known {
            self.abort_transfer();
            let gives_up = self.now.plus(limits::STALLED_TRANSFER);
            let blocks = Blocks::new(site.parts.config.block_window);
            let general = General { blocks, source: Source::Request, size: 0, first, gives_up };
            return self.take_request_block(site, peer, general, &block, raw);
        }
        match current {
            Some(mut general) => {
                general.gives_up = self.now.plus(limits::STALLED_TRANSFER);
                if general.source == Source::Request {
                    return self.take_request_block(site, peer, general, &block, raw);
                }
                self.confirmed(site, peer, general, &block)
            }
            // Of a transfer that is over; a peer that waits for more waits in vain.
            None if block.streaming || block.window == 0 => Ok(()),
            None => {
                self.send_empty(peer, &ABORT);
                Ok(())
            }
        }
    }

    /// Takes a block of a request; with the last one it is served.
    fn take_request_block<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        peer: Saps,
        mut general: General,
        block: &GeneralBlockTransfer<'_>,
        raw: Range<usize>,
    ) -> Result<(), Fault> {
        general.blocks.confirm(block.block_number_ack);
        let arrival = general.blocks.receive(block, self.kept == 0);
        if arrival == Arrival::Early && block.window == 0 {
            // What is missing does not come again.
            self.abort_transfer();
            return Ok(());
        }
        if arrival == Arrival::Next {
            self.keep_block(raw);
            if block.last_block {
                let request = 0..self.kept;
                self.abort_transfer();
                // A client that takes no blocks is answered without.
                let asked = Asked { blocks: general.blocks, first: general.first };
                self.asked = (block.window > 0).then_some(asked);
                self.serve(site, peer, request);
                self.asked = None;
                return Ok(());
            }
        }
        if !block.streaming && block.window > 0 {
            let confirmation = general.blocks.confirmation(false);
            self.send_empty(peer, &confirmation);
        }
        self.put_transfer(peer, general);
        Ok(())
    }

    fn put_transfer(&mut self, peer: Saps, general: General) {
        let kind = Kind::General(general);
        self.transfer = Some(Transfer { peer, invoke: InvokeIdAndPriority(0), block: 0, kind });
    }

    /// The client confirms blocks of the answer.
    fn confirmed<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        peer: Saps,
        mut general: General,
        block: &GeneralBlockTransfer<'_>,
    ) -> Result<(), Fault> {
        general.blocks.receive(block, false);
        let before = (general.blocks.confirmed_data(), general.blocks.passed_data());
        match general.blocks.confirm(block.block_number_ack) {
            Confirmation::Wrong => {
                self.abort_transfer();
                self.send_empty(peer, &ABORT);
                return Ok(());
            }
            Confirmation::Late => return Ok(()),
            Confirmation::Same => {}
            Confirmation::More => {
                let now = general.blocks.confirmed_data();
                if let Source::Rows(stream) = &mut general.source {
                    let (done, passed) = before;
                    if now == passed {
                        stream.confirmed = stream.next;
                    } else {
                        // Only some of what was sent: that is encoded once more, to find the place.
                        let mut place = stream.confirmed;
                        for _ in done..now {
                            self.fill_rows(site, peer, stream, &mut place, general.size)?;
                        }
                        stream.confirmed = place;
                    }
                }
            }
        }
        if general.blocks.is_sent() && !general.blocks.is_pending() {
            self.abort_transfer();
            return Ok(());
        }
        // In the middle of a burst it says nothing of the rest.
        if general.blocks.is_bursting() || block.streaming {
            self.put_transfer(peer, general);
            return Ok(());
        }
        general.blocks.burst();
        if let Source::Rows(stream) = &mut general.source {
            stream.next = stream.confirmed;
        }
        self.put_transfer(peer, general);
        self.send_general_block(site)
    }

    /// Whether the next block can go at once, without a word of the client.
    pub(super) fn is_bursting(&self) -> bool {
        !self.link.is_sending()
            && matches!(&self.transfer, Some(Transfer { kind: Kind::General(g), .. }) if g.blocks.is_bursting())
    }

    /// When the transfer ends if nothing comes.
    pub(super) fn gives_up(&self) -> Option<Instant> {
        match &self.transfer {
            Some(Transfer { kind: Kind::General(general), .. }) => Some(general.gives_up),
            _ => None,
        }
    }

    /// Goes on with a burst, or gives up a transfer that stalls.
    pub(super) fn go_on<D: LogicalDevice>(&mut self, devices: &mut [D]) {
        let Some(peer) = self.transfer.as_ref().map(|transfer| transfer.peer) else { return };
        if self.gives_up().is_some_and(|at| self.now >= at) {
            self.abort_transfer();
            return;
        }
        if self.is_bursting()
            && let Some(mut site) = Site::find(devices, peer.server)
            && let Err(fault) = self.send_general_block(&mut site)
        {
            self.abort_transfer();
            self.answer_fault(peer, fault);
        }
    }

    /// Starts to send what lies at `answer` in the receive buffer, as it is.
    pub(super) fn start_stored<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &Request,
        answer: Range<usize>,
    ) -> Result<(), Fault> {
        let size = self.general_size(request)?;
        let count = answer.len().div_ceil(size).max(1);
        self.rx.reserve(answer.end.saturating_add(2 * EMPTY)).map_err(|_| Fault::Unanswerable)?;
        self.kept = answer.end;
        self.start(site, request, Source::Stored(answer), size, Some(count))
    }

    /// Starts to send an attribute of rows, which go out in the clear. They are encoded when their turn comes.
    pub(super) fn start_rows<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &Request,
        invoke: InvokeIdAndPriority,
        rows: Rows,
    ) -> Result<(), Fault> {
        let size = self.general_size(request)?;
        let place = Place { head: 0, row: rows.first, offset: 0 };
        let stream =
            RowStream { request: request.plain.clone(), invoke, rows, confirmed: place, next: place };
        self.kept = request.plain.end;
        self.start(site, request, Source::Rows(stream), size, None)
    }

    fn start<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &Request,
        source: Source,
        size: usize,
        count: Option<usize>,
    ) -> Result<(), Fault> {
        let fresh = Asked { blocks: Blocks::new(site.parts.config.block_window), first: 0 };
        let Asked { mut blocks, first } = self.asked.take().unwrap_or(fresh);
        blocks.begin(count).ok_or(Fault::Unanswerable)?;
        let gives_up = self.now.plus(limits::STALLED_TRANSFER);
        self.put_transfer(request.peer, General { blocks, source, size, first, gives_up });
        self.send_general_block(site)
    }

    /// Octets of data in a block that the client and our buffer take.
    fn general_size(&mut self, request: &Request) -> Result<usize, Fault> {
        let max = match usize::from(self.association(request)?.client_max_receive_pdu_size) {
            0 => L::MAX_APDU,
            max => max.min(L::MAX_APDU),
        };
        let room = self.tx.capacity().saturating_sub(L::HEADROOM);
        let size = data_size(max.min(room)).min(room.saturating_sub(HEAD));
        let end = L::HEADROOM.saturating_add(HEAD).saturating_add(size);
        if size == 0 || self.tx.reserve(end).is_err() {
            return Err(Fault::Unanswerable);
        }
        Ok(size)
    }

    /// Sends the next block of the burst.
    fn send_general_block<D: LogicalDevice>(&mut self, site: &mut Site<'_, D>) -> Result<(), Fault> {
        let Some(Transfer { peer, kind: Kind::General(mut general), .. }) = self.transfer.take() else {
            return Ok(());
        };
        let Some(number) = general.blocks.send() else {
            if general.blocks.is_pending() || general.blocks.is_sent() {
                self.put_transfer(peer, general);
            } else {
                // There are no more numbers.
                self.abort_transfer();
                self.send_empty(peer, &ABORT);
            }
            return Ok(());
        };
        let start = L::HEADROOM.saturating_add(HEAD);
        let len = match (general.blocks.data_block(number), &mut general.source) {
            (Some(index), Source::Stored(answer)) => {
                let from = answer.start.saturating_add(index.saturating_mul(general.size)).min(answer.end);
                let to = from.saturating_add(general.size).min(answer.end);
                self.copy_out(&(from..to), start..start.saturating_add(general.size))
            }
            (Some(_), Source::Rows(stream)) => {
                let mut place = stream.next;
                let Ok((len, last)) = self.fill_rows(site, peer, stream, &mut place, general.size) else {
                    // A row is gone; what came of the value is of no use.
                    self.abort_transfer();
                    self.send_empty(peer, &ABORT);
                    return Ok(());
                };
                stream.next = place;
                if last {
                    general.blocks.ends_at(number);
                }
                len
            }
            _ => 0,
        };
        let mut head = [0; HEAD];
        let written = general.blocks.write_head(number, len, &mut head);
        let from = start.saturating_sub(written);
        for (slot, octet) in self.tx.as_mut_slice().iter_mut().skip(from).zip(head.iter().take(written)) {
            *slot = *octet;
        }
        self.put_transfer(peer, general);
        self.send(peer, from..start.saturating_add(len));
        Ok(())
    }

    /// Puts a block of rows into the transmit buffer: how many octets, and whether it is the last.
    fn fill_rows<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        peer: Saps,
        stream: &RowStream,
        place: &mut Place,
        size: usize,
    ) -> Result<(usize, bool), Fault> {
        let association = self.associations.iter().find(|a| a.is_with(peer)).ok_or(Fault::NotAssociated)?;
        let start = L::HEADROOM.saturating_add(HEAD);
        let out = self.tx.as_mut_slice().get_mut(start..start.saturating_add(size)).unwrap_or_default();
        let past = usize::from(place.head);
        let mut w = Writer::window(past, out);
        w.array([tag::GET_RESPONSE, 1, stream.invoke.0, 0, dlms_core::data::tag::ARRAY]);
        w.length(usize::try_from(stream.rows.count).unwrap_or(usize::MAX));
        let head = w.len().saturating_sub(past).min(size);
        place.head = u8::try_from(past.saturating_add(head)).unwrap_or(u8::MAX);
        let rest = out.get_mut(head..).unwrap_or_default();
        if rest.is_empty() {
            return Ok((head, false));
        }
        let request = stream.request.clone();
        let mut fill = Fill { site, association, protection: Protection::NONE, rx: &mut self.rx, request };
        let gone = |_: DataAccessResult| Fault::Unanswerable;
        let part = Part::Rows { rows: stream.rows, row: place.row, offset: place.offset };
        let mut cursor = Cursor { item: 0, part };
        let (len, last) = fill.fill(&mut cursor, rest).map_err(gone)?;
        if let Part::Rows { row, offset, .. } = cursor.part {
            (place.row, place.offset) = (row, offset);
        }
        Ok((head.saturating_add(len), last))
    }

    /// Seals the answer that lies at `answer` in the receive buffer where it lies, and starts to send it.
    pub(super) fn seal_stored<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &Request,
        answer: Range<usize>,
    ) -> Result<(), Fault> {
        let association = self.associations.get_mut(request.slot).ok_or(Fault::NotAssociated)?;
        let behind = association.security.tailroom(request.form, request.response).max(Self::BEHIND);
        self.rx.reserve(answer.end.saturating_add(behind)).map_err(|_| Fault::Unanswerable)?;
        let parts = &mut site.parts;
        let (form, protection) = (request.form, request.response);
        let buffer = self.rx.as_mut_slice();
        let (crypto, counters) = (&mut *parts.crypto, &mut *parts.counters);
        match association.security.protect(crypto, counters, form, protection, buffer, answer) {
            Ok(_) if request.broadcast => Ok(()),
            Ok(sealed) => self.start_stored(site, request, sealed),
            Err(error) => {
                insecure(&mut self.events, request.peer, error);
                Err(Fault::Unanswerable)
            }
        }
    }

    /// Sends an answer that lies sealed at `sealed` in the transmit buffer in blocks, as its request came. It is kept
    /// in the receive buffer for that, behind the request.
    pub(super) fn start_sealed<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &Request,
        sealed: Range<usize>,
    ) -> Result<(), Fault> {
        let start = request.plain.end;
        let end = start.saturating_add(sealed.len());
        let room = self.rx.reserve(end).map_err(|_| Fault::Unanswerable)?;
        let octets = self.tx.as_slice().get(sealed).unwrap_or_default();
        for (slot, octet) in room.iter_mut().skip(start).zip(octets) {
            *slot = *octet;
        }
        self.start_stored(site, request, start..end)
    }

    /// Sends a block without data.
    fn send_empty(&mut self, peer: Saps, block: &GeneralBlockTransfer<'_>) {
        if self.mute {
            return;
        }
        let start = L::HEADROOM;
        let end = start.saturating_add(block.encoded_len());
        if let Ok(room) = self.tx.reserve(end) {
            block.encode(&mut Writer::new(room.get_mut(start..end).unwrap_or_default()));
            let _ = self.link.send(peer, start..end, Delivery::Confirmed, self.now);
        }
    }
}
