use super::{Data, tag};
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
                Token::Value(Data::CompactArray(super::CompactArray::decode_body(&mut self.r)?))
            }
            _ => Token::Value(Data::decode_scalar(tag, start, &mut self.r)?),
        }))
    }

    fn descend(&mut self) -> Result<usize, DecodeError> {
        let at = self.r.offset();
        let count = self.r.length()?;
        if count > self.r.remaining() {
            return Err(DecodeError { kind: DecodeErrorKind::Length, offset: at });
        }
        let slot = self.open.get_mut(self.depth);
        *slot.ok_or(self.r.error(DecodeErrorKind::TooDeep))? = self.left;
        self.depth = self.depth.saturating_add(1);
        self.left = count;
        Ok(count)
    }
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
            [
                Token::Array(2),
                Token::Structure(1),
                Token::Value(Data::Unsigned(5)),
                Token::Structure(0),
            ]
        );
    }
}
