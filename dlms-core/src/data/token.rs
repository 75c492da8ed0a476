use super::{CompactArray, Data, tag, value::apart};
use crate::codec::{DecodeError, DecodeErrorKind, Reader};
use crate::limits;

/// One step of a walk through a value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Token<'a> {
    /// An array of this many elements begins.
    Array(usize),
    /// A structure of this many elements begins.
    Structure(usize),
    /// A value that is neither.
    Value(Data<'a>),
}

/// Walks through one value and all that is in it, in one pass and in the order of the octets, without
/// recursion and without checking anything twice: the fastest way through a long buffer.
#[derive(Debug, Clone)]
pub struct Tokens<'a> {
    r: Reader<'a>,
    open: [usize; limits::NESTING],
    depth: usize,
    left: usize,
}

impl<'a> Tokens<'a> {
    /// Walks through the value at the front of `bytes`.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { r: Reader::new(bytes), open: [0; limits::NESTING], depth: 0, left: 1 }
    }

    /// Offset of the next octet.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.r.offset()
    }

    /// Walks through what is left of the value and gives each step to `each`: faster than the iterator, for what is
    /// done with a value of each type is known where that type is read.
    ///
    /// # Errors
    /// What is wrong, and at which octet. What was given before was right.
    #[inline]
    pub fn visit(self, mut each: impl FnMut(Token<'a>)) -> Result<(), DecodeError> {
        // Apart, all but `open` are in registers.
        let Self { mut r, mut open, mut depth, mut left } = self;
        loop {
            while left == 0 {
                let Some(above) = depth.checked_sub(1) else { return Ok(()) };
                depth = above;
                left = open.get(depth).copied().unwrap_or(0);
            }
            left = left.saturating_sub(1);
            let start = r.offset();
            let tag = r.u8()?;
            match tag {
                tag::ARRAY | tag::STRUCTURE => {
                    let count = descend(&mut r, &mut open, &mut depth, &mut left)?;
                    each(if tag == tag::ARRAY { Token::Array(count) } else { Token::Structure(count) });
                }
                tag::COMPACT_ARRAY => {
                    each(Token::Value(Data::CompactArray(apart(&mut r, CompactArray::decode_body)?)));
                }
                _ => Data::scalar(tag, start, &mut r, |value| each(Token::Value(value)))?,
            }
        }
    }

    #[inline]
    fn step(&mut self) -> Result<Option<Token<'a>>, DecodeError> {
        while self.left == 0 {
            let Some(depth) = self.depth.checked_sub(1) else { return Ok(None) };
            self.depth = depth;
            self.left = self.open.get(depth).copied().unwrap_or(0);
        }
        self.left = self.left.saturating_sub(1);
        let start = self.r.offset();
        let tag = self.r.u8()?;
        Ok(Some(match tag {
            tag::ARRAY => Token::Array(self.descend()?),
            tag::STRUCTURE => Token::Structure(self.descend()?),
            tag::COMPACT_ARRAY => {
                Token::Value(Data::CompactArray(apart(&mut self.r, CompactArray::decode_body)?))
            }
            _ => Token::Value(Data::decode_scalar(tag, start, &mut self.r)?),
        }))
    }

    #[inline]
    fn descend(&mut self) -> Result<usize, DecodeError> {
        descend(&mut self.r, &mut self.open, &mut self.depth, &mut self.left)
    }
}

/// Reads the count of an array or structure and goes into it.
#[inline(always)]
fn descend(
    r: &mut Reader<'_>,
    open: &mut [usize; limits::NESTING],
    depth: &mut usize,
    left: &mut usize,
) -> Result<usize, DecodeError> {
    let at = r.offset();
    let count = r.length()?;
    if count > r.remaining() {
        return Err(DecodeError { kind: DecodeErrorKind::Length, offset: at });
    }
    let slot = open.get_mut(*depth);
    *slot.ok_or(r.error(DecodeErrorKind::TooDeep))? = *left;
    *depth = depth.saturating_add(1);
    *left = count;
    Ok(count)
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Result<Token<'a>, DecodeError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        match self.step() {
            Ok(token) => token.map(Ok),
            Err(e) => {
                (self.left, self.depth) = (0, 0);
                Some(Err(e))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walks_in_order_and_stops_after_one_value() {
        let bytes = [1, 2, 2, 1, 17, 5, 2, 0, 0, 0xff];
        let tokens: std::vec::Vec<_> = Tokens::new(&bytes).map(Result::unwrap).collect();
        assert_eq!(
            tokens,
            [Token::Array(2), Token::Structure(1), Token::Value(Data::Unsigned(5)), Token::Structure(0),]
        );
    }

    #[test]
    fn a_visit_sees_the_same() {
        let values: [&[u8]; 6] = [
            &[1, 2, 2, 1, 17, 5, 2, 0, 0, 0xff],
            &[2, 3, 9, 2, 1, 2, 4, 9, 0xff, 0x80, 19, 0x11, 2, 7, 8],
            &[1, 0x82, 0, 2, 6, 0, 0, 0, 1, 6, 0, 0, 0, 2],
            &[2, 2, 17, 5, 6, 0, 0],
            &[1, 3, 17, 5, 11, 0],
            &[1, 1].repeat(20),
        ];
        for bytes in values {
            let mut visited = std::vec::Vec::new();
            let result = Tokens::new(bytes).visit(|token| visited.push(token));
            let mut walked = std::vec::Vec::new();
            let mut error = None;
            for token in Tokens::new(bytes) {
                match token {
                    Ok(token) => walked.push(token),
                    Err(e) => error = Some(e),
                }
            }
            assert_eq!((visited, result.err()), (walked, error), "{bytes:02x?}");
        }
    }
}
