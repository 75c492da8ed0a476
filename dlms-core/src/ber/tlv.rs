use crate::codec::{Decode, DecodeError, DecodeErrorKind, Reader, Writer};

/// One element: a tag, a definite length in any form, the content.
#[derive(Debug, Clone)]
pub struct Tlv<'a> {
    /// Where the tag is.
    pub offset: usize,
    /// The first octet of the tag.
    pub tag: u8,
    /// The number of the tag, whatever its form.
    pub number: u32,
    /// The content, with the offsets of the whole.
    pub value: Reader<'a>,
}

impl<'a> Tlv<'a> {
    /// Reads the next element, which must have this tag.
    ///
    /// # Errors
    /// `WrongType` for another tag, else as [`decode`](Decode::decode).
    pub fn expect(r: &mut Reader<'a>, tag: u8, expected: &'static str) -> Result<Self, DecodeError> {
        match r.peek() {
            Some(found) if found != tag => Err(r.error(DecodeErrorKind::WrongType { expected, found })),
            _ => Self::decode(r),
        }
    }

    /// The content of the one element that this one wraps (EXPLICIT), which must have this tag.
    ///
    /// # Errors
    /// `WrongType` for another tag, `Trailing` if more follows it.
    pub fn explicit(mut self, tag: u8, expected: &'static str) -> Result<Reader<'a>, DecodeError> {
        let inner = Self::expect(&mut self.value, tag, expected)?;
        self.value.finish()?;
        Ok(inner.value)
    }

    /// The content as an INTEGER of one octet, 0..=255: DLMS/COSEM has no sign there.
    ///
    /// # Errors
    /// `InvalidValue(what)` if there is none or it is larger.
    pub(crate) fn code(value: &Reader<'a>, what: &'static str) -> Result<u8, DecodeError> {
        match value.rest() {
            [zeros @ .., code] if zeros.iter().all(|octet| *octet == 0) => Ok(*code),
            _ => Err(value.error(DecodeErrorKind::InvalidValue(what))),
        }
    }

    /// The first bit of the content as a BIT STRING of named bits; what is not sent is 0.
    ///
    /// # Errors
    /// `InvalidValue(what)` if it is none.
    pub(crate) fn first_bit(&self, what: &'static str) -> Result<bool, DecodeError> {
        match self.value.rest() {
            [0] => Ok(false),
            [0..=7, first, ..] => Ok(first & 0x80 != 0),
            _ => Err(self.value.error(DecodeErrorKind::InvalidValue(what))),
        }
    }
}

impl<'a> Decode<'a> for Tlv<'a> {
    #[inline]
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let offset = r.offset();
        let tag = r.u8()?;
        let number = match tag & 0x1f {
            0x1f => {
                let (number, rest) = long_number(r.clone(), tag, offset)?;
                *r = rest;
                number
            }
            number => u32::from(number),
        };
        let length = r.length()?;
        Ok(Self { offset, tag, number, value: r.nested(length)? })
    }
}

/// The elements of a SEQUENCE whose members all have context tags: each at most once, in ascending order.
#[derive(Debug, Clone)]
pub struct Elements<'a> {
    rest: Reader<'a>,
    next_number: u32,
}

impl<'a> Elements<'a> {
    /// The elements of this content.
    #[must_use]
    pub const fn new(content: Reader<'a>) -> Self {
        Self { rest: content, next_number: 0 }
    }

    /// The next element, known or not; `None` at the end.
    ///
    /// # Errors
    /// No element, one without a context tag, or one out of order.
    pub fn next_element(&mut self) -> Result<Option<Tlv<'a>>, DecodeError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        // With a copy, which lies in registers.
        let mut rest = self.rest.clone();
        let element = Tlv::decode(&mut rest)?;
        self.rest = rest;
        let fail = |kind| Err(DecodeError { kind, offset: element.offset });
        if element.tag & 0xc0 != 0x80 {
            return fail(DecodeErrorKind::UnknownTag(element.tag));
        }
        if element.number < self.next_number {
            return fail(DecodeErrorKind::InvalidValue("order of elements"));
        }
        self.next_number = element.number.saturating_add(1);
        Ok(Some(element))
    }

    /// An error at the end of what was read: a mandatory element is not there.
    #[must_use]
    pub const fn missing(&self, what: &'static str) -> DecodeError {
        self.rest.error(DecodeErrorKind::InvalidValue(what))
    }
}

/// Writes an element with this content.
pub(crate) fn primitive(w: &mut Writer<'_>, tag: u8, content: &[u8]) {
    w.tagged_length(tag, content.len());
    w.bytes(content);
}

/// Writes an element around one of tag `inner`.
pub(crate) fn explicit(w: &mut Writer<'_>, tag: u8, inner: u8, content: &[u8]) {
    let header = Writer::length_len(content.len()).saturating_add(1);
    w.tagged_length(tag, content.len().saturating_add(header));
    primitive(w, inner, content);
}

/// Writes an element around what `content` writes, which is called again if that is more than 127 octets.
pub(crate) fn constructed(w: &mut Writer<'_>, tag: u8, content: &dyn Fn(&mut Writer<'_>)) {
    let start = w.len();
    w.array([tag, 0]);
    let from = w.len();
    content(w);
    let end = w.len();
    let len = end.saturating_sub(from);
    w.seek(start);
    w.tagged_length(tag, len);
    if w.len() == from {
        w.seek(end);
    } else if !w.counted(len) {
        content(w);
    }
}

/// A tag number of more than five bits and at most four octets, and what follows it.
#[cold]
fn long_number(mut r: Reader<'_>, tag: u8, offset: usize) -> Result<(u32, Reader<'_>), DecodeError> {
    let mut number = 0u32;
    for _ in 0..4 {
        let octet = r.u8()?;
        number = number << 7 | u32::from(octet & 0x7f);
        if octet < 0x80 {
            return Ok((number, r));
        }
    }
    Err(DecodeError { kind: DecodeErrorKind::UnknownTag(tag), offset })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<(u8, u32, std::vec::Vec<u8>), DecodeError> {
        Tlv::from_bytes(bytes).map(|t| (t.tag, t.number, t.value.rest().to_vec()))
    }

    #[test]
    fn lengths_and_tags_of_every_form() {
        for bytes in [&[0x85, 1, 9][..], &[0x85, 0x81, 1, 9], &[0x85, 0x84, 0, 0, 0, 1, 9]] {
            assert_eq!(read(bytes), Ok((0x85, 5, std::vec![9])));
        }
        assert_eq!(read(&[0xbf, 0x81, 0x02, 1, 9]), Ok((0xbf, 0x82, std::vec![9])));
        for (bytes, kind, offset) in [
            (&[0x85, 0x80, 9, 0, 0][..], DecodeErrorKind::Length, 1),
            (&[0x85, 2, 9], DecodeErrorKind::Truncated { missing: 1 }, 2),
            (&[0x85, 0x84, 0xff, 0xff, 0xff, 0xff], DecodeErrorKind::Truncated { missing: 0xffff_ffff }, 6),
            (&[0xbf, 0x80, 0x80, 0x80, 0x80, 1, 0], DecodeErrorKind::UnknownTag(0xbf), 0),
            (&[0xbf, 0x80], DecodeErrorKind::Truncated { missing: 1 }, 2),
        ] {
            assert_eq!(read(bytes), Err(DecodeError { kind, offset }));
        }
    }

    #[test]
    fn elements_ascend() {
        let walk = |bytes| {
            let mut elements = Elements::new(Reader::at(bytes, 2));
            let mut numbers = std::vec![];
            while let Some(element) = elements.next_element()? {
                numbers.push(element.number);
            }
            Ok(numbers)
        };
        assert_eq!(walk(&[0x80, 0, 0xa1, 0, 0xbf, 0x1f, 0]), Ok(std::vec![0, 1, 31]));
        let order = DecodeErrorKind::InvalidValue("order of elements");
        assert_eq!(walk(&[0xa1, 0, 0x81, 0]), Err(DecodeError { kind: order, offset: 4 }));
        assert_eq!(walk(&[0x82, 0, 0xa1, 0]), Err(DecodeError { kind: order, offset: 4 }));
        let unknown = DecodeErrorKind::UnknownTag(4);
        assert_eq!(walk(&[4, 0]), Err(DecodeError { kind: unknown, offset: 2 }));
    }

    #[test]
    fn long_content_is_counted_first() {
        let content = [7; 200];
        let mut out = [0; 300];
        let mut w = Writer::new(&mut out);
        explicit(&mut w, 0xbe, 0x04, &content);
        let out = w.finish().unwrap();
        assert_eq!(out[..6], [0xbe, 0x81, 203, 0x04, 0x81, 200]);
        assert_eq!(Tlv::from_bytes(out).unwrap().explicit(0x04, "OCTET STRING").unwrap().rest(), content);
    }

    #[test]
    fn any_window_of_a_constructed_element_is_a_slice_of_it() {
        for len in [0, 1, 127, 128, 300] {
            let content = std::vec![7; len];
            let write = |w: &mut Writer<'_>| constructed(w, 0x60, &|w| w.bytes(&content));
            let mut count = Writer::new(&mut []);
            write(&mut count);
            let mut whole = std::vec![0; count.len()];
            write(&mut Writer::new(&mut whole));
            assert_eq!(read(&whole), Ok((0x60, 0, content.clone())));
            for skip in 0..whole.len() {
                let mut part = [0; 9];
                let mut w = Writer::window(skip, &mut part);
                write(&mut w);
                assert_eq!(w.len(), whole.len());
                assert_eq!(w.stored(), &whole[skip..whole.len().min(skip + 9)], "{len} {skip}");
            }
        }
    }
}
