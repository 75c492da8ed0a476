use super::{DecodeError, DecodeErrorKind};

/// A cursor over received octets.
///
/// Reading past the end is an error that says where; nested readers keep the offsets of the whole.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
    /// Offset of the end: that of the next octet follows from it, and reading need not keep it up to date.
    end: usize,
}

impl<'a> Reader<'a> {
    /// Reads `bytes` from the start.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self::at(bytes, 0)
    }

    /// Reads `bytes`, which begin at `offset` of something larger.
    #[must_use]
    pub const fn at(bytes: &'a [u8], offset: usize) -> Self {
        Self { rest: bytes, end: offset.wrapping_add(bytes.len()) }
    }

    /// Offset of the next octet.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.end.wrapping_sub(self.rest.len())
    }

    /// Octets not yet read.
    #[must_use]
    pub const fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// Whether everything was read.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The octets not yet read.
    #[must_use]
    pub const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The next octet, left in place.
    #[must_use]
    pub const fn peek(&self) -> Option<u8> {
        match self.rest {
            [first, ..] => Some(*first),
            [] => None,
        }
    }

    /// An error at the next octet.
    #[must_use]
    pub const fn error(&self, kind: DecodeErrorKind) -> DecodeError {
        DecodeError { kind, offset: self.offset() }
    }

    /// The next `n` octets.
    ///
    /// # Errors
    /// `Truncated` when fewer are left.
    #[inline]
    pub fn take(&mut self, n: usize) -> Result<&'a [u8], DecodeError> {
        match self.rest.split_at_checked(n) {
            Some((head, rest)) => {
                self.rest = rest;
                Ok(head)
            }
            None => Err(truncated(self.end, self.rest.len(), n)),
        }
    }

    /// The next `N` octets as an array.
    ///
    /// # Errors
    /// `Truncated` when fewer are left.
    #[inline]
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        match self.rest.split_first_chunk::<N>() {
            Some((head, rest)) => {
                self.rest = rest;
                Ok(*head)
            }
            None => Err(truncated(self.end, self.rest.len(), N)),
        }
    }

    /// The `N` octets behind the octet `tag`; nothing, and nothing read, if that does not come next or they are not
    /// all there.
    #[inline]
    pub(crate) fn tagged<const N: usize>(&mut self, tag: u8) -> Option<[u8; N]> {
        let (first, rest) = self.rest.split_first()?;
        if *first != tag {
            return None;
        }
        let (content, rest) = rest.split_first_chunk::<N>()?;
        self.rest = rest;
        Some(*content)
    }

    /// The next octet.
    ///
    /// # Errors
    /// `Truncated` at the end of the input.
    #[inline]
    pub fn u8(&mut self) -> Result<u8, DecodeError> {
        self.array::<1>().map(|[v]| v)
    }

    /// Two octets, big-endian.
    ///
    /// # Errors
    /// `Truncated` when fewer are left.
    #[inline]
    pub fn u16(&mut self) -> Result<u16, DecodeError> {
        self.array().map(u16::from_be_bytes)
    }

    /// Four octets, big-endian.
    ///
    /// # Errors
    /// `Truncated` when fewer are left.
    #[inline]
    pub fn u32(&mut self) -> Result<u32, DecodeError> {
        self.array().map(u32::from_be_bytes)
    }

    /// An A-XDR length or count: one octet up to 127, else `0x80 + n` and n octets, n ≤ 4.
    /// Longer forms than needed are accepted: deployed stacks send them.
    ///
    /// # Errors
    /// `Length` for the indefinite form and for more than four length octets.
    #[inline]
    pub fn length(&mut self) -> Result<usize, DecodeError> {
        let start = self.offset();
        let first = self.u8()?;
        if first < 0x80 {
            return Ok(usize::from(first));
        }
        let (length, rest) = long_length(first & 0x7f, self.rest, start)?;
        self.rest = rest;
        Ok(length)
    }

    /// An octet string: its length, then its octets.
    ///
    /// # Errors
    /// As [`length`](Self::length); `Truncated` when the octets are not all there.
    #[inline]
    pub fn octets(&mut self) -> Result<&'a [u8], DecodeError> {
        let n = self.length()?;
        self.take(n)
    }

    /// A presence octet of an OPTIONAL component; any value but zero says present.
    ///
    /// # Errors
    /// `Truncated` at the end of the input.
    pub fn presence(&mut self) -> Result<bool, DecodeError> {
        self.u8().map(|v| v != 0)
    }

    /// A reader over the next `n` octets only, with the offsets of the whole; they count as read here.
    ///
    /// # Errors
    /// `Truncated` when fewer are left.
    #[inline]
    pub fn nested(&mut self, n: usize) -> Result<Self, DecodeError> {
        let at = self.offset();
        self.take(n).map(|bytes| Self::at(bytes, at))
    }

    /// Checks that nothing is left.
    ///
    /// # Errors
    /// `Trailing` otherwise.
    pub fn finish(&self) -> Result<(), DecodeError> {
        match self.rest.len() {
            0 => Ok(()),
            n => Err(self.error(DecodeErrorKind::Trailing(n))),
        }
    }
}

// These take what they need of a reader, not the reader: one whose address is not given away lies in registers.

#[cold]
fn truncated(end: usize, left: usize, n: usize) -> DecodeError {
    let kind = DecodeErrorKind::Truncated { missing: n.saturating_sub(left) };
    DecodeError { kind, offset: end.wrapping_sub(left) }
}

/// A length of `octets` octets at the front of `rest`, and what follows it.
#[cold]
fn long_length(octets: u8, rest: &[u8], offset: usize) -> Result<(usize, &[u8]), DecodeError> {
    let fail = DecodeError { kind: DecodeErrorKind::Length, offset };
    if octets == 0 || octets > 4 {
        return Err(fail);
    }
    let mut n = 0u32;
    let mut r = Reader::at(rest, offset.wrapping_add(1));
    for _ in 0..octets {
        n = n << 8 | u32::from(r.u8()?);
    }
    match usize::try_from(n) {
        Ok(n) => Ok((n, r.rest)),
        Err(_) => Err(fail),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_in_every_form() {
        for (bytes, n) in [
            (&[0x7f][..], 0x7f),
            (&[0x81, 5], 5),
            (&[0x82, 0, 2], 2),
            (&[0x83, 1, 0, 0], 0x1_0000),
            (&[0x84, 0, 0, 1, 0], 0x100),
        ] {
            assert_eq!(Reader::new(bytes).length(), Ok(n));
        }
        for bytes in [&[0x80][..], &[0x85, 0, 0, 0, 0, 1]] {
            assert_eq!(
                Reader::new(bytes).length(),
                Err(DecodeError { kind: DecodeErrorKind::Length, offset: 0 })
            );
        }
    }

    #[test]
    fn nested_readers_keep_offsets() {
        let mut r = Reader::new(&[1, 2, 3, 4]);
        r.take(1).unwrap();
        let mut inner = r.nested(2).unwrap();
        assert_eq!(r.offset(), 3);
        inner.u16().unwrap();
        assert_eq!(
            inner.u8(),
            Err(DecodeError { kind: DecodeErrorKind::Truncated { missing: 1 }, offset: 3 })
        );
    }
}
