use super::{DecodeError, Overflow, Reader, Writer};

/// What can be read from octets.
pub trait Decode<'a>: Sized {
    /// Reads one value; what follows it stays unread.
    ///
    /// # Errors
    /// What is wrong, and at which octet.
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError>;

    /// Reads one value that takes up all of `bytes`.
    ///
    /// # Errors
    /// As [`decode`](Self::decode); `Trailing` when octets are left.
    fn from_bytes(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(bytes);
        let value = Self::decode(&mut r)?;
        r.finish()?;
        Ok(value)
    }
}

/// What can be written as octets.
pub trait Encode {
    /// Writes the value. Never fails: see [`Writer`].
    fn encode(&self, w: &mut Writer<'_>);

    /// The number of octets [`encode`](Self::encode) writes.
    fn encoded_len(&self) -> usize {
        let mut w = Writer::new(&mut []);
        self.encode(&mut w);
        w.len()
    }

    /// Writes the value to the front of `out` and gives that part of it.
    ///
    /// # Errors
    /// `out` is too small.
    fn encode_to_slice<'b>(&self, out: &'b mut [u8]) -> Result<&'b [u8], Overflow> {
        let mut w = Writer::new(out);
        self.encode(&mut w);
        w.finish()
    }

    /// Writes the value to a vector of its size.
    #[cfg(feature = "alloc")]
    fn encode_to_vec(&self) -> alloc::vec::Vec<u8> {
        let mut out = alloc::vec![0; self.encoded_len()];
        self.encode(&mut Writer::new(&mut out));
        out
    }
}

impl<T: Encode + ?Sized> Encode for &T {
    fn encode(&self, w: &mut Writer<'_>) {
        (**self).encode(w);
    }
}
