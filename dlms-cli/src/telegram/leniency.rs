use dlms_core::apdu::{Leniencies, Leniency};
use serde_json::json;

use crate::failure::Failure;

macro_rules! deviations {
    ($($deviation:ident = $name:literal $text:literal,)*) => {
        /// A deviation from the standard that is met in captures, beside those of single messages.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Deviation {
            $(#[doc = $text] $deviation,)*
        }

        impl Deviation {
            const ALL: [Self; [$($name),*].len()] = [$(Self::$deviation),*];

            /// Its name.
            pub(super) const fn name(self) -> &'static str {
                match self {
                    $(Self::$deviation => $name,)*
                }
            }

            /// What it is.
            pub(super) const fn text(self) -> &'static str {
                match self {
                    $(Self::$deviation => $text,)*
                }
            }

            /// The warning that it was accepted.
            pub(super) fn warning(self) -> String {
                format!("{}: {}", self.name(), self.text())
            }
        }
    };
}

deviations! {
    UntaggedAttributeDescriptor = "untagged-attribute-descriptor" "attribute descriptors without tags in the body",
    HeaderCheckSequence = "header-check-sequence" "a wrong header check sequence, and a right frame check sequence",
    MissingCrc = "missing-crc" "a P1 telegram without a CRC, as before DSMR 4",
    Identification = "identification" "a first line of a P1 telegram that is no identification",
    DataLine = "data-line" "a line of a P1 telegram that is no object",
    UnverifiedTag = "unverified-tag" "a wrong authentication tag around a P1 telegram that has a right CRC",
    WrappedLength = "wrapped-length" "an M-Bus length that counts 256 bytes less than there are",
    Deciphered = "deciphered" "an M-Bus telegram that is said to be encrypted and is not",
    Noise = "noise" "octets that are no frame",
}

/// Which deviations from the standard are accepted.
#[derive(Debug, Clone)]
pub(crate) struct Lenience {
    messages: Leniencies,
    deviations: Vec<Deviation>,
}

impl Lenience {
    /// The deviations with these names; `all` is all of them.
    ///
    /// # Errors
    /// `usage`: there is none of that name.
    pub(crate) fn named(names: &[String]) -> Result<Self, Failure> {
        let mut lenience = Self { messages: Leniencies::none(), deviations: Vec::new() };
        for name in names {
            if name == "all" {
                return Ok(Self { messages: Leniencies::all(), deviations: Deviation::ALL.into() });
            }
            match (Leniency::from_name(name), Deviation::ALL.into_iter().find(|known| known.name() == name)) {
                (Some(leniency), _) => lenience.messages = lenience.messages.with(leniency),
                (_, Some(deviation)) => lenience.deviations.push(deviation),
                _ => {
                    return Err(Failure::usage(format!(
                        "{name} is no leniency; there are {}",
                        Self::names()
                    )));
                }
            }
        }
        Ok(lenience)
    }

    fn names() -> String {
        let messages = Leniency::ALL.into_iter().map(Leniency::name);
        let all: Vec<_> = messages.chain(Deviation::ALL.into_iter().map(Deviation::name)).collect();
        all.join(", ")
    }

    /// Those of single messages; none of them met yet.
    pub(crate) const fn of_messages(&self) -> Leniencies {
        self.messages
    }

    /// Whether a length that wrapped round is accepted.
    pub(crate) fn wrapped_length(&self) -> bool {
        self.permits(Deviation::WrappedLength)
    }

    /// Whether this one is accepted.
    pub(super) fn permits(&self, deviation: Deviation) -> bool {
        self.deviations.contains(&deviation)
    }
}

/// What to add to a failure that would be none with a leniency.
pub(super) fn remark(leniency: &str) -> String {
    format!(" (accepted with --lenient={leniency})")
}

/// A failure that would be none with a leniency: it says so, and names it in its particulars.
pub(super) fn would_do(failure: Failure, leniency: &str) -> Failure {
    failure.with_remark(&remark(leniency)).with_detail(json!({"lenient": leniency}))
}

/// The warning about a deviation that was accepted.
pub(super) fn warning_of(leniency: Leniency) -> String {
    let text = match leniency {
        Leniency::TaggedDateTime => "the date-time has the tag of an octet-string in front",
        Leniency::NoInvocationCounter => "invocation-counter-error without the counter",
        _ => "a deviation from the standard",
    };
    format!("{}: {text}", leniency.name())
}
