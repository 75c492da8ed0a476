use super::tag::{self, SET_REQUEST, SET_RESPONSE};
use super::{
    AttributeDescriptor, AttributeSelection, DataAccessResult, DataBlock, InvokeIdAndPriority, List,
    SelectiveAccess,
};
use crate::codec::{Decode, DecodeError, Encode, Reader, Writer};
use crate::data::Data;

/// Writes values to attributes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SetRequest<'a> {
    /// Writes one attribute.
    Normal {
        /// Which request.
        invoke: InvokeIdAndPriority,
        /// Which attribute.
        attribute: AttributeDescriptor,
        /// Which part of it, if not all.
        selection: Option<SelectiveAccess<'a>>,
        /// The value.
        value: Data<'a>,
    },
    /// Begins to write one attribute a long value.
    WithFirstDatablock {
        /// Which request.
        invoke: InvokeIdAndPriority,
        /// Which attribute.
        attribute: AttributeDescriptor,
        /// Which part of it, if not all.
        selection: Option<SelectiveAccess<'a>>,
        /// The first part of the value.
        block: DataBlock<'a>,
    },
    /// Goes on with a long value or a long list of values.
    WithDatablock {
        /// Which request.
        invoke: InvokeIdAndPriority,
        /// The next part.
        block: DataBlock<'a>,
    },
    /// Writes several attributes.
    WithList {
        /// Which request.
        invoke: InvokeIdAndPriority,
        /// Which attributes.
        attributes: List<'a, AttributeSelection<'a>>,
        /// Their values: as many.
        values: List<'a, Data<'a>>,
    },
    /// Begins to write several attributes a long list of values.
    WithListAndFirstDatablock {
        /// Which request.
        invoke: InvokeIdAndPriority,
        /// Which attributes.
        attributes: List<'a, AttributeSelection<'a>>,
        /// The first part of the list of values.
        block: DataBlock<'a>,
    },
}

impl SetRequest<'_> {
    /// Which request, whatever its form.
    #[must_use]
    pub const fn invoke(&self) -> InvokeIdAndPriority {
        match *self {
            Self::Normal { invoke, .. }
            | Self::WithFirstDatablock { invoke, .. }
            | Self::WithDatablock { invoke, .. }
            | Self::WithList { invoke, .. }
            | Self::WithListAndFirstDatablock { invoke, .. } => invoke,
        }
    }
}

impl Encode for SetRequest<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        match self {
            Self::Normal { invoke, attribute, selection, value } => {
                w.array([SET_REQUEST, 1, invoke.0]);
                attribute.encode(w);
                selection.encode(w);
                value.encode(w);
            }
            Self::WithFirstDatablock { invoke, attribute, selection, block } => {
                w.array([SET_REQUEST, 2, invoke.0]);
                attribute.encode(w);
                selection.encode(w);
                block.encode(w);
            }
            Self::WithDatablock { invoke, block } => {
                w.array([SET_REQUEST, 3, invoke.0]);
                block.encode(w);
            }
            Self::WithList { invoke, attributes, values } => {
                w.array([SET_REQUEST, 4, invoke.0]);
                attributes.encode(w);
                values.encode(w);
            }
            Self::WithListAndFirstDatablock { invoke, attributes, block } => {
                w.array([SET_REQUEST, 5, invoke.0]);
                attributes.encode(w);
                block.encode(w);
            }
        }
    }
}

impl<'a> Decode<'a> for SetRequest<'a> {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        tag::expect(r, SET_REQUEST, "set-request")?;
        let offset = r.offset();
        let [choice, invoke] = r.array()?;
        let invoke = InvokeIdAndPriority(invoke);
        Ok(match choice {
            1 => Self::Normal {
                invoke,
                attribute: Decode::decode(r)?,
                selection: Decode::decode(r)?,
                value: Decode::decode(r)?,
            },
            2 => Self::WithFirstDatablock {
                invoke,
                attribute: Decode::decode(r)?,
                selection: Decode::decode(r)?,
                block: Decode::decode(r)?,
            },
            3 => Self::WithDatablock { invoke, block: Decode::decode(r)? },
            4 => {
                let attributes = List::decode(r)?;
                Self::WithList { invoke, attributes, values: List::decode_as_long_as(attributes.len(), r)? }
            }
            5 => Self::WithListAndFirstDatablock {
                invoke,
                attributes: Decode::decode(r)?,
                block: Decode::decode(r)?,
            },
            other => return Err(tag::unknown(other, offset)),
        })
    }
}

/// Answers a [`SetRequest`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SetResponse<'a> {
    /// How one attribute was written.
    Normal {
        /// Which request is answered.
        invoke: InvokeIdAndPriority,
        /// How it ended.
        result: DataAccessResult,
    },
    /// Confirms a block that was not the last one.
    Datablock {
        /// Which request is answered.
        invoke: InvokeIdAndPriority,
        /// The number of the block.
        block_number: u32,
    },
    /// Confirms the last block of one value.
    LastDatablock {
        /// Which request is answered.
        invoke: InvokeIdAndPriority,
        /// How it ended.
        result: DataAccessResult,
        /// The number of the block.
        block_number: u32,
    },
    /// Confirms the last block of a list of values.
    LastDatablockWithList {
        /// Which request is answered.
        invoke: InvokeIdAndPriority,
        /// How each ended, in the order of the request.
        results: List<'a, DataAccessResult>,
        /// The number of the block.
        block_number: u32,
    },
    /// How several attributes were written.
    WithList {
        /// Which request is answered.
        invoke: InvokeIdAndPriority,
        /// How each ended, in the order of the request.
        results: List<'a, DataAccessResult>,
    },
}

impl SetResponse<'_> {
    /// Which request is answered, whatever the form.
    #[must_use]
    pub const fn invoke(&self) -> InvokeIdAndPriority {
        match *self {
            Self::Normal { invoke, .. }
            | Self::Datablock { invoke, .. }
            | Self::LastDatablock { invoke, .. }
            | Self::LastDatablockWithList { invoke, .. }
            | Self::WithList { invoke, .. } => invoke,
        }
    }
}

impl Encode for SetResponse<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        match self {
            Self::Normal { invoke, result } => w.array([SET_RESPONSE, 1, invoke.0, result.code()]),
            Self::Datablock { invoke, block_number } => {
                w.array([SET_RESPONSE, 2, invoke.0]);
                w.u32(*block_number);
            }
            Self::LastDatablock { invoke, result, block_number } => {
                w.array([SET_RESPONSE, 3, invoke.0, result.code()]);
                w.u32(*block_number);
            }
            Self::LastDatablockWithList { invoke, results, block_number } => {
                w.array([SET_RESPONSE, 4, invoke.0]);
                results.encode(w);
                w.u32(*block_number);
            }
            Self::WithList { invoke, results } => {
                w.array([SET_RESPONSE, 5, invoke.0]);
                results.encode(w);
            }
        }
    }
}

impl<'a> Decode<'a> for SetResponse<'a> {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        tag::expect(r, SET_RESPONSE, "set-response")?;
        let offset = r.offset();
        let [choice, invoke] = r.array()?;
        let invoke = InvokeIdAndPriority(invoke);
        Ok(match choice {
            1 => Self::Normal { invoke, result: Decode::decode(r)? },
            2 => Self::Datablock { invoke, block_number: r.u32()? },
            3 => Self::LastDatablock { invoke, result: Decode::decode(r)?, block_number: r.u32()? },
            4 => Self::LastDatablockWithList { invoke, results: Decode::decode(r)?, block_number: r.u32()? },
            5 => Self::WithList { invoke, results: Decode::decode(r)? },
            other => return Err(tag::unknown(other, offset)),
        })
    }
}
