use core::ops::Range;

use cosem_classes::model::Method;
use dlms_core::apdu::{
    ActionRequest, ActionResponse, ActionResponseItem, Conformance, GetDataResult, InvokeIdAndPriority, List,
    MethodDescriptor, tag,
};
use dlms_core::buffer::Buffer;
use dlms_core::codec::{Decode, Encode, Writer};
use dlms_core::crypto::CryptoProvider;
use dlms_core::data::{Data, DataType};
use dlms_core::limits;
use dlms_core::link::Link;
use dlms_security::CounterStore;

use super::get::check_count;
use super::set::Values;
use super::short_name::Step;
use super::{Blocks, Client, ClientError, Exchange, Misbehaviour, Misuse, Outcome, Refusal};

/// An action-request up to the parameters or the block.
pub(super) enum Head<'a> {
    /// With the presence octet of the parameters that follow.
    One(InvokeIdAndPriority, MethodDescriptor),
    OneInBlocks(InvokeIdAndPriority, MethodDescriptor),
    List(u8, InvokeIdAndPriority, &'a [MethodDescriptor]),
    Block(InvokeIdAndPriority),
}

impl Encode for Head<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        match self {
            Self::One(invoke, method) => {
                w.array([tag::ACTION_REQUEST, 1, invoke.0]);
                method.encode(w);
                w.presence(true);
            }
            Self::OneInBlocks(invoke, method) => {
                w.array([tag::ACTION_REQUEST, 4, invoke.0]);
                method.encode(w);
            }
            Self::List(choice, invoke, methods) => {
                w.array([tag::ACTION_REQUEST, *choice, invoke.0]);
                List::of(methods).encode(w);
            }
            Self::Block(invoke) => w.array([tag::ACTION_REQUEST, 6, invoke.0]),
        }
    }
}

impl<L: Link, C: CryptoProvider, S: CounterStore, B: Buffer> Client<L, C, S, B> {
    /// Starts to invoke a method; `Completed` follows, then its result is the [`value`](Self::value).
    ///
    /// # Errors
    /// The client is not ready for it, or the parameter does not fit its buffer.
    pub fn invoke_method<P: DataType, R>(
        &mut self,
        method: Method<P, R>,
        parameter: &P::View<'_>,
    ) -> Result<(), ClientError> {
        self.invoke_any(method.descriptor(), parameter)
    }

    /// Starts to invoke a method whose types are not known beforehand; null-data stands for no parameter.
    ///
    /// # Errors
    /// As [`invoke_method`](Self::invoke_method).
    pub fn invoke_any(
        &mut self,
        method: MethodDescriptor,
        parameter: &dyn Encode,
    ) -> Result<(), ClientError> {
        if let Some(handler) = self.by_short_names() {
            return (handler.take)(self, Step::Invoke(method, parameter));
        }
        self.ready(Conformance::ACTION)?;
        let invoke = self.next_invoke();
        let blocks = self.put_long(
            &Head::One(invoke, method),
            &Head::OneInBlocks(invoke, method),
            parameter,
            Conformance::BLOCK_TRANSFER_WITH_ACTION,
        )?;
        self.begin(Exchange::Action { items: None, blocks, block: 0 });
        Ok(())
    }

    /// Starts to invoke several methods in one request; `Completed` follows, then the [`results`](Self::results).
    ///
    /// # Errors
    /// As [`invoke_method`](Self::invoke_method); there are not as many parameters as methods, or too many.
    pub fn invoke_list(
        &mut self,
        methods: &[MethodDescriptor],
        parameters: &[&dyn Encode],
    ) -> Result<(), ClientError> {
        if let Some(handler) = self.by_short_names() {
            return (handler.take)(self, Step::InvokeList(methods, parameters));
        }
        self.ready(Conformance::ACTION.union(Conformance::MULTIPLE_REFERENCES))?;
        if methods.len() > limits::WITH_LIST {
            return Err(Misuse::TooMany.into());
        }
        if methods.len() != parameters.len() {
            return Err(Misuse::Incomplete("a parameter for each method").into());
        }
        let invoke = self.next_invoke();
        let head = |choice| Head::List(choice, invoke, methods);
        let in_blocks = Conformance::BLOCK_TRANSFER_WITH_ACTION;
        let blocks = self.put_long(&head(3), &head(5), &Values(parameters), in_blocks)?;
        self.begin(Exchange::Action { items: Some(methods.len()), blocks, block: 0 });
        Ok(())
    }

    /// An answer to an invocation lies at `plain`.
    pub(super) fn accept_action(&mut self, plain: Range<usize>) -> Result<(), ClientError> {
        let Exchange::Action { items, blocks, block } = &self.exchange else { return Ok(()) };
        let (items, blocks, block) = (*items, blocks.clone(), *block);
        let bytes = self.rx.as_slice().get(plain.clone()).unwrap_or_default();
        let response = ActionResponse::from_bytes(bytes)?;
        if !self.answers(response.invoke()) {
            self.statistics.let_pass();
            return Ok(());
        }
        match response {
            ActionResponse::Normal { response, .. } if items.is_none() || !response.result.is_success() => {
                // After tag, choice, invoke-id, result, presence octet and the choice of the result.
                let value = plain.start.saturating_add(6)..plain.end;
                let given = given(&response)?;
                self.complete(Outcome::Value(if given { value } else { 0..0 }));
                Ok(())
            }
            ActionResponse::WithList { responses, .. } if items.is_some() => {
                check_count(items, responses.len())?;
                self.complete(Outcome::List(plain.start.saturating_add(3)..plain.end));
                Ok(())
            }
            ActionResponse::NextPblock { block_number, .. } => {
                let Some(mut blocks) = blocks else {
                    return Err(Misbehaviour::UnexpectedApdu(tag::ACTION_RESPONSE).into());
                };
                if block_number == blocks.number.saturating_sub(1) && block_number != 0 {
                    return Ok(());
                }
                if block_number != blocks.number || blocks.rest.is_empty() {
                    return Err(
                        Misbehaviour::BlockNumber { expected: blocks.number, found: block_number }.into()
                    );
                }
                self.put_block(&Head::Block(self.invoke()), &mut blocks)?;
                self.exchange = Exchange::Action { items, blocks: Some(blocks), block };
                Ok(())
            }
            ActionResponse::WithPblock { block: found, .. } => {
                if found.block_number == block && block != 0 {
                    return Ok(());
                }
                let raw = plain.end.saturating_sub(found.raw_data.len())..plain.end;
                let (number, last) = (found.block_number, found.last_block);
                self.accept_pblock(raw, items, blocks, block, number, last)
            }
            _ => Err(Misbehaviour::UnexpectedApdu(tag::ACTION_RESPONSE).into()),
        }
    }

    fn accept_pblock(
        &mut self,
        raw: Range<usize>,
        items: Option<usize>,
        blocks: Option<Blocks>,
        block: u32,
        found: u32,
        last: bool,
    ) -> Result<(), ClientError> {
        let expected = block.saturating_add(1);
        if found != expected {
            return Err(Misbehaviour::BlockNumber { expected, found }.into());
        }
        if raw.is_empty() && !last {
            return Err(Misbehaviour::EmptyBlock.into());
        }
        self.keep(raw);
        if last {
            return self.complete_pblocks(items);
        }
        self.exchange = Exchange::Action { items, blocks, block: expected };
        self.put(&ActionRequest::NextPblock { invoke: self.invoke(), block_number: expected })
    }

    /// The whole answer lies at the front of the receive buffer. Implementations differ in what that is for one method:
    /// result and optional data, data with its choice octet, or data alone. Only one of them takes up all octets.
    fn complete_pblocks(&mut self, items: Option<usize>) -> Result<(), ClientError> {
        let end = self.kept;
        let bytes = self.rx.as_slice().get(..end).unwrap_or_default();
        if items.is_some() {
            check_count(items, List::<ActionResponseItem<'_>>::from_bytes(bytes)?.len())?;
            self.complete(Outcome::List(0..end));
            return Ok(());
        }
        if let Ok(response) = ActionResponseItem::from_bytes(bytes) {
            let given = given(&response)?;
            self.complete(Outcome::Value(if given { 3..end } else { 0..0 }));
            return Ok(());
        }
        match GetDataResult::from_bytes(bytes) {
            Ok(GetDataResult::Data(_)) => self.complete(Outcome::Value(1..end)),
            Ok(GetDataResult::Error(result)) => return Err(Refusal::DataAccess(result).into()),
            Err(_) => {
                Data::from_bytes(bytes)?;
                self.complete(Outcome::Value(0..end));
            }
        }
        Ok(())
    }
}

/// Whether a method gave a value.
///
/// # Errors
/// It was refused.
fn given(response: &ActionResponseItem<'_>) -> Result<bool, Refusal> {
    if !response.result.is_success() {
        return Err(Refusal::Action(response.result));
    }
    match response.return_parameters {
        Some(GetDataResult::Error(result)) => Err(Refusal::DataAccess(result)),
        Some(GetDataResult::Data(_)) => Ok(true),
        None => Ok(false),
    }
}
