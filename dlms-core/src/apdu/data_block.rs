use crate::codec::{Decode, DecodeError, Encode, Reader, Writer};

/// A part of a long value: DataBlock-SA.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DataBlock<'a> {
    /// Whether it is the last one.
    pub last_block: bool,
    /// Its number; the first is 1.
    pub block_number: u32,
    /// The octets of this part.
    pub raw_data: &'a [u8],
}

impl Encode for DataBlock<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        w.u8(u8::from(self.last_block));
        w.u32(self.block_number);
        w.octets(self.raw_data);
    }
}

impl<'a> Decode<'a> for DataBlock<'a> {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self { last_block: r.u8()? != 0, block_number: r.u32()?, raw_data: r.octets()? })
    }
}
