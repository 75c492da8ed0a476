//! Clients that reference by short names: Read, Write and UnconfirmedWrite. Values are read, written and put together
//! by what serves GET, SET and ACTION; here is what says which ones.

mod block;
mod directory;
mod names;
mod read;
mod variable;
mod write;

pub(super) use block::read_block_head;
pub(super) use directory::base_names;
pub use names::{InOrder, LogicalNamesOnly, ShortNames};
pub(super) use variable::{nth_variable, variables_decode};

use dlms_core::apdu::{InvokeIdAndPriority, tag};
use dlms_core::buffer::Buffer;
use dlms_core::link::Link;

use super::Connection;
use super::association::State;
use super::device::LogicalDevice;
use super::fault::Fault;
use super::request::Request;
use super::site::Site;

/// In the place of the number that requests do not have here.
const NO_INVOKE_ID: InvokeIdAndPriority = InvokeIdAndPriority(0);
/// Octets of what methods give at most, where the buffer grows; else what the buffer has.
const RESULT: usize = 4096;

impl<L: Link, B: Buffer, const A: usize> Connection<L, B, A> {
    /// Serves a request of a client that references by short names.
    pub(super) fn dispatch_by_short_names<D: LogicalDevice>(
        &mut self,
        site: &mut Site<'_, D>,
        request: &mut Request,
        first: u8,
        state: State,
    ) -> Result<(), Fault> {
        match (first, state) {
            (tag::READ_REQUEST | tag::WRITE_REQUEST, State::Pending) => self.reply_to_hls(site, request),
            (_, State::Pending | State::Free) => Err(Fault::NotAssociated),
            (tag::READ_REQUEST, _) => self.read(site, request),
            (tag::WRITE_REQUEST, _) => self.write_request(site, request),
            (tag::UNCONFIRMED_WRITE_REQUEST, _) => self.unconfirmed_write(site, request),
            #[cfg(feature = "notifications")]
            (tag::DATA_NOTIFICATION_CONFIRM, _) => self.notification_confirmed(request),
            _ if tag::name(first).is_some() => Err(Fault::NotNegotiated),
            _ => Err(Fault::UnknownService),
        }
    }
}
