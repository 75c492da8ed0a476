//! Words for any code.

use core::fmt;

use super::{Name, abstract_objects, country, electricity, media};
use crate::{BillingPeriod, Channel, Medium, ObisCode};

/// What a code means: its [`Name`], or what its groups say one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Description {
    code: ObisCode,
    name: Option<Name>,
}

impl Description {
    pub(super) fn of(code: ObisCode) -> Self {
        Self { code, name: code.name() }
    }

    /// The catalogued name, if this is one.
    pub fn name(self) -> Option<Name> {
        self.name
    }
}

impl fmt::Display for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = self.name {
            return name.fmt(f);
        }
        let code = self.code;
        match electricity::write_value(code, f) {
            Some(written) => written?,
            None => write_object(code, f)?,
        }
        if code.channel() != Channel::Unspecified {
            write!(f, ", {}", code.channel())?;
        }
        if code.billing_period() != BillingPeriod::Current {
            write!(f, ", {}", code.billing_period())?;
        }
        Ok(())
    }
}

fn write_object(code: ObisCode, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let ObisCode { c, d, e, .. } = code;
    match code.medium() {
        Medium::Abstract => f.write_str("abstract")?,
        medium => write!(f, "{medium}")?,
    }
    if code.is_manufacturer_specific() {
        return write!(f, ", manufacturer specific C {c} D {d} E {e}");
    }
    if let Some(country) = code.country() {
        return match country::name(country) {
            Some(name) => write!(f, ", country specific ({name}) E {e}"),
            None => write!(f, ", country specific D {d} E {e}"),
        };
    }
    if code.consortium().is_some() {
        return write!(f, ", consortium specific D {d} E {e}");
    }
    if let Some(quantity) = media::quantity(code) {
        write!(f, ": {quantity}")?;
        match media::processing(code) {
            Some(processing) => write!(f, ", {processing}")?,
            None => write!(f, ", D {d}")?,
        }
        return match e {
            0 => Ok(()),
            _ => write!(f, ", E {e}"),
        };
    }
    match abstract_objects::kind(code) {
        Some(kind) => write!(f, ": {kind}, D {d} E {e}"),
        None => write!(f, ", C {c} D {d} E {e}"),
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use crate::obis;
    use std::string::ToString;

    #[test]
    fn composes_from_groups() {
        for (code, text) in [
            (obis!("1-0:25.7.0.255"), "L1 reactive power QI, instantaneous"),
            (obis!("1-1:25.7.0.255"), "L1 reactive power QI, instantaneous, channel 1"),
            (
                obis!("1-0:21.9.0.255"),
                "L1 active energy import, time integral 2 (since the start of the billing period)",
            ),
            (obis!("1-0:41.6.2*101"), "L2 active power import, maximum 1, rate 2, last billing period"),
            (obis!("1-0:32.7.3.255"), "L1 voltage, instantaneous, harmonic 3"),
            (
                obis!("1-0:12.32.23.255"),
                "voltage, under limit occurrences, dips of 30 % to 60 % for 1000 ms to 3000 ms",
            ),
            (obis!("1-0:81.7.3.255"), "phase angle E 3"),
            (obis!("1-0:124.7.0.255"), "L1-L2 voltage, instantaneous"),
            (obis!("1-0:1.100.0.255"), "active power import, D 100"),
            (
                obis!("1-0:1.8.200.255"),
                "active energy import, time integral 1 (since the start of measurement), manufacturer specific E 200",
            ),
            (obis!("1-0:143.3.4.255"), "electricity, manufacturer specific C 143 D 3 E 4"),
            (obis!("1-0:94.49.3.255"), "electricity, country specific (Germany) E 3"),
            (obis!("1-0:93.1.3.255"), "electricity, consortium specific D 1 E 3"),
            (obis!("6-0:6.7.0.255"), "heat: return volume, instantaneous value"),
            (
                obis!("7-1:14.1.0*3"),
                "gas: reverse undisturbed volume, corrected index, channel 1, billing period 3",
            ),
            (obis!("8-0:1.3.0.255"), "cold water: accumulated volume, billing date value"),
            (obis!("0-0:25.20.0.255"), "abstract: Internet protocol, push or mobile network, D 20 E 0"),
            (obis!("0-0:200.0.0.255"), "abstract, C 200 D 0 E 0"),
            (obis!("3-0:1.8.0.255"), "reserved medium 3, C 1 D 8 E 0"),
        ] {
            assert_eq!(code.describe().to_string(), text, "{code}");
        }
    }

    #[test]
    fn names_come_first() {
        assert_eq!(obis!("0-0:42.0.0.255").describe().to_string(), "COSEM logical device name");
        assert!(obis!("0-0:42.0.0.255").describe().name().is_some());
    }
}
