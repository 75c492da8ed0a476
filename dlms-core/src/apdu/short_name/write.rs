use super::super::{DataAccessResult, List, tag};
use super::VariableAccessSpecification;
use crate::codec::{Decode, DecodeError, Encode, Reader, Writer};
use crate::data::Data;

macro_rules! write_request {
    ($(#[$m:meta])* $name:ident = $tag:ident $text:literal) => {
        $(#[$m])*
        #[derive(Debug, Clone, Copy, PartialEq)]
        pub struct $name<'a> {
            /// Which ones.
            pub variables: List<'a, VariableAccessSpecification<'a>>,
            /// Their values: as many.
            pub values: List<'a, Data<'a>>,
        }

        impl Encode for $name<'_> {
            fn encode(&self, w: &mut Writer<'_>) {
                w.u8(tag::$tag);
                self.variables.encode(w);
                self.values.encode(w);
            }
        }

        impl<'a> Decode<'a> for $name<'a> {
            fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
                tag::expect(r, tag::$tag, $text)?;
                let variables = List::decode(r)?;
                let values = List::decode_as_long_as(variables.len(), r)?;
                Ok(Self { variables, values })
            }
        }
    };
}

write_request! {
    /// Writes values to variables.
    WriteRequest = WRITE_REQUEST "write-request"
}

write_request! {
    /// Writes values to variables and wants no answer.
    UnconfirmedWriteRequest = UNCONFIRMED_WRITE_REQUEST "unconfirmed-write-request"
}

/// Answers a [`WriteRequest`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WriteResponse<'a> {
    /// How each ended, in the order of the request.
    pub results: List<'a, WriteResult>,
}

impl Encode for WriteResponse<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        w.u8(tag::WRITE_RESPONSE);
        self.results.encode(w);
    }
}

impl<'a> Decode<'a> for WriteResponse<'a> {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        tag::expect(r, tag::WRITE_RESPONSE, "write-response")?;
        Ok(Self { results: Decode::decode(r)? })
    }
}

/// What came of writing one variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum WriteResult {
    /// It was written.
    Success,
    /// Why it was not.
    Error(DataAccessResult),
    /// Confirms the block of a long request with this number.
    BlockNumber(u16),
}

impl Encode for WriteResult {
    fn encode(&self, w: &mut Writer<'_>) {
        match self {
            Self::Success => w.u8(0),
            Self::Error(error) => w.array([1, error.code()]),
            Self::BlockNumber(block_number) => {
                w.u8(2);
                w.u16(*block_number);
            }
        }
    }
}

impl<'a> Decode<'a> for WriteResult {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let offset = r.offset();
        Ok(match r.u8()? {
            0 => Self::Success,
            1 => Self::Error(Decode::decode(r)?),
            2 => Self::BlockNumber(r.u16()?),
            other => return Err(tag::unknown(other, offset)),
        })
    }
}
