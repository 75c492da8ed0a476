use super::{Leniencies, Leniency, LongInvokeIdAndPriority, date_time, tag};
use crate::codec::{Decode, DecodeError, Encode, Reader, Writer};
use crate::data::{self, Data, DateTime};

/// Data that a server sends unasked, as Push setup does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DataNotification<'a> {
    /// Which notification.
    pub long_invoke_id: LongInvokeIdAndPriority,
    /// When it was made.
    pub date_time: Option<DateTime>,
    /// What is notified: for Push setup a structure of the objects in its list.
    pub body: Data<'a>,
}

impl<'a> DataNotification<'a> {
    /// As [`decode`](Decode::decode), but with the deviations that `leniencies` accepts.
    ///
    /// # Errors
    /// What is wrong, and at which octet.
    pub fn decode_with(r: &mut Reader<'a>, leniencies: &mut Leniencies) -> Result<Self, DecodeError> {
        let (long_invoke_id, date_time) = Self::decode_head(r, leniencies)?;
        Ok(Self { long_invoke_id, date_time, body: Data::decode(r)? })
    }

    /// Reads what comes before the body, which stays unread: for bodies that are no COSEM value.
    ///
    /// # Errors
    /// What is wrong, and at which octet.
    pub fn decode_head(
        r: &mut Reader<'a>,
        leniencies: &mut Leniencies,
    ) -> Result<(LongInvokeIdAndPriority, Option<DateTime>), DecodeError> {
        tag::expect(r, tag::DATA_NOTIFICATION, "data-notification")?;
        let long_invoke_id = LongInvokeIdAndPriority::decode(r)?;
        let tagged = matches!(r.rest(), [data::tag::OCTET_STRING, 12, ..]);
        if tagged && leniencies.permits(Leniency::TaggedDateTime) {
            r.u8()?;
        }
        Ok((long_invoke_id, date_time::decode(r)?))
    }
}

impl Encode for DataNotification<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        w.u8(tag::DATA_NOTIFICATION);
        self.long_invoke_id.encode(w);
        date_time::encode(self.date_time, w);
        self.body.encode(w);
    }
}

impl<'a> Decode<'a> for DataNotification<'a> {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Self::decode_with(r, &mut Leniencies::none())
    }
}

/// Confirms a [`DataNotification`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct DataNotificationConfirm {
    /// Which notification.
    pub long_invoke_id: LongInvokeIdAndPriority,
    /// When it was confirmed.
    pub date_time: Option<DateTime>,
}

impl Encode for DataNotificationConfirm {
    fn encode(&self, w: &mut Writer<'_>) {
        w.u8(tag::DATA_NOTIFICATION_CONFIRM);
        self.long_invoke_id.encode(w);
        date_time::encode(self.date_time, w);
    }
}

impl<'a> Decode<'a> for DataNotificationConfirm {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        tag::expect(r, tag::DATA_NOTIFICATION_CONFIRM, "data-notification-confirm")?;
        Ok(Self { long_invoke_id: Decode::decode(r)?, date_time: date_time::decode(r)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::DecodeErrorKind;

    // The head of a list of a Kaifa meter.
    const TAGGED: [u8; 24] = [
        0x0f, 0x40, 0, 0, 0, 9, 12, 0x07, 0xe3, 2, 4, 1, 0x17, 0x34, 0x16, 0xff, 0x80, 0, 0, 6, 0, 0, 0x16,
        0xdc,
    ];

    #[test]
    fn a_tagged_date_time_is_read_only_when_permitted() {
        let error = DataNotification::from_bytes(&TAGGED).unwrap_err();
        assert_eq!(error, DecodeError { kind: DecodeErrorKind::InvalidValue("date-time"), offset: 5 });
        let mut leniencies = Leniencies::none().with(Leniency::TaggedDateTime);
        let n = DataNotification::decode_with(&mut Reader::new(&TAGGED), &mut leniencies).unwrap();
        assert_eq!((n.date_time.unwrap().date.year, n.body), (2019, Data::DoubleLongUnsigned(5852)));
        assert!(leniencies.met().eq([Leniency::TaggedDateTime]));
        let mut out = [0; 24];
        let strict = n.encode_to_slice(&mut out).unwrap();
        assert_eq!(strict, [&TAGGED[..5], &TAGGED[6..]].concat());
        assert_eq!(DataNotification::from_bytes(strict), Ok(n));
    }

    #[test]
    fn a_date_time_has_twelve_octets_or_none() {
        let mut short = TAGGED[6..].to_vec();
        short[0] = 11;
        let eleven = [&TAGGED[..5], &short].concat();
        let error = DataNotification::from_bytes(&eleven).unwrap_err();
        assert_eq!(error, DecodeError { kind: DecodeErrorKind::InvalidValue("date-time"), offset: 5 });
    }
}
