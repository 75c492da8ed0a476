use super::{Text, Time};

/// The value of a record as it came, before its scale.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Value<'a> {
    /// There is none.
    None,
    /// A number (types A and B).
    Integer(i64),
    /// A number that has no sign (type C).
    Unsigned(u64),
    /// Bits (type D).
    Bits(u64),
    /// A floating point number (type H).
    Real(f32),
    /// A text.
    Text(Text<'a>),
    /// A time (types F, G, I and J).
    Time(Time),
    /// Decimal digits some of which are none, the low octet first: a display that shows an error, mostly.
    Digits(&'a [u8]),
    /// Octets without a known form: long numbers, profiles, times of type M.
    Octets(&'a [u8]),
    /// The meter says that it has no valid value.
    Invalid,
}
