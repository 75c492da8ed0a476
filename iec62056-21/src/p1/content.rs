use obis::ObisCode;

use super::{PowerFailures, Timestamp};
use crate::{Decimal, Value, Values};

/// What the values of an object mean.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Content<'a> {
    /// `()`: there is no value.
    Empty,
    /// A number with a unit.
    Quantity(Quantity<'a>),
    /// A time.
    Time(Timestamp),
    /// A number and when it was captured, as of M-Bus devices; that of DSMR 2 and 3 in two lines, too.
    Captured {
        /// When.
        at: Timestamp,
        /// The number.
        quantity: Quantity<'a>,
    },
    /// The log of long power failures (1-0:99.97.0).
    PowerFailures(PowerFailures<'a>),
    /// A value that is none of these: numbers without a unit among them, for they may be names.
    Text(&'a str),
    /// Several values that are none of these.
    Values(Values<'a>),
}

/// A number and its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Quantity<'a> {
    /// Every digit of it.
    pub number: Decimal,
    /// The unit as it was written: `kWh`, `m3`. A device that was never heard has none.
    pub unit: Option<&'a str>,
}

/// What the values of an object mean.
pub(super) fn of(obis: ObisCode, values: Values<'_>) -> Content<'_> {
    let mut each = values.clone();
    let special = match (obis.a, obis.c, obis.d) {
        (1, 99, 97) => PowerFailures::new(values.clone()).map(Content::PowerFailures),
        (0, 24, 3) => old_capture(values.clone()),
        _ => None,
    };
    if let Some(special) = special {
        return special;
    }
    match (each.next(), each.next(), each.next()) {
        (Some(value), None, _) => of_one(value),
        (Some(time), Some(value), None) => captured(time, value).unwrap_or(Content::Values(values)),
        _ => Content::Values(values),
    }
}

fn of_one(value: Value<'_>) -> Content<'_> {
    match (value.text, value.unit, value.number()) {
        ("", None, _) => Content::Empty,
        (_, Some(_), Some(number)) => Content::Quantity(Quantity { number, unit: value.unit }),
        (text, None, _) => Timestamp::from_text(text).map_or(Content::Text(text), Content::Time),
        (text, Some(_), None) => Content::Text(text),
    }
}

/// `(231102121532W)(00008.579*m3)`.
fn captured<'a>(time: Value<'a>, value: Value<'a>) -> Option<Content<'a>> {
    let at = Timestamp::from_text(time.text).filter(|_| time.unit.is_none())?;
    Some(Content::Captured { at, quantity: Quantity { number: value.number()?, unit: value.unit } })
}

/// `(161107190000)(00)(60)(1)(0-1:24.2.1)(m3)`, and in the next line `(00001.001)`.
fn old_capture(mut values: Values<'_>) -> Option<Content<'_>> {
    let at = Timestamp::from_old_text(values.next()?.text)?;
    let (_status, _period) = (values.next()?, values.next()?);
    let count = values.next()?;
    let (_object, unit, value) = (values.next()?, values.next()?, values.next()?);
    if count.text != "1" || values.next().is_some() {
        return None;
    }
    Some(Content::Captured { at, quantity: Quantity { number: value.number()?, unit: Some(unit.text) } })
}

#[cfg(test)]
mod tests {
    use super::super::Objects;
    use super::*;
    use crate::DataSets;
    use std::format;
    use std::string::String;

    fn content(line: &str) -> String {
        let object = Objects::new(DataSets::new(line.as_bytes())).next().unwrap().unwrap();
        match object.content() {
            Content::Empty => "empty".into(),
            Content::Quantity(Quantity { number, unit }) => format!("{number} {}", unit.unwrap()),
            Content::Time(at) => format!("at {at}"),
            Content::Captured { at, quantity: Quantity { number, unit } } => {
                format!("{number} {} at {at} of {}", unit.unwrap_or("?"), object.channel().unwrap_or(0))
            }
            Content::PowerFailures(failures) => {
                let each =
                    failures.clone().map(|failure| format!(" {}s to {}", failure.seconds, failure.end));
                format!("{} failures:{}", failures.counted(), each.collect::<String>())
            }
            Content::Text(text) => format!("text {text}"),
            Content::Values(values) => format!("{} values", values.count()),
        }
    }

    #[test]
    fn of_every_kind() {
        for (line, expected) in [
            ("0-0:96.13.0()", "empty"),
            ("1-0:1.8.1(002130.115*kWh)", "2130.115 kWh"),
            ("0-0:96.14.0(0002)", "text 0002"),
            ("0-0:96.1.1(4B384547)", "text 4B384547"),
            ("0-0:1.0.0(170102192002W)", "at 2017-01-02T19:20:02"),
            ("0-0:1.0.0(632525252525W)", "text 632525252525W"),
            ("0-2:24.2.1(231102121532W)(00008.579*m3)", "8.579 m3 at 2023-11-02T12:15:32 of 2"),
            ("0-1:24.2.1(700101010000W)(00000000)", "0 ? at 2070-01-01T01:00:00 of 1"),
            ("1-0:1.6.0(231102114500W)(03.064*kW)", "3.064 kW at 2023-11-02T11:45:00 of 0"),
            (
                "0-1:24.3.0(161107190000)(00)(60)(1)(0-1:24.2.1)(m3)\r\n(00001.001)",
                "1.001 m3 at 2016-11-07T19:00:00 of 1",
            ),
            ("0-1:24.3.0(161107190000)(00)(60)(2)(0-1:24.2.1)(m3)\r\n(00001.001)(2)", "8 values"),
            ("1-0:99.97.0(0)(0-0:96.7.19)", "0 failures:"),
            (
                "1-0:99.97.0(2)(0-0:96.7.19)(000104180320W)(0000237126*s)(190326095015W)(0000002014*s)",
                "2 failures: 237126s to 2000-01-04T18:03:20 2014s to 2019-03-26T09:50:15",
            ),
            ("1-0:99.97.0(1)(0-0:96.7.19)(000104180320W)", "3 values"),
            ("0-0:98.1.0(4)(1-0:1.6.0)(1-0:1.6.0)", "3 values"),
            ("1-0:1.8.1(x*kWh)", "text x"),
        ] {
            assert_eq!(content(line), expected, "{line}");
        }
    }
}
