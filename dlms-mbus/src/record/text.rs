use core::fmt;

/// A text in a record: ISO 8859-1, sent last character first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Text<'a>(pub(super) &'a [u8]);

impl<'a> Text<'a> {
    /// The octets as they were sent.
    #[must_use]
    pub const fn octets(self) -> &'a [u8] {
        self.0
    }

    /// The characters in reading order.
    pub fn chars(self) -> impl Iterator<Item = char> + 'a {
        self.0.iter().rev().map(|octet| char::from(*octet))
    }

    /// Whether all characters can be printed.
    #[must_use]
    pub fn is_printable(self) -> bool {
        self.chars().all(|character| !character.is_control())
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.chars().try_for_each(|character| fmt::Write::write_char(f, character))
    }
}
