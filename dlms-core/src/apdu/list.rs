use core::fmt;
use core::marker::PhantomData;

use crate::codec::{Decode, DecodeError, DecodeErrorKind, Encode, Reader, Writer};
use crate::limits;

/// A SEQUENCE OF: checked once when decoded, read as it is walked.
///
/// Holds [`limits::WITH_LIST`] items at most when decoded.
pub struct List<'a, T> {
    source: Source<'a, T>,
}

enum Source<'a, T> {
    Octets { count: usize, octets: &'a [u8] },
    Items(&'a [T]),
}

impl<'a, T> List<'a, T> {
    /// These items, to be encoded.
    #[must_use]
    pub const fn of(items: &'a [T]) -> Self {
        Self { source: Source::Items(items) }
    }

    /// The number of items.
    #[must_use]
    pub const fn len(&self) -> usize {
        match self.source {
            Source::Octets { count, .. } => count,
            Source::Items(items) => items.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The items, in order.
    #[must_use]
    pub const fn iter(&self) -> ListIter<'a, T> {
        match self.source {
            Source::Octets { count, octets } => {
                ListIter { left: count, r: Reader::new(octets), items: &[], item: PhantomData }
            }
            Source::Items(items) => {
                ListIter { left: items.len(), r: Reader::new(&[]), items, item: PhantomData }
            }
        }
    }
}

impl<'a, T: Decode<'a>> List<'a, T> {
    /// The `count` items encoded one after the other in `octets`.
    ///
    /// # Errors
    /// `octets` is not `count` items, or they are more than [`limits::WITH_LIST`].
    pub fn new(count: usize, octets: &'a [u8]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(octets);
        let list = Self::check(count, 0, &mut r)?;
        r.finish()?;
        Ok(list)
    }

    /// Reads a list that goes with another of `len` items.
    ///
    /// # Errors
    /// As [`decode`](Decode::decode); `WrongCount` when it has not as many.
    pub(super) fn decode_as_long_as(len: usize, r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let offset = r.offset();
        let list = Self::decode(r)?;
        if list.len() != len {
            let kind = DecodeErrorKind::WrongCount { expected: len, found: list.len() };
            return Err(DecodeError { kind, offset });
        }
        Ok(list)
    }

    fn check(count: usize, offset: usize, r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        if count > r.remaining() {
            return Err(DecodeError { kind: DecodeErrorKind::Length, offset });
        }
        if count > limits::WITH_LIST {
            return Err(DecodeError { kind: DecodeErrorKind::TooMany, offset });
        }
        let whole = r.rest();
        for _ in 0..count {
            T::decode(r)?;
        }
        let used = whole.len().saturating_sub(r.remaining());
        Ok(Self { source: Source::Octets { count, octets: whole.get(..used).unwrap_or(&[]) } })
    }
}

impl<T: Encode> List<'_, T> {
    /// Writes items as a list, without having them side by side first.
    pub fn write<I>(w: &mut Writer<'_>, items: I)
    where
        I: IntoIterator<Item = T>,
        I::IntoIter: ExactSizeIterator,
    {
        let items = items.into_iter();
        w.length(items.len());
        for item in items {
            item.encode(w);
        }
    }
}

impl<'a, T: Decode<'a>> Decode<'a> for List<'a, T> {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let offset = r.offset();
        let count = r.length()?;
        Self::check(count, offset, r)
    }
}

impl<T: Encode> Encode for List<'_, T> {
    fn encode(&self, w: &mut Writer<'_>) {
        w.length(self.len());
        match self.source {
            Source::Octets { octets, .. } => w.bytes(octets),
            Source::Items(items) => items.iter().for_each(|item| item.encode(w)),
        }
    }
}

impl<T> Clone for List<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for List<'_, T> {}

impl<T> Clone for Source<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Source<'_, T> {}

impl<'a, T: Decode<'a> + Copy + PartialEq> PartialEq for List<'a, T> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<'a, T: Decode<'a> + Copy + fmt::Debug> fmt::Debug for List<'a, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<'a, T: Decode<'a> + Copy> IntoIterator for List<'a, T> {
    type Item = T;
    type IntoIter = ListIter<'a, T>;

    fn into_iter(self) -> ListIter<'a, T> {
        self.iter()
    }
}

/// The items of a [`List`], one after the other.
#[derive(Debug, Clone)]
pub struct ListIter<'a, T> {
    left: usize,
    r: Reader<'a>,
    /// What is left of a list made of items.
    items: &'a [T],
    item: PhantomData<fn() -> T>,
}

impl<'a, T: Decode<'a> + Copy> Iterator for ListIter<'a, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.left = self.left.checked_sub(1)?;
        if let Some((first, others)) = self.items.split_first() {
            self.items = others;
            return Some(*first);
        }
        // Cannot fail: the items were checked when they were decoded.
        T::decode(&mut self.r).ok()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<'a, T: Decode<'a> + Copy> ExactSizeIterator for ListIter<'a, T> {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Data;

    #[test]
    fn made_of_items_or_read_it_is_the_same() {
        let items = [Data::Unsigned(5), Data::NullData, Data::Boolean(true)];
        let made = List::of(&items);
        let mut out = [0; 16];
        let octets = made.encode_to_slice(&mut out).unwrap();
        assert_eq!(octets, [3, 17, 5, 0, 3, 1]);
        let read = List::from_bytes(octets).unwrap();
        assert_eq!(read, made);
        assert_eq!(read.iter().len(), 3);
        assert!(read.into_iter().eq(items));
        let mut again = [0; 16];
        assert_eq!(read.encode_to_slice(&mut again).unwrap(), octets);
        let mut w = Writer::new(&mut again);
        List::write(&mut w, items);
        assert_eq!(w.finish().unwrap(), octets);
        assert_eq!(List::new(3, &octets[1..]).unwrap(), made);
        assert!(List::<Data<'_>>::new(2, &octets[1..]).is_err());
    }

    #[test]
    fn counts_are_bounded() {
        let kind = |bytes: &[u8]| List::<Data<'_>>::from_bytes(bytes).unwrap_err().kind;
        assert_eq!(kind(&[0x84, 0xff, 0xff, 0xff, 0xff, 0]), DecodeErrorKind::Length);
        assert_eq!(kind(&[65; 66]), DecodeErrorKind::TooMany);
        assert_eq!(kind(&[2, 0, 17]), DecodeErrorKind::Truncated { missing: 1 });
        let mut full = [0; 65];
        full[0] = 64;
        assert_eq!(List::<Data<'_>>::from_bytes(&full).unwrap().len(), 64);
    }
}
