//! Names of well-known codes, and descriptions of all others.

mod abstract_objects;
mod country;
mod description;
mod electricity;
mod entry;
mod media;
mod name;
mod table;

pub use description::Description;
pub use entry::Origin;
pub use name::Name;

use crate::ObisCode;

impl ObisCode {
    /// The catalogued name.
    ///
    /// A measured value is also found by the name of its channel 0 and of its current value:
    ///
    /// ```
    /// use obis::obis;
    ///
    /// assert_eq!(obis!("0-0:1.0.0.255").name().unwrap().to_string(), "clock");
    /// assert_eq!(obis!("1-1:1.8.2*101").name().unwrap().to_string(),
    ///            "active energy import, rate 2, channel 1, last billing period");
    /// assert_eq!(obis!("1-0:1.8.77.255").name(), None);
    /// ```
    pub fn name(self) -> Option<Name> {
        Name::of(self)
    }

    /// The catalogued name, else what the groups say. Never empty.
    ///
    /// ```
    /// use obis::obis;
    ///
    /// assert_eq!(obis!("1-0:31.7.0.255").describe().to_string(), "L1 current, instantaneous");
    /// assert_eq!(obis!("1-0:41.9.3.255").describe().to_string(),
    ///            "L2 active energy import, time integral 2 (since the start of the billing period), rate 3");
    /// ```
    pub fn describe(self) -> Description {
        Description::of(self)
    }

    /// The interface classes usually found under this code, most common first; empty when nothing is known.
    pub fn usual_classes(self) -> &'static [u16] {
        self.name().map_or_else(|| electricity::classes(self), Name::classes)
    }

    /// The unit usually found under this code, before scaling. The scaler_unit of the object has the last word.
    pub fn usual_unit(self) -> Option<&'static str> {
        self.name().map_or_else(|| electricity::unit(self), Name::unit)
    }
}
