use crate::codec::{DecodeError, Reader, Writer};

/// Bits, the first one in the highest place of the first octet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BitString<'a> {
    len: usize,
    octets: &'a [u8],
}

impl<'a> BitString<'a> {
    /// No bits.
    pub const EMPTY: Self = Self { len: 0, octets: &[] };

    /// The first `len` bits of `octets`; nothing if they are not exactly the octets that many bits take.
    #[must_use]
    pub const fn new(len: usize, octets: &'a [u8]) -> Option<Self> {
        if len.div_ceil(8) == octets.len() { Some(Self { len, octets }) } else { None }
    }

    /// The number of bits.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The octets the bits lie in; unused bits of the last are as they came.
    #[must_use]
    pub const fn octets(&self) -> &'a [u8] {
        self.octets
    }

    /// Bit number `index`, the first is 0.
    #[must_use]
    pub fn bit(&self, index: usize) -> Option<bool> {
        if index >= self.len {
            return None;
        }
        self.octets.get(index / 8).map(|octet| octet << (index % 8) & 0x80 != 0)
    }

    /// The bits, in order.
    pub fn iter(&self) -> impl Iterator<Item = bool> + use<'a> {
        let all = *self;
        (0..all.len).map_while(move |i| all.bit(i))
    }

    pub(super) fn decode_body(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let len = r.length()?;
        let octets = r.take(len.div_ceil(8))?;
        Ok(Self { len, octets })
    }

    pub(super) fn encode_body(&self, w: &mut Writer<'_>) {
        w.length(self.len);
        w.bytes(self.octets);
    }
}
