use core::ops::Range;

use dlms_core::apdu::{
    ActionRequest, ActionResult, Conformance, InvokeIdAndPriority, List, MethodDescriptor, tag,
};
use dlms_core::buffer::Buffer;
use dlms_core::codec::{Decode, Writer};
use dlms_core::data::Data;
use dlms_core::link::Link;
use dlms_security::SecurityContext;

use super::Connection;
use super::device::LogicalDevice;
use super::fault::Fault;
use super::invoke::Invoke;
use super::request::{Request, malformed};
use super::set::Block;
use super::site::Site;
use super::transfer::{Kind, Transfer};

/// Octets of the results of methods at most, where the buffer grows; else what the buffer has.
const RESULT: usize = 4096;
/// Octets of an action-response with a block besides the raw data and its length.
const BLOCK_HEADER: usize = 8;
/// Octets of the length of raw data at most.
const LENGTH: usize = 3;

impl<L: Link, B: Buffer, const A: usize> Connection<L, B, A> {
    /// Answers an action-request.
    pub(super) fn action<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &mut Request,
    ) -> Result<(), Fault> {
        let bytes = self.rx.as_slice().get(request.plain.clone()).unwrap_or_default();
        let action =
            ActionRequest::from_bytes(bytes).map_err(|e| malformed(&mut self.events, request.peer, e))?;
        self.require(request, Conformance::ACTION)?;
        let invoke = action.invoke();
        match action {
            ActionRequest::Normal { .. } => {
                self.abort_transfer();
                let whole = request.plain.clone();
                self.invoke(site, request, invoke, whole, None)
            }
            ActionRequest::WithList { .. } => {
                self.require(request, Conformance::MULTIPLE_REFERENCES)?;
                self.abort_transfer();
                let whole = request.plain.clone();
                self.invoke(site, request, invoke, whole, None)
            }
            ActionRequest::NextPblock { block_number, .. } => {
                self.next_result_block(site, request, invoke, block_number)
            }
            ActionRequest::WithFirstPblock { block, .. }
            | ActionRequest::WithListAndFirstPblock { block, .. } => {
                self.require(request, Conformance::BLOCK_TRANSFER_WITH_ACTION)?;
                let first = Block::new(&block, request);
                self.abort_transfer();
                self.kept = request.plain.end;
                let kind = Kind::Parameter { request: request.plain.clone(), value: first.raw.start };
                self.transfer = Some(Transfer { peer: request.peer, invoke, block: 0, kind });
                self.take_parameter_block(site, request, invoke, first)
            }
            ActionRequest::WithPblock { block, .. } => {
                let block = Block::new(&block, request);
                self.take_parameter_block(site, request, invoke, block)
            }
        }
    }

    /// Takes a block of a parameter; with the last one the method is invoked.
    fn take_parameter_block<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &Request,
        invoke: InvokeIdAndPriority,
        block: Block,
    ) -> Result<(), Fault> {
        let in_progress = self
            .transfer
            .take()
            .filter(|transfer| transfer.peer == request.peer && transfer.invoke.id() == invoke.id());
        let Some(mut transfer) = in_progress else {
            self.abort_transfer();
            return self.refuse_action(site, request, invoke, ActionResult::NoLongActionInProgress);
        };
        let Kind::Parameter { request: first, value } = transfer.kind.clone() else {
            self.abort_transfer();
            return self.refuse_action(site, request, invoke, ActionResult::NoLongActionInProgress);
        };
        let [a, b, c, d] = block.number.to_be_bytes();
        let next = [tag::ACTION_RESPONSE, 4, invoke.0, a, b, c, d];
        if block.number == transfer.block && block.number != 0 {
            self.transfer = Some(transfer);
            return self.confirm(site, request, invoke, &next);
        }
        if block.number != transfer.block.saturating_add(1) {
            self.abort_transfer();
            return self.refuse_action(site, request, invoke, ActionResult::LongActionAborted);
        }
        transfer.block = block.number;
        self.keep_block(block.raw);
        if !block.last {
            self.transfer = Some(transfer);
            return self.confirm(site, request, invoke, &next);
        }
        let whole = value..self.kept;
        self.kept = 0;
        self.invoke(site, request, invoke, first, Some(whole))
    }

    /// Invokes what the request at `first` asks for, with the parameters at `raw` if they came in blocks, and answers.
    /// No method is invoked twice: the results are kept behind the request and cut from there.
    fn invoke<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &Request,
        invoke: InvokeIdAndPriority,
        first: Range<usize>,
        raw: Option<Range<usize>>,
    ) -> Result<(), Fault> {
        // Room for the head of the answer and its ciphering, where it may go as it lies.
        let blocks = self.has_general_blocks(request);
        let (before, behind) = if blocks { (SecurityContext::HEADROOM + 3, Self::BEHIND) } else { (0, 0) };
        let from = raw.as_ref().map_or(first.end, |raw| raw.end).saturating_add(before);
        // A buffer that cannot grow that far has what it has.
        let wanted = from.saturating_add(RESULT).min(self.rx.capacity());
        let _ = self.rx.reserve(wanted);
        let Self { rx, tx, associations, events, .. } = self;
        let association = associations.get(request.slot).ok_or(Fault::NotAssociated)?;
        let Some((received, results)) = rx.as_mut_slice().split_at_mut_checked(from) else {
            return Err(Fault::Unanswerable);
        };
        let size = results.len().saturating_sub(behind);
        let results = results.get_mut(..size).unwrap_or_default();
        let bytes = received.get(first.clone()).unwrap_or_default();
        let parameters = raw.clone().and_then(|raw| received.get(raw)).unwrap_or_default();
        let invoke_one = Invoke {
            site,
            association,
            peer: request.peer,
            protection: request.protection,
            scratch: tx.as_mut_slice(),
            events,
            new_keys: None,
        };
        let mut invoker = Results { invoke: invoke_one, results, used: 0, reserved: 0 };
        let list = invoker.all(bytes, parameters)?;
        let (used, new_keys) = (invoker.used, invoker.invoke.new_keys);
        let results = from..from.saturating_add(used);
        let sent = self.send_results(site, request, invoke, list, results);
        if let Some(keys) = new_keys {
            // They protect from the next message on: the answer is sealed already.
            self.install(site, request, keys, &first, raw);
        }
        sent
    }

    /// Sends the results, in blocks if they are too long for one message.
    fn send_results<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &Request,
        invoke: InvokeIdAndPriority,
        list: bool,
        results: Range<usize>,
    ) -> Result<(), Fault> {
        if !invoke.is_confirmed() {
            return Ok(());
        }
        let head = [tag::ACTION_RESPONSE, if list { 3 } else { 1 }, invoke.0];
        let room = self.room(request, head.len())?;
        if results.len() <= room.len() {
            let len = self.copy_out(&results, room.clone());
            return self.reply_with(site, request, &head, room.start, len);
        }
        #[cfg(feature = "general-block-transfer")]
        if self.has_general_blocks(request) {
            let start = results.start.saturating_sub(head.len());
            for (slot, octet) in self.rx.as_mut_slice().iter_mut().skip(start).zip(head) {
                *slot = octet;
            }
            return self.send_stored(site, request, start..results.end);
        }
        if !self.has(request, Conformance::BLOCK_TRANSFER_WITH_ACTION) {
            return self.refuse_action(site, request, invoke, ActionResult::OtherReason);
        }
        self.kept = results.end;
        let kind = Kind::Result { rest: results };
        self.transfer = Some(Transfer { peer: request.peer, invoke, block: 0, kind });
        self.send_result_block(site, request)
    }

    fn next_result_block<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &Request,
        invoke: InvokeIdAndPriority,
        block_number: u32,
    ) -> Result<(), Fault> {
        let in_progress = self.transfer.as_ref().filter(|transfer| {
            transfer.peer == request.peer
                && transfer.invoke.id() == invoke.id()
                && matches!(transfer.kind, Kind::Result { .. })
        });
        match in_progress.map(|transfer| transfer.block) {
            Some(block) if block == block_number => self.send_result_block(site, request),
            Some(_) => {
                self.abort_transfer();
                self.refuse_action(site, request, invoke, ActionResult::LongActionAborted)
            }
            None => self.refuse_action(site, request, invoke, ActionResult::NoLongActionInProgress),
        }
    }

    fn send_result_block<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &Request,
    ) -> Result<(), Fault> {
        let room = self.block_room(request, BLOCK_HEADER + LENGTH)?;
        let Some(mut transfer) = self.transfer.take() else { return Err(Fault::Unanswerable) };
        let Kind::Result { rest } = &mut transfer.kind else { return Err(Fault::Unanswerable) };
        let len = self.copy_out(rest, room.clone());
        rest.start = rest.start.saturating_add(len);
        let last = rest.start >= rest.end;
        transfer.block = transfer.block.saturating_add(1);
        let mut head = [0; BLOCK_HEADER + LENGTH];
        let mut w = Writer::new(&mut head);
        w.array([tag::ACTION_RESPONSE, 2, transfer.invoke.0, u8::from(last)]);
        w.u32(transfer.block);
        w.length(len);
        let head_len = w.len();
        if last {
            self.kept = 0;
        } else {
            self.transfer = Some(transfer);
        }
        self.reply_with(site, request, head.get(..head_len).unwrap_or_default(), room.start, len)
    }

    /// Copies from the receive to the transmit buffer what fits.
    pub(super) fn copy_out(&mut self, from: &Range<usize>, to: Range<usize>) -> usize {
        let octets = self.rx.as_slice().get(from.clone()).unwrap_or_default();
        let room = self.tx.as_mut_slice().get_mut(to).unwrap_or_default();
        for (slot, octet) in room.iter_mut().zip(octets) {
            *slot = *octet;
        }
        octets.len().min(room.len())
    }

    fn refuse_action<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &Request,
        invoke: InvokeIdAndPriority,
        result: ActionResult,
    ) -> Result<(), Fault> {
        self.confirm(site, request, invoke, &[tag::ACTION_RESPONSE, 1, invoke.0, result.code(), 0])
    }
}

/// Invokes methods, one after the other, and gathers their results.
struct Results<'i, 'd, D: LogicalDevice> {
    invoke: Invoke<'i, 'd, D>,
    results: &'i mut [u8],
    used: usize,
    /// Octets that the result codes and presence octets of the methods to come take.
    reserved: usize,
}

impl<D: LogicalDevice> Results<'_, '_, D> {
    /// Invokes all methods of a request; whether it is a list. None if the request cannot be read or answered.
    fn all(&mut self, bytes: &[u8], raw: &[u8]) -> Result<bool, Fault> {
        match ActionRequest::from_bytes(bytes).map_err(|_| Fault::Malformed)? {
            ActionRequest::Normal { method, parameters, .. } => {
                self.reserve(1)?;
                self.one(0, &method, Ok(parameters.unwrap_or(Data::NullData)));
                Ok(false)
            }
            ActionRequest::WithFirstPblock { method, .. } => {
                let parameter = Data::from_bytes(raw).map_err(|_| ActionResult::TypeUnmatched);
                self.reserve(1)?;
                self.one(0, &method, parameter);
                Ok(false)
            }
            ActionRequest::WithList { methods, parameters, .. } => {
                self.count(methods.len())?;
                for (i, (method, parameter)) in methods.iter().zip(parameters.iter()).enumerate() {
                    self.one(i, &method, Ok(parameter));
                }
                Ok(true)
            }
            ActionRequest::WithListAndFirstPblock { methods, .. } => {
                self.count(methods.len())?;
                let parameters = List::<Data<'_>>::from_bytes(raw).ok().filter(|p| p.len() == methods.len());
                let mut parameters = parameters.map(|parameters| parameters.iter());
                for (i, method) in methods.iter().enumerate() {
                    let parameter = parameters.as_mut().and_then(Iterator::next);
                    self.one(i, &method, parameter.ok_or(ActionResult::TypeUnmatched));
                }
                Ok(true)
            }
            _ => Err(Fault::Malformed),
        }
    }

    fn count(&mut self, count: usize) -> Result<(), Fault> {
        let mut w = Writer::new(self.results);
        w.length(count);
        self.used = w.len();
        self.reserve(count)
    }

    /// Nothing is invoked whose result could not be told.
    fn reserve(&mut self, methods: usize) -> Result<(), Fault> {
        self.reserved = methods.saturating_mul(2);
        let needed = self.used.saturating_add(self.reserved);
        if needed <= self.results.len() { Ok(()) } else { Err(Fault::Unanswerable) }
    }

    /// Invokes a method and writes its result, with what it gave if there is room: it lies where it belongs, behind
    /// result code, presence octet and choice.
    fn one(&mut self, index: usize, method: &MethodDescriptor, parameter: Result<Data<'_>, ActionResult>) {
        self.reserved = self.reserved.saturating_sub(2);
        let room = self.used.saturating_add(3)..self.results.len().saturating_sub(self.reserved);
        let room = self.results.get_mut(room).unwrap_or_default();
        let (result, len) = match self.invoke.one(index, method, parameter, room) {
            Ok(len) => (ActionResult::Success, len),
            Err(error) => (error, 0),
        };
        let mut w = Writer::new(self.results.get_mut(self.used..).unwrap_or_default());
        w.u8(result.code());
        w.presence(len > 0);
        if len > 0 {
            w.u8(0);
        }
        self.used = self.used.saturating_add(w.len()).saturating_add(len).min(self.results.len());
    }
}
