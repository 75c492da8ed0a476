use core::fmt;

/// A point in time in a record, or many: fields left open stand for every one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Time {
    /// Which of the forms it came in.
    pub form: TimeForm,
    /// The year, 1981 to 2299.
    pub year: Option<u16>,
    /// The month, 1 to 12.
    pub month: Option<u8>,
    /// The day of the month, 1 to 31.
    pub day: Option<u8>,
    /// The hour, 0 to 23.
    pub hour: Option<u8>,
    /// The minute.
    pub minute: Option<u8>,
    /// The second.
    pub second: Option<u8>,
    /// The meter calls the time right.
    pub is_valid: bool,
    /// Daylight saving time.
    pub is_summer: bool,
}

/// The forms of times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum TimeForm {
    /// Date and time to the minute, four octets.
    F,
    /// A date, two octets.
    G,
    /// Date and time to the second, six octets.
    I,
    /// A time of day, three octets.
    J,
}

impl Time {
    /// The time in so many octets; nothing if no form has them.
    #[must_use]
    pub fn from_octets(octets: &[u8]) -> Option<Self> {
        let all = |form| Self {
            form,
            year: None,
            month: None,
            day: None,
            hour: None,
            minute: None,
            second: None,
            // Meters without a time send ones.
            is_valid: octets.iter().any(|octet| *octet != 0xff),
            is_summer: false,
        };
        Some(match *octets {
            [day, month] => {
                let mut time = all(TimeForm::G);
                time.set_date(day, month, 0);
                time
            }
            [second, minute, hour] => {
                let time = all(TimeForm::J);
                Self {
                    second: below(second & 0x3f, 60),
                    minute: below(minute & 0x3f, 60),
                    hour: below(hour & 0x1f, 24),
                    ..time
                }
            }
            [minute, hour, day, month] => {
                let mut time = all(TimeForm::F);
                time.set_date(day, month, hour >> 5 & 0x03);
                time.is_valid &= minute & 0x80 == 0;
                time.is_summer = hour & 0x80 != 0;
                Self { minute: below(minute & 0x3f, 60), hour: below(hour & 0x1f, 24), ..time }
            }
            [second, minute, hour, day, month, _week] => {
                let mut time = all(TimeForm::I);
                time.set_date(day, month, 0);
                time.is_valid &= minute & 0x80 == 0;
                time.is_summer = second & 0x40 != 0;
                Self {
                    second: below(second & 0x3f, 60),
                    minute: below(minute & 0x3f, 60),
                    hour: below(hour & 0x1f, 24),
                    ..time
                }
            }
            _ => return None,
        })
    }

    /// The octets of the form; a year outside of its range and open fields as "every".
    #[must_use]
    pub fn to_octets(self) -> ([u8; 6], usize) {
        let (hundreds, year) = match self.year {
            Some(year @ 1981..=1999) => (0, year.wrapping_sub(1900)),
            Some(year @ 2000..=2299) if self.form == TimeForm::F => {
                (year.wrapping_sub(1900) / 100, year % 100)
            }
            Some(year @ 2000..=2080) => (0, year.wrapping_sub(2000)),
            _ => (0, 127),
        };
        let (hundreds, year) = (low(hundreds), low(year));
        let day = self.day.unwrap_or(0) & 0x1f | year << 5;
        let month = self.month.unwrap_or(15) & 0x0f | (year >> 3) << 4;
        let (hour, minute, second) =
            (self.hour.unwrap_or(31), self.minute.unwrap_or(63), self.second.unwrap_or(63));
        let invalid = if self.is_valid { 0 } else { 0x80 };
        let summer = |bit| if self.is_summer { bit } else { 0u8 };
        match self.form {
            TimeForm::F => ([minute | invalid, hour | hundreds << 5 | summer(0x80), day, month, 0, 0], 4),
            TimeForm::G => ([day, month, 0, 0, 0, 0], 2),
            TimeForm::I => ([second | summer(0x40), minute | invalid, hour, day, month, 0], 6),
            TimeForm::J => ([second, minute, hour, 0, 0, 0], 3),
        }
    }

    /// Two octets of day, month and year; `hundreds` of years after 1900. Meters that know none leave that at zero
    /// and mean 2000 to 2080.
    fn set_date(&mut self, day: u8, month: u8, hundreds: u8) {
        self.day = Some(day & 0x1f).filter(|day| *day != 0);
        self.month = Some(month & 0x0f).filter(|month| (1..=12).contains(month));
        self.year = match day >> 5 | (month & 0xf0) >> 1 {
            year @ 0..=80 if hundreds == 0 => Some(u16::from(year).wrapping_add(2000)),
            year @ 0..=99 => {
                Some(u16::from(hundreds).wrapping_mul(100).wrapping_add(1900).wrapping_add(year.into()))
            }
            _ => None,
        };
    }
}

fn low(number: u16) -> u8 {
    number.to_le_bytes()[0]
}

fn below(value: u8, limit: u8) -> Option<u8> {
    (value < limit).then_some(value)
}

/// A field of so many digits.
struct Field(Option<u16>, u8);

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = usize::from(self.1);
        match self.0 {
            Some(number) => write!(f, "{number:0width$}"),
            None => f.write_str("*"),
        }
    }
}

/// As in ISO 8601 without a zone, `*` for every one: `2022-05-24T06:42`.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let two = |field: Option<u8>| Field(field.map(u16::from), 2);
        if self.form != TimeForm::J {
            write!(f, "{}-{}-{}", Field(self.year, 4), two(self.month), two(self.day))?;
        }
        match self.form {
            TimeForm::G => return Ok(()),
            TimeForm::J => {}
            TimeForm::F | TimeForm::I => f.write_str("T")?,
        }
        write!(f, "{}:{}", two(self.hour), two(self.minute))?;
        match self.form {
            TimeForm::F | TimeForm::G => Ok(()),
            TimeForm::I | TimeForm::J => write!(f, ":{}", two(self.second)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn every_form_both_ways() {
        for (octets, text) in [
            (&[0x2a, 0x06, 0xd8, 0x25][..], "2022-06-24T06:42"),
            (&[0x3b, 0x37, 0xdf, 0x2c], "2022-12-31T23:59"),
            (&[0xe1, 0xf1], "*-01-01"),
            (&[0xd0, 0x23], "2022-03-16"),
            (&[0x1e, 0x2a, 0x0f, 0xd8, 0x25, 0x00], "2022-05-24T15:42:30"),
            (&[0x1e, 0x2a, 0x0f], "15:42:30"),
        ] {
            let time = Time::from_octets(octets).unwrap();
            assert!(time.is_valid);
            if octets[0] != 0x2a {
                assert_eq!(time.to_string(), text);
            }
            let (again, len) = time.to_octets();
            assert_eq!(Time::from_octets(&again[..len]), Some(time));
        }
        assert!(!Time::from_octets(&[0xff; 2]).unwrap().is_valid);
        assert!(!Time::from_octets(&[0x80, 0, 0x21, 0x11]).unwrap().is_valid);
        assert!(Time::from_octets(&[0, 0x80, 0x21, 0x11]).unwrap().is_summer);
        assert_eq!(Time::from_octets(&[0; 5]), None);
    }
}
