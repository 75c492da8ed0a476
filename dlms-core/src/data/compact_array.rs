use super::elements::fixed_size;
use super::{Data, tag};
use crate::codec::{DecodeError, DecodeErrorKind, Reader, Writer};
use crate::limits;

/// The type of a compact array's elements, checked (A-XDR TypeDescription).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TypeDescription<'a>(&'a [u8]);

/// What a description describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Described<'a> {
    /// A type that is neither array nor structure, by its tag.
    Scalar(u8),
    /// So many elements of one type.
    Array(usize, TypeDescription<'a>),
    /// So many members; their descriptions follow each other.
    Structure(usize, TypeDescription<'a>),
}

/// What one value of a type takes.
#[derive(Clone, Copy)]
struct Shape {
    /// Octets at least.
    octets: usize,
    /// Whether it is always that many.
    fixed: bool,
    /// Values it expands to, arrays and structures included.
    values: usize,
}

impl<'a> TypeDescription<'a> {
    /// Reads a description.
    ///
    /// # Errors
    /// It describes what a compact array cannot hold, or nests too deep.
    pub fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Self::decode_shaped(r).map(|(description, _)| description)
    }

    fn decode_shaped(r: &mut Reader<'a>) -> Result<(Self, Shape), DecodeError> {
        let whole = r.rest();
        let shape = shape(r, limits::NESTING)?;
        let used = whole.len().saturating_sub(r.remaining());
        Ok((Self(whole.get(..used).unwrap_or(&[])), shape))
    }

    /// The description's octets.
    #[must_use]
    pub const fn octets(&self) -> &'a [u8] {
        self.0
    }

    /// What it describes.
    #[must_use]
    pub fn described(&self) -> Described<'a> {
        let mut r = Reader::new(self.0);
        // Cannot fail: the description was checked when it was decoded.
        described(&mut r).unwrap_or(Described::Scalar(tag::NULL_DATA))
    }

    /// The description at the front of this row of them, and the rest of the row.
    #[must_use]
    pub fn split_first(&self) -> Option<(Self, Self)> {
        let mut r = Reader::new(self.0);
        shape(&mut r, limits::NESTING).ok()?;
        let (first, rest) = self.0.split_at_checked(r.offset())?;
        Some((Self(first), Self(rest)))
    }

    /// Reads one value of this type: contents of a compact array can be taken as they come.
    ///
    /// # Errors
    /// `Truncated`: the value is not there to its end.
    pub fn value(&self, r: &mut Reader<'a>) -> Result<CompactValue<'a>, DecodeError> {
        self.take(r).map(|(value, _)| value)
    }

    /// Reads one value; how many octets of the description are its own.
    fn take(&self, contents: &mut Reader<'a>) -> Result<(CompactValue<'a>, usize), DecodeError> {
        let mut description = Reader::new(self.0);
        let mut end = contents.clone();
        step_over(&mut description, &mut end)?;
        let offset = contents.offset();
        let body = contents.take(end.offset().saturating_sub(offset))?;
        let own = TypeDescription(self.0.get(..description.offset()).unwrap_or_default());
        let value = match own.described() {
            Described::Scalar(scalar) => {
                CompactValue::Value(Data::decode_scalar(scalar, offset, &mut Reader::new(body))?)
            }
            Described::Array(left, description) => {
                CompactValue::Array(CompactElements { left, description, same: true, contents: body })
            }
            Described::Structure(left, description) => {
                CompactValue::Structure(CompactElements { left, description, same: false, contents: body })
            }
        };
        Ok((value, description.offset()))
    }
}

/// Reads the head of a description; what is in it stays unread.
fn described<'a>(r: &mut Reader<'a>) -> Result<Described<'a>, DecodeError> {
    Ok(match r.u8()? {
        tag::ARRAY => {
            let count = usize::from(r.u16()?);
            Described::Array(count, TypeDescription(r.rest()))
        }
        tag::STRUCTURE => {
            let count = r.length()?;
            Described::Structure(count, TypeDescription(r.rest()))
        }
        scalar => Described::Scalar(scalar),
    })
}

/// Reads a whole description and computes what a value of it takes. Recursion ends at `depth`.
fn shape(r: &mut Reader<'_>, depth: usize) -> Result<Shape, DecodeError> {
    let at = r.clone();
    let depth = depth.checked_sub(1).ok_or(at.error(DecodeErrorKind::TooDeep))?;
    match r.u8()? {
        tag::ARRAY => {
            let count = usize::from(r.u16()?);
            let element = shape(r, depth)?;
            if element.octets == 0 {
                // 65,535 values out of no octet: nothing a meter means.
                return Err(at.error(DecodeErrorKind::InvalidValue("array of nothing in a type description")));
            }
            Ok(Shape {
                octets: element.octets.saturating_mul(count),
                fixed: element.fixed,
                values: element.values.saturating_mul(count).saturating_add(1),
            })
        }
        tag::STRUCTURE => {
            let count = r.length()?;
            let mut sum = Shape { octets: 0, fixed: true, values: 1 };
            for _ in 0..count {
                let member = shape(r, depth)?;
                sum.octets = sum.octets.saturating_add(member.octets);
                sum.fixed &= member.fixed;
                sum.values = sum.values.saturating_add(member.values);
            }
            Ok(sum)
        }
        tag::OCTET_STRING | tag::VISIBLE_STRING | tag::UTF8_STRING | tag::BIT_STRING => {
            Ok(Shape { octets: 1, fixed: false, values: 1 })
        }
        scalar => match fixed_size(scalar) {
            Some(octets) => Ok(Shape { octets, fixed: true, values: 1 }),
            None => Err(at.error(DecodeErrorKind::UnknownTag(scalar))),
        },
    }
}

/// Steps over one value of the described type. Recursion is bounded: the description was checked.
fn step_over(description: &mut Reader<'_>, contents: &mut Reader<'_>) -> Result<(), DecodeError> {
    match described(description)? {
        Described::Array(count, element) => {
            let start = description.offset();
            for i in 0..count.max(1) {
                *description = Reader::at(element.0, start);
                if i < count {
                    step_over(description, contents)?;
                } else {
                    shape(description, limits::NESTING)?;
                }
            }
        }
        Described::Structure(count, _) => {
            for _ in 0..count {
                step_over(description, contents)?;
            }
        }
        Described::Scalar(scalar) => {
            let at = contents.offset();
            Data::decode_scalar(scalar, at, contents)?;
        }
    }
    Ok(())
}

/// An array whose element type is stated once, in front (tag 19).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CompactArray<'a> {
    description: TypeDescription<'a>,
    contents: &'a [u8],
    len: usize,
}

impl<'a> CompactArray<'a> {
    /// Values of the described type, one after the other in `contents` without tags: also the form of Compact
    /// data (class 62), whose buffer is `contents` and whose template_description is the description.
    ///
    /// # Errors
    /// `contents` is not a whole number of them, or they expand to more than
    /// [`limits::COMPACT_ARRAY_VALUES`]. Offsets are those in `contents`.
    pub fn new(description: TypeDescription<'a>, contents: &'a [u8]) -> Result<Self, DecodeError> {
        let shape = shape(&mut Reader::new(description.0), limits::NESTING)?;
        Self::checked(description, shape, Reader::new(contents))
    }

    pub(super) fn decode_body(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let (description, shape) = TypeDescription::decode_shaped(r)?;
        let n = r.length()?;
        Self::checked(description, shape, r.nested(n)?)
    }

    fn checked(
        description: TypeDescription<'a>,
        shape: Shape,
        mut r: Reader<'a>,
    ) -> Result<Self, DecodeError> {
        let contents = r.rest();
        // A type that is too large for one element is refused even where there is none.
        let too_many = |len: usize, at: &Reader<'_>| match len.max(1).checked_mul(shape.values) {
            Some(values) if values <= limits::COMPACT_ARRAY_VALUES => Ok(len),
            _ => Err(at.error(DecodeErrorKind::TooMany)),
        };
        if shape.octets == 0 && !contents.is_empty() {
            return Err(r.error(DecodeErrorKind::InvalidValue("compact array of nothing")));
        }
        if shape.fixed {
            let len = contents.len().checked_div(shape.octets).unwrap_or(0);
            let whole = len.saturating_mul(shape.octets);
            r.take(whole)?;
            if !r.is_empty() {
                let missing = shape.octets.saturating_sub(r.remaining());
                let end = r.offset().saturating_add(r.remaining());
                return Err(DecodeError { kind: DecodeErrorKind::Truncated { missing }, offset: end });
            }
            let len = too_many(len, &r)?;
            return Ok(Self { description, contents, len });
        }
        let mut len = 0usize;
        while !r.is_empty() {
            len = too_many(len.saturating_add(1), &r)?;
            step_over(&mut Reader::new(description.0), &mut r)?;
        }
        Ok(Self { description, contents, len })
    }

    /// The type of the elements.
    #[must_use]
    pub const fn description(&self) -> TypeDescription<'a> {
        self.description
    }

    /// The elements' octets, without tags.
    #[must_use]
    pub const fn contents(&self) -> &'a [u8] {
        self.contents
    }

    /// The number of elements.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The elements, in order.
    #[must_use]
    pub const fn elements(&self) -> CompactElements<'a> {
        CompactElements { left: self.len, description: self.description, same: true, contents: self.contents }
    }

    /// Writes the elements as an ordinary array of tagged values.
    pub fn expand(&self, w: &mut Writer<'_>) {
        w.u8(tag::ARRAY);
        w.length(self.len);
        for element in self.elements() {
            element.expand(w);
        }
    }

    pub(super) fn encode_body(&self, w: &mut Writer<'_>) {
        w.bytes(self.description.0);
        w.octets(self.contents);
    }
}

/// A value in a compact array.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum CompactValue<'a> {
    /// A value that is neither array nor structure.
    Value(Data<'a>),
    /// An array.
    Array(CompactElements<'a>),
    /// A structure.
    Structure(CompactElements<'a>),
}

impl CompactValue<'_> {
    /// Writes the value with its tags.
    pub fn expand(&self, w: &mut Writer<'_>) {
        use crate::codec::Encode;
        let (tag, elements) = match self {
            Self::Value(value) => return value.encode(w),
            Self::Array(elements) => (tag::ARRAY, elements),
            Self::Structure(elements) => (tag::STRUCTURE, elements),
        };
        w.u8(tag);
        w.length(elements.len());
        for element in *elements {
            element.expand(w);
        }
    }
}

/// Elements in a compact array, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CompactElements<'a> {
    left: usize,
    description: TypeDescription<'a>,
    /// One description for all, or one for each.
    same: bool,
    contents: &'a [u8],
}

impl<'a> CompactElements<'a> {
    /// The number of elements left.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.left
    }

    /// Whether none are left.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.left == 0
    }

    /// Gives the next element, or nothing where what was checked does not hold.
    fn take(&mut self) -> Option<CompactValue<'a>> {
        let mut contents = Reader::new(self.contents);
        let (value, described) = self.description.take(&mut contents).ok()?;
        if !self.same {
            self.description = TypeDescription(self.description.0.get(described..)?);
        }
        self.contents = contents.rest();
        Some(value)
    }
}

impl<'a> Iterator for CompactElements<'a> {
    type Item = CompactValue<'a>;

    fn next(&mut self) -> Option<CompactValue<'a>> {
        self.left = self.left.checked_sub(1)?;
        self.take()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for CompactElements<'_> {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{Decode, Encode};
    use std::vec::Vec;

    fn expanded(bytes: &[u8]) -> Vec<u8> {
        let Data::CompactArray(array) = Data::from_bytes(bytes).unwrap() else { panic!() };
        let mut back = std::vec![0; bytes.len()];
        assert_eq!(Data::CompactArray(array).encode_to_slice(&mut back).unwrap(), bytes);
        let mut out = std::vec![0; 100];
        let mut w = Writer::new(&mut out);
        array.expand(&mut w);
        w.finish().unwrap().to_vec()
    }

    #[test]
    fn expands_to_an_array_of_tagged_values() {
        assert_eq!(expanded(&[0x13, 0x11, 2, 1, 2]), [1, 2, 17, 1, 17, 2]);
        let structures = [0x13, 2, 2, 0x11, 0x12, 6, 1, 1, 2, 2, 3, 4];
        assert_eq!(expanded(&structures), [1, 2, 2, 2, 17, 1, 18, 1, 2, 2, 2, 17, 2, 18, 3, 4]);
        let arrays = [0x13, 1, 0, 3, 0x11, 6, 1, 2, 3, 4, 5, 6];
        assert_eq!(expanded(&arrays), [1, 2, 1, 3, 17, 1, 17, 2, 17, 3, 1, 3, 17, 4, 17, 5, 17, 6]);
        let strings = [0x13, 2, 2, 9, 0x11, 4, 2, 0x41, 0x42, 5];
        assert_eq!(expanded(&strings), [1, 1, 2, 2, 9, 2, 0x41, 0x42, 17, 5]);
        let nested = [0x13, 2, 2, 1, 0, 0, 9, 0x11, 2, 7, 8];
        assert_eq!(expanded(&nested), [1, 2, 2, 2, 1, 0, 17, 7, 2, 2, 1, 0, 17, 8]);
    }

    #[test]
    fn bombs_are_refused() {
        let partly = Data::from_bytes(&[0x13, 0x12, 3, 1, 2, 3]).unwrap_err();
        assert_eq!(partly, DecodeError { kind: DecodeErrorKind::Truncated { missing: 1 }, offset: 6 });
        for bomb in [
            &[0x13, 0, 1, 0][..],
            &[0x13, 1, 0xff, 0xff, 0, 1, 0],
            &[0x13, 2, 2, 0x11, 1, 0xff, 0xff, 2, 0, 1, 0],
            &[0x13, 0x13, 0x11, 1, 0],
        ] {
            assert!(Data::from_bytes(bomb).is_err(), "{bomb:02x?}");
        }
        let mut wide = std::vec![0x13, 2, 0x82, 0x40, 0];
        wide.extend([0; 0x3fff]);
        wide.extend([9, 0x82, 0x40, 0]);
        wide.extend([0; 0x4000]);
        assert_eq!(Data::from_bytes(&wide).unwrap_err().kind, DecodeErrorKind::TooMany);
    }
}
