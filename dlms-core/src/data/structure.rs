/// A structure with named members, in the standard's order.
///
/// Members that own their octets give one type, which is its own view:
///
/// ```
/// dlms_core::structure! {
///     /// 10^scaler × unit.
///     pub struct ScalerUnit { pub scaler: i8, pub unit: u8 }
/// }
/// use dlms_core::codec::{Decode, Encode};
/// let v = ScalerUnit { scaler: -3, unit: 30 };
/// let mut out = [0; 8];
/// assert_eq!(v.encode_to_slice(&mut out).unwrap(), [2, 2, 15, 0xfd, 17, 30]);
/// assert_eq!(ScalerUnit::from_bytes(&[2, 2, 15, 0xfd, 17, 30]), Ok(v));
/// ```
///
/// Members that borrow (strings, arrays, CHOICEs) give a marker, which names the type, and a view:
///
/// ```
/// use dlms_core::data::{Octets, OctetString};
/// dlms_core::structure! {
///     /// An entry of a user list.
///     pub struct User => UserView<'a> { pub id: u8, pub name: OctetString }
/// }
/// use dlms_core::codec::Decode;
/// let v = UserView::from_bytes(&[2, 2, 17, 7, 9, 1, 65]).unwrap();
/// assert_eq!((v.id, v.name), (7, Octets(b"A")));
/// ```
#[macro_export]
macro_rules! structure {
    ($(#[$m:meta])* $vis:vis struct $name:ident { $($(#[$fm:meta])* $fvis:vis $field:ident : $ty:ty),* $(,)? }) => {
        $(#[$m])*
        #[derive(Debug, Clone, Copy, PartialEq)]
        $vis struct $name { $($(#[$fm])* $fvis $field: $ty),* }
        impl $crate::data::DataType for $name {
            type View<'a> = $name;

            fn from_data(value: $crate::data::Data<'_>) -> ::core::option::Option<Self> {
                $name::from_members($crate::data::members(value, [$(stringify!($field)),*].len())?)
            }
        }
        $crate::structure!(@codec $name [] [] $($field)*);
    };
    ($(#[$m:meta])* $vis:vis struct $name:ident => $view:ident<$lt:lifetime> {
        $($(#[$fm:meta])* $fvis:vis $field:ident : $ty:ty),* $(,)?
    }) => {
        $(#[$m])*
        #[derive(Debug, Clone, Copy)]
        $vis enum $name {}
        impl $crate::data::DataType for $name {
            type View<'a> = $view<'a>;

            fn from_data(value: $crate::data::Data<'_>) -> ::core::option::Option<$view<'_>> {
                $view::from_members($crate::data::members(value, [$(stringify!($field)),*].len())?)
            }
        }
        $(#[$m])*
        #[derive(Debug, Clone, Copy, PartialEq)]
        $vis struct $view<$lt> {
            $($(#[$fm])* $fvis $field: <$ty as $crate::data::DataType>::View<$lt>),*
        }
        $crate::structure!(@codec $view [<'_>] [<'a>] $($field)*);
    };
    (@codec $type:ident [$($any:tt)*] [$($lt:tt)*] $($field:ident)*) => {
        $crate::structure!(@members $type [$($lt)*] $($field)*);
        impl $crate::codec::Encode for $type $($any)* {
            #[inline]
            fn encode(&self, w: &mut $crate::codec::Writer<'_>) {
                w.grouped(|w| {
                    w.tagged_length($crate::data::tag::STRUCTURE, [$(stringify!($field)),*].len());
                    $($crate::codec::Encode::encode(&self.$field, w);)*
                });
            }
        }
        impl<'a> $crate::codec::Decode<'a> for $type $($lt)* {
            #[inline]
            fn decode(r: &mut $crate::codec::Reader<'a>) -> ::core::result::Result<Self, $crate::codec::DecodeError> {
                $crate::data::structure_header(r, [$(stringify!($field)),*].len())?;
                Ok(Self { $($field: $crate::codec::Decode::decode(r)?),* })
            }
        }
    };
    (@members $type:ident [] $($field:ident)*) => {
        impl $type {
            fn from_members(mut r: $crate::codec::Reader<'_>) -> ::core::option::Option<Self> {
                Some(Self { $($field: $crate::codec::Decode::decode(&mut r).ok()?),* })
            }
        }
    };
    (@members $type:ident [<$lt:lifetime>] $($field:ident)*) => {
        impl<$lt> $type<$lt> {
            fn from_members(mut r: $crate::codec::Reader<$lt>) -> ::core::option::Option<Self> {
                Some(Self { $($field: $crate::codec::Decode::decode(&mut r).ok()?),* })
            }
        }
    };
}

/// An enumeration of the standard's. Codes it does not name survive decoding as `Other`.
///
/// ```
/// dlms_core::enumeration! {
///     /// How a breaker stands.
///     pub enum ControlState { Disconnected = 0, Connected = 1, ReadyForReconnection = 2 }
/// }
/// use dlms_core::codec::Decode;
/// assert_eq!(ControlState::from_bytes(&[22, 1]), Ok(ControlState::Connected));
/// assert_eq!(ControlState::from_bytes(&[22, 9]).unwrap().code(), 9);
/// assert_eq!(ControlState::Connected.name(), "connected");
/// ```
#[macro_export]
macro_rules! enumeration {
    ($(#[$m:meta])* $vis:vis enum $name:ident {
        $($(#[$vm:meta])* $variant:ident = $value:literal $($text:literal)?),* $(,)?
    }) => {
        $(#[$m])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        $vis enum $name {
            $(
                #[doc = concat!("Code ", stringify!($value), ".")]
                $(#[$vm])*
                $variant,
            )*
            /// A code that is not named here.
            Other(u8),
        }
        impl $name {
            /// The code on the wire.
            #[must_use]
            pub const fn code(self) -> u8 {
                match self {
                    $(Self::$variant => $value,)*
                    Self::Other(code) => code,
                }
            }

            /// What the code means.
            #[must_use]
            pub const fn from_code(code: u8) -> Self {
                match code {
                    $($value => Self::$variant,)*
                    code => Self::Other(code),
                }
            }

            /// The name in the standard's words; `other` where the code is not named.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $crate::enumeration!(@name $variant $($text)?),)*
                    Self::Other(_) => "other",
                }
            }
        }
        impl From<u8> for $name {
            fn from(code: u8) -> Self {
                Self::from_code(code)
            }
        }
        impl $crate::data::DataType for $name {
            type View<'a> = $name;

            fn from_data(value: $crate::data::Data<'_>) -> ::core::option::Option<Self> {
                match value {
                    $crate::data::Data::Enum(code) => Some(Self::from_code(code)),
                    _ => None,
                }
            }
        }
        impl $crate::codec::Encode for $name {
            fn encode(&self, w: &mut $crate::codec::Writer<'_>) {
                $crate::codec::Encode::encode(&$crate::data::Data::Enum(self.code()), w);
            }
        }
        impl<'a> $crate::codec::Decode<'a> for $name {
            fn decode(r: &mut $crate::codec::Reader<'a>) -> ::core::result::Result<Self, $crate::codec::DecodeError> {
                $crate::data::enum_code(r, stringify!($name)).map(Self::from_code)
            }
        }
    };
    (@name $variant:ident $text:literal) => { $text };
    (@name $variant:ident) => {{
        const NAME: &[u8] = stringify!($variant).as_bytes();
        const KEBAB: ([u8; $crate::data::kebab_len(NAME)], ()) = ($crate::data::kebab(NAME), ());
        match ::core::str::from_utf8(&KEBAB.0) {
            Ok(name) => name,
            Err(_) => stringify!($variant),
        }
    }};
}

/// A CHOICE of types that differ in their tags: the first alternative that reads, wins.
///
/// ```
/// use dlms_core::data::Array;
/// dlms_core::choice! {
///     /// Which selectors an attribute takes.
///     pub enum AccessSelectors<'a> => AccessSelectorsView { None(()) = [0], List(Array<i8>) = [1] }
/// }
/// use dlms_core::codec::Decode;
/// assert!(matches!(AccessSelectorsView::from_bytes(&[0]), Ok(AccessSelectorsView::None(()))));
/// ```
#[macro_export]
macro_rules! choice {
    ($(#[$m:meta])* $vis:vis enum $name:ident<$lt:lifetime> => $view:ident {
        $($(#[$vm:meta])* $variant:ident($ty:ty) = [$($tag:literal),+]),* $(,)?
    }) => {
        $(#[$m])*
        #[derive(Debug, Clone, Copy)]
        $vis enum $name {}
        impl $crate::data::DataType for $name {
            type View<'a> = $view<'a>;

            fn from_data(value: $crate::data::Data<'_>) -> ::core::option::Option<$view<'_>> {
                match value.tag() {
                    $($($tag)|+ => <$ty as $crate::data::DataType>::from_data(value).map($view::$variant),)*
                    _ => None,
                }
            }
        }
        $(#[$m])*
        #[derive(Debug, Clone, Copy, PartialEq)]
        $vis enum $view<$lt> {
            $($(#[$vm])* $variant(<$ty as $crate::data::DataType>::View<$lt>)),*
        }
        impl $crate::codec::Encode for $view<'_> {
            fn encode(&self, w: &mut $crate::codec::Writer<'_>) {
                match self {
                    $(Self::$variant(v) => $crate::codec::Encode::encode(v, w),)*
                }
            }
        }
        impl<'a> $crate::codec::Decode<'a> for $view<'a> {
            fn decode(r: &mut $crate::codec::Reader<'a>) -> ::core::result::Result<Self, $crate::codec::DecodeError> {
                match r.peek() {
                    $(Some($($tag)|+) => $crate::codec::Decode::decode(r).map(Self::$variant),)*
                    found => Err(r.error($crate::codec::DecodeErrorKind::WrongType {
                        expected: stringify!($name),
                        found: found.unwrap_or(0),
                    })),
                }
            }
        }
    };
}

use super::{Data, tag};
use crate::codec::{Decode, DecodeError, DecodeErrorKind, Reader};

/// Reads the header of a structure that must have `members` members; for [`structure!`](crate::structure).
///
/// # Errors
/// No structure, or one of another size.
#[doc(hidden)]
#[inline]
pub fn structure_header(r: &mut Reader<'_>, members: usize) -> Result<(), DecodeError> {
    let at = r.clone();
    match r.tagged(tag::STRUCTURE) {
        Some([found @ 0..0x80]) if usize::from(found) == members => Ok(()),
        _ => {
            *r = other_header(at, members)?;
            Ok(())
        }
    }
}

/// A header that is not of the usual form: what follows it, if it is right.
#[cold]
fn other_header(mut r: Reader<'_>, members: usize) -> Result<Reader<'_>, DecodeError> {
    let at = r.clone();
    if r.u8()? != tag::STRUCTURE {
        return Err(super::scalar::wrong_type(&at, "structure"));
    }
    match r.length()? {
        found if found == members => Ok(r),
        found => Err(at.error(DecodeErrorKind::WrongCount { expected: members, found })),
    }
}

/// The members of a structure that has `members` of them; for [`structure!`](crate::structure).
#[doc(hidden)]
#[must_use]
pub fn members(value: Data<'_>, members: usize) -> Option<Reader<'_>> {
    match value {
        Data::Structure(elements) if elements.len() == members => Some(elements.reader()),
        _ => None,
    }
}

/// Reads the code of an enumeration; for [`enumeration!`](crate::enumeration).
///
/// # Errors
/// No enum.
#[doc(hidden)]
pub fn enum_code(r: &mut Reader<'_>, expected: &'static str) -> Result<u8, DecodeError> {
    let at = r.clone();
    match Data::decode(r)? {
        Data::Enum(code) => Ok(code),
        _ => Err(super::scalar::wrong_type(&at, expected)),
    }
}

/// The length of a CamelCase name in kebab-case.
#[doc(hidden)]
#[must_use]
#[allow(clippy::indexing_slicing, reason = "evaluated by the compiler")]
pub const fn kebab_len(name: &[u8]) -> usize {
    let (mut i, mut n) = (0, 0);
    while i < name.len() {
        if i > 0 && name[i].is_ascii_uppercase() {
            n = usize::saturating_add(n, 1);
        }
        n = n.saturating_add(1);
        i += 1;
    }
    n
}

/// A CamelCase name in kebab-case.
#[doc(hidden)]
#[must_use]
#[allow(clippy::indexing_slicing, reason = "evaluated by the compiler")]
pub const fn kebab<const N: usize>(name: &[u8]) -> [u8; N] {
    let mut out = [b'-'; N];
    let (mut i, mut n) = (0, 0);
    while i < name.len() {
        if i > 0 && name[i].is_ascii_uppercase() {
            n += 1;
        }
        out[n] = name[i].to_ascii_lowercase();
        n += 1;
        i += 1;
    }
    out
}
