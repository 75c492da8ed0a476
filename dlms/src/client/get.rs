use core::ops::Range;

use cosem_classes::model::Attribute;
use dlms_core::apdu::{
    AttributeDescriptor, AttributeSelection, BlockResult, Conformance, GetDataResult, GetRequest,
    GetResponse, List, SelectiveAccess,
};
use dlms_core::buffer::Buffer;
use dlms_core::codec::Decode;
use dlms_core::crypto::CryptoProvider;
use dlms_core::limits;
use dlms_core::link::Link;
use dlms_security::CounterStore;

use super::short_name::Step;
use super::{Client, ClientError, Event, Exchange, Misbehaviour, Misuse, Outcome, Refusal};

impl<L: Link, C: CryptoProvider, S: CounterStore, B: Buffer> Client<L, C, S, B> {
    /// Starts to read an attribute; `Completed` follows, then [`value`](Self::value).
    ///
    /// # Errors
    /// The client is not ready for it.
    pub fn get<T>(&mut self, attribute: Attribute<T>) -> Result<(), ClientError> {
        self.get_any(attribute.descriptor(), None)
    }

    /// Starts to read a part of an attribute.
    ///
    /// # Errors
    /// The client is not ready for it, or the server offers no selective access.
    pub fn get_selected<T>(
        &mut self,
        attribute: Attribute<T>,
        selection: &SelectiveAccess<'_>,
    ) -> Result<(), ClientError> {
        self.get_any(attribute.descriptor(), Some(selection))
    }

    /// Starts to read an attribute whose type is not known beforehand.
    ///
    /// # Errors
    /// As [`get_selected`](Self::get_selected).
    pub fn get_any(
        &mut self,
        attribute: AttributeDescriptor,
        selection: Option<&SelectiveAccess<'_>>,
    ) -> Result<(), ClientError> {
        if let Some(handler) = self.by_short_names() {
            return (handler.take)(self, Step::Get(attribute, selection));
        }
        self.ready(Conformance::GET)?;
        if selection.is_some() {
            self.offered(Conformance::SELECTIVE_ACCESS)?;
        }
        let invoke = self.next_invoke();
        self.put(&GetRequest::Normal { invoke, attribute, selection: selection.copied() })?;
        self.begin(Exchange::Get { items: None, block: 0 });
        Ok(())
    }

    /// Starts to read several attributes in one request; `Completed` follows, then [`values`](Self::values).
    ///
    /// # Errors
    /// The client is not ready for it, the server offers no lists, or the list is too long.
    pub fn get_list(&mut self, attributes: &[AttributeSelection<'_>]) -> Result<(), ClientError> {
        if let Some(handler) = self.by_short_names() {
            return (handler.take)(self, Step::GetList(attributes));
        }
        self.ready(Conformance::GET.union(Conformance::MULTIPLE_REFERENCES))?;
        if attributes.len() > limits::WITH_LIST {
            return Err(Misuse::TooMany.into());
        }
        let invoke = self.next_invoke();
        self.put(&GetRequest::WithList { invoke, attributes: List::of(attributes) })?;
        self.begin(Exchange::Get { items: Some(attributes.len()), block: 0 });
        Ok(())
    }

    /// An answer to a read lies at `plain`.
    pub(super) fn accept_get(&mut self, plain: Range<usize>) -> Result<(), ClientError> {
        let &mut Exchange::Get { items, block } = &mut self.exchange else { return Ok(()) };
        let bytes = self.rx.as_slice().get(plain.clone()).unwrap_or_default();
        let response = GetResponse::from_bytes(bytes)?;
        if !self.answers(response.invoke()) {
            self.statistics.let_pass();
            return Ok(());
        }
        if self.abandoned {
            return Err(ClientError::Abandoned);
        }
        match response {
            GetResponse::Normal { result, .. } if items.is_none() => match result {
                // After tag, choice, invoke-id and the choice of the result.
                GetDataResult::Data(_) => {
                    self.complete(Outcome::Value(plain.start.saturating_add(4)..plain.end));
                    Ok(())
                }
                GetDataResult::Error(result) => Err(Refusal::DataAccess(result).into()),
            },
            GetResponse::WithList { results, .. } if items.is_some() => {
                check_count(items, results.len())?;
                self.complete(Outcome::List(plain.start.saturating_add(3)..plain.end));
                Ok(())
            }
            GetResponse::WithDatablock { last_block, block_number, result, .. } => match result {
                BlockResult::Error(result) => Err(Refusal::DataAccess(result).into()),
                // The server repeats a block whose confirmation it has not seen.
                BlockResult::RawData(_) if block_number == block && block != 0 => Ok(()),
                BlockResult::RawData(raw) => {
                    let raw = plain.end.saturating_sub(raw.len())..plain.end;
                    self.accept_block(raw, items, block, block_number, last_block)
                }
            },
            _ => Err(Misbehaviour::UnexpectedApdu(dlms_core::apdu::tag::GET_RESPONSE).into()),
        }
    }

    fn accept_block(
        &mut self,
        raw: Range<usize>,
        items: Option<usize>,
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
        if self.config.stream_blocks {
            self.outcome = Outcome::Block(raw);
            if last {
                self.finish(Event::Completed);
                return Ok(());
            }
            self.event = Some(Event::Block);
        } else {
            self.keep(raw);
            if last {
                return self.complete_blocks(items);
            }
        }
        self.exchange = Exchange::Get { items, block: expected };
        self.put(&GetRequest::Next { invoke: self.invoke(), block_number: expected })
    }

    fn complete_blocks(&mut self, items: Option<usize>) -> Result<(), ClientError> {
        let whole = 0..self.kept;
        let bytes = self.rx.as_slice().get(whole.clone()).unwrap_or_default();
        match items {
            None => {
                dlms_core::data::Data::from_bytes(bytes)?;
                self.complete(Outcome::Value(whole));
            }
            Some(_) => {
                check_count(items, List::<GetDataResult<'_>>::from_bytes(bytes)?.len())?;
                self.complete(Outcome::List(whole));
            }
        }
        Ok(())
    }
}

/// Checks that as many results came as items were asked for.
pub(super) fn check_count(items: Option<usize>, found: usize) -> Result<(), Misbehaviour> {
    match items {
        Some(expected) if expected != found => Err(Misbehaviour::ResultCount { expected, found }),
        _ => Ok(()),
    }
}
