/// A deviation from the standard that deployed meters are known for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Leniency {
    /// The date-time of a notification with the tag of an octet-string in front: `09 0C …`.
    TaggedDateTime,
    /// An exception-response with invocation-counter-error but without the counter.
    NoInvocationCounter,
}

impl Leniency {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::TaggedDateTime, Self::NoInvocationCounter];

    /// Its name, as in `tagged-date-time`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::TaggedDateTime => "tagged-date-time",
            Self::NoInvocationCounter => "no-invocation-counter",
        }
    }

    /// The deviation with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }

    const fn bit(self) -> u8 {
        match self {
            Self::TaggedDateTime => 1,
            Self::NoInvocationCounter => 2,
        }
    }
}

/// Which deviations are accepted, and which of them were met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Leniencies {
    accepted: u8,
    met: u8,
}

impl Leniencies {
    /// Accepts none: the standard, strictly.
    #[must_use]
    pub const fn none() -> Self {
        Self { accepted: 0, met: 0 }
    }

    /// Accepts all there are.
    #[must_use]
    pub const fn all() -> Self {
        Self { accepted: u8::MAX, met: 0 }
    }

    /// Accepts this one, too.
    #[must_use]
    pub const fn with(self, leniency: Leniency) -> Self {
        Self { accepted: self.accepted | leniency.bit(), met: self.met }
    }

    /// Whether this deviation, just found, is accepted; if so it counts as met.
    pub const fn permits(&mut self, leniency: Leniency) -> bool {
        let bit = self.accepted & leniency.bit();
        self.met |= bit;
        bit != 0
    }

    /// The deviations that were met.
    pub fn met(&self) -> impl Iterator<Item = Leniency> + use<> {
        let met = self.met;
        Leniency::ALL.into_iter().filter(move |leniency| met & leniency.bit() != 0)
    }
}
