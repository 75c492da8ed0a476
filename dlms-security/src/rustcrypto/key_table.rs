use core::fmt;

use dlms_core::crypto::{CryptoError, KeyId};
use zeroize::Zeroize;

use super::{
    cipher::{AnyAes, Cipher},
    gcm::Gcm,
};

/// Where a software provider holds its keys: [`FixedKeys`], or `GrowingKeys` with feature `alloc`.
pub trait KeyTable: sealed::Table {}

impl<T: sealed::Table> KeyTable for T {}

pub(super) mod sealed {
    use dlms_core::crypto::{CryptoError, KeyId};

    use super::super::{cipher::Cipher, gcm::Gcm};

    /// What a key table does for the provider.
    pub trait Table {
        /// Which keys it takes.
        type Cipher: Cipher;
        /// The octets of a key.
        fn key(&self, id: KeyId) -> Option<&[u8]>;
        /// Takes a key, in place of an older one.
        fn insert(&mut self, id: KeyId, key: &[u8]) -> Result<(), CryptoError>;
        /// Forgets a key.
        fn remove(&mut self, id: KeyId);
        /// Expands a key that is not yet.
        fn expand(&mut self, id: KeyId) -> Result<(), CryptoError>;
        /// An expanded key.
        fn expanded(&self, id: KeyId) -> Option<&Gcm<Self::Cipher>>;
    }
}

/// `KEYS` keys in fixed memory, `EXPANDED` of them ready for use: as many as are used in turn, two for a global and a
/// dedicated key. A ready one takes 0.3 to 0.6 kB. `A` says which lengths are taken: [`Aes128`](crate::Aes128) saves
/// the code of AES-256.
pub struct FixedKeys<A = AnyAes, const KEYS: usize = 8, const EXPANDED: usize = 2> {
    keys: [Option<Key>; KEYS],
    expanded: [Option<(KeyId, Gcm<A>)>; EXPANDED],
    oldest: usize,
}

impl<A, const KEYS: usize, const EXPANDED: usize> FixedKeys<A, KEYS, EXPANDED> {
    /// No keys yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { keys: [const { None }; KEYS], expanded: [const { None }; EXPANDED], oldest: 0 }
    }

    fn drop_expanded(&mut self, id: KeyId) {
        for place in &mut self.expanded {
            if place.as_ref().is_some_and(|(known, _)| *known == id) {
                *place = None;
            }
        }
    }
}

impl<A: Cipher, const KEYS: usize, const EXPANDED: usize> sealed::Table for FixedKeys<A, KEYS, EXPANDED> {
    type Cipher = A;

    fn key(&self, id: KeyId) -> Option<&[u8]> {
        self.keys.iter().flatten().find(|key| key.id == id).map(Key::octets)
    }

    fn insert(&mut self, id: KeyId, key: &[u8]) -> Result<(), CryptoError> {
        let known = self.keys.iter().position(|key| key.as_ref().is_some_and(|key| key.id == id));
        let place = known.or_else(|| self.keys.iter().position(Option::is_none));
        let place = place.and_then(|i| self.keys.get_mut(i)).ok_or(CryptoError::NoRoom)?;
        *place = Some(Key::new(id, key)?);
        self.drop_expanded(id);
        Ok(())
    }

    fn remove(&mut self, id: KeyId) {
        for place in &mut self.keys {
            if place.as_ref().is_some_and(|key| key.id == id) {
                *place = None;
            }
        }
        self.drop_expanded(id);
    }

    fn expand(&mut self, id: KeyId) -> Result<(), CryptoError> {
        let key = self.key(id).ok_or(CryptoError::NoSuchKey(id))?;
        let gcm = Gcm::new(A::expand(key)?);
        let free = self.expanded.iter().position(Option::is_none);
        let place = self.expanded.get_mut(free.unwrap_or(self.oldest)).ok_or(CryptoError::NoRoom)?;
        *place = Some((id, gcm));
        if free.is_none() {
            self.oldest = self.oldest.wrapping_add(1);
            if self.oldest >= EXPANDED {
                self.oldest = 0;
            }
        }
        Ok(())
    }

    fn expanded(&self, id: KeyId) -> Option<&Gcm<A>> {
        self.expanded.iter().flatten().find(|(known, _)| *known == id).map(|(_, gcm)| gcm)
    }
}

impl<A, const KEYS: usize, const EXPANDED: usize> Default for FixedKeys<A, KEYS, EXPANDED> {
    fn default() -> Self {
        Self::new()
    }
}

impl<A, const KEYS: usize, const EXPANDED: usize> fmt::Debug for FixedKeys<A, KEYS, EXPANDED> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.keys.iter().flatten().map(|key| key.id)).finish()
    }
}

/// The octets of a key, wiped when it goes. Never shown.
pub(super) struct Key {
    pub(super) id: KeyId,
    octets: [u8; Self::MAX],
    len: usize,
}

impl Key {
    /// Octets of a secret, a private key, or a symmetric key: of the longest there can be.
    pub(super) const MAX: usize = if cfg!(feature = "hashes") {
        64
    } else if cfg!(feature = "elliptic-curves") {
        48
    } else {
        32
    };

    pub(super) fn new(id: KeyId, key: &[u8]) -> Result<Self, CryptoError> {
        let mut octets = [0; Self::MAX];
        octets
            .get_mut(..key.len())
            .ok_or(CryptoError::KeyLength)?
            .iter_mut()
            .zip(key)
            .for_each(|(to, from)| *to = *from);
        let new = Self { id, octets, len: key.len() };
        octets.zeroize();
        Ok(new)
    }

    pub(super) fn octets(&self) -> &[u8] {
        self.octets.get(..self.len).unwrap_or_default()
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        self.octets.zeroize();
    }
}
