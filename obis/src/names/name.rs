//! The name of a catalogued code.

use core::fmt::{self, Write};

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
        let current = ObisCode { f: 255, ..code };
        let entry = table::find(code).or_else(|| {
            let stored = media::stores_periods(code);
            let measured = code.a != 0 && matches!(code.channel(), Channel::Number(_));
            stored.then(|| table::find(current)).flatten().or_else(|| {
                let whole = ObisCode { b: 0, ..code };
                measured.then(|| table::find(whole)).flatten().or_else(|| {
                    (measured && stored).then(|| table::find(ObisCode { b: 0, ..current })).flatten()
                })
            })
        })?;
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
        while let Some((text, after)) = rest.split_once('{') {
            let Some((placeholder, after)) = after.split_once('}') else { break };
            f.write_str(text)?;
            self.placeholder(placeholder, &mut named, f)?;
            rest = after;
        }
        f.write_str(rest)?;
        Ok(named)
    }

    fn placeholder(self, placeholder: &str, named: &mut Named, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (group, offset) = match placeholder.find(['+', '-']).and_then(|at| placeholder.split_at_checked(at)) {
            Some((group, offset)) => (group, offset.parse::<i16>().unwrap_or_default()),
            None => (placeholder, 0),
        };
        let ObisCode { b, d, e, f: period, .. } = self.code;
        named.channel |= group == "b";
        named.instance |= group != "b" && group != "d";
        let value = match group {
            "b" => b,
            "d" => d,
            "e" => e,
            "f" => period,
            "table" => return write!(f, "{}", u16::from(d % 16).saturating_mul(128).saturating_add(e.into())),
            _ => return electricity::write_classification(self.code, f),
        };
        write!(f, "{}", i16::from(value).saturating_add(offset))
    }
}

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
