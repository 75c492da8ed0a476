use dlms_core::apdu::{
    DataNotification, EventNotificationRequest, InformationReportRequest, Leniencies, tag,
};
use dlms_core::codec::{Decode, DecodeError, DecodeErrorKind, Encode, Reader, Writer};

/// What a server sends unasked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Notification<'a> {
    /// Any value: what Push setup sends.
    Data(DataNotification<'a>),
    /// An attribute, to a client that references by logical names.
    Event(EventNotificationRequest<'a>),
    /// Variables, to a client that references by short names.
    Report(InformationReportRequest<'a>),
}

impl Notification<'_> {
    /// Whether a plain APDU of this tag is one.
    #[must_use]
    pub const fn is_tag(plain: u8) -> bool {
        matches!(
            plain,
            tag::DATA_NOTIFICATION | tag::EVENT_NOTIFICATION_REQUEST | tag::INFORMATION_REPORT_REQUEST
        )
    }
}

impl<'a> Notification<'a> {
    /// As [`decode`](Decode::decode), with deviations from the standard that are accepted.
    ///
    /// # Errors
    /// What is wrong, and at which octet.
    pub fn decode_with(r: &mut Reader<'a>, mut leniencies: Leniencies) -> Result<Self, DecodeError> {
        match r.peek() {
            Some(tag::DATA_NOTIFICATION) => DataNotification::decode_with(r, &mut leniencies).map(Self::Data),
            _ => Self::decode(r),
        }
    }

    /// As [`from_bytes`](Decode::from_bytes), with deviations from the standard that are accepted.
    ///
    /// # Errors
    /// What is wrong, and at which octet.
    pub fn decode_all(bytes: &'a [u8], leniencies: Leniencies) -> Result<Self, DecodeError> {
        let mut r = Reader::new(bytes);
        let notification = Self::decode_with(&mut r, leniencies)?;
        r.finish()?;
        Ok(notification)
    }
}

impl Encode for Notification<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        match self {
            Self::Data(data) => data.encode(w),
            Self::Event(event) => event.encode(w),
            Self::Report(report) => report.encode(w),
        }
    }
}

impl<'a> Decode<'a> for Notification<'a> {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        match r.peek() {
            Some(tag::EVENT_NOTIFICATION_REQUEST) => Decode::decode(r).map(Self::Event),
            Some(tag::INFORMATION_REPORT_REQUEST) => Decode::decode(r).map(Self::Report),
            Some(tag::DATA_NOTIFICATION) => Decode::decode(r).map(Self::Data),
            Some(other) => Err(r.error(DecodeErrorKind::UnknownTag(other))),
            None => Err(r.error(DecodeErrorKind::Truncated { missing: 1 })),
        }
    }
}
