use core::ops::Range;

use dlms_core::apdu::{Conformance, DataAccessResult, tag};
use dlms_core::buffer::Buffer;
use dlms_core::codec::Writer;
use dlms_core::limits;
use dlms_core::link::Link;

use super::NO_INVOKE_ID;
use crate::server::Connection;
use crate::server::device::LogicalDevice;
use crate::server::fault::Fault;
use crate::server::request::Request;
use crate::server::set::Block;
use crate::server::site::Site;
use crate::server::transfer::{Kind, Service, Transfer};

impl Service {
    pub(super) const fn response(self) -> u8 {
        match self {
            Self::Read => tag::READ_RESPONSE,
            Self::Write => tag::WRITE_RESPONSE,
        }
    }

    /// The service that long requests take.
    const fn in_blocks(self) -> Conformance {
        match self {
            Self::Read => Conformance::BLOCK_TRANSFER_WITH_GET_OR_READ,
            Self::Write => Conformance::BLOCK_TRANSFER_WITH_SET_OR_WRITE,
        }
    }

    /// What is said to a block that belongs to nothing.
    const fn not_in_progress(self) -> DataAccessResult {
        match self {
            Self::Read => DataAccessResult::NoLongGetInProgress,
            Self::Write => DataAccessResult::NoLongSetInProgress,
        }
    }

    /// The answer that confirms a block.
    fn confirmation(self, [high, low]: [u8; 2]) -> [u8; 5] {
        match self {
            Self::Read => [self.response(), 1, 3, high, low],
            Self::Write => [self.response(), 1, 2, high, low],
        }
    }
}

/// Writes a read-response with a block, up to the length of its octets.
pub(in crate::server) fn read_block_head(w: &mut Writer<'_>, block: u32, last: bool) {
    let [.., high, low] = block.to_be_bytes();
    w.array([tag::READ_RESPONSE, 1, 2, u8::from(last), high, low]);
}

impl<L: Link, B: Buffer, const A: usize> Connection<L, B, A> {
    /// Takes a block of a request; with the last one, where the variables and values of the request lie.
    pub(super) fn take_variables_block<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &Request,
        service: Service,
        block: Block,
    ) -> Result<Option<Range<usize>>, Fault> {
        self.require(request, service.in_blocks())?;
        let [.., high, low] = block.number.to_be_bytes();
        let confirmation = service.confirmation([high, low]);
        let in_progress = self
            .transfer
            .as_ref()
            .filter(|transfer| transfer.peer == request.peer && transfer.kind == Kind::Variables(service));
        match (block.number, in_progress.map(|transfer| transfer.block)) {
            // The first one begins anew, also where it is repeated: the same comes of it.
            (1, _) => {
                self.abort_transfer();
                let whole = self.rx.as_mut_slice().get_mut(..block.raw.end).unwrap_or_default();
                dlms_core::buffer::shift_down(whole, block.raw.start);
                self.kept = block.raw.len();
            }
            (number, Some(last)) if number == last => {
                self.reply(site, request, &confirmation)?;
                return Ok(None);
            }
            (number, Some(last)) if number == last.saturating_add(1) => self.keep_block(block.raw),
            (_, in_progress) => {
                self.abort_transfer();
                let error = match in_progress {
                    Some(_) => DataAccessResult::DataBlockNumberInvalid,
                    None => service.not_in_progress(),
                };
                self.refuse_variables(site, request, service.response(), 1, error)?;
                return Ok(None);
            }
        }
        if block.last {
            let whole = 0..self.kept;
            self.abort_transfer();
            return Ok(Some(whole));
        }
        let kind = Kind::Variables(service);
        let transfer = Transfer { peer: request.peer, invoke: NO_INVOKE_ID, block: block.number, kind };
        self.transfer = Some(transfer);
        self.reply(site, request, &confirmation)?;
        Ok(None)
    }

    /// Says the same of all variables.
    pub(in crate::server) fn refuse_variables<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &Request,
        response: u8,
        count: usize,
        error: DataAccessResult,
    ) -> Result<(), Fault> {
        let mut apdu = [0; 2 + 2 * limits::WITH_LIST];
        let mut w = Writer::new(&mut apdu);
        w.u8(response);
        w.length(count);
        for _ in 0..count {
            w.array([1, error.code()]);
        }
        self.reply(site, request, w.stored())
    }
}
