use super::{
    ActionResult, AttributeDescriptor, DataAccessResult, List, LongInvokeIdAndPriority, MethodDescriptor,
    SelectiveAccess, date_time, tag,
};
use crate::codec::{Decode, DecodeError, Encode, Reader, Writer};
use crate::data::{Data, DateTime};

/// Reads, writes and invokes, several at once and in order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AccessRequest<'a> {
    /// Which request, and whether it ends at the first failure.
    pub long_invoke_id: LongInvokeIdAndPriority,
    /// When it was made.
    pub date_time: Option<DateTime>,
    /// What to do.
    pub specifications: List<'a, AccessSpecification<'a>>,
    /// With which values: as many, null-data where none is needed.
    pub data: List<'a, Data<'a>>,
}

impl Encode for AccessRequest<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        w.u8(tag::ACCESS_REQUEST);
        self.long_invoke_id.encode(w);
        date_time::encode(self.date_time, w);
        self.specifications.encode(w);
        self.data.encode(w);
    }
}

impl<'a> Decode<'a> for AccessRequest<'a> {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        tag::expect(r, tag::ACCESS_REQUEST, "access-request")?;
        let long_invoke_id = Decode::decode(r)?;
        let date_time = date_time::decode(r)?;
        let specifications = List::decode(r)?;
        let data = List::decode_as_long_as(specifications.len(), r)?;
        Ok(Self { long_invoke_id, date_time, specifications, data })
    }
}

/// One thing to do: Access-Request-Specification.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum AccessSpecification<'a> {
    /// Read an attribute.
    Get(AttributeDescriptor),
    /// Write an attribute.
    Set(AttributeDescriptor),
    /// Invoke a method.
    Action(MethodDescriptor),
    /// Read a part of an attribute.
    GetWithSelection(AttributeDescriptor, SelectiveAccess<'a>),
    /// Write a part of an attribute.
    SetWithSelection(AttributeDescriptor, SelectiveAccess<'a>),
}

impl Encode for AccessSpecification<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        match self {
            Self::Get(attribute) => {
                w.u8(1);
                attribute.encode(w);
            }
            Self::Set(attribute) => {
                w.u8(2);
                attribute.encode(w);
            }
            Self::Action(method) => {
                w.u8(3);
                method.encode(w);
            }
            Self::GetWithSelection(attribute, selection) => {
                w.u8(4);
                attribute.encode(w);
                selection.encode(w);
            }
            Self::SetWithSelection(attribute, selection) => {
                w.u8(5);
                attribute.encode(w);
                selection.encode(w);
            }
        }
    }
}

impl<'a> Decode<'a> for AccessSpecification<'a> {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let offset = r.offset();
        Ok(match r.u8()? {
            1 => Self::Get(Decode::decode(r)?),
            2 => Self::Set(Decode::decode(r)?),
            3 => Self::Action(Decode::decode(r)?),
            4 => Self::GetWithSelection(Decode::decode(r)?, Decode::decode(r)?),
            5 => Self::SetWithSelection(Decode::decode(r)?, Decode::decode(r)?),
            other => return Err(tag::unknown(other, offset)),
        })
    }
}

/// Answers an [`AccessRequest`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AccessResponse<'a> {
    /// Which request is answered.
    pub long_invoke_id: LongInvokeIdAndPriority,
    /// When it was answered.
    pub date_time: Option<DateTime>,
    /// What was asked for, if the request wanted it repeated.
    pub specifications: Option<List<'a, AccessSpecification<'a>>>,
    /// The values, in the order of the request; null-data where there is none.
    pub data: List<'a, Data<'a>>,
    /// How each ended.
    pub results: List<'a, AccessResult>,
}

impl Encode for AccessResponse<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        w.u8(tag::ACCESS_RESPONSE);
        self.long_invoke_id.encode(w);
        date_time::encode(self.date_time, w);
        self.specifications.encode(w);
        self.data.encode(w);
        self.results.encode(w);
    }
}

impl<'a> Decode<'a> for AccessResponse<'a> {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        tag::expect(r, tag::ACCESS_RESPONSE, "access-response")?;
        let long_invoke_id = Decode::decode(r)?;
        let date_time = date_time::decode(r)?;
        let specifications = Option::<List<'_, _>>::decode(r)?;
        let data = match &specifications {
            Some(specifications) => List::decode_as_long_as(specifications.len(), r)?,
            None => List::decode(r)?,
        };
        let results = List::decode_as_long_as(data.len(), r)?;
        Ok(Self { long_invoke_id, date_time, specifications, data, results })
    }
}

/// How one thing ended: Access-Response-Specification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum AccessResult {
    /// Reading an attribute.
    Get(DataAccessResult),
    /// Writing an attribute.
    Set(DataAccessResult),
    /// Invoking a method.
    Action(ActionResult),
}

impl AccessResult {
    /// Whether it is success.
    #[must_use]
    pub const fn is_success(self) -> bool {
        match self {
            Self::Get(result) | Self::Set(result) => result.is_success(),
            Self::Action(result) => result.is_success(),
        }
    }
}

impl Encode for AccessResult {
    fn encode(&self, w: &mut Writer<'_>) {
        w.array(match self {
            Self::Get(result) => [1, result.code()],
            Self::Set(result) => [2, result.code()],
            Self::Action(result) => [3, result.code()],
        });
    }
}

impl<'a> Decode<'a> for AccessResult {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let offset = r.offset();
        Ok(match r.u8()? {
            1 => Self::Get(Decode::decode(r)?),
            2 => Self::Set(Decode::decode(r)?),
            3 => Self::Action(Decode::decode(r)?),
            other => return Err(tag::unknown(other, offset)),
        })
    }
}
