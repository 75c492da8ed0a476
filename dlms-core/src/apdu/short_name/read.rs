use super::super::{DataAccessResult, List, tag};
use super::VariableAccessSpecification;
use crate::codec::{Decode, DecodeError, Encode, Reader, Writer};
use crate::data::Data;

/// Asks for values of variables.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReadRequest<'a> {
    /// Which ones.
    pub variables: List<'a, VariableAccessSpecification<'a>>,
}

impl Encode for ReadRequest<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        w.u8(tag::READ_REQUEST);
        self.variables.encode(w);
    }
}

impl<'a> Decode<'a> for ReadRequest<'a> {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        tag::expect(r, tag::READ_REQUEST, "read-request")?;
        Ok(Self { variables: Decode::decode(r)? })
    }
}

/// Answers a [`ReadRequest`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReadResponse<'a> {
    /// The values, in the order of the request.
    pub results: List<'a, ReadResult<'a>>,
}

impl Encode for ReadResponse<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        w.u8(tag::READ_RESPONSE);
        self.results.encode(w);
    }
}

impl<'a> Decode<'a> for ReadResponse<'a> {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        tag::expect(r, tag::READ_RESPONSE, "read-response")?;
        Ok(Self { results: Decode::decode(r)? })
    }
}

/// What came of reading one variable.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ReadResult<'a> {
    /// Its value.
    Data(Data<'a>),
    /// Why there is no value.
    Error(DataAccessResult),
    /// A part of an answer too long for one message.
    DataBlock {
        /// Whether it is the last one.
        last_block: bool,
        /// Its number; the first is 1.
        block_number: u16,
        /// The octets of this part: of the list of results, its count included.
        raw_data: &'a [u8],
    },
    /// Confirms the block of a long request with this number.
    BlockNumber(u16),
}

impl Encode for ReadResult<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        match self {
            Self::Data(data) => {
                w.u8(0);
                data.encode(w);
            }
            Self::Error(error) => w.array([1, error.code()]),
            Self::DataBlock { last_block, block_number, raw_data } => {
                w.array([2, u8::from(*last_block)]);
                w.u16(*block_number);
                w.octets(raw_data);
            }
            Self::BlockNumber(block_number) => {
                w.u8(3);
                w.u16(*block_number);
            }
        }
    }
}

impl<'a> Decode<'a> for ReadResult<'a> {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let offset = r.offset();
        Ok(match r.u8()? {
            0 => Self::Data(Decode::decode(r)?),
            1 => Self::Error(Decode::decode(r)?),
            2 => Self::DataBlock { last_block: r.u8()? != 0, block_number: r.u16()?, raw_data: r.octets()? },
            3 => Self::BlockNumber(r.u16()?),
            other => return Err(tag::unknown(other, offset)),
        })
    }
}
