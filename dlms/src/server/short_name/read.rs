use core::ops::Range;

#[cfg(feature = "general-block-transfer")]
use dlms_core::apdu::AttributeSelection;
use dlms_core::apdu::{
    Conformance, DataAccessResult, ReadRequest, VariableAccessSpecification as Specification, tag,
};
use dlms_core::buffer::Buffer;
use dlms_core::codec::{Decode, Writer};
use dlms_core::data::Data;
use dlms_core::link::Link;
use dlms_security::SecurityContext;

#[cfg(feature = "general-block-transfer")]
use super::variable::nth_variable;
use super::variable::{Variable, is_block, variables};
use super::{NO_INVOKE_ID, RESULT};
use crate::server::Connection;
use crate::server::device::LogicalDevice;
use crate::server::fault::Fault;
use crate::server::invoke::Invoke;
use crate::server::read::read_whole;
use crate::server::request::{Request, malformed};
use crate::server::set::Block;
use crate::server::site::{Site, demanded_of_response};
#[cfg(feature = "general-block-transfer")]
use crate::server::store::Store;
use crate::server::transfer::{Cursor, Kind, Part, Service, Transfer};

impl<L: Link, B: Buffer, const A: usize> Connection<L, B, A> {
    /// Answers a read-request.
    pub(super) fn read<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &mut Request,
    ) -> Result<(), Fault> {
        let bytes = self.rx.as_slice().get(request.plain.clone()).unwrap_or_default();
        let read =
            ReadRequest::from_bytes(bytes).map_err(|e| malformed(&mut self.events, request.peer, e))?;
        self.require(request, Conformance::READ)?;
        let first = read.variables.iter().next().filter(|_| read.variables.len() == 1);
        let body = match first {
            Some(Specification::BlockNumberAccess(number)) => {
                return self.get_next(site, request, NO_INVOKE_ID, number.into());
            }
            Some(Specification::ReadDataBlockAccess { last_block, block_number, raw_data }) => {
                let raw = request.plain.end.saturating_sub(raw_data.len())..request.plain.end;
                let block = Block { number: block_number.into(), last: last_block, raw };
                self.take_variables_block(site, request, Service::Read, block)?
            }
            _ => {
                self.abort_transfer();
                Some(request.plain.start.saturating_add(1)..request.plain.end)
            }
        };
        match body {
            Some(body) => self.read_variables(site, request, body),
            None => Ok(()),
        }
    }

    /// Reads the variables at `body` in the receive buffer, and answers.
    fn read_variables<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &mut Request,
        body: Range<usize>,
    ) -> Result<(), Fault> {
        let bytes = self.rx.as_slice().get(body.clone()).unwrap_or_default();
        let list = variables(bytes).map_err(|e| malformed(&mut self.events, request.peer, e))?;
        let count = list.len();
        if count > 1 {
            self.require(request, Conformance::MULTIPLE_REFERENCES)?;
        }
        let mut invokes = false;
        for specification in list {
            if is_block(&specification) {
                return Err(Fault::Malformed);
            }
            let client = request.peer.client;
            let mode = match site.variable(&specification) {
                Ok(Variable::Attribute(item)) => site.attribute(client, &item.attribute),
                Ok(Variable::Method(method, _)) => {
                    invokes = true;
                    site.method(client, &method)
                }
                Err(_) => continue,
            };
            if let Ok((_, mode)) = mode {
                request.response = request.response.union(demanded_of_response(mode));
            }
        }
        if count == 0 {
            // The count goes with the first variable otherwise.
            return self.reply(site, request, &[tag::READ_RESPONSE, 0]);
        }
        if !invokes {
            return self.send_variables(site, request, body, Cursor::START, count);
        }
        let (results, new_keys) = self.invoke_variables(site, request, &body)?;
        let part = Part::Rest { from: results.start, to: results.end, then: None };
        let all = Cursor { item: count.saturating_sub(1), part };
        let sent = self.send_variables(site, request, body.clone(), all, count);
        if let Some(index) = new_keys {
            // They protect from the next message on: the answer is sealed already.
            self.install_from(site, request, |rx| {
                let list = variables(rx.get(body)?).ok()?;
                match list.iter().nth(index)? {
                    Specification::ParameterizedAccess { selection, .. } => Some(selection.parameters),
                    _ => None,
                }
            });
        }
        sent
    }

    /// Sends the values of variables from a cursor on, in blocks if they are too long for one message.
    fn send_variables<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &Request,
        body: Range<usize>,
        first: Cursor,
        count: usize,
    ) -> Result<(), Fault> {
        let head = [tag::READ_RESPONSE];
        let room = self.room(request, head.len())?;
        let mut cursor = first;
        match self.fill(site, request, &mut cursor, body.clone(), room.clone()) {
            Ok((len, true)) => self.reply_with(site, request, &head, room.start, len),
            #[cfg(feature = "general-block-transfer")]
            Ok((_, false))
                if self.has_general_blocks(request)
                    && self.store_variables(site, request, &body, first)? =>
            {
                Ok(())
            }
            Ok((_, false)) if self.has_get_blocks(request) => {
                let kind = Kind::Get { request: body, cursor: first };
                self.transfer = Some(Transfer { peer: request.peer, invoke: NO_INVOKE_ID, block: 0, kind });
                self.send_get_block(site, request)
            }
            Ok((_, false)) => {
                let error = DataAccessResult::OtherReason;
                self.refuse_variables(site, request, tag::READ_RESPONSE, count, error)
            }
            Err(error) => self.refuse_variables(site, request, tag::READ_RESPONSE, count, error),
        }
    }

    /// Puts the values of the variables at `body` together whole and starts to send them in general blocks; what was
    /// invoked and read already lies there, as `first` says. Whether it fits.
    #[cfg(feature = "general-block-transfer")]
    fn store_variables<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &Request,
        body: &Range<usize>,
        first: Cursor,
    ) -> Result<bool, Fault> {
        if let Part::Rest { from, to, .. } = first.part {
            let start = from.saturating_sub(1);
            if let Some(slot) = self.rx.as_mut_slice().get_mut(start) {
                *slot = tag::READ_RESPONSE;
            }
            return self.send_stored(site, request, start..to).map(|()| true);
        }
        let start = body.end.max(request.plain.end).saturating_add(SecurityContext::HEADROOM);
        let end = self.rx.capacity().saturating_sub(Self::BEHIND);
        let association = self.associations.get(request.slot).ok_or(Fault::NotAssociated)?;
        let protection = request.protection;
        let mut store = Store { rx: &mut self.rx, request: body.clone(), at: start, end, is_full: false };
        let written = write_all(&mut store, site, |store, site, index| {
            store.value(site, association, protection, selected, index)
        });
        let (end, fits) = (store.at, written.is_ok() && !store.is_full);
        if fits {
            self.send_stored(site, request, start..end)?;
        }
        Ok(fits)
    }

    /// Invokes and reads the variables at `body`, once: where the answer lies behind them, and which of the methods
    /// brought new keys.
    fn invoke_variables<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &Request,
        body: &Range<usize>,
    ) -> Result<(Range<usize>, Option<usize>), Fault> {
        // Room for the head of the answer and its ciphering, where it may go as it lies.
        let blocks = self.has_general_blocks(request);
        let (before, behind) = if blocks { (SecurityContext::HEADROOM + 1, Self::BEHIND) } else { (0, 0) };
        let from = body.end.max(request.plain.end).saturating_add(before);
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
        let bytes = received.get(body.clone()).unwrap_or_default();
        let list = variables(bytes).map_err(|_| Fault::Malformed)?;
        let mut w = Writer::new(results);
        w.length(list.len());
        let mut used = w.len();
        // Octets that the answers to the variables to come take. Nothing is invoked whose answer could not be told.
        let mut reserved = list.len().saturating_mul(2);
        if used.saturating_add(reserved) > results.len() {
            return Err(Fault::Unanswerable);
        }
        let mut invoke = Invoke {
            site,
            association,
            peer: request.peer,
            protection: request.protection,
            scratch: tx.as_mut_slice(),
            events,
            new_keys: None,
        };
        for (index, specification) in list.iter().enumerate() {
            reserved = reserved.saturating_sub(2);
            let room = used.saturating_add(1)..results.len().saturating_sub(reserved);
            let room = results.get_mut(room).unwrap_or_default();
            let len = invoke.variable(index, &specification, room);
            let mut w = Writer::new(results.get_mut(used..).unwrap_or_default());
            match len {
                // A method that gives nothing.
                Ok(0) => w.array([0, 0]),
                Ok(len) => {
                    w.u8(0);
                    w.seek(len.saturating_add(1));
                }
                Err(error) => w.array([1, error.code()]),
            }
            used = used.saturating_add(w.len()).min(results.len());
        }
        Ok((from..from.saturating_add(used), invoke.new_keys))
    }
}

impl<D: LogicalDevice> Invoke<'_, '_, D> {
    /// Reads or invokes what a specification names; the octets of its value in `room`.
    fn variable(
        &mut self,
        index: usize,
        specification: &Specification<'_>,
        room: &mut [u8],
    ) -> Result<usize, DataAccessResult> {
        match self.site.variable(specification)? {
            Variable::Method(method, parameter) => {
                let parameter = Ok(parameter.unwrap_or(Data::NullData));
                self.one(index, &method, parameter, room).map_err(|e| DataAccessResult::from_code(e.code()))
            }
            Variable::Attribute(item) => {
                let mut w = Writer::new(room);
                read_whole(self.site, self.association, self.protection, &item, &mut w)?;
                w.finish().map(<[u8]>::len).map_err(|_| DataAccessResult::OtherReason)
            }
        }
    }
}

/// The attribute with this number, of the variables in `bytes`.
#[cfg(feature = "general-block-transfer")]
fn selected<'r, D: LogicalDevice>(
    site: &Site<'_, D>,
    bytes: &'r [u8],
    index: usize,
) -> Option<AttributeSelection<'r>> {
    nth_variable(site, bytes, index)?.0.ok()
}

/// Writes a read-response whole, with `value` for each value.
#[cfg(feature = "general-block-transfer")]
fn write_all<D: LogicalDevice, B: Buffer>(
    store: &mut Store<'_, B>,
    site: &mut Site<'_, D>,
    mut value: impl FnMut(&mut Store<'_, B>, &mut Site<'_, D>, usize) -> Result<(), DataAccessResult>,
) -> Result<(), DataAccessResult> {
    let count = variables(store.split(0)?.0).map_or(0, |list| list.len());
    store.put(|_, w| {
        w.u8(tag::READ_RESPONSE);
        w.length(count);
    })?;
    for index in 0..count {
        let start = store.at;
        // That there is no such attribute is told as when it is read.
        let named = nth_variable(site, store.split(0)?.0, index).map_or(Ok(()), |(item, _)| item.map(|_| ()));
        store.put(|_, w| w.u8(0))?;
        if let Err(error) = named.and_then(|()| value(store, site, index)) {
            store.at = start;
            store.put(|_, w| w.array([1, error.code()]))?;
        }
    }
    Ok(())
}
