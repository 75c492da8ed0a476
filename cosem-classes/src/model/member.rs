/// An attribute or a method of a class, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Member {
    /// An attribute.
    Attribute(i8),
    /// A method.
    Method(i8),
}

impl Member {
    /// From one short name of an object to the next.
    pub const STEP: u16 = 8;

    /// How far after the base name it is, where method number 1 is `methods` after it; nothing for what has no place
    /// there.
    #[must_use]
    pub fn offset(self, methods: Option<u16>) -> Option<u16> {
        let (first, id) = match self {
            Self::Attribute(id) => (0, id),
            Self::Method(id) => (methods?, id),
        };
        let before = u16::try_from(id).ok()?.checked_sub(1)?;
        before.checked_mul(Self::STEP)?.checked_add(first)
    }
}
