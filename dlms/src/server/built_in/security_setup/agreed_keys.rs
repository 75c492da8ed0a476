use dlms_core::crypto::{CryptoProvider, KeyId};

/// Keys that were agreed on, each in a slot of its own until the answer is on its way: at most one of each name.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::server) struct AgreedKeys {
    keys: [Option<AgreedKey>; 4],
}

#[derive(Debug, Clone, Copy)]
struct AgreedKey {
    slot: KeyId,
    name: KeyId,
}

impl AgreedKeys {
    /// Whether a key of this name is among them.
    pub(super) fn contain(&self, name: KeyId) -> bool {
        self.keys.iter().flatten().any(|key| key.name == name)
    }

    /// Takes the key in a slot, which is going to be named so; false if there are too many.
    pub(super) fn insert(&mut self, slot: KeyId, name: KeyId) -> bool {
        let free = self.keys.iter_mut().find(|key| key.is_none());
        free.map(|free| *free = Some(AgreedKey { slot, name })).is_some()
    }

    /// Forgets them all.
    pub(in crate::server) fn discard(&mut self, crypto: &mut impl CryptoProvider) {
        for key in self.keys.iter_mut().filter_map(Option::take) {
            crypto.remove_key(key.slot);
        }
    }

    /// Whether there are none.
    pub(in crate::server) fn is_empty(&self) -> bool {
        self.keys.iter().all(Option::is_none)
    }

    /// Gives them their names, and tells of each.
    pub(in crate::server) fn install<C: CryptoProvider>(
        &mut self,
        crypto: &mut C,
        mut installed: impl FnMut(KeyId),
    ) {
        for key in self.keys.iter_mut().filter_map(Option::take) {
            if crypto.rename_key(key.slot, key.name).is_ok() {
                installed(key.name);
            }
        }
    }
}
