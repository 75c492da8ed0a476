use alloc::vec::Vec;
use core::fmt;

use super::{Data, DataType};
use crate::codec::{Decode, DecodeError, Encode, Writer};

/// A value that owns its octets: the encoding itself, so there is no second tree to keep in step.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct DataBuf(Vec<u8>);

impl DataBuf {
    /// Takes the octets of one value.
    ///
    /// # Errors
    /// They are not exactly one value.
    pub fn from_vec(bytes: Vec<u8>) -> Result<Self, DecodeError> {
        Data::from_bytes(&bytes)?;
        Ok(Self(bytes))
    }

    /// Encodes `value`.
    #[must_use]
    pub fn new(value: &impl Encode) -> Self {
        Self(value.encode_to_vec())
    }

    /// The value.
    #[must_use]
    pub fn as_data(&self) -> Data<'_> {
        // Cannot fail: the octets were checked on the way in.
        Data::from_bytes(&self.0).unwrap_or(Data::NullData)
    }

    /// The value as a `T`.
    ///
    /// # Errors
    /// It is of another type.
    pub fn view<T: DataType>(&self) -> Result<T::View<'_>, DecodeError> {
        T::View::from_bytes(&self.0)
    }

    /// The encoding.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The encoding.
    #[must_use]
    pub fn into_vec(self) -> Vec<u8> {
        self.0
    }
}

impl From<Data<'_>> for DataBuf {
    fn from(value: Data<'_>) -> Self {
        Self::new(&value)
    }
}

impl Encode for DataBuf {
    fn encode(&self, w: &mut Writer<'_>) {
        w.bytes(&self.0);
    }
}

impl fmt::Debug for DataBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_data().fmt(f)
    }
}
