use core::ops::Range;

use dlms_core::apdu::{
    AttributeSelection, Conformance, DataAccessResult, DataBlock, InvokeIdAndPriority, List, SetRequest, tag,
};
use dlms_core::buffer::Buffer;
use dlms_core::codec::Decode;
use dlms_core::data::Data;
use dlms_core::limits;
use dlms_core::link::Link;

use super::Connection;
use super::device::LogicalDevice;
use super::fault::Fault;
use super::request::{Request, malformed};
use super::site::Site;
use super::transfer::{Kind, Transfer};
use super::write::Write;

impl<L: Link, B: Buffer, const A: usize> Connection<L, B, A> {
    /// Answers a set-request.
    pub(super) fn set<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &mut Request,
    ) -> Result<(), Fault> {
        let bytes = self.rx.as_slice().get(request.plain.clone()).unwrap_or_default();
        let set = SetRequest::from_bytes(bytes).map_err(|e| malformed(&mut self.events, request.peer, e))?;
        self.require(request, Conformance::SET)?;
        let invoke = set.invoke();
        match set {
            SetRequest::Normal { .. } => {
                self.abort_transfer();
                let whole = request.plain.clone();
                let (results, _) = self.write(site, request, whole, None)?;
                let result = results.first().copied().unwrap_or(0);
                self.confirm(site, request, invoke, &[tag::SET_RESPONSE, 1, invoke.0, result])
            }
            SetRequest::WithList { .. } => {
                self.require(request, Conformance::MULTIPLE_REFERENCES)?;
                self.abort_transfer();
                let whole = request.plain.clone();
                let (results, count) = self.write(site, request, whole, None)?;
                self.confirm_list(site, request, invoke, 5, &results, count, None)
            }
            SetRequest::WithFirstDatablock { block, .. }
            | SetRequest::WithListAndFirstDatablock { block, .. } => {
                self.require(request, Conformance::BLOCK_TRANSFER_WITH_SET_OR_WRITE)?;
                if matches!(set, SetRequest::WithListAndFirstDatablock { .. }) {
                    self.require(request, Conformance::MULTIPLE_REFERENCES)?;
                }
                let first = Block::new(&block, request);
                self.abort_transfer();
                if first.number != 1 {
                    return self.refuse_set_block(site, request, invoke, first.number);
                }
                self.kept = request.plain.end;
                let kind = Kind::Set { request: request.plain.clone(), value: first.raw.start };
                self.transfer = Some(Transfer { peer: request.peer, invoke, block: 0, kind });
                self.take_set_block(site, request, invoke, first)
            }
            SetRequest::WithDatablock { block, .. } => {
                let block = Block::new(&block, request);
                let in_progress = self.transfer.as_ref().is_some_and(|transfer| {
                    transfer.peer == request.peer
                        && transfer.invoke.id() == invoke.id()
                        && matches!(transfer.kind, Kind::Set { .. })
                });
                if !in_progress {
                    let result = DataAccessResult::NoLongSetInProgress;
                    return self.confirm_last(site, request, invoke, result, block.number);
                }
                self.take_set_block(site, request, invoke, block)
            }
        }
    }

    /// Takes a block of a value; with the last one the value is written.
    fn take_set_block<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &Request,
        invoke: InvokeIdAndPriority,
        block: Block,
    ) -> Result<(), Fault> {
        let Some(mut transfer) = self.transfer.take() else { return Err(Fault::Unanswerable) };
        let Kind::Set { request: first, value } = transfer.kind.clone() else {
            return Err(Fault::Unanswerable);
        };
        let [a, b, c, d] = block.number.to_be_bytes();
        if block.number == transfer.block && block.number != 0 {
            // Repeated, because our confirmation was lost.
            self.transfer = Some(transfer);
            return self.confirm(site, request, invoke, &[tag::SET_RESPONSE, 2, invoke.0, a, b, c, d]);
        }
        if block.number != transfer.block.saturating_add(1) {
            return self.refuse_set_block(site, request, invoke, block.number);
        }
        transfer.block = block.number;
        self.keep_block(block.raw);
        if !block.last {
            self.transfer = Some(transfer);
            return self.confirm(site, request, invoke, &[tag::SET_RESPONSE, 2, invoke.0, a, b, c, d]);
        }
        let whole = value..self.kept;
        self.kept = 0;
        let (results, count) = self.write(site, request, first.clone(), Some(whole))?;
        let bytes = self.rx.as_slice().get(first).unwrap_or_default();
        if matches!(SetRequest::from_bytes(bytes), Ok(SetRequest::WithListAndFirstDatablock { .. })) {
            return self.confirm_list(site, request, invoke, 4, &results, count, Some(block.number));
        }
        let result = DataAccessResult::from_code(results.first().copied().unwrap_or(0));
        self.confirm_last(site, request, invoke, result, block.number)
    }

    /// Moves a block's octets behind what is kept of the value.
    pub(super) fn keep_block(&mut self, raw: Range<usize>) {
        if raw.start >= self.kept {
            let offset = raw.start.saturating_sub(self.kept);
            let tail = self.rx.as_mut_slice().get_mut(self.kept..raw.end).unwrap_or_default();
            dlms_core::buffer::shift_down(tail, offset);
            self.kept = self.kept.saturating_add(raw.len());
        }
    }

    /// Writes what the request at `first` asks for, with the values at `values` if they came in blocks: the result
    /// codes, and how many.
    fn write<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &Request,
        first: Range<usize>,
        values: Option<Range<usize>>,
    ) -> Result<([u8; limits::WITH_LIST], usize), Fault> {
        let Self { rx, tx, associations, events, .. } = self;
        let association = associations.get(request.slot).ok_or(Fault::NotAssociated)?;
        let bytes = rx.as_slice().get(first).unwrap_or_default();
        let raw = values.and_then(|values| rx.as_slice().get(values)).unwrap_or_default();
        let mut results = [0; limits::WITH_LIST];
        let mut writer = Write {
            site,
            association,
            peer: request.peer,
            protection: request.protection,
            scratch: tx.as_mut_slice(),
            events,
        };
        let decoded = SetRequest::from_bytes(bytes);
        match decoded {
            Ok(SetRequest::Normal { attribute, selection, value, .. }) => {
                results[0] = writer.one(&AttributeSelection { attribute, selection }, Ok(value)).code();
                Ok((results, 1))
            }
            Ok(SetRequest::WithFirstDatablock { attribute, selection, .. }) => {
                let value = Data::from_bytes(raw).map_err(|_| DataAccessResult::TypeUnmatched);
                results[0] = writer.one(&AttributeSelection { attribute, selection }, value).code();
                Ok((results, 1))
            }
            Ok(SetRequest::WithList { attributes, values, .. }) => {
                for ((item, value), result) in attributes.iter().zip(values.iter()).zip(&mut results) {
                    *result = writer.one(&item, Ok(value)).code();
                }
                Ok((results, attributes.len()))
            }
            Ok(SetRequest::WithListAndFirstDatablock { attributes, .. }) => {
                let values = List::<Data<'_>>::from_bytes(raw).ok().filter(|v| v.len() == attributes.len());
                let mut values = values.map(|values| values.iter());
                for (item, result) in attributes.iter().zip(&mut results) {
                    let value = values.as_mut().and_then(Iterator::next);
                    *result = writer.one(&item, value.ok_or(DataAccessResult::TypeUnmatched)).code();
                }
                Ok((results, attributes.len()))
            }
            _ => Err(Fault::Malformed),
        }
    }

    /// Answers, if an answer is wanted.
    pub(super) fn confirm<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &Request,
        invoke: InvokeIdAndPriority,
        apdu: &[u8],
    ) -> Result<(), Fault> {
        if invoke.is_confirmed() { self.reply(site, request, apdu) } else { Ok(()) }
    }

    fn confirm_last<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &Request,
        invoke: InvokeIdAndPriority,
        result: DataAccessResult,
        number: u32,
    ) -> Result<(), Fault> {
        let [a, b, c, d] = number.to_be_bytes();
        self.confirm(site, request, invoke, &[tag::SET_RESPONSE, 3, invoke.0, result.code(), a, b, c, d])
    }

    /// A block out of order ends the transfer.
    fn refuse_set_block<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &Request,
        invoke: InvokeIdAndPriority,
        number: u32,
    ) -> Result<(), Fault> {
        self.abort_transfer();
        self.confirm_last(site, request, invoke, DataAccessResult::DataBlockNumberInvalid, number)
    }

    #[allow(clippy::too_many_arguments, reason = "one message, with all that is in it")]
    fn confirm_list<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &Request,
        invoke: InvokeIdAndPriority,
        choice: u8,
        results: &[u8],
        count: usize,
        number: Option<u32>,
    ) -> Result<(), Fault> {
        let mut apdu = [0; 4 + limits::WITH_LIST + 4];
        let mut w = dlms_core::codec::Writer::new(&mut apdu);
        w.array([tag::SET_RESPONSE, choice, invoke.0]);
        w.octets(results.get(..count).unwrap_or(results));
        if let Some(number) = number {
            w.u32(number);
        }
        let apdu = w.stored();
        self.confirm(site, request, invoke, apdu)
    }
}

/// A block of a request: number, whether it is the last, where its octets are.
pub(super) struct Block {
    pub(super) number: u32,
    pub(super) last: bool,
    pub(super) raw: Range<usize>,
}

impl Block {
    /// The block at the end of a request.
    pub(super) fn new(block: &DataBlock<'_>, request: &Request) -> Self {
        let start = request.plain.end.saturating_sub(block.raw_data.len());
        Self { number: block.block_number, last: block.last_block, raw: start..request.plain.end }
    }
}
