use dlms_core::apdu::{AttributeDescriptor, SelectiveAccess};

/// What a [`ProfileReader`](super::ProfileReader) wants of the meter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Request<'a> {
    /// These attributes, in one request or in several; what comes of each goes to
    /// [`handle_answer`](super::ProfileReader::handle_answer), in this order.
    Attributes(&'a [AttributeDescriptor]),
    /// This attribute, or a part of it; its octets go to [`handle_octets`](super::ProfileReader::handle_octets) as they
    /// come, and how it ended to [`handle_end`](super::ProfileReader::handle_end).
    Rows(AttributeDescriptor, Option<SelectiveAccess<'a>>),
}
