//! Rust's own types as COSEM types.

use super::{Data, DataType, Date, DateTime, Time, tag};
use crate::codec::{Decode, DecodeError, DecodeErrorKind, Encode, Reader, Writer};
use obis::ObisCode;

/// The error for a value of another type than `expected`, at `at`.
pub(super) fn wrong_type(at: &Reader<'_>, expected: &'static str) -> DecodeError {
    at.error(DecodeErrorKind::WrongType { expected, found: at.peek().unwrap_or(0) })
}

/// Why what comes next is not of type `expected`: it is no value at all, or one of another type.
#[cold]
pub(super) fn refused(mut r: Reader<'_>, expected: &'static str) -> DecodeError {
    let at = r.clone();
    match Data::decode(&mut r) {
        Ok(_) => wrong_type(&at, expected),
        Err(error) => error,
    }
}

macro_rules! scalar {
    ($($rust:ty => $variant:ident $tag:ident $name:literal $from:expr, $to:expr;)*) => {$(
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
                w.tagged(tag::$tag, ($to)(*self));
            }
        }
        impl<'a> Decode<'a> for $rust {
            // Straight from the octets: what it is need not be found out.
            #[inline]
            fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
                match r.tagged(tag::$tag) {
                    Some(octets) => Ok(($from)(octets)),
                    None => Err(refused(r.clone(), $name)),
                }
            }
        }
    )*};
}

scalar! {
    bool => Boolean BOOLEAN "boolean" |[v]: [u8; 1]| v != 0, |v| [u8::from(v)];
    i8 => Integer INTEGER "integer" i8::from_be_bytes, i8::to_be_bytes;
    i16 => Long LONG "long" i16::from_be_bytes, i16::to_be_bytes;
    i32 => DoubleLong DOUBLE_LONG "double-long" i32::from_be_bytes, i32::to_be_bytes;
    i64 => Long64 LONG64 "long64" i64::from_be_bytes, i64::to_be_bytes;
    u8 => Unsigned UNSIGNED "unsigned" u8::from_be_bytes, u8::to_be_bytes;
    u16 => LongUnsigned LONG_UNSIGNED "long-unsigned" u16::from_be_bytes, u16::to_be_bytes;
    u32 => DoubleLongUnsigned DOUBLE_LONG_UNSIGNED "double-long-unsigned" u32::from_be_bytes, u32::to_be_bytes;
    u64 => Long64Unsigned LONG64_UNSIGNED "long64-unsigned" u64::from_be_bytes, u64::to_be_bytes;
    f32 => Float32 FLOAT32 "float32" f32::from_be_bytes, f32::to_be_bytes;
    f64 => Float64 FLOAT64 "float64" f64::from_be_bytes, f64::to_be_bytes;
}

/// Types that travel as an octet-string of fixed size or, where the Blue Book says so, with a tag of their own.
macro_rules! octets {
    ($($rust:ty, $size:literal, $name:literal $(, $variant:ident $tag:ident)?);* $(;)?) => {$(
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
            #[inline]
            fn encode(&self, w: &mut Writer<'_>) {
                w.array([tag::OCTET_STRING, $size]);
                w.array(self.to_octets());
            }
        }
        impl<'a> Decode<'a> for $rust {
            fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
                let at = r.clone();
                let octets = match r.u8()? {
                    tag::OCTET_STRING => r.octets()?,
                    $(tag::$tag => r.take($size)?,)?
                    _ => return Err(refused(at, $name)),
                };
                match <[u8; $size]>::try_from(octets) {
                    Ok(octets) => Ok(Self::from_octets(octets)),
                    Err(_) => Err(at.error(DecodeErrorKind::InvalidValue($name))),
                }
            }
        }
    )*};
}

octets! {
    ObisCode, 6, "logical name";
    DateTime, 12, "date-time", DateTime DATE_TIME;
    Date, 5, "date", Date DATE;
    Time, 4, "time", Time TIME;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_of_another_type_is_refused_where_it_begins() {
        let mut r = Reader::new(&[17, 5, 18, 0, 7, 6, 0, 0]);
        assert_eq!(u8::decode(&mut r), Ok(5));
        let other =
            |expected| DecodeError { kind: DecodeErrorKind::WrongType { expected, found: 18 }, offset: 2 };
        assert_eq!(u32::decode(&mut r.clone()), Err(other("double-long-unsigned")));
        assert_eq!(DateTime::decode(&mut r.clone()), Err(other("date-time")));
        assert_eq!(u16::decode(&mut r), Ok(7));
        let cut = DecodeError { kind: DecodeErrorKind::Truncated { missing: 2 }, offset: 6 };
        assert_eq!(u32::decode(&mut r.clone()), Err(cut));
        assert_eq!(u8::decode(&mut r.clone()), Err(cut));
        let unknown = DecodeError { kind: DecodeErrorKind::UnknownTag(7), offset: 0 };
        assert_eq!(u8::decode(&mut Reader::new(&[7])), Err(unknown));
    }
}
