//! Rust's own types as COSEM types.

use super::{Data, DataType, Date, DateTime, Time};
use crate::codec::{Decode, DecodeError, DecodeErrorKind, Encode, Reader, Writer};
use obis::ObisCode;

/// The error for a value of another type than `expected`, at `at`.
pub(super) fn wrong_type(at: &Reader<'_>, expected: &'static str) -> DecodeError {
    at.error(DecodeErrorKind::WrongType { expected, found: at.peek().unwrap_or(0) })
}

macro_rules! scalar {
    ($($rust:ty => $variant:ident $name:literal),* $(,)?) => {$(
        impl DataType for $rust {
            type View<'a> = $rust;

            fn from_data(value: Data<'_>) -> Option<$rust> {
                match value {
                    Data::$variant(v) => Some(v),
                    _ => None,
                }
            }
        }
        impl Encode for $rust {
            #[inline]
            fn encode(&self, w: &mut Writer<'_>) {
                Data::$variant(*self).encode(w);
            }
        }
        impl<'a> Decode<'a> for $rust {
            #[inline]
            fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
                let at = r.clone();
                match Data::decode(r)? {
                    Data::$variant(v) => Ok(v),
                    _ => Err(wrong_type(&at, $name)),
                }
            }
        }
    )*};
}

scalar! {
    bool => Boolean "boolean",
    i8 => Integer "integer",
    i16 => Long "long",
    i32 => DoubleLong "double-long",
    i64 => Long64 "long64",
    u8 => Unsigned "unsigned",
    u16 => LongUnsigned "long-unsigned",
    u32 => DoubleLongUnsigned "double-long-unsigned",
    u64 => Long64Unsigned "long64-unsigned",
    f32 => Float32 "float32",
    f64 => Float64 "float64",
}

/// Types that travel as an octet-string of fixed size or, where the Blue Book says so, with a tag of their own.
macro_rules! octets {
    ($($rust:ty, $size:literal, $name:literal $(, $variant:ident)?);* $(;)?) => {$(
        impl DataType for $rust {
            type View<'a> = $rust;

            fn from_data(value: Data<'_>) -> Option<$rust> {
                match value {
                    $(Data::$variant(v) => Some(v),)?
                    Data::OctetString(v) => <[u8; $size]>::try_from(v).ok().map(Self::from_octets),
                    _ => None,
                }
            }
        }
        impl Encode for $rust {
            fn encode(&self, w: &mut Writer<'_>) {
                Data::OctetString(&self.to_octets()).encode(w);
            }
        }
        impl<'a> Decode<'a> for $rust {
            fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
                let at = r.clone();
                match Data::decode(r)? {
                    $(Data::$variant(v) => Ok(v),)?
                    Data::OctetString(v) => match <[u8; $size]>::try_from(v) {
                        Ok(v) => Ok(Self::from_octets(v)),
                        Err(_) => Err(at.error(DecodeErrorKind::InvalidValue($name))),
                    },
                    _ => Err(wrong_type(&at, $name)),
                }
            }
        }
    )*};
}

octets! {
    ObisCode, 6, "logical name";
    DateTime, 12, "date-time", DateTime;
    Date, 5, "date", Date;
    Time, 4, "time", Time;
}

/// null-data; what a method without result answers. Any value reads as it.
impl DataType for () {
    type View<'a> = ();

    fn from_data(_: Data<'_>) -> Option<()> {
        Some(())
    }
}
impl Encode for () {
    fn encode(&self, w: &mut Writer<'_>) {
        Data::NullData.encode(w);
    }
}
impl<'a> Decode<'a> for () {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Data::decode(r).map(|_| ())
    }
}
