use core::ops::Range;

use cosem_classes::model::{Attribute, Method};
use dlms_core::apdu::{
    AccessResponse, AccessResult, AccessSpecification, ActionResult, AttributeDescriptor, Conformance,
    DataAccessResult, LongInvokeIdAndPriority, MethodDescriptor, SelectiveAccess, tag,
};
use dlms_core::buffer::Buffer;
use dlms_core::codec::{Decode, Encode, Writer};
use dlms_core::crypto::CryptoProvider;
use dlms_core::data::{Data, DataType};
use dlms_core::limits;
use dlms_core::link::Link;
use dlms_security::{CounterStore, Protection, ServiceCiphering};

use super::{Client, ClientError, Exchange, Misbehaviour, Misuse, Outcome};

/// Octets of a response besides results and values.
const RESPONSE: usize = 1 + 4 + 1 + 1 + 1 + 1;

/// One thing to do in an ACCESS request.
#[derive(Clone, Copy)]
#[allow(missing_debug_implementations, reason = "values can be anything that encodes")]
pub struct Access<'a> {
    specification: AccessSpecification<'a>,
    value: &'a (dyn Encode + Sync),
}

impl<'a> Access<'a> {
    /// What this says, with this value: null-data where none is needed.
    #[must_use]
    pub const fn new(specification: AccessSpecification<'a>, value: &'a (dyn Encode + Sync)) -> Self {
        Self { specification, value }
    }

    /// Reads an attribute.
    #[must_use]
    pub fn get<T>(attribute: Attribute<T>) -> Self {
        Self::get_any(attribute.descriptor(), None)
    }

    /// Reads an attribute, or a part of one, whose type is not known beforehand.
    #[must_use]
    pub const fn get_any(attribute: AttributeDescriptor, selection: Option<SelectiveAccess<'a>>) -> Self {
        let specification = match selection {
            Some(selection) => AccessSpecification::GetWithSelection(attribute, selection),
            None => AccessSpecification::Get(attribute),
        };
        Self::new(specification, &Data::NullData)
    }

    /// Writes an attribute.
    #[must_use]
    pub fn set<T: DataType>(attribute: Attribute<T>, value: &'a T::View<'a>) -> Self
    where
        T::View<'a>: Sync,
    {
        Self::set_any(attribute.descriptor(), None, value)
    }

    /// Writes an attribute, or a part of one, whose type is not known beforehand.
    #[must_use]
    pub const fn set_any(
        attribute: AttributeDescriptor,
        selection: Option<SelectiveAccess<'a>>,
        value: &'a (dyn Encode + Sync),
    ) -> Self {
        let specification = match selection {
            Some(selection) => AccessSpecification::SetWithSelection(attribute, selection),
            None => AccessSpecification::Set(attribute),
        };
        Self::new(specification, value)
    }

    /// Invokes a method.
    #[must_use]
    pub fn invoke<P: DataType, R>(method: Method<P, R>, parameter: &'a P::View<'a>) -> Self
    where
        P::View<'a>: Sync,
    {
        Self::invoke_any(method.descriptor(), parameter)
    }

    /// Invokes a method whose types are not known beforehand; null-data stands for no parameter.
    #[must_use]
    pub const fn invoke_any(method: MethodDescriptor, parameter: &'a (dyn Encode + Sync)) -> Self {
        Self::new(AccessSpecification::Action(method), parameter)
    }

    /// What it says to do.
    #[must_use]
    pub const fn specification(&self) -> AccessSpecification<'a> {
        self.specification
    }

    /// Octets of its answer, where a value read is an octet-string with a date-time.
    const fn answer_len(&self) -> usize {
        match self.specification {
            AccessSpecification::Get(_) => 2 + 14,
            _ => 2 + 1,
        }
    }

    /// The result of one that was not carried out.
    #[must_use]
    pub const fn not_done(&self) -> AccessResult {
        match self.specification {
            AccessSpecification::Get(_) | AccessSpecification::GetWithSelection(..) => {
                AccessResult::Get(DataAccessResult::OtherReason)
            }
            AccessSpecification::Set(_) | AccessSpecification::SetWithSelection(..) => {
                AccessResult::Set(DataAccessResult::OtherReason)
            }
            AccessSpecification::Action(_) => AccessResult::Action(ActionResult::OtherReason),
        }
    }
}

/// How an ACCESS request is to be processed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AccessOptions {
    /// The first item that fails is the last one carried out; else all are.
    pub stop_on_error: bool,
    /// The response repeats what was asked for.
    pub self_descriptive: bool,
}

/// An access-request of some items.
pub(super) struct Request<'a> {
    pub(super) invoke: LongInvokeIdAndPriority,
    pub(super) items: &'a [Access<'a>],
}

impl Encode for Request<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        w.u8(tag::ACCESS_REQUEST);
        self.invoke.encode(w);
        // No time: that of the request matters to nobody.
        w.u8(0);
        w.length(self.items.len());
        for item in self.items {
            item.specification.encode(w);
        }
        w.length(self.items.len());
        for item in self.items {
            item.value.encode(w);
        }
    }
}

/// The items of an ACCESS request and how they ended, in order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AccessResults<'a>(AccessResponse<'a>);

impl<'a> AccessResults<'a> {
    /// How each item ended, and the value it gave: null-data where there is none.
    pub fn iter(&self) -> impl Iterator<Item = (AccessResult, Data<'a>)> + use<'a> {
        self.0.results.iter().zip(self.0.data.iter())
    }

    /// The response as it came.
    #[must_use]
    pub const fn response(&self) -> &AccessResponse<'a> {
        &self.0
    }
}

impl<L: Link, C: CryptoProvider, S: CounterStore, B: Buffer> Client<L, C, S, B> {
    /// Starts to read, write and invoke, in order and in one request; `Completed` follows, then the
    /// [`access_results`](Self::access_results). Returns how many of `items` the request holds, from the first on: as
    /// many as the server, the answer's room and [`access_items`](super::ClientConfig::access_items) allow.
    ///
    /// # Errors
    /// The client is not ready for it, the server offers no ACCESS, or the first item alone is too long.
    pub fn access(&mut self, items: &[Access<'_>], options: AccessOptions) -> Result<usize, ClientError> {
        self.ready(Conformance::ACCESS)?;
        if self.ciphers().is_some() {
            self.offered(Conformance::GENERAL_PROTECTION)?;
        }
        if items.is_empty() {
            return Err(Misuse::Incomplete("anything to access").into());
        }
        self.exchange = Exchange::Access { items: 0 };
        let put = self.put_access(items, options);
        self.exchange = Exchange::None;
        let count = put?;
        self.begin(Exchange::Access { items: count });
        Ok(count)
    }

    fn put_access(&mut self, items: &[Access<'_>], options: AccessOptions) -> Result<usize, ClientError> {
        let invoke = self.next_long_invoke(options);
        let most = limits::WITH_LIST.min(self.config.access_items.max(1).into());
        let items = items.get(..most).unwrap_or(items);
        let mut items = items.get(..self.answerable(items)).unwrap_or(items);
        let max = self.max_plain();
        // In blocks it may be of any length.
        let max = if self.has_general_blocks() { usize::MAX } else { max };
        while let ([_, _, ..], true) = (items, Request { invoke, items }.encoded_len() > max) {
            items = items.get(..items.len().saturating_sub(1)).unwrap_or_default();
        }
        self.put(&Request { invoke, items })?;
        Ok(items.len())
    }

    /// The name of the next request.
    pub(super) fn next_long_invoke(&mut self, options: AccessOptions) -> LongInvokeIdAndPriority {
        self.long_invoke_id = self.long_invoke_id.wrapping_add(1) & 0x00ff_ffff;
        let mut invoke = LongInvokeIdAndPriority::confirmed(self.long_invoke_id).0;
        if options.self_descriptive {
            invoke |= 0x1000_0000;
        }
        if options.stop_on_error {
            invoke |= 0x2000_0000;
        }
        LongInvokeIdAndPriority(invoke)
    }

    /// How many of `items` have answers that will fit one message, as far as can be said beforehand.
    fn answerable(&self, items: &[Access<'_>]) -> usize {
        let max = match usize::from(self.config.max_receive_pdu_size) {
            0 => return items.len(),
            _ if self.has_general_blocks() => return items.len(),
            max => max,
        };
        let (form, protection) = self.ciphers().unwrap_or((ServiceCiphering::Global, Protection::NONE));
        let mut left = self.security.plain_capacity(form, protection, max).saturating_sub(RESPONSE);
        let fits = |item: &&Access<'_>| match left.checked_sub(item.answer_len()) {
            Some(rest) => {
                left = rest;
                true
            }
            None => false,
        };
        items.iter().take_while(fits).count().max(1)
    }

    /// The results of the last ACCESS request.
    ///
    /// # Errors
    /// There are none.
    pub fn access_results(&self) -> Result<AccessResults<'_>, ClientError> {
        match &self.outcome {
            Outcome::Access(range) => {
                let bytes = self.rx.as_slice().get(range.clone()).unwrap_or_default();
                Ok(AccessResults(AccessResponse::from_bytes(bytes)?))
            }
            _ => Err(Misuse::NoResult.into()),
        }
    }

    /// An answer to an access-request lies at `plain`.
    pub(super) fn accept_access(&mut self, plain: Range<usize>) -> Result<(), ClientError> {
        let Exchange::Access { items } = self.exchange else { return Ok(()) };
        let bytes = self.rx.as_slice().get(plain.clone()).unwrap_or_default();
        let response = AccessResponse::from_bytes(bytes)?;
        if response.long_invoke_id.id() != self.long_invoke_id {
            self.statistics.let_pass();
            return Ok(());
        }
        let found = response.results.len();
        if found != items {
            return Err(Misbehaviour::ResultCount { expected: items, found }.into());
        }
        self.complete(Outcome::Access(plain));
        Ok(())
    }
}
