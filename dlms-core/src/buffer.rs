//! Memory as an argument: fixed on a meter, growing on a head-end.

use crate::codec::Overflow;
#[cfg(feature = "alloc")]
use crate::limits;

/// Room for received or outgoing octets.
pub trait Buffer {
    /// At least `len` octets of room, what they held before kept.
    ///
    /// # Errors
    /// The buffer neither has nor gets that much.
    fn reserve(&mut self, len: usize) -> Result<&mut [u8], Overflow>;

    /// All the octets there are now.
    fn as_slice(&self) -> &[u8];

    /// All the octets there are now, to change.
    fn as_mut_slice(&mut self) -> &mut [u8];

    /// Octets that [`reserve`](Self::reserve) gives at most.
    fn capacity(&self) -> usize {
        self.as_slice().len()
    }
}

impl<const N: usize> Buffer for [u8; N] {
    fn reserve(&mut self, len: usize) -> Result<&mut [u8], Overflow> {
        fixed(self, len)
    }
    fn as_slice(&self) -> &[u8] {
        self
    }
    fn as_mut_slice(&mut self) -> &mut [u8] {
        self
    }
}

impl Buffer for &mut [u8] {
    fn reserve(&mut self, len: usize) -> Result<&mut [u8], Overflow> {
        fixed(self, len)
    }
    fn as_slice(&self) -> &[u8] {
        self
    }
    fn as_mut_slice(&mut self) -> &mut [u8] {
        self
    }
}

#[cfg(feature = "alloc")]
impl Buffer for alloc::boxed::Box<[u8]> {
    fn reserve(&mut self, len: usize) -> Result<&mut [u8], Overflow> {
        fixed(self, len)
    }
    fn as_slice(&self) -> &[u8] {
        self
    }
    fn as_mut_slice(&mut self) -> &mut [u8] {
        self
    }
}

/// Grows up to [`limits::BUFFER`]; for another ceiling use [`Growing`].
#[cfg(feature = "alloc")]
impl Buffer for alloc::vec::Vec<u8> {
    fn reserve(&mut self, len: usize) -> Result<&mut [u8], Overflow> {
        grow(self, len, limits::BUFFER)
    }
    fn as_slice(&self) -> &[u8] {
        self
    }
    fn as_mut_slice(&mut self) -> &mut [u8] {
        self
    }
    fn capacity(&self) -> usize {
        limits::BUFFER
    }
}

/// A vector that grows up to a ceiling of the caller's.
#[cfg(feature = "alloc")]
#[derive(Debug, Clone)]
pub struct Growing {
    bytes: alloc::vec::Vec<u8>,
    ceiling: usize,
}

#[cfg(feature = "alloc")]
impl Growing {
    /// An empty buffer that takes `ceiling` octets at most.
    #[must_use]
    pub const fn new(ceiling: usize) -> Self {
        Self { bytes: alloc::vec::Vec::new(), ceiling }
    }
}

#[cfg(feature = "alloc")]
impl Buffer for Growing {
    fn reserve(&mut self, len: usize) -> Result<&mut [u8], Overflow> {
        grow(&mut self.bytes, len, self.ceiling)
    }
    fn as_slice(&self) -> &[u8] {
        &self.bytes
    }
    fn as_mut_slice(&mut self) -> &mut [u8] {
        &mut self.bytes
    }
    fn capacity(&self) -> usize {
        self.ceiling
    }
}

/// Moves what begins at `offset` to the front of `bytes`. What was there is lost, the end is left as it was.
pub fn shift_down(mut bytes: &mut [u8], offset: usize) {
    // Piece by piece, so that no piece overlaps where it goes, and nothing can panic.
    while let Some((front, rest)) = bytes.split_at_mut_checked(offset) {
        if front.is_empty() || rest.is_empty() {
            return;
        }
        for (slot, octet) in front.iter_mut().zip(rest.iter()) {
            *slot = *octet;
        }
        bytes = rest;
    }
}

fn fixed(bytes: &mut [u8], len: usize) -> Result<&mut [u8], Overflow> {
    if len <= bytes.len() { Ok(bytes) } else { Err(Overflow { needed: len }) }
}

#[cfg(feature = "alloc")]
fn grow(bytes: &mut alloc::vec::Vec<u8>, len: usize, ceiling: usize) -> Result<&mut [u8], Overflow> {
    if len > ceiling {
        return Err(Overflow { needed: len });
    }
    if bytes.len() < len {
        bytes.resize(len, 0);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::shift_down;

    #[test]
    fn what_begins_at_the_offset_comes_to_the_front() {
        for len in 0..40u8 {
            for offset in 0..=usize::from(len) {
                let whole: std::vec::Vec<u8> = (0..len).collect();
                let mut moved = whole.clone();
                shift_down(&mut moved, offset);
                let kept = whole.len() - offset;
                assert_eq!(moved[..kept], whole[offset..], "{len} {offset}");
            }
        }
        shift_down(&mut [1, 2], 3);
    }
}
