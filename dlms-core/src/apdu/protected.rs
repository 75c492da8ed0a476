use core::fmt;

use super::tag;
use crate::codec::{Decode, DecodeError, Encode, Reader, Writer};

/// A ciphered or signed message (`glo-`, `ded-`, `general-glo-ciphering`, …), which only its receiver's security
/// context can read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Protected<'a> {
    /// Which kind: see [`tag::is_protected`].
    pub tag: u8,
    /// All that follows the tag.
    pub body: &'a [u8],
}

impl Encode for Protected<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        w.u8(self.tag);
        w.bytes(self.body);
    }
}

/// Takes all there is.
impl<'a> Decode<'a> for Protected<'a> {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let offset = r.offset();
        let tag = r.u8()?;
        if !tag::is_protected(tag) {
            return Err(tag::unknown(tag, offset));
        }
        Ok(Self { tag, body: r.take(r.remaining())? })
    }
}

impl fmt::Debug for Protected<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Protected({}, {} bytes)", tag::name(self.tag).unwrap_or("unknown"), self.body.len())
    }
}
