use alloc::{boxed::Box, collections::BTreeMap};
use core::fmt;

use dlms_core::crypto::{CryptoError, KeyId};

use super::{
    cipher::{AnyAes, Cipher},
    gcm::Gcm,
    key_table::{Key, sealed::Table},
};

/// As many keys as are put in, each used one ready for the next time.
pub struct GrowingKeys<A = AnyAes> {
    // Boxed: what the map moves leaves copies behind.
    entries: BTreeMap<KeyId, Box<Entry<A>>>,
}

struct Entry<A> {
    key: Key,
    expanded: Option<Gcm<A>>,
}

impl<A> GrowingKeys<A> {
    /// No keys yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { entries: BTreeMap::new() }
    }
}

impl<A: Cipher> Table for GrowingKeys<A> {
    type Cipher = A;

    fn key(&self, id: KeyId) -> Option<&[u8]> {
        Some(self.entries.get(&id)?.key.octets())
    }

    fn insert(&mut self, id: KeyId, key: &[u8]) -> Result<(), CryptoError> {
        let entry = Entry { key: Key::new(id, key)?, expanded: None };
        self.entries.insert(id, Box::new(entry));
        Ok(())
    }

    fn remove(&mut self, id: KeyId) {
        self.entries.remove(&id);
    }

    fn expand(&mut self, id: KeyId) -> Result<(), CryptoError> {
        let entry = self.entries.get_mut(&id).ok_or(CryptoError::NoSuchKey(id))?;
        entry.expanded = Some(Gcm::new(A::expand(entry.key.octets())?));
        Ok(())
    }

    fn expanded(&self, id: KeyId) -> Option<&Gcm<A>> {
        self.entries.get(&id)?.expanded.as_ref()
    }
}

impl<A> Default for GrowingKeys<A> {
    fn default() -> Self {
        Self::new()
    }
}

impl<A> fmt::Debug for GrowingKeys<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.entries.keys()).finish()
    }
}
