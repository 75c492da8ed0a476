use core::array;
use core::ops::Range;

use dlms_core::apdu::{
    ActionResult, DataAccessResult, GetDataResult, List, ReadRequest, ReadResponse, ReadResult,
    VariableAccessSpecification, WriteResponse, WriteResult, tag,
};
use dlms_core::buffer::Buffer;
use dlms_core::codec::{Decode, Reader, Writer};
use dlms_core::crypto::CryptoProvider;
use dlms_core::data::Data;
use dlms_core::limits;
use dlms_core::link::Link;
use dlms_security::CounterStore;

use super::block::Service;
use super::{Purpose, Variables};
use crate::client::get::check_count;
use crate::client::{Client, ClientError, Event, Exchange, Misbehaviour, Outcome, Refusal};

impl<L: Link, C: CryptoProvider, S: CounterStore, B: Buffer> Client<L, C, S, B> {
    /// An answer to a Read or a Write lies at `plain`.
    pub(super) fn accept_variables(&mut self, plain: Range<usize>) -> Result<(), ClientError> {
        let bytes = self.rx.as_slice().get(plain.clone()).unwrap_or_default();
        let first = bytes.first().copied().unwrap_or(0);
        if self.abandoned {
            return Err(ClientError::Abandoned);
        }
        match (self.exchange.clone(), first) {
            (Exchange::Authenticate, tag::READ_RESPONSE) => self.accept_token(plain),
            (Exchange::Variables(of), tag::READ_RESPONSE) => self.accept_read(plain, of),
            (Exchange::Variables(of), tag::WRITE_RESPONSE) => self.accept_write(plain, of),
            (_, other) => Err(Misbehaviour::UnexpectedApdu(other).into()),
        }
    }

    /// The fourth pass of HLS.
    fn accept_token(&mut self, plain: Range<usize>) -> Result<(), ClientError> {
        let bytes = self.rx.as_slice().get(plain.clone()).unwrap_or_default();
        match only(&ReadResponse::from_bytes(bytes)?.results) {
            Some(ReadResult::Data(Data::OctetString(token))) => {
                let start = plain.end.saturating_sub(token.len());
                self.accept_hls_token(start..plain.end)
            }
            Some(ReadResult::Error(error)) => Err(Refusal::DataAccess(error).into()),
            _ => Err(Misbehaviour::Missing("the server's answer to the challenge").into()),
        }
    }

    fn accept_read(&mut self, plain: Range<usize>, of: Variables) -> Result<(), ClientError> {
        let bytes = self.rx.as_slice().get(plain.clone()).unwrap_or_default();
        let ReadResponse { results } = ReadResponse::from_bytes(bytes)?;
        match only(&results) {
            Some(ReadResult::BlockNumber(number)) => return self.go_on(Service::Read, of, number),
            Some(ReadResult::DataBlock { last_block, block_number, raw_data }) => {
                let raw = plain.end.saturating_sub(raw_data.len())..plain.end;
                return self.accept_block_of_variables(raw, of, block_number, last_block);
            }
            _ => {}
        }
        if results.iter().any(|result| !matches!(result, ReadResult::Data(_) | ReadResult::Error(_))) {
            return Err(Misbehaviour::UnexpectedApdu(tag::READ_RESPONSE).into());
        }
        // After the tag.
        self.complete_variables(plain.start.saturating_add(1)..plain.end, of)
    }

    /// The results lie at `list`: their count, then each.
    fn complete_variables(&mut self, list: Range<usize>, of: Variables) -> Result<(), ClientError> {
        if let Purpose::Learn { left } = of.purpose {
            self.keep(list);
            return self.learn_kept(left, true).map(|_| ());
        }
        let bytes = self.rx.as_slice().get(list.clone()).unwrap_or_default();
        let results = List::<GetDataResult<'_>>::from_bytes(bytes)?;
        check_count(Some(of.items.unwrap_or(1)), results.len())?;
        if of.items.is_some() {
            let list = if of.purpose == Purpose::Invoke { self.as_results_of_methods(list)? } else { list };
            self.complete(Outcome::List(list));
            return Ok(());
        }
        match results.iter().next() {
            // After the count and the choice.
            Some(GetDataResult::Data(_)) => {
                self.complete(Outcome::Value(list.start.saturating_add(2)..list.end));
                Ok(())
            }
            Some(GetDataResult::Error(error)) => Err(refused(of.purpose, error).into()),
            None => Err(Misbehaviour::ResultCount { expected: 1, found: 0 }.into()),
        }
    }

    /// Turns the results of a Read, at `list` in the receive buffer, into those of methods as an action-response has
    /// them: where they are. One that gives nothing gives null-data.
    fn as_results_of_methods(&mut self, list: Range<usize>) -> Result<Range<usize>, ClientError> {
        /// Octets that one with a value grows by: result code and presence octet, choice and all.
        const MORE: usize = 2;
        let bytes = self.rx.as_slice().get(list.clone()).unwrap_or_default();
        let mut r = Reader::new(bytes);
        let count = r.length()?;
        let mut items: [(Range<usize>, Option<u8>); limits::WITH_LIST] = array::from_fn(|_| (0..0, None));
        let mut end = list.end;
        for item in items.iter_mut().take(count) {
            let start = list.end.saturating_sub(r.remaining());
            let code = match GetDataResult::decode(&mut r)? {
                GetDataResult::Data(Data::NullData) => Some(0),
                GetDataResult::Data(_) => {
                    end = end.saturating_add(MORE);
                    None
                }
                GetDataResult::Error(error) => Some(error.code()),
            };
            *item = (start..list.end.saturating_sub(r.remaining()), code);
        }
        let whole = self.rx.reserve(end)?;
        // From the last octet to the first: none is written over before it is read.
        let mut at = end;
        let mut put = |whole: &mut [u8], octet: u8| {
            at = at.saturating_sub(1);
            if let Some(slot) = whole.get_mut(at) {
                *slot = octet;
            }
        };
        for (item, code) in items.iter().take(count).rev() {
            if let Some(code) = code {
                put(whole, 0);
                put(whole, *code);
                continue;
            }
            for place in item.clone().skip(1).rev() {
                let octet = whole.get(place).copied().unwrap_or(0);
                put(whole, octet);
            }
            for octet in [0, 1, 0] {
                put(whole, octet);
            }
        }
        Ok(list.start..end)
    }

    fn accept_block_of_variables(
        &mut self,
        raw: Range<usize>,
        mut of: Variables,
        found: u16,
        last: bool,
    ) -> Result<(), ClientError> {
        // The server repeats a block whose confirmation it has not seen.
        if found == of.block && found != 0 {
            return Ok(());
        }
        let expected = of.block.saturating_add(1);
        if found != expected || of.blocks.as_ref().is_some_and(|blocks| !blocks.rest.is_empty()) {
            return Err(Misbehaviour::BlockNumber { expected: expected.into(), found: found.into() }.into());
        }
        if raw.is_empty() && !last {
            return Err(Misbehaviour::EmptyBlock.into());
        }
        let streams = self.config.stream_blocks && of.purpose == Purpose::Get;
        if streams {
            let part = if of.items.is_none() && of.block == 0 { self.value_in(raw)? } else { raw };
            if !part.is_empty() && !last {
                self.event = Some(Event::Block);
            }
            self.outcome = Outcome::Block(part);
            if last {
                self.finish(Event::Completed);
                return Ok(());
            }
        } else {
            self.keep(raw);
        }
        if let Purpose::Learn { left } = of.purpose {
            let left = self.learn_kept(left, last)?;
            of.purpose = Purpose::Learn { left };
            if last {
                return Ok(());
            }
        } else if last {
            return self.complete_variables(0..self.kept, of);
        }
        of.block = expected;
        self.exchange = Exchange::Variables(of);
        let next = [VariableAccessSpecification::BlockNumberAccess(expected)];
        self.put(&ReadRequest { variables: List::of(&next) })
    }

    /// The value in the first block of a list of one result.
    fn value_in(&self, raw: Range<usize>) -> Result<Range<usize>, ClientError> {
        match self.rx.as_slice().get(raw.clone()).unwrap_or_default() {
            [1, 0, ..] => Ok(raw.start.saturating_add(2)..raw.end),
            [1, 1, error, ..] => Err(Refusal::DataAccess(DataAccessResult::from_code(*error)).into()),
            [] | [_] => Err(Misbehaviour::EmptyBlock.into()),
            _ => Err(Misbehaviour::UnexpectedApdu(tag::READ_RESPONSE).into()),
        }
    }

    fn accept_write(&mut self, plain: Range<usize>, of: Variables) -> Result<(), ClientError> {
        let bytes = self.rx.as_slice().get(plain.clone()).unwrap_or_default();
        let WriteResponse { results } = WriteResponse::from_bytes(bytes)?;
        if let Some(WriteResult::BlockNumber(number)) = only(&results) {
            return self.go_on(Service::Write, of, number);
        }
        // A Read is not answered so.
        if !matches!(of.purpose, Purpose::Set | Purpose::Invoke) {
            return Err(Misbehaviour::UnexpectedApdu(tag::WRITE_RESPONSE).into());
        }
        check_count(Some(of.items.unwrap_or(1)), results.len())?;
        let mut codes = [0; limits::WITH_LIST];
        for (result, code) in results.iter().zip(&mut codes) {
            *code = match result {
                WriteResult::Success => 0,
                WriteResult::Error(error) => error.code(),
                WriteResult::BlockNumber(_) => {
                    return Err(Misbehaviour::UnexpectedApdu(tag::WRITE_RESPONSE).into());
                }
            };
        }
        let codes = codes.get(..results.len()).unwrap_or_default();
        match (of.items, codes) {
            (Some(_), codes) => {
                // In the form of other lists of results.
                let each = if of.purpose == Purpose::Invoke { 2 } else { 1 };
                let needed = codes.len().saturating_mul(each).saturating_add(MOST_LENGTH);
                let room = self.rx.reserve(plain.start.saturating_add(needed))?;
                let mut w = Writer::new(room.get_mut(plain.start..).unwrap_or_default());
                w.length(codes.len());
                for code in codes {
                    w.u8(*code);
                    if of.purpose == Purpose::Invoke {
                        w.presence(false);
                    }
                }
                let end = plain.start.saturating_add(w.len());
                self.complete(Outcome::List(plain.start..end));
                Ok(())
            }
            (None, [0]) => {
                self.complete(Outcome::Value(0..0));
                Ok(())
            }
            (None, codes) => {
                let error = DataAccessResult::from_code(codes.first().copied().unwrap_or(0));
                Err(refused(of.purpose, error).into())
            }
        }
    }

    /// The server has a block of the request and waits for the next.
    fn go_on(&mut self, service: Service, mut of: Variables, number: u16) -> Result<(), ClientError> {
        let Some(mut blocks) = of.blocks.take() else {
            let response = if service == Service::Read { tag::READ_RESPONSE } else { tag::WRITE_RESPONSE };
            return Err(Misbehaviour::UnexpectedApdu(response).into());
        };
        let found = u32::from(number);
        if found == blocks.number.saturating_sub(1) && found != 0 {
            return Ok(());
        }
        if found != blocks.number || blocks.rest.is_empty() {
            return Err(Misbehaviour::BlockNumber { expected: blocks.number, found }.into());
        }
        self.put_variables_block(service, &mut blocks)?;
        of.blocks = Some(blocks);
        self.exchange = Exchange::Variables(of);
        Ok(())
    }
}

/// Octets of the number of items of a list at most.
const MOST_LENGTH: usize = 1;

/// The one result of an answer that has one.
fn only<'a, T: Decode<'a> + Copy>(results: &List<'a, T>) -> Option<T> {
    results.iter().next().filter(|_| results.len() == 1)
}

const fn refused(purpose: Purpose, error: DataAccessResult) -> Refusal {
    match purpose {
        Purpose::Invoke => Refusal::Action(ActionResult::from_code(error.code())),
        _ => Refusal::DataAccess(error),
    }
}
