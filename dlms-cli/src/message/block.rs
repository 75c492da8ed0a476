//! Parts of what is too long for one message, and general-block-transfer.

use dlms_core::apdu::{DataBlock, GeneralBlockTransfer};
use dlms_core::codec::Encode;
use serde_json::{Map, Value};

use super::Members;
use crate::failure::Failure;
use crate::hex;

const LAST_BLOCK: &str = "last-block";
pub(super) const BLOCK_NUMBER: &str = "block-number";
pub(super) const RAW_DATA: &str = "raw-data";

/// Adds a part of a long value.
pub(super) fn insert(fields: &mut Map<String, Value>, block: &DataBlock<'_>) {
    insert_head(fields, block.last_block, block.block_number);
    fields.insert(RAW_DATA.into(), hex::to_text(block.raw_data).into());
}

/// Adds what stands before the octets of a part.
pub(super) fn insert_head(fields: &mut Map<String, Value>, last_block: bool, block_number: u32) {
    fields.insert(LAST_BLOCK.into(), last_block.into());
    fields.insert(BLOCK_NUMBER.into(), block_number.into());
}

/// A part of a long value.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) last_block: bool,
    pub(super) block_number: u32,
    pub(super) raw_data: Vec<u8>,
}

impl Block {
    pub(super) fn from(members: &Members<'_>) -> Result<Self, Failure> {
        Ok(Self {
            last_block: members.flag(LAST_BLOCK)?,
            block_number: members.number(BLOCK_NUMBER)?,
            raw_data: members.optional_octets(RAW_DATA)?.unwrap_or_default(),
        })
    }

    pub(super) fn view(&self) -> DataBlock<'_> {
        DataBlock { last_block: self.last_block, block_number: self.block_number, raw_data: &self.raw_data }
    }
}

/// The fields of a block of any message.
pub(super) fn general(block: &GeneralBlockTransfer<'_>) -> Map<String, Value> {
    let mut fields = general_head(block);
    fields.insert("block-data".into(), hex::to_text(block.block_data).into());
    fields
}

/// The same without the octets of the message.
pub(crate) fn general_head(block: &GeneralBlockTransfer<'_>) -> Map<String, Value> {
    let mut fields = Map::new();
    fields.insert(LAST_BLOCK.into(), block.last_block.into());
    fields.insert("streaming".into(), block.streaming.into());
    fields.insert("window".into(), block.window.into());
    fields.insert(BLOCK_NUMBER.into(), block.block_number.into());
    fields.insert("block-number-ack".into(), block.block_number_ack.into());
    fields
}

/// A block of any message out of its fields.
pub(super) fn general_from(fields: &Members<'_>) -> Result<Vec<u8>, Failure> {
    general_with(fields, &fields.octets("block-data")?)
}

/// The same with these octets of the message.
pub(crate) fn general_with(fields: &Members<'_>, block_data: &[u8]) -> Result<Vec<u8>, Failure> {
    let window = fields.number("window")?;
    if window > 63 {
        return Err(fields.wrong("window", "0 to 63"));
    }
    let block = GeneralBlockTransfer {
        last_block: fields.flag(LAST_BLOCK)?,
        streaming: fields.flag("streaming")?,
        window,
        block_number: fields.number(BLOCK_NUMBER)?,
        block_number_ack: fields.number("block-number-ack")?,
        block_data,
    };
    Ok(block.encode_to_vec())
}
