use super::tag::{self, GET_REQUEST, GET_RESPONSE};
use super::{
    AttributeDescriptor, AttributeSelection, DataAccessResult, GetDataResult, InvokeIdAndPriority, List,
    SelectiveAccess,
};
use crate::codec::{Decode, DecodeError, Encode, Reader, Writer};

/// Asks for values of attributes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum GetRequest<'a> {
    /// Asks for one attribute.
    Normal {
        /// Which request.
        invoke: InvokeIdAndPriority,
        /// Which attribute.
        attribute: AttributeDescriptor,
        /// Which part of it, if not all.
        selection: Option<SelectiveAccess<'a>>,
    },
    /// Confirms a block and asks for the next one.
    Next {
        /// Which request.
        invoke: InvokeIdAndPriority,
        /// The number of the block that is confirmed.
        block_number: u32,
    },
    /// Asks for several attributes.
    WithList {
        /// Which request.
        invoke: InvokeIdAndPriority,
        /// Which attributes.
        attributes: List<'a, AttributeSelection<'a>>,
    },
}

impl GetRequest<'_> {
    /// Which request, whatever its form.
    #[must_use]
    pub const fn invoke(&self) -> InvokeIdAndPriority {
        match *self {
            Self::Normal { invoke, .. } | Self::Next { invoke, .. } | Self::WithList { invoke, .. } => invoke,
        }
    }
}

impl Encode for GetRequest<'_> {
    // Where the form is known only its octets remain: a third of the time.
    #[inline(always)]
    fn encode(&self, w: &mut Writer<'_>) {
        match self {
            Self::Normal { invoke, attribute, selection } => {
                w.array([GET_REQUEST, 1, invoke.0]);
                attribute.encode(w);
                selection.encode(w);
            }
            Self::Next { invoke, block_number } => {
                w.array([GET_REQUEST, 2, invoke.0]);
                w.u32(*block_number);
            }
            Self::WithList { invoke, attributes } => {
                w.array([GET_REQUEST, 3, invoke.0]);
                attributes.encode(w);
            }
        }
    }
}

impl<'a> Decode<'a> for GetRequest<'a> {
    #[inline]
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        tag::expect(r, GET_REQUEST, "get-request")?;
        let offset = r.offset();
        let [choice, invoke] = r.array()?;
        let invoke = InvokeIdAndPriority(invoke);
        match choice {
            1 => Ok(Self::Normal { invoke, attribute: Decode::decode(r)?, selection: Decode::decode(r)? }),
            2 => Ok(Self::Next { invoke, block_number: r.u32()? }),
            3 => Ok(Self::WithList { invoke, attributes: Decode::decode(r)? }),
            other => Err(tag::unknown(other, offset)),
        }
    }
}

/// Answers a [`GetRequest`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum GetResponse<'a> {
    /// One value.
    Normal {
        /// Which request is answered.
        invoke: InvokeIdAndPriority,
        /// The value, or why there is none.
        result: GetDataResult<'a>,
    },
    /// A part of what is too long for one message.
    WithDatablock {
        /// Which request is answered.
        invoke: InvokeIdAndPriority,
        /// Whether it is the last one.
        last_block: bool,
        /// Its number; the first is 1.
        block_number: u32,
        /// The octets of this part, or why there are none.
        result: BlockResult<'a>,
    },
    /// Several values, in the order of the request.
    WithList {
        /// Which request is answered.
        invoke: InvokeIdAndPriority,
        /// The values.
        results: List<'a, GetDataResult<'a>>,
    },
}

impl GetResponse<'_> {
    /// Which request is answered, whatever the form.
    #[must_use]
    pub const fn invoke(&self) -> InvokeIdAndPriority {
        match *self {
            Self::Normal { invoke, .. }
            | Self::WithDatablock { invoke, .. }
            | Self::WithList { invoke, .. } => invoke,
        }
    }
}

impl Encode for GetResponse<'_> {
    #[inline]
    fn encode(&self, w: &mut Writer<'_>) {
        match self {
            Self::Normal { invoke, result } => {
                w.array([GET_RESPONSE, 1, invoke.0]);
                result.encode(w);
            }
            Self::WithDatablock { invoke, last_block, block_number, result } => {
                w.array([GET_RESPONSE, 2, invoke.0, u8::from(*last_block)]);
                w.u32(*block_number);
                result.encode(w);
            }
            Self::WithList { invoke, results } => {
                w.array([GET_RESPONSE, 3, invoke.0]);
                results.encode(w);
            }
        }
    }
}

impl<'a> Decode<'a> for GetResponse<'a> {
    #[inline]
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        tag::expect(r, GET_RESPONSE, "get-response")?;
        let offset = r.offset();
        let [choice, invoke] = r.array()?;
        let invoke = InvokeIdAndPriority(invoke);
        match choice {
            1 => Ok(Self::Normal { invoke, result: Decode::decode(r)? }),
            2 => Ok(Self::WithDatablock {
                invoke,
                last_block: r.u8()? != 0,
                block_number: r.u32()?,
                result: Decode::decode(r)?,
            }),
            3 => Ok(Self::WithList { invoke, results: Decode::decode(r)? }),
            other => Err(tag::unknown(other, offset)),
        }
    }
}

/// A part of a long answer, or why there is none: the result of DataBlock-G.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockResult<'a> {
    /// The octets of this part.
    RawData(&'a [u8]),
    /// Why there are none.
    Error(DataAccessResult),
}

impl Encode for BlockResult<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        match self {
            Self::RawData(octets) => {
                w.u8(0);
                w.octets(octets);
            }
            Self::Error(error) => w.array([1, error.code()]),
        }
    }
}

impl<'a> Decode<'a> for BlockResult<'a> {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let offset = r.offset();
        match r.u8()? {
            0 => r.octets().map(Self::RawData),
            1 => DataAccessResult::decode(r).map(Self::Error),
            other => Err(tag::unknown(other, offset)),
        }
    }
}
