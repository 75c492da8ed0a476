use crate::codec::{Decode, DecodeError, Encode, Reader, Writer};

/// Invoke-Id-And-Priority: which request, and how it wants to be served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct InvokeIdAndPriority(pub u8);

impl InvokeIdAndPriority {
    /// A confirmed request of high priority, as most clients send it. Only the low four bits of `id` count.
    #[must_use]
    pub const fn confirmed(id: u8) -> Self {
        Self(0xc0 | id & 0x0f)
    }

    /// Which request, 0..=15.
    #[must_use]
    pub const fn id(self) -> u8 {
        self.0 & 0x0f
    }

    /// Whether an answer is wanted (service-class, bit 6).
    #[must_use]
    pub const fn is_confirmed(self) -> bool {
        self.0 & 0x40 != 0
    }

    /// Whether priority is high (bit 7).
    #[must_use]
    pub const fn is_high_priority(self) -> bool {
        self.0 & 0x80 != 0
    }
}

impl Encode for InvokeIdAndPriority {
    #[inline]
    fn encode(&self, w: &mut Writer<'_>) {
        w.u8(self.0);
    }
}

impl<'a> Decode<'a> for InvokeIdAndPriority {
    #[inline]
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeError> {
        r.u8().map(Self)
    }
}
