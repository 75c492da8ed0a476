use core::ops::Range;

use cosem_classes::model::Attribute;
use dlms_core::apdu::{
    AttributeDescriptor, AttributeSelection, Conformance, DataAccessResult, InvokeIdAndPriority, List,
    SelectiveAccess, SetResponse, tag,
};
use dlms_core::buffer::Buffer;
use dlms_core::codec::{Decode, Encode, Writer};
use dlms_core::crypto::CryptoProvider;
use dlms_core::data::DataType;
use dlms_core::limits;
use dlms_core::link::Link;
use dlms_security::CounterStore;

use super::get::check_count;
use super::short_name::Step;
use super::{Client, ClientError, Exchange, Misbehaviour, Misuse, Outcome, Refusal};

/// A set-request up to the value or the block.
pub(super) enum Head<'a> {
    One(u8, InvokeIdAndPriority, AttributeDescriptor, Option<SelectiveAccess<'a>>),
    List(u8, InvokeIdAndPriority, &'a [AttributeSelection<'a>]),
    Block(InvokeIdAndPriority),
}

impl Encode for Head<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        match self {
            Self::One(choice, invoke, attribute, selection) => {
                w.array([tag::SET_REQUEST, *choice, invoke.0]);
                attribute.encode(w);
                selection.encode(w);
            }
            Self::List(choice, invoke, attributes) => {
                w.array([tag::SET_REQUEST, *choice, invoke.0]);
                List::of(attributes).encode(w);
            }
            Self::Block(invoke) => w.array([tag::SET_REQUEST, 3, invoke.0]),
        }
    }
}

/// The values, or the parameters, of a list: count, then each.
pub(super) struct Values<'a>(pub(super) &'a [&'a dyn Encode]);

impl Encode for Values<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        w.length(self.0.len());
        for value in self.0 {
            value.encode(w);
        }
    }
}

impl<L: Link, C: CryptoProvider, S: CounterStore, B: Buffer> Client<L, C, S, B> {
    /// Starts to write an attribute; `Completed` follows.
    ///
    /// # Errors
    /// The client is not ready for it, or the value does not fit its buffer.
    pub fn set<T: DataType>(
        &mut self,
        attribute: Attribute<T>,
        value: &T::View<'_>,
    ) -> Result<(), ClientError> {
        self.set_any(attribute.descriptor(), None, value)
    }

    /// Starts to write an attribute, or a part of one, whose type is not known beforehand.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    pub fn set_any(
        &mut self,
        attribute: AttributeDescriptor,
        selection: Option<&SelectiveAccess<'_>>,
        value: &dyn Encode,
    ) -> Result<(), ClientError> {
        if let Some(handler) = self.by_short_names() {
            return (handler.take)(self, Step::Set(attribute, selection, value));
        }
        self.ready(Conformance::SET)?;
        if selection.is_some() {
            self.offered(Conformance::SELECTIVE_ACCESS)?;
        }
        let invoke = self.next_invoke();
        let head = |choice| Head::One(choice, invoke, attribute, selection.copied());
        let in_blocks = Conformance::BLOCK_TRANSFER_WITH_SET_OR_WRITE;
        let blocks = self.put_long(&head(1), &head(2), value, in_blocks)?;
        self.begin(Exchange::Set { items: None, blocks });
        Ok(())
    }

    /// Starts to write several attributes in one request; `Completed` follows, then the
    /// [`results`](Self::results).
    ///
    /// # Errors
    /// As [`set`](Self::set); there are not as many values as attributes, or too many.
    pub fn set_list(
        &mut self,
        attributes: &[AttributeSelection<'_>],
        values: &[&dyn Encode],
    ) -> Result<(), ClientError> {
        if let Some(handler) = self.by_short_names() {
            return (handler.take)(self, Step::SetList(attributes, values));
        }
        self.ready(Conformance::SET.union(Conformance::MULTIPLE_REFERENCES))?;
        if attributes.len() > limits::WITH_LIST {
            return Err(Misuse::TooMany.into());
        }
        if attributes.len() != values.len() {
            return Err(Misuse::Incomplete("a value for each attribute").into());
        }
        let invoke = self.next_invoke();
        let head = |choice| Head::List(choice, invoke, attributes);
        let in_blocks = Conformance::BLOCK_TRANSFER_WITH_SET_OR_WRITE;
        let blocks = self.put_long(&head(4), &head(5), &Values(values), in_blocks)?;
        self.begin(Exchange::Set { items: Some(attributes.len()), blocks });
        Ok(())
    }

    /// An answer to a write lies at `plain`.
    pub(super) fn accept_set(&mut self, plain: Range<usize>) -> Result<(), ClientError> {
        let Exchange::Set { items, blocks } = &self.exchange else { return Ok(()) };
        let (items, blocks) = (*items, blocks.clone());
        let bytes = self.rx.as_slice().get(plain.clone()).unwrap_or_default();
        let response = SetResponse::from_bytes(bytes)?;
        if !self.answers(response.invoke()) {
            self.statistics.let_pass();
            return Ok(());
        }
        let results = plain.start.saturating_add(3);
        match (response, blocks) {
            (SetResponse::Datablock { block_number, .. }, Some(mut blocks)) => {
                if block_number == blocks.number.saturating_sub(1) && block_number != 0 {
                    return Ok(());
                }
                if block_number != blocks.number || blocks.rest.is_empty() {
                    return Err(
                        Misbehaviour::BlockNumber { expected: blocks.number, found: block_number }.into()
                    );
                }
                self.put_block(&Head::Block(self.invoke()), &mut blocks)?;
                self.exchange = Exchange::Set { items, blocks: Some(blocks) };
                Ok(())
            }
            (SetResponse::Normal { result, .. } | SetResponse::LastDatablock { result, .. }, _)
                if items.is_none() || !result.is_success() =>
            {
                self.complete_set(result)
            }
            (SetResponse::WithList { results: list, .. }, _) if items.is_some() => {
                check_count(items, list.len())?;
                self.complete(Outcome::List(results..plain.end));
                Ok(())
            }
            (SetResponse::LastDatablockWithList { results: list, .. }, _) if items.is_some() => {
                check_count(items, list.len())?;
                self.complete(Outcome::List(results..plain.end.saturating_sub(4)));
                Ok(())
            }
            _ => Err(Misbehaviour::UnexpectedApdu(tag::SET_RESPONSE).into()),
        }
    }

    fn complete_set(&mut self, result: DataAccessResult) -> Result<(), ClientError> {
        if !result.is_success() {
            return Err(Refusal::DataAccess(result).into());
        }
        self.complete(Outcome::Value(0..0));
        Ok(())
    }
}
