//! What the value groups mean, IEC 62056-6-1 clauses 5 to 7.

mod billing_period;
mod channel;
mod classification;
mod medium;
mod processing;
mod quantity;

pub use billing_period::BillingPeriod;
pub use channel::Channel;
pub use classification::{Angle, Classification, Dip, Harmonic, Loss, LossKind, PhasePoint};
pub use medium::Medium;
pub use processing::{Limit, Processing};
pub use quantity::{Phase, Quantity};

use crate::ObisCode;

impl ObisCode {
    /// Group A.
    pub const fn medium(self) -> Medium {
        Medium::from_group(self.a)
    }

    /// Group B.
    pub const fn channel(self) -> Channel {
        Channel::from_group(self.b)
    }

    /// Group F.
    pub const fn billing_period(self) -> BillingPeriod {
        BillingPeriod::from_group(self.f)
    }

    /// Group C of an electricity code: what is measured, and where.
    pub const fn quantity(self) -> Option<(Quantity, Phase)> {
        match self.medium() {
            Medium::Electricity => Quantity::from_group(self.c),
            _ => None,
        }
    }

    /// Group D of a measured electrical quantity: what became of it.
    pub const fn processing(self) -> Option<Processing> {
        match self.quantity() {
            Some(_) => Processing::from_group(self.d),
            None => None,
        }
    }

    /// Group E of a measured electrical quantity: rate, harmonic, angle…
    pub const fn classification(self) -> Option<Classification> {
        match self.quantity() {
            Some((quantity, _)) => Some(Classification::from_groups(quantity, self.d, self.e)),
            None => None,
        }
    }

    /// A manufacturer gives the code its meaning: B 128 to 199, C 128 to 199 or 240, D, E or F 128 to 254, or one of the
    /// abstract objects C 96 with D 50 to 99.
    pub const fn is_manufacturer_specific(self) -> bool {
        matches!(self.channel(), Channel::Manufacturer(_))
            || matches!(self.c, 128..=199 | 240)
            || matches!(self.d, 128..=254)
            || matches!(self.e, 128..=254)
            || matches!(self.f, 128..=254)
            || matches!((self.a, self.c, self.d), (0, 96, 50..=99))
    }

    /// A utility gives the code its meaning: B 65 to 127.
    pub const fn is_utility_specific(self) -> bool {
        matches!(self.channel(), Channel::Utility(_))
    }

    /// The country identifier (group D) of a country specific code, C 94.
    pub const fn country(self) -> Option<u8> {
        match self.c {
            94 => Some(self.d),
            _ => None,
        }
    }

    /// The consortium identifier (group D) of a consortium specific code, C 93.
    pub const fn consortium(self) -> Option<u8> {
        match self.c {
            93 => Some(self.d),
            _ => None,
        }
    }

    /// An object hidden from use: abstract, C 127.
    pub const fn is_inactive(self) -> bool {
        matches!((self.a, self.c), (0, 127))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obis;

    #[test]
    fn manufacturers_have_their_ranges() {
        for code in [
            obis!("1-128:1.8.0.255"),
            obis!("1-0:129.1.10.255"),
            obis!("1-0:240.0.0.255"),
            obis!("1-0:32.128.1.255"),
            obis!("1-0:1.8.200.255"),
            obis!("1-0:1.8.0.128"),
            obis!("0-0:96.50.0.255"),
        ] {
            assert!(code.is_manufacturer_specific(), "{code}");
        }
        for code in [
            obis!("1-0:1.8.0.255"),
            obis!("1-65:1.8.0.255"),
            obis!("1-0:200.8.255.255"),
            obis!("1-0:96.50.0.255"),
        ] {
            assert!(!code.is_manufacturer_specific(), "{code}");
        }
        assert!(obis!("1-65:1.8.0.255").is_utility_specific());
    }

    #[test]
    fn groups_depend_on_the_medium() {
        assert_eq!(obis!("1-0:52.7.0.255").quantity(), Some((Quantity::Voltage, Phase::L2)));
        assert_eq!(obis!("1-0:52.7.0.255").processing(), Some(Processing::Instantaneous));
        assert_eq!(obis!("0-0:52.7.0.255").quantity(), None);
        assert_eq!(obis!("1-0:99.1.0.255").processing(), None);
        assert_eq!(obis!("1-0:94.49.1.255").country(), Some(49));
        assert_eq!(obis!("1-0:93.1.0.255").consortium(), Some(1));
        assert!(obis!("0-0:127.0.0.255").is_inactive());
    }
}
