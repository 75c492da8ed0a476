//! The name of a catalogued code.

use core::fmt;

use super::entry::{Entry, Origin};
use super::table;
use super::{electricity, media};
use crate::{BillingPeriod, Channel, ObisCode};

/// The name of a catalogued code, with channel, instance, rate and billing period filled in by `Display`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Name {
    code: ObisCode,
    entry: &'static Entry,
}

impl Name {
    pub(super) fn of(code: ObisCode) -> Option<Self> {
        let stored = media::stores_periods(code);
        let measured = code.a != 0 && matches!(code.channel(), Channel::Number(_));
        let entry = [
            Some(code),
            stored.then_some(ObisCode { f: 255, ..code }),
            measured.then_some(ObisCode { b: 0, ..code }),
            (stored && measured).then_some(ObisCode { b: 0, f: 255, ..code }),
        ]
        .into_iter()
        .flatten()
        .find_map(table::find)?;
        Some(Self { code, entry })
    }

    /// The interface classes used with the code, most common first.
    pub fn classes(self) -> &'static [u16] {
        self.entry.classes
    }

    /// The unit of the value before scaling, where the code fixes one.
    pub fn unit(self) -> Option<&'static str> {
        self.entry.unit()
    }

    /// Who gave the code this name.
    pub fn origin(self) -> Origin {
        self.entry.origin
    }

    /// Writes the text with its placeholders filled; tells which groups were named.
    fn fill(self, f: &mut fmt::Formatter<'_>) -> Result<Named, fmt::Error> {
        let mut named = Named::default();
        let mut rest = self.entry.name;
        while let Some((text, after)) = rest.split_once(['{']) {
            let Some((placeholder, after)) = after.split_once(['}']) else { break };
            f.write_str(text)?;
            self.placeholder(placeholder, &mut named, f)?;
            rest = after;
        }
        f.write_str(rest)?;
        Ok(named)
    }

    fn placeholder(self, placeholder: &str, named: &mut Named, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (group, offset) = match (placeholder.split_once(['+']), placeholder.split_once(['-'])) {
            (Some((group, digits)), _) => (group, number(digits)),
            (None, Some((group, digits))) => (group, number(digits).wrapping_neg()),
            (None, None) => (placeholder, 0),
        };
        let ObisCode { b, d, e, f: period, .. } = self.code;
        named.channel |= group == "b";
        named.instance |= group != "b" && group != "d";
        let value = match group {
            "b" => b,
            "d" => d,
            "e" => e,
            "f" => period,
            "table" => {
                return write!(f, "{}", u16::from(d % 16).saturating_mul(128).saturating_add(e.into()));
            }
            _ => return electricity::write_classification(self.code, f),
        };
        write!(f, "{}", i16::from(value).saturating_add(offset))
    }
}

fn number(digits: &str) -> i16 {
    digits.bytes().fold(0, |number: i16, digit| {
        number.saturating_mul(10).saturating_add(digit.saturating_sub(b'0').into())
    })
}

/// The groups a name has said itself.
#[derive(Default)]
struct Named {
    channel: bool,
    instance: bool,
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, entry } = self;
        let named = self.fill(f)?;
        if !named.instance && entry.low.e < entry.high.e && entry.low.e < code.e {
            write!(f, ", instance {}", code.e.saturating_sub(entry.low.e).saturating_add(1))?;
        }
        let fixed = entry.low.b == entry.high.b && entry.low.b == code.b;
        if !named.channel && !fixed && code.channel() != Channel::Unspecified {
            write!(f, ", {}", code.channel())?;
        }
        if entry.high.f == 255 && code.billing_period() != BillingPeriod::Current {
            write!(f, ", {}", code.billing_period())?;
        }
        Ok(())
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Name(\"")?;
        write!(f, "{self}")?;
        f.write_str("\")")
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use crate::{Origin, obis};
    use std::string::{String, ToString};

    #[test]
    fn fills_in_what_the_code_says() {
        for (code, text) in [
            (obis!("0-0:1.0.0.255"), "clock"),
            (obis!("0-1:1.0.2.255"), "clock 3, channel 1"),
            (obis!("0-2:24.1.0.255"), "M-Bus client channel 2"),
            (obis!("0-5:24.1.0.255"), "M-Bus client, device 5"),
            (obis!("0-5:24.2.3.255"), "M-Bus value, instance 3, channel 5"),
            (obis!("0-0:19.11.1.255"), "credit 2 of account 2"),
            (obis!("0-0:65.17.3.255"), "utility tables: manufacturer table 131"),
            (obis!("0-0:96.1.4.255"), "device ID 5"),
            (obis!("0-0:97.98.12.255"), "alarm filter 3"),
            (obis!("0-0:98.1.0.126"), "data of billing period, scheme 1, last billing periods"),
            (obis!("0-0:98.1.1.255"), "data of billing period, scheme 1, instance 2"),
            (obis!("0-0:96.51.7.255"), "manufacturer specific abstract object 51.7"),
            (obis!("1-0:0.5.1.2"), "demand limit 2"),
            (obis!("1-0:1.8.0.255"), "active energy import, total"),
            (obis!("1-0:1.8.0*03"), "active energy import, total, billing period 3"),
            (obis!("1-0:2.6.4*101"), "active power export, maximum demand, rate 4, last billing period"),
            (obis!("1-0:32.3.0*101"), "L1 voltage minimum of the last closed billing period"),
            (obis!("1-1:0.2.0.255"), "firmware identifier, legally non-relevant part"),
            (obis!("1-2:0.2.0.255"), "active firmware identifier, channel 2"),
            (obis!("1-0:81.7.4.255"), "phase angle from U(L1) to I(L1)"),
            (obis!("1-0:83.8.32.255"), "L1 active line losses-"),
        ] {
            assert_eq!(code.name().map(|name| name.to_string()), Some(String::from(text)), "{code}");
        }
    }

    #[test]
    fn unknown_codes_have_no_name() {
        for code in [
            obis!("2-0:1.8.0.255"),
            obis!("0-0:1.0.0.101"),
            obis!("0-70:1.0.0.255"),
            obis!("1-0:1.8.77.255"),
            obis!("1-0:1.8.0.200"),
        ] {
            assert_eq!(code.name(), None, "{code}");
        }
    }

    #[test]
    fn classes_and_units() {
        let name = obis!("1-0:1.5.0.255").name().unwrap();
        assert_eq!((name.classes(), name.unit(), name.origin()), (&[5, 3][..], Some("W"), Origin::Standard));
        assert_eq!(obis!("0-0:99.98.1.255").name().unwrap().origin(), Origin::Idis);
        assert_eq!(obis!("1-0:129.1.28.255").name().unwrap().origin(), Origin::St402);
        assert_eq!(obis!("1-0:41.6.12.255").usual_classes(), [4]);
        assert_eq!(obis!("1-0:41.9.12.255").usual_unit(), Some("Wh"));
        assert_eq!(obis!("1-0:200.1.1.255").usual_classes(), [0; 0]);
    }
}
