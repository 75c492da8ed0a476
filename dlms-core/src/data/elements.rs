use super::{Data, compact_array::CompactArray, tag, value::apart};
use crate::codec::{Decode, DecodeError, DecodeErrorKind, Reader};
use crate::limits;

/// The elements of an array or structure: checked once when decoded, read as they are walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Elements<'a> {
    count: usize,
    body: &'a [u8],
}

impl<'a> Elements<'a> {
    /// The elements encoded one after the other in `body`, which must hold `count` of them.
    ///
    /// # Errors
    /// `body` is not `count` values, or nests too deep.
    pub fn new(count: usize, body: &'a [u8]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(body);
        let elements = Self::check(count, 0, &mut r)?;
        r.finish()?;
        Ok(elements)
    }

    /// The number of elements.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.count
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The elements' octets, without the count.
    #[must_use]
    pub const fn body(&self) -> &'a [u8] {
        self.body
    }

    /// The elements, in order.
    #[must_use]
    pub const fn iter(&self) -> ElementsIter<'a> {
        ElementsIter { left: self.count, r: Reader::new(self.body) }
    }

    /// Element number `index`, counted from zero.
    #[must_use]
    pub fn nth(&self, index: usize) -> Option<Data<'a>> {
        self.iter().nth(index)
    }

    /// The elements as an array of exactly `N`, or nothing if there are more or fewer.
    #[must_use]
    pub fn exactly<const N: usize>(&self) -> Option<[Data<'a>; N]> {
        if self.count != N {
            return None;
        }
        let mut all = [Data::NullData; N];
        for (slot, value) in all.iter_mut().zip(self.iter()) {
            *slot = value;
        }
        Some(all)
    }

    /// A reader over the elements' octets.
    #[must_use]
    pub const fn reader(&self) -> Reader<'a> {
        Reader::new(self.body)
    }

    /// Reads count and elements.
    pub(super) fn decode_checked(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let start = r.offset();
        let count = r.length()?;
        Self::check(count, start, r)
    }

    /// Steps over `count` values: bounded by the octets there are and by the nesting limit, without recursion.
    fn check(count: usize, start: usize, reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let mut r = reader.clone();
        let too_many = |offset| DecodeError { kind: DecodeErrorKind::Length, offset };
        if count > r.remaining() {
            return Err(too_many(start));
        }
        let whole = r.rest();
        let mut open = [0usize; limits::NESTING];
        let mut depth = 0;
        let mut left = count;
        loop {
            if left == 0 {
                let Some(above) = open.get(..depth).and_then(|o| o.last()) else { break };
                left = *above;
                depth = depth.saturating_sub(1);
                continue;
            }
            left = left.saturating_sub(1);
            let at = r.offset();
            match r.u8()? {
                tag::ARRAY | tag::STRUCTURE => {
                    let at = r.offset();
                    let inner = r.length()?;
                    if inner > r.remaining() {
                        return Err(too_many(at));
                    }
                    // One level is the value these elements are in.
                    let slot = open.get_mut(depth).filter(|_| depth.saturating_add(1) < limits::NESTING);
                    *slot.ok_or(r.error(DecodeErrorKind::TooDeep))? = left;
                    depth = depth.saturating_add(1);
                    left = inner;
                }
                tag::COMPACT_ARRAY => {
                    apart(&mut r, CompactArray::decode_body)?;
                }
                other => step_over(other, at, &mut r)?,
            }
        }
        *reader = r.clone();
        let used = whole.len().saturating_sub(r.remaining());
        Ok(Self { count, body: whole.get(..used).unwrap_or(&[]) })
    }
}

/// Steps over the content of a type that is neither array nor structure nor compact-array.
#[inline]
fn step_over(tag: u8, at: usize, r: &mut Reader<'_>) -> Result<(), DecodeError> {
    let n = match fixed_size(tag) {
        Some(n) => n,
        None => match tag {
            tag::OCTET_STRING | tag::VISIBLE_STRING | tag::UTF8_STRING => r.length()?,
            tag::BIT_STRING => r.length()?.div_ceil(8),
            other => return Err(DecodeError { kind: DecodeErrorKind::UnknownTag(other), offset: at }),
        },
    };
    r.take(n).map(|_| ())
}

/// Octets of content of the types that have a fixed number of them.
#[inline]
pub(super) const fn fixed_size(tag: u8) -> Option<usize> {
    Some(match tag {
        tag::NULL_DATA | tag::DONT_CARE => 0,
        tag::BOOLEAN
        | tag::BCD
        | tag::INTEGER
        | tag::UNSIGNED
        | tag::ENUM
        | tag::DELTA_INTEGER
        | tag::DELTA_UNSIGNED => 1,
        tag::LONG | tag::LONG_UNSIGNED | tag::DELTA_LONG | tag::DELTA_LONG_UNSIGNED => 2,
        tag::DOUBLE_LONG
        | tag::DOUBLE_LONG_UNSIGNED
        | tag::FLOAT32
        | tag::TIME
        | tag::DELTA_DOUBLE_LONG
        | tag::DELTA_DOUBLE_LONG_UNSIGNED => 4,
        tag::DATE => 5,
        tag::LONG64 | tag::LONG64_UNSIGNED | tag::FLOAT64 => 8,
        tag::DATE_TIME => 12,
        _ => return None,
    })
}

/// The elements of an array or structure, one after the other.
#[derive(Debug, Clone)]
pub struct ElementsIter<'a> {
    left: usize,
    r: Reader<'a>,
}

impl<'a> Iterator for ElementsIter<'a> {
    type Item = Data<'a>;

    #[inline]
    fn next(&mut self) -> Option<Data<'a>> {
        self.left = self.left.checked_sub(1)?;
        // Cannot fail: the elements were checked when they were decoded.
        Data::decode(&mut self.r).ok()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for ElementsIter<'_> {}

impl<'a> IntoIterator for Elements<'a> {
    type Item = Data<'a>;
    type IntoIter = ElementsIter<'a>;

    fn into_iter(self) -> ElementsIter<'a> {
        self.iter()
    }
}
