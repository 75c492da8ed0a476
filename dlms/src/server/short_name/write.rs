use core::ops::Range;

use dlms_core::apdu::{
    ActionResult, Conformance, DataAccessResult, List, VariableAccessSpecification as Specification,
    WriteRequest, tag,
};
use dlms_core::buffer::Buffer;
use dlms_core::codec::{Decode, DecodeError, Reader, Writer};
use dlms_core::data::Data;
use dlms_core::limits;
use dlms_core::link::Link;

use super::RESULT;
use super::variable::{Variable, is_block};
use crate::server::Connection;
use crate::server::device::LogicalDevice;
use crate::server::fault::Fault;
use crate::server::invoke::Invoke;
use crate::server::request::{Request, malformed};
use crate::server::set::Block;
use crate::server::site::Site;
use crate::server::transfer::Service;
use crate::server::write::Write;

impl<L: Link, B: Buffer, const A: usize> Connection<L, B, A> {
    /// Answers a write-request.
    pub(super) fn write_request<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &Request,
    ) -> Result<(), Fault> {
        let bytes = self.rx.as_slice().get(request.plain.clone()).unwrap_or_default();
        let write =
            WriteRequest::from_bytes(bytes).map_err(|e| malformed(&mut self.events, request.peer, e))?;
        self.require(request, Conformance::WRITE)?;
        let first = write.variables.iter().next().filter(|_| write.variables.len() == 1);
        let body = match (first, write.values.iter().next()) {
            (
                Some(Specification::WriteDataBlockAccess { last_block, block_number }),
                Some(Data::OctetString(octets)),
            ) => {
                let raw = request.plain.end.saturating_sub(octets.len())..request.plain.end;
                let block = Block { number: block_number.into(), last: last_block, raw };
                self.take_variables_block(site, request, Service::Write, block)?
            }
            _ => {
                self.abort_transfer();
                Some(request.plain.start.saturating_add(1)..request.plain.end)
            }
        };
        let Some(body) = body else { return Ok(()) };
        let written = self.write_variables(site, request, &body, true)?;
        let mut apdu = [0; 2 + 2 * limits::WITH_LIST];
        let mut w = Writer::new(&mut apdu);
        w.u8(tag::WRITE_RESPONSE);
        w.length(written.count);
        for code in written.results.iter().take(written.count) {
            match code {
                0 => w.u8(0),
                error => w.array([1, *error]),
            }
        }
        let sent = self.reply(site, request, w.stored());
        self.install_written(site, request, body, &written);
        sent
    }

    /// Carries out an unconfirmed-write-request, which nothing answers.
    pub(super) fn unconfirmed_write<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &Request,
    ) -> Result<(), Fault> {
        self.require(request, Conformance::UNCONFIRMED_WRITE)?;
        self.abort_transfer();
        let body = request.plain.start.saturating_add(1)..request.plain.end;
        let written = self.write_variables(site, request, &body, false)?;
        self.install_written(site, request, body, &written);
        Ok(())
    }

    /// Installs keys that a variable brought: they protect from the next message on.
    fn install_written<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &Request,
        body: Range<usize>,
        written: &Written,
    ) {
        if let Some(index) = written.new_keys {
            self.install_from(site, request, |rx| both_lists(rx.get(body)?).ok()?.1.iter().nth(index));
        }
    }

    /// Writes the variables at `body` in the receive buffer.
    fn write_variables<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &Request,
        body: &Range<usize>,
        confirmed: bool,
    ) -> Result<Written, Fault> {
        let bytes = self.rx.as_slice().get(body.clone()).unwrap_or_default();
        let (variables, values) =
            both_lists(bytes).map_err(|e| malformed(&mut self.events, request.peer, e))?;
        let count = variables.len();
        if count != values.len() || variables.iter().any(|specification| is_block(&specification)) {
            return Err(Fault::Malformed);
        }
        if count > 1 {
            self.require(request, Conformance::MULTIPLE_REFERENCES)?;
        }
        // Nothing is written whose result could not be told.
        if confirmed {
            self.room(request, count.saturating_mul(2).saturating_add(1))?;
        }
        // A buffer that cannot grow that far has what it has.
        let wanted = body.end.saturating_add(RESULT).min(self.rx.capacity());
        let _ = self.rx.reserve(wanted);
        let Self { rx, tx, associations, events, .. } = self;
        let association = associations.get(request.slot).ok_or(Fault::NotAssociated)?;
        let Some((received, unheard)) = rx.as_mut_slice().split_at_mut_checked(body.end) else {
            return Err(Fault::Unanswerable);
        };
        let bytes = received.get(body.clone()).unwrap_or_default();
        let (variables, values) = both_lists(bytes).map_err(|_| Fault::Malformed)?;
        let (peer, protection) = (request.peer, request.protection);
        let mut written = Written { results: [0; limits::WITH_LIST], count, new_keys: None };
        let items = variables.iter().zip(values.iter()).zip(&mut written.results);
        for (index, ((specification, value), result)) in items.enumerate() {
            let (site, scratch, events) = (&mut *site, tx.as_mut_slice(), &mut *events);
            *result = match site.variable(&specification) {
                Ok(Variable::Attribute(item)) => {
                    Write { site, association, peer, protection, scratch, events }
                        .one(&item, Ok(value))
                        .code()
                }
                // A parameter comes as the value, and nowhere else.
                Ok(Variable::Method(_, Some(_))) => DataAccessResult::ReadWriteDenied.code(),
                Ok(Variable::Method(method, None)) => {
                    let mut invoke =
                        Invoke { site, association, peer, protection, scratch, events, new_keys: None };
                    // What it gives has no place in the answer.
                    let invoked = invoke.one(index, &method, Ok(value), unheard);
                    written.new_keys = written.new_keys.or(invoke.new_keys);
                    invoked.map_or_else(ActionResult::code, |_| 0)
                }
                Err(error) => error.code(),
            };
        }
        Ok(written)
    }
}

/// How writing ended.
struct Written {
    results: [u8; limits::WITH_LIST],
    count: usize,
    /// Which of the variables brought new keys.
    new_keys: Option<usize>,
}

/// The variables and the values of a request.
#[allow(clippy::type_complexity, reason = "two lists, as they lie in the message")]
fn both_lists(bytes: &[u8]) -> Result<(List<'_, Specification<'_>>, List<'_, Data<'_>>), DecodeError> {
    let mut r = Reader::new(bytes);
    let lists = (List::decode(&mut r)?, List::decode(&mut r)?);
    r.finish()?;
    Ok(lists)
}
