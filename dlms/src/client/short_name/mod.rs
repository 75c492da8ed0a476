//! Requests by short names: Read and Write in the place of GET, SET and ACTION. A client that references by logical
//! names only does not link this: it gets here by a [`Handler`].

mod accept;
mod block;
mod learn;
mod name_table;
mod request;

pub use name_table::{NameTable, ShortName};

use core::ops::Range;

use dlms_core::apdu::{
    AttributeDescriptor, AttributeSelection, MethodDescriptor, ReadResponse, SelectiveAccess, WriteResponse,
    tag,
};
use dlms_core::buffer::Buffer;
use dlms_core::codec::{Decode, DecodeError, Encode};
use dlms_core::crypto::CryptoProvider;
use dlms_core::link::Link;
use dlms_security::CounterStore;

use super::{Blocks, Client, ClientError, Misuse, Phase, Recipients, Unconfirmed};
use crate::Referencing;

/// Does something by short names.
type Take<L, C, S, B> = fn(&mut Client<L, C, S, B>, Step<'_>) -> Result<(), ClientError>;

/// How what serves short names is reached.
#[derive(Debug)]
pub(super) struct Handler<L, C, S, B> {
    pub(super) take: Take<L, C, S, B>,
    /// Tries to read an answer that was only encrypted.
    pub(super) decodes: fn(&[u8]) -> Result<(), DecodeError>,
}

impl<L, C, S, B> Clone for Handler<L, C, S, B> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<L, C, S, B> Copy for Handler<L, C, S, B> {}

/// What there is to do by short names.
pub(super) enum Step<'a> {
    Get(AttributeDescriptor, Option<&'a SelectiveAccess<'a>>),
    GetList(&'a [AttributeSelection<'a>]),
    Set(AttributeDescriptor, Option<&'a SelectiveAccess<'a>>, &'a dyn Encode),
    SetList(&'a [AttributeSelection<'a>], &'a [&'a dyn Encode]),
    Invoke(MethodDescriptor, &'a dyn Encode),
    InvokeList(&'a [MethodDescriptor], &'a [&'a dyn Encode]),
    Send(Recipients, &'a Unconfirmed<'a>),
    /// The third pass of HLS, with this token.
    ReplyToHls(&'a [u8]),
    /// The object list of the current association is read.
    Learn,
    /// An answer lies there in the receive buffer.
    Accept(Range<usize>),
}

/// A request by short names that is pending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Variables {
    purpose: Purpose,
    /// How many variables, if they are a list.
    items: Option<usize>,
    /// What of the request is still to send.
    blocks: Option<Blocks>,
    /// The last block of the answer received.
    block: u16,
}

impl Variables {
    /// Whether it only reads.
    pub(super) fn is_read(&self) -> bool {
        self.purpose == Purpose::Get
    }
}

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Get,
    Set,
    Invoke,
    Learn {
        /// Objects still to come, once the list has begun.
        left: Option<usize>,
    },
}

impl<L: Link, C: CryptoProvider, S: CounterStore, B: Buffer> Client<L, C, S, B> {
    /// The same client, that can reference by short names too, as [`ClientConfig::referencing`] says: objects have
    /// those in `names`.
    ///
    /// [`ClientConfig::referencing`]: super::ClientConfig::referencing
    #[must_use]
    pub fn with_short_names(mut self, names: NameTable) -> Self {
        self.handler = Some(Handler { take: Self::take_step, decodes });
        self.names = names;
        self
    }

    /// The short names of objects.
    #[must_use]
    pub const fn names(&self) -> &NameTable {
        &self.names
    }

    /// The short names of objects, to add some that the meter does not list, or that are of the manufacturer's classes.
    pub const fn names_mut(&mut self) -> &mut NameTable {
        &mut self.names
    }

    /// Whether the meter has not been asked for the short names of its objects yet, but can be. A request that fails
    /// with [`Misuse::NoShortName`] may succeed after [`read_short_names`](Self::read_short_names) then.
    #[must_use]
    pub fn lacks_short_names(&self) -> bool {
        self.by_short_names().is_some()
            && self.phase == Phase::Associated
            && self.names.learns()
            && !self.names_read
    }

    /// Starts to read which short names the meter's objects have; `Completed` follows. The list takes no more of the
    /// receive buffer than a block and an object.
    ///
    /// # Errors
    /// The client is not ready for it, references by logical names, or its table is a given one.
    pub fn read_short_names(&mut self) -> Result<(), ClientError> {
        match self.by_short_names().filter(|_| self.names.learns()) {
            Some(handler) => (handler.take)(self, Step::Learn),
            None => Err(Misuse::Incomplete("a table of short names to fill").into()),
        }
    }

    /// What serves short names, if that is how this client references.
    pub(super) fn by_short_names(&self) -> Option<Handler<L, C, S, B>> {
        self.handler.filter(|_| self.config.referencing == Referencing::ShortName)
    }

    fn take_step(&mut self, step: Step<'_>) -> Result<(), ClientError> {
        match step {
            Step::Get(attribute, selection) => self.read_variable(attribute, selection),
            Step::GetList(attributes) => self.read_variables(attributes),
            Step::Set(attribute, selection, value) => self.write_variable(attribute, selection, value),
            Step::SetList(attributes, values) => self.write_variables(attributes, values),
            Step::Invoke(method, parameter) => self.invoke_variable(method, parameter),
            Step::InvokeList(methods, parameters) => self.invoke_variables(methods, parameters),
            Step::Send(to, request) => self.send_variables(to, request),
            Step::ReplyToHls(token) => self.reply_to_hls(token),
            Step::Learn => self.learn(),
            Step::Accept(plain) => self.accept_variables(plain),
        }
    }
}

fn decodes(plain: &[u8]) -> Result<(), DecodeError> {
    match plain.first().copied() {
        Some(tag::READ_RESPONSE) => ReadResponse::from_bytes(plain).map(|_| ()),
        Some(tag::WRITE_RESPONSE) => WriteResponse::from_bytes(plain).map(|_| ()),
        _ => super::exchange::decodes(plain),
    }
}
