use core::fmt;

/// A local time as telegrams have it: `YYMMDDhhmmss`, with `S` in summer and `W` in winter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Timestamp {
    /// From 2000 on.
    pub year: u16,
    /// From 1 on.
    pub month: u8,
    /// From 1 on.
    pub day: u8,
    /// Up to 23.
    pub hour: u8,
    /// Up to 59.
    pub minute: u8,
    /// Up to 59.
    pub second: u8,
    /// Whether daylight saving time is in use; not told before DSMR 4.
    pub is_summer: Option<bool>,
}

impl Timestamp {
    /// Reads the twelve digits and the letter; nothing for any other text, and for a time that there is not.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        match text.as_bytes() {
            [digits @ .., b'S'] => Self::from_digits(digits, Some(true)),
            [digits @ .., b'W'] => Self::from_digits(digits, Some(false)),
            _ => None,
        }
    }

    /// The form of DSMR 2 and 3: the twelve digits alone.
    #[must_use]
    pub fn from_old_text(text: &str) -> Option<Self> {
        Self::from_digits(text.as_bytes(), None)
    }

    fn from_digits(digits: &[u8], is_summer: Option<bool>) -> Option<Self> {
        let (pairs, []) = digits.as_chunks::<2>() else { return None };
        let [year, month, day, hour, minute, second] = pairs else { return None };
        let number = |pair: &[u8; 2]| match pair {
            [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => {
                Some(tens.wrapping_sub(b'0').wrapping_mul(10).wrapping_add(ones.wrapping_sub(b'0')))
            }
            _ => None,
        };
        let time = Self {
            year: 2000u16.wrapping_add(u16::from(number(year)?)),
            month: number(month)?,
            day: number(day)?,
            hour: number(hour)?,
            minute: number(minute)?,
            second: number(second)?,
            is_summer,
        };
        let is_date = (1..=time.days_of_month()).contains(&time.day);
        (is_date && time.hour < 24 && time.minute < 60 && time.second < 60).then_some(time)
    }

    /// None for a month that there is not.
    const fn days_of_month(&self) -> u8 {
        match self.month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            // Every fourth year from 2000 to 2099.
            2 if self.year.is_multiple_of(4) => 29,
            2 => 28,
            _ => 0,
        }
    }
}

/// Local: `2023-11-02T12:15:48`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { year, month, day, hour, minute, second, .. } = self;
        write!(f, "{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn with_and_without_season() {
        let time = Timestamp::from_text("231102121548W").unwrap();
        assert_eq!((time.to_string().as_str(), time.is_summer), ("2023-11-02T12:15:48", Some(false)));
        assert_eq!(Timestamp::from_text("221006155014S").unwrap().is_summer, Some(true));
        assert_eq!(Timestamp::from_text("161107190000"), None);
        assert_eq!(Timestamp::from_old_text("161107190000").unwrap().is_summer, None);
        assert!(Timestamp::from_text("240229000000W").is_some());
    }

    #[test]
    fn times_that_there_are_not() {
        for text in [
            "",
            "W",
            "632525252525W",
            "230229000000W",
            "231102240000W",
            "231102126000W",
            "231302120000W",
            "230002120000W",
            "230100120000W",
            "23110212154W",
            "2311021215480W",
            "23110212154xW",
            "231102121548w",
        ] {
            assert_eq!(Timestamp::from_text(text), None, "{text}");
        }
    }
}
