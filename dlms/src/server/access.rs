use core::ops::Range;

use dlms_core::apdu::{
    AccessRequest, AccessResult, AccessSpecification, ActionResult, AttributeSelection, Conformance,
    DataAccessResult, LongInvokeIdAndPriority, tag,
};
use dlms_core::buffer::Buffer;
use dlms_core::codec::{Decode, DecodeError, Encode, Reader};
use dlms_core::data::Data;
use dlms_core::limits;
use dlms_core::link::Link;
use dlms_security::SecurityContext;

use super::Connection;
use super::association::Association;
use super::device::LogicalDevice;
use super::event::Events;
use super::fault::Fault;
use super::invoke::Invoke;
use super::request::{Request, malformed};
use super::site::{Site, demanded_of_response};
use super::store::Store;
use super::write::Write;

/// Octets of the result of a method at most, where the buffer grows.
const RESULT: usize = 4096;

/// Where in an access-request its two lists are.
struct Layout {
    invoke: LongInvokeIdAndPriority,
    count: usize,
    /// The specifications with their count.
    specifications: Range<usize>,
    /// The first specification, the first value.
    first: (usize, usize),
}

impl Layout {
    fn read(bytes: &[u8]) -> Result<Self, DecodeError> {
        AccessRequest::from_bytes(bytes)?;
        let mut r = Reader::new(bytes);
        r.u8()?;
        let invoke = LongInvokeIdAndPriority::decode(&mut r)?;
        r.octets()?;
        let start = r.offset();
        let count = r.length()?;
        let first = r.offset();
        for _ in 0..count {
            AccessSpecification::decode(&mut r)?;
        }
        let specifications = start..r.offset();
        r.length()?;
        Ok(Self { invoke, count, specifications, first: (first, r.offset()) })
    }
}

/// The specification that begins at octet `at` of a request, and where the next one does.
fn specification(bytes: &[u8], at: usize) -> Option<(AccessSpecification<'_>, usize)> {
    let mut r = Reader::new(bytes.get(at..)?);
    let specification = AccessSpecification::decode(&mut r).ok()?;
    Some((specification, at.saturating_add(r.offset())))
}

/// The attribute of a specification.
fn attribute(specification: AccessSpecification<'_>) -> Option<AttributeSelection<'_>> {
    use AccessSpecification as Specification;
    match specification {
        Specification::Get(attribute) | Specification::Set(attribute) => {
            Some(AttributeSelection { attribute, selection: None })
        }
        Specification::GetWithSelection(attribute, selection)
        | Specification::SetWithSelection(attribute, selection) => {
            Some(AttributeSelection { attribute, selection: Some(selection) })
        }
        Specification::Action(_) => None,
    }
}

fn find<'r, D: LogicalDevice>(_: &Site<'_, D>, bytes: &'r [u8], at: usize) -> Option<AttributeSelection<'r>> {
    specification(bytes, at).and_then(|(specification, _)| attribute(specification))
}

/// A result of the kind that answers a specification.
const fn result(specification: &AccessSpecification<'_>, code: u8) -> AccessResult {
    use AccessSpecification as Specification;
    match specification {
        Specification::Get(_) | Specification::GetWithSelection(..) => {
            AccessResult::Get(DataAccessResult::from_code(code))
        }
        Specification::Set(_) | Specification::SetWithSelection(..) => {
            AccessResult::Set(DataAccessResult::from_code(code))
        }
        Specification::Action(_) => AccessResult::Action(ActionResult::from_code(code)),
    }
}

impl<L: Link, B: Buffer, const A: usize> Connection<L, B, A> {
    /// Answers an access-request: item by item, in order. What is done is done, so the answer is put together whole,
    /// in the receive buffer; of an item whose value does not fit only the result is told.
    pub(super) fn access<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &mut Request,
    ) -> Result<(), Fault> {
        let bytes = self.rx.as_slice().get(request.plain.clone()).unwrap_or_default();
        let layout = Layout::read(bytes).map_err(|e| malformed(&mut self.events, request.peer, e))?;
        self.require(request, Conformance::ACCESS)?;
        let bytes = self.rx.as_slice().get(request.plain.clone()).unwrap_or_default();
        let mut at = layout.first.0;
        while let Some((specification, next)) =
            specification(bytes, at).filter(|_| at < layout.specifications.end)
        {
            let mode = match specification {
                AccessSpecification::Action(method) => site.method(request.peer.client, &method),
                other => attribute(other)
                    .ok_or(DataAccessResult::OtherReason)
                    .and_then(|item| site.attribute(request.peer.client, &item.attribute)),
            };
            if let Ok((_, mode)) = mode {
                request.response = request.response.union(demanded_of_response(mode));
            }
            at = next;
        }
        self.abort_transfer();
        request.generalize();
        let room = self.room(request, 0)?.len();
        let start = request.plain.end.saturating_add(SecurityContext::HEADROOM);
        let end = self.rx.capacity().saturating_sub(SecurityContext::TAILROOM);
        let end = if self.has_general_blocks(request) {
            end.saturating_sub(Self::BEHIND)
        } else {
            end.min(start.saturating_add(room))
        };
        let Self { rx, tx, associations, events, .. } = self;
        let association = associations.get(request.slot).ok_or(Fault::NotAssociated)?;
        let store = Store { rx, request: request.plain.clone(), at: start, end, is_full: false };
        let mut answer = Answer {
            site,
            association,
            request,
            store,
            scratch: tx.as_mut_slice(),
            events,
            layout: &layout,
            new_keys: None,
        };
        answer.all().map_err(|_| Fault::Unanswerable)?;
        let (end, new_keys) = (answer.store.at, answer.new_keys);
        let sent =
            if layout.invoke.is_confirmed() { self.send_stored(site, request, start..end) } else { Ok(()) };
        if let Some(keys) = new_keys {
            // They protect from the next message on: the answer is sealed already.
            let bytes = request.plain.clone();
            self.install_from(site, request, |rx| {
                AccessRequest::from_bytes(rx.get(bytes)?).ok()?.data.iter().nth(keys)
            });
        }
        sent
    }
}

/// Carries out an access-request and writes the answer.
struct Answer<'a, 'd, D: LogicalDevice, B> {
    site: &'a mut Site<'d, D>,
    association: &'a Association,
    request: &'a Request,
    store: Store<'a, B>,
    scratch: &'a mut [u8],
    events: &'a mut Events,
    layout: &'a Layout,
    new_keys: Option<usize>,
}

impl<D: LogicalDevice, B: Buffer> Answer<'_, '_, D, B> {
    /// # Errors
    /// There is no room for the results, so nothing was done.
    fn all(&mut self) -> Result<(), DataAccessResult> {
        let Layout { invoke, count, ref specifications, first } = *self.layout;
        self.store.put(|request, w| {
            w.u8(tag::ACCESS_RESPONSE);
            invoke.encode(w);
            // A server without a clock of its own tells no time.
            w.u8(0);
            w.presence(invoke.is_self_descriptive());
            if invoke.is_self_descriptive() {
                w.bytes(request.get(specifications.clone()).unwrap_or_default());
            }
            w.length(count);
        })?;
        // A result code takes two octets, and so does its count at most.
        let end = self.store.end;
        let results = count.saturating_add(1).saturating_mul(2);
        self.store.split(count.saturating_add(results))?;
        let mut codes = [DataAccessResult::OtherReason.code(); limits::WITH_LIST];
        let (mut specification_at, mut value_at) = first;
        let mut stopped = false;
        for (index, code) in codes.iter_mut().enumerate().take(count) {
            let to_come = count.saturating_sub(index).saturating_sub(1);
            self.store.end = end.saturating_sub(results).saturating_sub(to_come);
            if !stopped {
                *code = self.one(index, specification_at, value_at);
            }
            if *code != 0 {
                self.store.put(|_, w| w.u8(0))?;
                stopped |= invoke.is_break_on_error();
            }
            (specification_at, value_at) = self.next(specification_at, value_at);
        }
        self.store.end = end;
        self.store.put(|request, w| {
            w.length(count);
            let mut at = first.0;
            for code in codes.iter().take(count) {
                let Some((specification, next)) = specification(request, at) else { return };
                result(&specification, *code).encode(w);
                at = next;
            }
        })
    }

    /// Where the next specification and the next value begin.
    fn next(&mut self, specification_at: usize, value_at: usize) -> (usize, usize) {
        let Ok((request, _)) = self.store.split(0) else { return (specification_at, value_at) };
        let mut r = Reader::new(request.get(value_at..).unwrap_or_default());
        let _ = Data::decode(&mut r);
        let next = specification(request, specification_at).map_or(specification_at, |(_, next)| next);
        (next, value_at.saturating_add(r.offset()))
    }

    /// Carries out one item and writes the value it gives, if that succeeds; the result code.
    fn one(&mut self, index: usize, specification_at: usize, value_at: usize) -> u8 {
        let unreadable = DataAccessResult::OtherReason.code();
        let Self { site, association, request, store, scratch, events, .. } = self;
        let least = RESULT.min(store.end.min(store.rx.capacity()).saturating_sub(store.at));
        let Ok((bytes, room)) = store.split(least) else { return unreadable };
        let value = Data::decode(&mut Reader::new(bytes.get(value_at..).unwrap_or_default()));
        let Some((specification, _)) = specification(bytes, specification_at) else { return unreadable };
        match (specification, value) {
            (AccessSpecification::Get(_) | AccessSpecification::GetWithSelection(..), _) => {
                let read = store.value(site, association, request.protection, find, specification_at);
                read.err().map_or(0, DataAccessResult::code)
            }
            (AccessSpecification::Action(method), value) => {
                let (peer, protection) = (request.peer, request.protection);
                let new_keys = None;
                let mut invoke = Invoke { site, association, peer, protection, scratch, events, new_keys };
                let value = value.map_err(|_| ActionResult::TypeUnmatched);
                let given = invoke.one(index, &method, value, room);
                self.new_keys = invoke.new_keys.or(self.new_keys);
                match given {
                    Ok(0) => store.put(|_, w| w.u8(0)).map_or(unreadable, |()| 0),
                    Ok(len) => {
                        store.at = store.at.saturating_add(len);
                        0
                    }
                    Err(error) => error.code(),
                }
            }
            (other, value) => {
                let Some(item) = attribute(other) else { return unreadable };
                let (peer, protection) = (request.peer, request.protection);
                let mut write = Write { site, association, peer, protection, scratch, events };
                let written = write.one(&item, value.map_err(|_| DataAccessResult::TypeUnmatched));
                if written.is_success() {
                    return store.put(|_, w| w.u8(0)).map_or(unreadable, |()| 0);
                }
                written.code()
            }
        }
    }
}
