use core::fmt;
use core::marker::PhantomData;

use super::scalar::{refused, wrong_type};
use super::{BitString, Data, Elements, tag};
use crate::codec::{Decode, DecodeError, Encode, Reader, Writer};

/// The type of an attribute, a parameter or a result: what a reader of it sees, without a copy.
pub trait DataType {
    /// The value, borrowed from its octets.
    type View<'a>: Decode<'a> + Encode;

    /// A value that was read already, seen as this type; nothing if it is of another.
    fn from_data(value: Data<'_>) -> Option<Self::View<'_>>;
}

/// Whatever the object holds: the Blue Book's CHOICE.
#[derive(Debug, Clone, Copy)]
pub enum Any {}
impl DataType for Any {
    type View<'a> = Data<'a>;

    fn from_data(value: Data<'_>) -> Option<Data<'_>> {
        Some(value)
    }
}

/// A bit-string.
#[derive(Debug, Clone, Copy)]
pub enum Bits {}
impl DataType for Bits {
    type View<'a> = BitString<'a>;

    fn from_data(value: Data<'_>) -> Option<BitString<'_>> {
        match value {
            Data::BitString(v) => Some(v),
            _ => None,
        }
    }
}
impl Encode for BitString<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        Data::BitString(*self).encode(w);
    }
}
impl<'a> Decode<'a> for BitString<'a> {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let at = r.clone();
        Bits::from_data(Data::decode(r)?).ok_or(wrong_type(&at, "bit-string"))
    }
}

macro_rules! string {
    ($($(#[$m:meta])* $marker:ident, $view:ident, $variant:ident, $tag:ident, $name:literal);* $(;)?) => {$(
        $(#[$m])*
        #[derive(Debug, Clone, Copy)]
        pub enum $marker {}
        impl DataType for $marker {
            type View<'a> = $view<'a>;

            fn from_data(value: Data<'_>) -> Option<$view<'_>> {
                match value {
                    Data::$variant(v) => Some($view(v)),
                    _ => None,
                }
            }
        }
        impl Encode for $view<'_> {
            #[inline]
            fn encode(&self, w: &mut Writer<'_>) {
                w.tagged_length(tag::$tag, self.0.len());
                w.bytes(self.0);
            }
        }
        impl<'a> Decode<'a> for $view<'a> {
            #[inline]
            fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
                match r.tagged::<0>(tag::$tag) {
                    Some([]) => r.octets().map(Self),
                    None => Err(refused(r.clone(), $name)),
                }
            }
        }
    )*};
}

string! {
    /// An octet-string.
    OctetString, Octets, OctetString, OCTET_STRING, "octet-string";
    /// A visible-string.
    VisibleString, Visible, VisibleString, VISIBLE_STRING, "visible-string";
    /// A utf8-string.
    Utf8String, Utf8, Utf8String, UTF8_STRING, "utf8-string";
}

/// The octets of an octet-string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Octets<'a>(pub &'a [u8]);

/// The octets of a visible-string: ASCII by the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visible<'a>(pub &'a [u8]);

/// The octets of a utf8-string: UTF-8 by the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Utf8<'a>(pub &'a [u8]);

/// An array of `T`, decoded as it is walked.
pub struct Array<T>(PhantomData<fn() -> T>);
impl<T: DataType> DataType for Array<T> {
    type View<'a> = ArrayView<'a, T>;

    fn from_data(value: Data<'_>) -> Option<ArrayView<'_, T>> {
        match value {
            Data::Array(elements) => Some(ArrayView::new(elements)),
            _ => None,
        }
    }
}
impl<T> fmt::Debug for Array<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Array")
    }
}

/// The elements of an [`Array`].
pub struct ArrayView<'a, T> {
    elements: Elements<'a>,
    of: PhantomData<fn() -> T>,
}

impl<'a, T: DataType> ArrayView<'a, T> {
    /// An array of the elements in `elements`, whose types are checked as they are walked.
    #[must_use]
    pub const fn new(elements: Elements<'a>) -> Self {
        Self { elements, of: PhantomData }
    }

    /// The number of elements.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.elements.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.elements.is_empty()
    }

    /// The elements as they came.
    #[must_use]
    pub const fn elements(&self) -> Elements<'a> {
        self.elements
    }

    /// The elements, each with the error if it is none of `T`; the walk ends after an error.
    pub fn iter(&self) -> impl Iterator<Item = Result<T::View<'a>, DecodeError>> + use<'a, T> {
        let mut r = self.elements.reader();
        let mut left = self.elements.len();
        core::iter::from_fn(move || {
            left = left.checked_sub(1)?;
            let value = T::View::decode(&mut r);
            if value.is_err() {
                left = 0;
            }
            Some(value)
        })
    }
}

impl<T> Clone for ArrayView<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for ArrayView<'_, T> {}
impl<T> PartialEq for ArrayView<'_, T> {
    fn eq(&self, other: &Self) -> bool {
        self.elements == other.elements
    }
}
impl<T> fmt::Debug for ArrayView<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.elements.iter()).finish()
    }
}
impl<T> Encode for ArrayView<'_, T> {
    fn encode(&self, w: &mut Writer<'_>) {
        Data::Array(self.elements).encode(w);
    }
}
impl<'a, T> Decode<'a> for ArrayView<'a, T> {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self { elements: array(r)?, of: PhantomData })
    }
}

/// Not for any type, so in one place.
fn array<'a>(r: &mut Reader<'a>) -> Result<Elements<'a>, DecodeError> {
    match r.tagged::<0>(tag::ARRAY) {
        Some([]) => Elements::decode_checked(r),
        None => Err(refused(r.clone(), "array")),
    }
}
