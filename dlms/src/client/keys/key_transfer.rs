use cosem_classes::security_setup::{KeyDataView, SecurityKeyId};
use dlms_core::buffer::Buffer;
use dlms_core::codec::{Encode, Writer};
use dlms_core::crypto::{CryptoProvider, KeyId, KeyKind};
use dlms_core::data::{Octets, tag};
use dlms_core::link::Link;
use dlms_security::{CounterStore, SecurityError};

use super::kind;
use crate::client::{Client, ClientError, Misuse};

/// Octets of a wrapped key at most.
const WRAPPED: usize = 40;

/// New keys for a meter, wrapped with the key encryption key: the parameter of (global_)key_transfer.
#[derive(Debug, Clone)]
pub struct KeyTransfer {
    keys: [Option<Wrapped>; 4],
}

#[derive(Debug, Clone)]
struct Wrapped {
    key_id: SecurityKeyId,
    kind: KeyKind,
    octets: [u8; WRAPPED],
    len: usize,
}

impl Wrapped {
    fn octets(&self) -> &[u8] {
        self.octets.get(..self.len).unwrap_or_default()
    }
}

impl Encode for KeyTransfer {
    fn encode(&self, w: &mut Writer<'_>) {
        w.u8(tag::ARRAY);
        w.length(self.keys.iter().flatten().fold(0, |len: usize, _| len.saturating_add(1)));
        for key in self.keys.iter().flatten() {
            KeyDataView { key_id: key.key_id, key_wrapped: Octets(key.octets()) }.encode(w);
        }
    }
}

impl<L: Link, C: CryptoProvider, S: CounterStore, B: Buffer> Client<L, C, S, B> {
    /// Wraps new keys: up to four, each of another kind and as long as the suite says.
    ///
    /// # Errors
    /// There is no key encryption key, or the provider takes or wraps a key not; `Misuse` for a kind that is given twice
    /// or not known, or without ciphering.
    pub fn wrap_keys(&mut self, keys: &[(SecurityKeyId, &[u8])]) -> Result<KeyTransfer, ClientError> {
        let ciphering = self.config.ciphering.ok_or(Misuse::Incomplete("ciphering"))?;
        let kek = KeyId { setup: ciphering.setup, kind: KeyKind::KeyEncryption };
        let mut transfer = KeyTransfer { keys: [const { None }; 4] };
        for (key_id, key) in keys {
            let kind = kind(*key_id).ok_or(Misuse::Incomplete("a key of a known kind"))?;
            if transfer.keys.iter().flatten().any(|other| other.kind == kind) {
                return Err(Misuse::Incomplete("one key of each kind").into());
            }
            if key.len() != ciphering.suite.key_len() {
                return Err(Misuse::Incomplete("a key as long as the suite says").into());
            }
            let free = transfer.keys.iter_mut().find(|slot| slot.is_none());
            let free = free.ok_or(Misuse::Incomplete("one key of each kind"))?;
            let crypto = &mut self.crypto;
            let mut octets = [0; WRAPPED];
            // The provider wraps what it has: for as long as that takes, this is a key of its own.
            let slot = crypto.install_dedicated(key).map_err(SecurityError::from)?;
            let wrapped = crypto.wrap_key(kek, slot, &mut octets);
            crypto.remove_key(slot);
            let len = wrapped.map_err(SecurityError::from)?;
            *free = Some(Wrapped { key_id: *key_id, kind, octets, len });
        }
        Ok(transfer)
    }

    /// The meter has taken these keys: they are used from now on, and their counters start again.
    ///
    /// # Errors
    /// The provider or the store of the counters failed. What was not replaced here is replaced in the meter all the same.
    pub fn use_transferred(&mut self, transfer: &KeyTransfer) -> Result<(), ClientError> {
        let setup = self.config.ciphering.map_or(0, |ciphering| ciphering.setup);
        let kek = KeyId { setup, kind: KeyKind::KeyEncryption };
        // A new key encryption key came wrapped with the old one, as those beside it did: it goes last.
        for last in [false, true] {
            for key in transfer.keys.iter().flatten() {
                let name = KeyId { setup, kind: key.kind };
                if (name == kek) == last {
                    self.crypto.unwrap_key(kek, key.octets(), name).map_err(SecurityError::from)?;
                    self.key_replaced(name)?;
                }
            }
        }
        Ok(())
    }
}
