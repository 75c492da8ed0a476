use super::tag;
use crate::codec::{Decode, DecodeError, Encode, Reader, Writer};

/// A block of any message, too long to be sent at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct GeneralBlockTransfer<'a> {
    /// Whether the sender has nothing more to send (LB).
    pub last_block: bool,
    /// Whether more blocks follow at once, without an answer (STR).
    pub streaming: bool,
    /// Blocks the sender is ready to receive, 0..=63; 0 if it cannot receive any (W).
    pub window: u8,
    /// The number of this block; the first is 1 (BN).
    pub block_number: u16,
    /// The number of the last block received without a gap; 0 for none (BNA).
    pub block_number_ack: u16,
    /// The octets of the message in this block (BD).
    pub block_data: &'a [u8],
}

impl Encode for GeneralBlockTransfer<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        let control = u8::from(self.last_block) << 7 | u8::from(self.streaming) << 6 | self.window & 0x3f;
        w.array([tag::GENERAL_BLOCK_TRANSFER, control]);
        w.u16(self.block_number);
        w.u16(self.block_number_ack);
        w.octets(self.block_data);
    }
}

impl<'a> Decode<'a> for GeneralBlockTransfer<'a> {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        tag::expect(r, tag::GENERAL_BLOCK_TRANSFER, "general-block-transfer")?;
        let control = r.u8()?;
        Ok(Self {
            last_block: control & 0x80 != 0,
            streaming: control & 0x40 != 0,
            window: control & 0x3f,
            block_number: r.u16()?,
            block_number_ack: r.u16()?,
            block_data: r.octets()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_control_octet_holds_three_fields() {
        let block = GeneralBlockTransfer {
            last_block: false,
            streaming: true,
            window: 5,
            block_number: 2,
            block_number_ack: 1,
            block_data: &[],
        };
        let mut out = [0; 7];
        assert_eq!(block.encode_to_slice(&mut out).unwrap(), [0xe0, 0x45, 0, 2, 0, 1, 0]);
        assert_eq!(GeneralBlockTransfer::from_bytes(&out), Ok(block));
    }

    #[test]
    fn long_forms_of_the_length_are_read() {
        // As an independent head-end writes them.
        let bytes = [0xe0, 5, 0, 1, 0, 0, 0x82, 0, 2, 0xc4, 2];
        let block = GeneralBlockTransfer::from_bytes(&bytes).unwrap();
        assert_eq!((block.window, block.block_data), (5, &[0xc4, 2][..]));
    }
}
