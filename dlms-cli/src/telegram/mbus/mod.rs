//! M-Bus by wire and by radio: frames, the layers in them, data records, and messages of DLMS.

mod layers;
mod records;
mod wired;
mod wireless;

pub(super) use wired::{has_message as has_wired, read as wired};
pub(super) use wireless::{has_checked as has_wireless, is_frame as is_wireless, read as wireless};
