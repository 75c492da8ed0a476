//! The date-time in the head of a message: an octet-string of twelve, or an empty one for none.

use crate::codec::{DecodeError, DecodeErrorKind, Reader, Writer};
use crate::data::DateTime;

pub(super) fn encode(date_time: Option<DateTime>, w: &mut Writer<'_>) {
    match date_time {
        Some(v) => w.octets(&v.to_octets()),
        None => w.u8(0),
    }
}

pub(super) fn decode(r: &mut Reader<'_>) -> Result<Option<DateTime>, DecodeError> {
    let at = r.clone();
    match r.length()? {
        0 => Ok(None),
        12 => Ok(Some(DateTime::from_octets(r.array()?))),
        _ => Err(at.error(DecodeErrorKind::InvalidValue("date-time"))),
    }
}
