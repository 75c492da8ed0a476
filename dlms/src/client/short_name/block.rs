use dlms_core::apdu::{Conformance, tag};
use dlms_core::buffer::Buffer;
use dlms_core::codec::{Encode, Overflow, Writer};
use dlms_core::crypto::CryptoProvider;
use dlms_core::link::Link;
use dlms_security::CounterStore;

use crate::client::{Blocks, Client, ClientError, Misuse};

/// Octets of a request with a block besides its raw data, length octets of up to 64 KiB included.
const HEADER: usize = 8 + 3;

/// Which service, and so in which form its requests go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Service {
    Read,
    Write,
}

/// An unconfirmed-write-request.
pub(super) struct Unanswered<'a>(pub(super) &'a dyn Encode);

impl Encode for Unanswered<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        w.u8(tag::UNCONFIRMED_WRITE_REQUEST);
        self.0.encode(w);
    }
}

impl Service {
    const fn request(self) -> u8 {
        match self {
            Self::Read => tag::READ_REQUEST,
            Self::Write => tag::WRITE_REQUEST,
        }
    }

    const fn in_blocks(self) -> Conformance {
        match self {
            Self::Read => Conformance::BLOCK_TRANSFER_WITH_GET_OR_READ,
            Self::Write => Conformance::BLOCK_TRANSFER_WITH_SET_OR_WRITE,
        }
    }
}

/// A request: the tag of its service, then variables and values.
struct Whole<'a>(Service, &'a dyn Encode);

impl Encode for Whole<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        w.u8(self.0.request());
        self.1.encode(w);
    }
}

impl<L: Link, C: CryptoProvider, S: CounterStore, B: Buffer> Client<L, C, S, B> {
    /// Puts a request into the transmit buffer: whole if the server takes it; else its first block, and what is left
    /// of variables and values behind.
    pub(super) fn put_variables(
        &mut self,
        service: Service,
        body: &dyn Encode,
    ) -> Result<Option<Blocks>, ClientError> {
        let whole = Whole(service, body);
        let needed = whole.encoded_len();
        let max = self.max_plain();
        if needed <= max {
            self.put_any(&whole, needed)?;
            return Ok(None);
        }
        #[cfg(feature = "general-block-transfer")]
        if self.put_general(&whole, needed)? {
            return Ok(None);
        }
        if self.offered(service.in_blocks()).is_err() || max <= HEADER {
            return Err(Misuse::TooLong { needed, max }.into());
        }
        let from = self.value_start();
        let to = from.saturating_add(body.encoded_len());
        let room = self.tx.reserve(to)?;
        body.encode(&mut Writer::new(room.get_mut(from..to).unwrap_or_default()));
        let mut blocks = Blocks { rest: from..to, number: 0 };
        self.put_variables_block(service, &mut blocks)?;
        Ok(Some(blocks))
    }

    /// Puts the next block of a request into the transmit buffer.
    pub(super) fn put_variables_block(
        &mut self,
        service: Service,
        blocks: &mut Blocks,
    ) -> Result<(), ClientError> {
        let size = self.block_size(HEADER);
        let too_long = Misuse::TooLong { needed: blocks.rest.len(), max: size };
        let (area, values) = self
            .tx
            .as_mut_slice()
            .split_at_mut_checked(blocks.rest.start)
            .ok_or(Overflow { needed: blocks.rest.end })?;
        let raw_data = values.get(..blocks.rest.len().min(size)).unwrap_or_default();
        if raw_data.is_empty() {
            return Err(too_long.into());
        }
        let last = raw_data.len() == blocks.rest.len();
        blocks.number = blocks.number.saturating_add(1);
        blocks.rest.start = blocks.rest.start.saturating_add(raw_data.len());
        let number = u16::try_from(blocks.number).map_err(|_| too_long)?;
        let mut w = Writer::new(area.get_mut(Self::PLAIN..).unwrap_or_default());
        match service {
            Service::Read => w.array([tag::READ_REQUEST, 1, 6, u8::from(last)]),
            Service::Write => w.array([tag::WRITE_REQUEST, 1, 7, u8::from(last)]),
        }
        w.u16(number);
        if service == Service::Write {
            w.array([1, dlms_core::data::tag::OCTET_STRING]);
        }
        w.octets(raw_data);
        let end = Self::PLAIN.saturating_add(w.len());
        w.finish()?;
        self.outgoing = Some(Self::PLAIN..end);
        Ok(())
    }
}
