use super::{DataAccessResult, tag};
use crate::codec::{Decode, DecodeError, Encode, Reader, Writer};
use crate::data::Data;

/// A value, or why there is none: Get-Data-Result.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum GetDataResult<'a> {
    /// The value.
    Data(Data<'a>),
    /// Why there is none.
    Error(DataAccessResult),
}

impl<'a> GetDataResult<'a> {
    /// The value, with the refusal as the error.
    ///
    /// # Errors
    /// The peer's refusal.
    pub const fn data(self) -> Result<Data<'a>, DataAccessResult> {
        match self {
            Self::Data(data) => Ok(data),
            Self::Error(error) => Err(error),
        }
    }
}

impl Encode for GetDataResult<'_> {
    #[inline]
    fn encode(&self, w: &mut Writer<'_>) {
        match self {
            Self::Data(data) => {
                w.u8(0);
                data.encode(w);
            }
            Self::Error(error) => w.array([1, error.code()]),
        }
    }
}

impl<'a> Decode<'a> for GetDataResult<'a> {
    #[inline]
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let offset = r.offset();
        match r.u8()? {
            0 => Data::decode(r).map(Self::Data),
            1 => DataAccessResult::decode(r).map(Self::Error),
            other => Err(tag::unknown(other, offset)),
        }
    }
}
