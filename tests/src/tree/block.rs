use dlms_core::apdu::{DataBlock, GeneralBlockTransfer};
use serde_json::{Value, json};

use super::hex;

pub(super) fn part(block: DataBlock<'_>) -> Value {
    json!({ "last": block.last_block, "block": block.block_number, "raw": hex(block.raw_data) })
}

pub(super) fn general(m: &GeneralBlockTransfer<'_>) -> Value {
    json!({
        "last": m.last_block,
        "streaming": m.streaming,
        "window": m.window,
        "block": m.block_number,
        "block_ack": m.block_number_ack,
        "raw": hex(m.block_data),
    })
}
