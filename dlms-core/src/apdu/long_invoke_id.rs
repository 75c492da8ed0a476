use crate::codec::{Decode, DecodeError, Encode, Reader, Writer};

/// Long-Invoke-Id-And-Priority: which request or notification, and how it wants to be served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct LongInvokeIdAndPriority(pub u32);

impl LongInvokeIdAndPriority {
    /// A confirmed one of normal priority. Only the low 24 bits of `id` count.
    #[must_use]
    pub const fn confirmed(id: u32) -> Self {
        Self(0x4000_0000 | id & 0x00ff_ffff)
    }

    /// An unconfirmed one of normal priority. Only the low 24 bits of `id` count.
    #[must_use]
    pub const fn unconfirmed(id: u32) -> Self {
        Self(id & 0x00ff_ffff)
    }

    /// Which one, 24 bits.
    #[must_use]
    pub const fn id(self) -> u32 {
        self.0 & 0x00ff_ffff
    }

    /// Whether the response repeats what was asked for (self-descriptive, bit 28).
    #[must_use]
    pub const fn is_self_descriptive(self) -> bool {
        self.0 & 0x1000_0000 != 0
    }

    /// Whether the first failure ends the processing (processing-option, bit 29).
    #[must_use]
    pub const fn is_break_on_error(self) -> bool {
        self.0 & 0x2000_0000 != 0
    }

    /// Whether an answer is wanted (service-class, bit 30).
    #[must_use]
    pub const fn is_confirmed(self) -> bool {
        self.0 & 0x4000_0000 != 0
    }

    /// Whether priority is high (bit 31).
    #[must_use]
    pub const fn is_high_priority(self) -> bool {
        self.0 & 0x8000_0000 != 0
    }
}

impl Encode for LongInvokeIdAndPriority {
    fn encode(&self, w: &mut Writer<'_>) {
        w.u32(self.0);
    }
}

impl<'a> Decode<'a> for LongInvokeIdAndPriority {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        r.u32().map(Self)
    }
}
