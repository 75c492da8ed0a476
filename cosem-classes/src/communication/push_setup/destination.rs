use core::fmt;

/// The address that a push goes to: `host:port` for TCP and UDP, up to [`MAX`](Self::MAX) octets.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Destination {
    octets: [u8; Self::MAX],
    len: u8,
}

impl Destination {
    /// Octets of an address at most.
    pub const MAX: usize = 64;

    /// No address.
    pub const NONE: Self = Self { octets: [0; Self::MAX], len: 0 };

    /// The address in `octets`; nothing if it is longer.
    #[must_use]
    pub fn new(octets: &[u8]) -> Option<Self> {
        let mut new = Self { len: u8::try_from(octets.len()).ok()?, ..Self::NONE };
        for (slot, octet) in new.octets.get_mut(..octets.len())?.iter_mut().zip(octets) {
            *slot = *octet;
        }
        Some(new)
    }

    /// Its octets.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.octets.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// The address as a text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        core::str::from_utf8(self.as_bytes()).ok()
    }
}

impl fmt::Debug for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.as_text() {
            Some(text) => text.fmt(f),
            None => self.as_bytes().fmt(f),
        }
    }
}
