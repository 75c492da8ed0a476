use super::tag::{self, ACTION_REQUEST, ACTION_RESPONSE};
use super::{ActionResult, DataBlock, GetDataResult, InvokeIdAndPriority, List, MethodDescriptor};
use crate::codec::{Decode, DecodeError, Encode, Reader, Writer};
use crate::data::Data;

/// Invokes methods.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ActionRequest<'a> {
    /// Invokes one method.
    Normal {
        /// Which request.
        invoke: InvokeIdAndPriority,
        /// Which method.
        method: MethodDescriptor,
        /// What it is invoked with.
        parameters: Option<Data<'a>>,
    },
    /// Confirms a block of the answer and asks for the next one.
    NextPblock {
        /// Which request.
        invoke: InvokeIdAndPriority,
        /// The number of the block that is confirmed.
        block_number: u32,
    },
    /// Invokes several methods.
    WithList {
        /// Which request.
        invoke: InvokeIdAndPriority,
        /// Which methods.
        methods: List<'a, MethodDescriptor>,
        /// What they are invoked with: as many, null-data for nothing.
        parameters: List<'a, Data<'a>>,
    },
    /// Begins to invoke one method with long parameters.
    WithFirstPblock {
        /// Which request.
        invoke: InvokeIdAndPriority,
        /// Which method.
        method: MethodDescriptor,
        /// The first part of the parameters.
        block: DataBlock<'a>,
    },
    /// Begins to invoke several methods with long parameters.
    WithListAndFirstPblock {
        /// Which request.
        invoke: InvokeIdAndPriority,
        /// Which methods.
        methods: List<'a, MethodDescriptor>,
        /// The first part of the list of parameters.
        block: DataBlock<'a>,
    },
    /// Goes on with long parameters.
    WithPblock {
        /// Which request.
        invoke: InvokeIdAndPriority,
        /// The next part.
        block: DataBlock<'a>,
    },
}

impl ActionRequest<'_> {
    /// Which request, whatever its form.
    #[must_use]
    pub const fn invoke(&self) -> InvokeIdAndPriority {
        match *self {
            Self::Normal { invoke, .. }
            | Self::NextPblock { invoke, .. }
            | Self::WithList { invoke, .. }
            | Self::WithFirstPblock { invoke, .. }
            | Self::WithListAndFirstPblock { invoke, .. }
            | Self::WithPblock { invoke, .. } => invoke,
        }
    }
}

impl Encode for ActionRequest<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        match self {
            Self::Normal { invoke, method, parameters } => {
                w.array([ACTION_REQUEST, 1, invoke.0]);
                method.encode(w);
                parameters.encode(w);
            }
            Self::NextPblock { invoke, block_number } => {
                w.array([ACTION_REQUEST, 2, invoke.0]);
                w.u32(*block_number);
            }
            Self::WithList { invoke, methods, parameters } => {
                w.array([ACTION_REQUEST, 3, invoke.0]);
                methods.encode(w);
                parameters.encode(w);
            }
            Self::WithFirstPblock { invoke, method, block } => {
                w.array([ACTION_REQUEST, 4, invoke.0]);
                method.encode(w);
                block.encode(w);
            }
            Self::WithListAndFirstPblock { invoke, methods, block } => {
                w.array([ACTION_REQUEST, 5, invoke.0]);
                methods.encode(w);
                block.encode(w);
            }
            Self::WithPblock { invoke, block } => {
                w.array([ACTION_REQUEST, 6, invoke.0]);
                block.encode(w);
            }
        }
    }
}

impl<'a> Decode<'a> for ActionRequest<'a> {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        tag::expect(r, ACTION_REQUEST, "action-request")?;
        let offset = r.offset();
        let [choice, invoke] = r.array()?;
        let invoke = InvokeIdAndPriority(invoke);
        Ok(match choice {
            1 => Self::Normal { invoke, method: Decode::decode(r)?, parameters: Decode::decode(r)? },
            2 => Self::NextPblock { invoke, block_number: r.u32()? },
            3 => {
                let methods = List::decode(r)?;
                Self::WithList { invoke, methods, parameters: List::decode_as_long_as(methods.len(), r)? }
            }
            4 => Self::WithFirstPblock { invoke, method: Decode::decode(r)?, block: Decode::decode(r)? },
            5 => Self::WithListAndFirstPblock {
                invoke,
                methods: Decode::decode(r)?,
                block: Decode::decode(r)?,
            },
            6 => Self::WithPblock { invoke, block: Decode::decode(r)? },
            other => return Err(tag::unknown(other, offset)),
        })
    }
}

/// Answers an [`ActionRequest`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ActionResponse<'a> {
    /// How one invocation ended.
    Normal {
        /// Which request is answered.
        invoke: InvokeIdAndPriority,
        /// How it ended.
        response: ActionResponseItem<'a>,
    },
    /// A part of what is too long for one message.
    WithPblock {
        /// Which request is answered.
        invoke: InvokeIdAndPriority,
        /// This part.
        block: DataBlock<'a>,
    },
    /// How several invocations ended.
    WithList {
        /// Which request is answered.
        invoke: InvokeIdAndPriority,
        /// How each ended, in the order of the request.
        responses: List<'a, ActionResponseItem<'a>>,
    },
    /// Confirms a block of the parameters and asks for the next one.
    NextPblock {
        /// Which request is answered.
        invoke: InvokeIdAndPriority,
        /// The number of the block that is confirmed.
        block_number: u32,
    },
}

impl ActionResponse<'_> {
    /// Which request is answered, whatever the form.
    #[must_use]
    pub const fn invoke(&self) -> InvokeIdAndPriority {
        match *self {
            Self::Normal { invoke, .. }
            | Self::WithPblock { invoke, .. }
            | Self::WithList { invoke, .. }
            | Self::NextPblock { invoke, .. } => invoke,
        }
    }
}

impl Encode for ActionResponse<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        match self {
            Self::Normal { invoke, response } => {
                w.array([ACTION_RESPONSE, 1, invoke.0]);
                response.encode(w);
            }
            Self::WithPblock { invoke, block } => {
                w.array([ACTION_RESPONSE, 2, invoke.0]);
                block.encode(w);
            }
            Self::WithList { invoke, responses } => {
                w.array([ACTION_RESPONSE, 3, invoke.0]);
                responses.encode(w);
            }
            Self::NextPblock { invoke, block_number } => {
                w.array([ACTION_RESPONSE, 4, invoke.0]);
                w.u32(*block_number);
            }
        }
    }
}

impl<'a> Decode<'a> for ActionResponse<'a> {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        tag::expect(r, ACTION_RESPONSE, "action-response")?;
        let offset = r.offset();
        let [choice, invoke] = r.array()?;
        let invoke = InvokeIdAndPriority(invoke);
        Ok(match choice {
            1 => Self::Normal { invoke, response: Decode::decode(r)? },
            2 => Self::WithPblock { invoke, block: Decode::decode(r)? },
            3 => Self::WithList { invoke, responses: Decode::decode(r)? },
            4 => Self::NextPblock { invoke, block_number: r.u32()? },
            other => return Err(tag::unknown(other, offset)),
        })
    }
}

/// How one invocation ended: Action-Response-With-Optional-Data.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ActionResponseItem<'a> {
    /// How it ended.
    pub result: ActionResult,
    /// What the method returned, if it returns something.
    pub return_parameters: Option<GetDataResult<'a>>,
}

impl Encode for ActionResponseItem<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        self.result.encode(w);
        self.return_parameters.encode(w);
    }
}

impl<'a> Decode<'a> for ActionResponseItem<'a> {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self { result: Decode::decode(r)?, return_parameters: Decode::decode(r)? })
    }
}
