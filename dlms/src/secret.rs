use core::fmt;

use zeroize::Zeroize;

/// A password: up to [`MAX`](Self::MAX) octets, never printed, wiped when dropped.
#[derive(Clone)]
pub struct Secret {
    octets: [u8; Self::MAX],
    len: usize,
}

impl Secret {
    /// Octets it holds at most.
    pub const MAX: usize = 64;

    /// No password.
    pub const EMPTY: Self = Self { octets: [0; Self::MAX], len: 0 };

    /// These octets; nothing if there are more than [`MAX`](Self::MAX).
    #[must_use]
    pub fn new(secret: &[u8]) -> Option<Self> {
        let mut new = Self::EMPTY;
        let room = new.octets.get_mut(..secret.len())?;
        for (slot, octet) in room.iter_mut().zip(secret) {
            *slot = *octet;
        }
        new.len = secret.len();
        Some(new)
    }

    /// The octets.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.octets.get(..self.len).unwrap_or_default()
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.octets.zeroize();
        self.len = 0;
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
