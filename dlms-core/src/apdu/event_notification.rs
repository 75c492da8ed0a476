use super::{AttributeDescriptor, Leniencies, Leniency, date_time, tag};
use crate::codec::{Decode, DecodeError, DecodeErrorKind, Encode, Reader, Writer};
use crate::data::{self, Data, DateTime};

/// One attribute that a server sends unasked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EventNotificationRequest<'a> {
    /// When it happened.
    pub time: Option<DateTime>,
    /// Which attribute.
    pub attribute: AttributeDescriptor,
    /// Its value.
    pub value: Data<'a>,
}

impl<'a> EventNotificationRequest<'a> {
    /// As [`decode`](Decode::decode), but with the deviations that `leniencies` accepts.
    ///
    /// # Errors
    /// What is wrong, and at which octet.
    pub fn decode_with(r: &mut Reader<'a>, leniencies: &mut Leniencies) -> Result<Self, DecodeError> {
        tag::expect(r, tag::EVENT_NOTIFICATION_REQUEST, "event-notification-request")?;
        let at = r.clone();
        let present = match r.u8()? {
            0 => false,
            1 => true,
            data::tag::OCTET_STRING if leniencies.permits(Leniency::TaggedDateTime) => true,
            _ => return Err(at.error(DecodeErrorKind::InvalidValue("time"))),
        };
        let time = if present { date_time::decode(r)? } else { None };
        Ok(Self { time, attribute: Decode::decode(r)?, value: Decode::decode(r)? })
    }
}

impl Encode for EventNotificationRequest<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        w.u8(tag::EVENT_NOTIFICATION_REQUEST);
        w.presence(self.time.is_some());
        if self.time.is_some() {
            date_time::encode(self.time, w);
        }
        self.attribute.encode(w);
        self.value.encode(w);
    }
}

impl<'a> Decode<'a> for EventNotificationRequest<'a> {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Self::decode_with(r, &mut Leniencies::none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tagged_time_is_read_only_when_permitted() {
        let time = DateTime::from_octets([0x07, 0xe6, 1, 1, 0xff, 10, 0, 0, 0, 0x80, 0, 0]);
        let attribute = AttributeDescriptor::new(1, obis::ObisCode::new(0, 0, 97, 98, 0, 255), 2);
        let event =
            EventNotificationRequest { time: Some(time), attribute, value: Data::DoubleLongUnsigned(4) };
        let mut out = [0; 40];
        let n = event.encode_to_slice(&mut out).unwrap().len();
        assert_eq!(EventNotificationRequest::from_bytes(&out[..n]), Ok(event));
        assert_eq!(out[..3], [0xc2, 1, 12]);
        out[1] = 9;
        let error = EventNotificationRequest::from_bytes(&out[..n]).unwrap_err();
        assert_eq!(error, DecodeError { kind: DecodeErrorKind::InvalidValue("time"), offset: 1 });
        let mut leniencies = Leniencies::all();
        let read = EventNotificationRequest::decode_with(&mut Reader::new(&out[..n]), &mut leniencies);
        assert_eq!(read, Ok(event));
        assert!(leniencies.met().eq([Leniency::TaggedDateTime]));
    }
}
