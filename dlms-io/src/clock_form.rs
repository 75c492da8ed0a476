use dlms::client::ClientError;
use dlms_core::codec::{Decode, DecodeError, DecodeErrorKind, Encode, Writer};
use dlms_core::data::{Data, DateTime};

/// How a meter's clock tells the time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClockForm {
    /// What it shows, its deviation by the standard.
    pub(crate) time: DateTime,
    is_date_time: bool,
    deviation_reversed: bool,
}

impl ClockForm {
    /// The form of a clock that shows this value.
    pub(crate) fn of(value: &[u8], deviation_reversed: bool) -> Result<Self, ClientError> {
        let value = Data::from_bytes(value)?;
        let kind = DecodeErrorKind::WrongType { expected: "date-time", found: value.tag() };
        let time = value.as_date_time().ok_or(DecodeError { kind, offset: 0 })?;
        let is_date_time = matches!(value, Data::DateTime(_));
        Ok(Self { time: turned(time, deviation_reversed), is_date_time, deviation_reversed })
    }

    /// Another time in the same form.
    pub(crate) fn at(&self, utc_seconds: i64) -> ClockTime {
        let time = DateTime::from_utc_seconds(utc_seconds, self.time.deviation);
        let time = DateTime { clock_status: self.time.clock_status, ..time };
        ClockTime { time: turned(time, self.deviation_reversed), is_date_time: self.is_date_time }
    }
}

/// From the meter's sense of the deviation to the standard's, or back.
fn turned(mut time: DateTime, reversed: bool) -> DateTime {
    if reversed {
        time.deviation = time.deviation.reversed();
    }
    time
}

/// A time as it is written: of a type of its own, or in an octet-string.
#[derive(Debug)]
pub(crate) struct ClockTime {
    time: DateTime,
    is_date_time: bool,
}

impl Encode for ClockTime {
    fn encode(&self, w: &mut Writer<'_>) {
        match self.is_date_time {
            true => Data::DateTime(self.time).encode(w),
            false => self.time.encode(w),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_goes_back_as_it_came() {
        let summer = [0x07, 0xe5, 7, 19, 1, 15, 46, 35, 0, 0xff, 0x88, 0x80];
        let octet_string = [&[9, 12][..], &summer].concat();
        let form = ClockForm::of(&octet_string, false).unwrap();
        let utc = form.time.utc_seconds().unwrap();
        assert_eq!(&form.at(utc).encode_to_vec()[2..9], &octet_string[2..9]);
        let tagged = [&[25][..], &summer].concat();
        let form = ClockForm::of(&tagged, false).unwrap();
        assert_eq!(form.at(utc).encode_to_vec()[..2], tagged[..2]);
        // The same in a meter whose deviation is local time minus UTC.
        let mut reversed = octet_string;
        reversed[11..13].copy_from_slice(&120i16.to_be_bytes());
        let form = ClockForm::of(&reversed, true).unwrap();
        assert_eq!(form.time.utc_seconds(), Some(utc));
        assert_eq!(form.at(utc).encode_to_vec()[11..13], reversed[11..13]);
        assert!(ClockForm::of(&[17, 5], false).is_err());
    }
}
