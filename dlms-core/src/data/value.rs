use super::{BitString, CompactArray, Date, DateTime, Elements, Time, tag};
use crate::codec::{Decode, DecodeError, DecodeErrorKind, Encode, Reader, Writer};

/// A COSEM value, borrowed from the octets it arrived in. Variants have the standard's names.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Data<'a> {
    /// Nothing; in a compressed profile: as in the row before.
    NullData,
    /// Elements of one type.
    Array(Elements<'a>),
    /// Elements of their own types.
    Structure(Elements<'a>),
    /// Any octet but zero reads as true; true is written as 1.
    Boolean(bool),
    /// Bits, the first in the highest place.
    BitString(BitString<'a>),
    /// 32 bits, signed.
    DoubleLong(i32),
    /// 32 bits.
    DoubleLongUnsigned(u32),
    /// Octets.
    OctetString(&'a [u8]),
    /// ASCII by the book; kept as the octets that came.
    VisibleString(&'a [u8]),
    /// UTF-8 by the book; kept as the octets that came.
    Utf8String(&'a [u8]),
    /// Two decimal digits.
    Bcd(u8),
    /// 8 bits, signed.
    Integer(i8),
    /// 16 bits, signed.
    Long(i16),
    /// 8 bits.
    Unsigned(u8),
    /// 16 bits.
    LongUnsigned(u16),
    /// Elements of one type that is stated once.
    CompactArray(CompactArray<'a>),
    /// 64 bits, signed.
    Long64(i64),
    /// 64 bits.
    Long64Unsigned(u64),
    /// A code of an enumeration.
    Enum(u8),
    /// IEEE 754 binary32.
    Float32(f32),
    /// IEEE 754 binary64.
    Float64(f64),
    /// 12 octets.
    DateTime(DateTime),
    /// 5 octets.
    Date(Date),
    /// 4 octets.
    Time(Time),
    /// Difference to the value before, 8 bits, signed.
    DeltaInteger(i8),
    /// Difference to the value before, 16 bits, signed.
    DeltaLong(i16),
    /// Difference to the value before, 32 bits, signed.
    DeltaDoubleLong(i32),
    /// Increment of the value before, 8 bits.
    DeltaUnsigned(u8),
    /// Increment of the value before, 16 bits.
    DeltaLongUnsigned(u16),
    /// Increment of the value before, 32 bits.
    DeltaDoubleLongUnsigned(u32),
    /// A parameter left open.
    DontCare,
}

impl Data<'_> {
    /// The tag the value has on the wire.
    #[must_use]
    pub const fn tag(&self) -> u8 {
        match self {
            Self::NullData => tag::NULL_DATA,
            Self::Array(_) => tag::ARRAY,
            Self::Structure(_) => tag::STRUCTURE,
            Self::Boolean(_) => tag::BOOLEAN,
            Self::BitString(_) => tag::BIT_STRING,
            Self::DoubleLong(_) => tag::DOUBLE_LONG,
            Self::DoubleLongUnsigned(_) => tag::DOUBLE_LONG_UNSIGNED,
            Self::OctetString(_) => tag::OCTET_STRING,
            Self::VisibleString(_) => tag::VISIBLE_STRING,
            Self::Utf8String(_) => tag::UTF8_STRING,
            Self::Bcd(_) => tag::BCD,
            Self::Integer(_) => tag::INTEGER,
            Self::Long(_) => tag::LONG,
            Self::Unsigned(_) => tag::UNSIGNED,
            Self::LongUnsigned(_) => tag::LONG_UNSIGNED,
            Self::CompactArray(_) => tag::COMPACT_ARRAY,
            Self::Long64(_) => tag::LONG64,
            Self::Long64Unsigned(_) => tag::LONG64_UNSIGNED,
            Self::Enum(_) => tag::ENUM,
            Self::Float32(_) => tag::FLOAT32,
            Self::Float64(_) => tag::FLOAT64,
            Self::DateTime(_) => tag::DATE_TIME,
            Self::Date(_) => tag::DATE,
            Self::Time(_) => tag::TIME,
            Self::DeltaInteger(_) => tag::DELTA_INTEGER,
            Self::DeltaLong(_) => tag::DELTA_LONG,
            Self::DeltaDoubleLong(_) => tag::DELTA_DOUBLE_LONG,
            Self::DeltaUnsigned(_) => tag::DELTA_UNSIGNED,
            Self::DeltaLongUnsigned(_) => tag::DELTA_LONG_UNSIGNED,
            Self::DeltaDoubleLongUnsigned(_) => tag::DELTA_DOUBLE_LONG_UNSIGNED,
            Self::DontCare => tag::DONT_CARE,
        }
    }

    /// The type's name in the standard's words, as in `double-long-unsigned`.
    #[must_use]
    pub const fn type_name(&self) -> &'static str {
        type_name(self.tag())
    }

    /// The value as an integer, whatever its width; not for enumerations and strings.
    #[must_use]
    pub const fn as_integer(&self) -> Option<i128> {
        Some(match *self {
            Self::Integer(v) => v as i128,
            Self::Long(v) => v as i128,
            Self::DoubleLong(v) => v as i128,
            Self::Long64(v) => v as i128,
            Self::Unsigned(v) => v as i128,
            Self::LongUnsigned(v) => v as i128,
            Self::DoubleLongUnsigned(v) => v as i128,
            Self::Long64Unsigned(v) => v as i128,
            _ => return None,
        })
    }

    /// The date-time in the value, whether of that type or an octet-string of twelve.
    #[must_use]
    pub fn as_date_time(&self) -> Option<DateTime> {
        match *self {
            Self::DateTime(v) => Some(v),
            Self::OctetString(v) => {
                v.first_chunk::<12>().filter(|_| v.len() == 12).map(|v| DateTime::from_octets(*v))
            }
            _ => None,
        }
    }

    /// The octets of an octet-string.
    #[must_use]
    pub const fn as_octets(&self) -> Option<&[u8]> {
        match self {
            Self::OctetString(v) => Some(v),
            _ => None,
        }
    }
}

/// The name of the type with this tag, in the standard's words; `unknown` for none.
pub(super) const fn type_name(tag: u8) -> &'static str {
    match tag {
        tag::NULL_DATA => "null-data",
        tag::ARRAY => "array",
        tag::STRUCTURE => "structure",
        tag::BOOLEAN => "boolean",
        tag::BIT_STRING => "bit-string",
        tag::DOUBLE_LONG => "double-long",
        tag::DOUBLE_LONG_UNSIGNED => "double-long-unsigned",
        tag::OCTET_STRING => "octet-string",
        tag::VISIBLE_STRING => "visible-string",
        tag::UTF8_STRING => "utf8-string",
        tag::BCD => "bcd",
        tag::INTEGER => "integer",
        tag::LONG => "long",
        tag::UNSIGNED => "unsigned",
        tag::LONG_UNSIGNED => "long-unsigned",
        tag::COMPACT_ARRAY => "compact-array",
        tag::LONG64 => "long64",
        tag::LONG64_UNSIGNED => "long64-unsigned",
        tag::ENUM => "enum",
        tag::FLOAT32 => "float32",
        tag::FLOAT64 => "float64",
        tag::DATE_TIME => "date-time",
        tag::DATE => "date",
        tag::TIME => "time",
        tag::DELTA_INTEGER => "delta-integer",
        tag::DELTA_LONG => "delta-long",
        tag::DELTA_DOUBLE_LONG => "delta-double-long",
        tag::DELTA_UNSIGNED => "delta-unsigned",
        tag::DELTA_LONG_UNSIGNED => "delta-long-unsigned",
        tag::DELTA_DOUBLE_LONG_UNSIGNED => "delta-double-long-unsigned",
        tag::DONT_CARE => "dont-care",
        _ => "unknown",
    }
}

impl<'a> Decode<'a> for Data<'a> {
    // Large, so in one place: each crate that inlines it would have its own.
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let start = r.offset();
        let tag = r.u8()?;
        match tag {
            tag::ARRAY => Elements::decode_checked(r).map(Self::Array),
            tag::STRUCTURE => Elements::decode_checked(r).map(Self::Structure),
            tag::COMPACT_ARRAY => CompactArray::decode_body(r).map(Self::CompactArray),
            _ => Self::decode_scalar(tag, start, r),
        }
    }
}

impl<'a> Data<'a> {
    /// Reads the content of any type but array, structure and compact-array.
    pub(super) fn decode_scalar(tag: u8, start: usize, r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Self::scalar(tag, start, r, |value| value)
    }

    /// As [`decode_scalar`](Self::decode_scalar), with what is to be done with the value: done where its type is
    /// known, it need not ask for it again.
    #[inline(always)]
    pub(super) fn scalar<T>(
        tag: u8,
        start: usize,
        r: &mut Reader<'a>,
        then: impl FnOnce(Self) -> T,
    ) -> Result<T, DecodeError> {
        Ok(match tag {
            tag::NULL_DATA => then(Self::NullData),
            tag::BOOLEAN => then(Self::Boolean(r.u8()? != 0)),
            tag::BIT_STRING => then(Self::BitString(apart(r, BitString::decode_body)?)),
            tag::DOUBLE_LONG => then(Self::DoubleLong(i32::from_be_bytes(r.array()?))),
            tag::DOUBLE_LONG_UNSIGNED => then(Self::DoubleLongUnsigned(r.u32()?)),
            tag::OCTET_STRING => then(Self::OctetString(r.octets()?)),
            tag::VISIBLE_STRING => then(Self::VisibleString(r.octets()?)),
            tag::UTF8_STRING => then(Self::Utf8String(r.octets()?)),
            tag::BCD => then(Self::Bcd(r.u8()?)),
            tag::INTEGER => then(Self::Integer(i8::from_be_bytes(r.array()?))),
            tag::LONG => then(Self::Long(i16::from_be_bytes(r.array()?))),
            tag::UNSIGNED => then(Self::Unsigned(r.u8()?)),
            tag::LONG_UNSIGNED => then(Self::LongUnsigned(r.u16()?)),
            tag::LONG64 => then(Self::Long64(i64::from_be_bytes(r.array()?))),
            tag::LONG64_UNSIGNED => then(Self::Long64Unsigned(u64::from_be_bytes(r.array()?))),
            tag::ENUM => then(Self::Enum(r.u8()?)),
            tag::FLOAT32 => then(Self::Float32(f32::from_be_bytes(r.array()?))),
            tag::FLOAT64 => then(Self::Float64(f64::from_be_bytes(r.array()?))),
            tag::DATE_TIME => then(Self::DateTime(DateTime::from_octets(r.array()?))),
            tag::DATE => then(Self::Date(Date::from_octets(r.array()?))),
            tag::TIME => then(Self::Time(Time::from_octets(r.array()?))),
            tag::DELTA_INTEGER => then(Self::DeltaInteger(i8::from_be_bytes(r.array()?))),
            tag::DELTA_LONG => then(Self::DeltaLong(i16::from_be_bytes(r.array()?))),
            tag::DELTA_DOUBLE_LONG => then(Self::DeltaDoubleLong(i32::from_be_bytes(r.array()?))),
            tag::DELTA_UNSIGNED => then(Self::DeltaUnsigned(r.u8()?)),
            tag::DELTA_LONG_UNSIGNED => then(Self::DeltaLongUnsigned(r.u16()?)),
            tag::DELTA_DOUBLE_LONG_UNSIGNED => then(Self::DeltaDoubleLongUnsigned(r.u32()?)),
            tag::DONT_CARE => then(Self::DontCare),
            other => return Err(DecodeError { kind: DecodeErrorKind::UnknownTag(other), offset: start }),
        })
    }
}

/// Reads with a copy of the reader: the reader itself, whose address is not given away, can lie in registers.
#[inline(always)]
pub(super) fn apart<'a, T>(
    r: &mut Reader<'a>,
    read: impl FnOnce(&mut Reader<'a>) -> Result<T, DecodeError>,
) -> Result<T, DecodeError> {
    let mut copy = r.clone();
    let value = read(&mut copy)?;
    *r = copy;
    Ok(value)
}

impl Encode for Data<'_> {
    #[inline]
    fn encode(&self, w: &mut Writer<'_>) {
        let tag = self.tag();
        match *self {
            Self::NullData | Self::DontCare => w.u8(tag),
            Self::Array(v) | Self::Structure(v) => {
                w.tagged_length(tag, v.len());
                w.bytes(v.body());
            }
            Self::Boolean(v) => w.array([tag, u8::from(v)]),
            Self::BitString(v) => {
                w.u8(tag);
                v.encode_body(w);
            }
            Self::DoubleLong(v) | Self::DeltaDoubleLong(v) => w.tagged(tag, v.to_be_bytes()),
            Self::DoubleLongUnsigned(v) | Self::DeltaDoubleLongUnsigned(v) => w.tagged(tag, v.to_be_bytes()),
            Self::OctetString(v) | Self::VisibleString(v) | Self::Utf8String(v) => {
                w.tagged_length(tag, v.len());
                w.bytes(v);
            }
            Self::Integer(v) | Self::DeltaInteger(v) => w.tagged(tag, v.to_be_bytes()),
            Self::Long(v) | Self::DeltaLong(v) => w.tagged(tag, v.to_be_bytes()),
            Self::Bcd(v) | Self::Unsigned(v) | Self::Enum(v) | Self::DeltaUnsigned(v) => w.array([tag, v]),
            Self::LongUnsigned(v) | Self::DeltaLongUnsigned(v) => w.tagged(tag, v.to_be_bytes()),
            Self::CompactArray(v) => {
                w.u8(tag);
                v.encode_body(w);
            }
            Self::Long64(v) => w.tagged(tag, v.to_be_bytes()),
            Self::Long64Unsigned(v) => w.tagged(tag, v.to_be_bytes()),
            Self::Float32(v) => w.tagged(tag, v.to_be_bytes()),
            Self::Float64(v) => w.tagged(tag, v.to_be_bytes()),
            Self::DateTime(v) => w.tagged(tag, v.to_octets()),
            Self::Date(v) => w.tagged(tag, v.to_octets()),
            Self::Time(v) => w.tagged(tag, v.to_octets()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deep_nesting_is_refused_without_recursion() {
        let mut deep = std::vec![1u8; 0];
        for _ in 0..10_000 {
            deep.extend([1, 1]);
        }
        deep.push(0);
        assert_eq!(Data::from_bytes(&deep).unwrap_err().kind, DecodeErrorKind::TooDeep);
    }

    #[test]
    fn a_count_of_four_billion_is_refused_at_the_count() {
        let e = Data::from_bytes(&[1, 0x84, 0xff, 0xff, 0xff, 0xff, 0]).unwrap_err();
        assert_eq!(e, DecodeError { kind: DecodeErrorKind::Length, offset: 1 });
    }
}
