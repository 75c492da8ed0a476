use dlms_core::codec::{Encode, Writer};
use dlms_core::data::Data;

/// A number with its type on the wire, for values that a device keeps.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[allow(missing_docs, reason = "the standard's names")]
pub enum Number {
    Integer(i8),
    Long(i16),
    DoubleLong(i32),
    Long64(i64),
    Unsigned(u8),
    LongUnsigned(u16),
    DoubleLongUnsigned(u32),
    Long64Unsigned(u64),
    Float32(f32),
    Float64(f64),
}

impl Number {
    /// The number in `value`, if it is one.
    #[must_use]
    pub const fn from_data(value: Data<'_>) -> Option<Self> {
        Some(match value {
            Data::Integer(v) => Self::Integer(v),
            Data::Long(v) => Self::Long(v),
            Data::DoubleLong(v) => Self::DoubleLong(v),
            Data::Long64(v) => Self::Long64(v),
            Data::Unsigned(v) => Self::Unsigned(v),
            Data::LongUnsigned(v) => Self::LongUnsigned(v),
            Data::DoubleLongUnsigned(v) => Self::DoubleLongUnsigned(v),
            Data::Long64Unsigned(v) => Self::Long64Unsigned(v),
            Data::Float32(v) => Self::Float32(v),
            Data::Float64(v) => Self::Float64(v),
            _ => return None,
        })
    }

    /// The number as a value.
    #[must_use]
    pub const fn as_data(self) -> Data<'static> {
        match self {
            Self::Integer(v) => Data::Integer(v),
            Self::Long(v) => Data::Long(v),
            Self::DoubleLong(v) => Data::DoubleLong(v),
            Self::Long64(v) => Data::Long64(v),
            Self::Unsigned(v) => Data::Unsigned(v),
            Self::LongUnsigned(v) => Data::LongUnsigned(v),
            Self::DoubleLongUnsigned(v) => Data::DoubleLongUnsigned(v),
            Self::Long64Unsigned(v) => Data::Long64Unsigned(v),
            Self::Float32(v) => Data::Float32(v),
            Self::Float64(v) => Data::Float64(v),
        }
    }

    /// Whether both are of one type.
    #[must_use]
    pub const fn is_like(self, other: Self) -> bool {
        self.as_data().tag() == other.as_data().tag()
    }
}

impl Encode for Number {
    fn encode(&self, w: &mut Writer<'_>) {
        self.as_data().encode(w);
    }
}

macro_rules! from {
    ($($rust:ty => $variant:ident),*) => {$(
        impl From<$rust> for Number {
            fn from(value: $rust) -> Self {
                Self::$variant(value)
            }
        }
    )*};
}

from! {
    i8 => Integer, i16 => Long, i32 => DoubleLong, i64 => Long64,
    u8 => Unsigned, u16 => LongUnsigned, u32 => DoubleLongUnsigned, u64 => Long64Unsigned,
    f32 => Float32, f64 => Float64
}
