use core::fmt;

use dlms_core::crypto::{CryptoError, CryptoProvider, KeyId, KeyKind, Nonce, Part, SecuritySuite, Tag};
use rand_core::TryCryptoRng;
use zeroize::Zeroizing;

use super::{
    cipher::Cipher,
    gcm::{Absorber, Gcm},
    key_table::{FixedKeys, Key, KeyTable},
};
use crate::conformance::TestKeys;

/// The crypto provider in software: RustCrypto's AES and GHASH, with the processor's instructions where it has them.
///
/// Randomness is the caller's. Every key serves its purpose alone: encryption keys encrypt, the authentication key is
/// only authenticated data, the key encryption key only wraps. Keys are wiped when they go, and never shown.
///
/// Hashes, and so HLS mechanisms 3, 4 and 6, are not offered yet, nor are the secrets they would need.
pub struct SoftwareProvider<R, K = FixedKeys> {
    random: R,
    keys: K,
    /// Where the search for a free slot begins: one that was just left is not taken again at once.
    next_dedicated: u16,
}

impl<R, K: KeyTable + Default> SoftwareProvider<R, K> {
    /// No keys yet.
    #[must_use]
    pub fn new(random: R) -> Self {
        Self { random, keys: K::default(), next_dedicated: 0 }
    }
}

impl<R, K: KeyTable> SoftwareProvider<R, K> {
    /// Takes a key, in place of an older one of that name.
    ///
    /// # Errors
    /// `KeyLength` for other than 16 or 32 octets (with [`Aes128`](crate::Aes128), 16), `NoRoom`; `Unsupported` for
    /// [`KeyKind::Secret`].
    pub fn set_key(&mut self, id: KeyId, key: &[u8]) -> Result<(), CryptoError> {
        if matches!(id.kind, KeyKind::Secret(_)) {
            return Err(CryptoError::Unsupported);
        }
        if !K::Cipher::takes(key.len()) {
            return Err(CryptoError::KeyLength);
        }
        self.keys.insert(id, key)
    }

    /// Sees to it that an encryption key is ready for use.
    fn prepare(&mut self, id: KeyId) -> Result<(), CryptoError> {
        match id.kind {
            KeyKind::GlobalUnicastEncryption | KeyKind::GlobalBroadcastEncryption | KeyKind::Dedicated(_) => {
            }
            _ => return Err(CryptoError::Unsupported),
        }
        if self.keys.expanded(id).is_none() { self.keys.expand(id) } else { Ok(()) }
    }

    /// An encryption key that was prepared.
    fn cipher(&self, suite: SecuritySuite, id: KeyId) -> Result<&Gcm<K::Cipher>, CryptoError> {
        match self.keys.expanded(id) {
            None => Err(CryptoError::NoSuchKey(id)),
            Some(gcm) if gcm.key_len() == suite.key_len() => Ok(gcm),
            Some(_) => Err(CryptoError::KeyLength),
        }
    }

    /// Gives the octets of authenticated data to the hash.
    #[inline]
    fn absorb(
        &self,
        suite: SecuritySuite,
        aad: &[Part<'_>],
        absorber: &mut Absorber,
    ) -> Result<(), CryptoError> {
        for part in aad {
            match part {
                Part::Bytes(octets) => absorber.absorb(octets),
                Part::Key(id) => absorber.absorb(self.authentication_key(suite, *id)?),
            }
        }
        Ok(())
    }

    fn authentication_key(&self, suite: SecuritySuite, id: KeyId) -> Result<&[u8], CryptoError> {
        if id.kind != KeyKind::Authentication {
            return Err(CryptoError::Unsupported);
        }
        match self.keys.key(id) {
            None => Err(CryptoError::NoSuchKey(id)),
            Some(key) if key.len() == suite.key_len() => Ok(key),
            Some(_) => Err(CryptoError::KeyLength),
        }
    }

    fn key_encryption_key(&self, id: KeyId) -> Result<&[u8], CryptoError> {
        match id.kind {
            KeyKind::KeyEncryption => self.keys.key(id).ok_or(CryptoError::NoSuchKey(id)),
            _ => Err(CryptoError::Unsupported),
        }
    }

    fn unwrap(&self, kek: KeyId, wrapped: &[u8]) -> Result<(Zeroizing<[u8; Key::MAX]>, usize), CryptoError> {
        let kek = self.key_encryption_key(kek)?;
        let mut key = Zeroizing::new([0; Key::MAX]);
        let len = wrapped.len().saturating_sub(8);
        if !K::Cipher::takes(len) {
            return Err(CryptoError::KeyLength);
        }
        K::Cipher::unwrap(kek, wrapped, &mut *key)?;
        Ok((key, len))
    }
}

impl<R: TryCryptoRng, K: KeyTable> CryptoProvider for SoftwareProvider<R, K> {
    fn seal(
        &mut self,
        suite: SecuritySuite,
        key: KeyId,
        nonce: &Nonce,
        aad: &[Part<'_>],
        data: &mut [u8],
    ) -> Result<Tag, CryptoError> {
        self.prepare(key)?;
        let gcm = self.cipher(suite, key)?;
        gcm.seal(nonce, len(suite, aad), |absorber| self.absorb(suite, aad, absorber), data)
    }

    fn open(
        &mut self,
        suite: SecuritySuite,
        key: KeyId,
        nonce: &Nonce,
        aad: &[Part<'_>],
        data: &mut [u8],
        tag: &Tag,
    ) -> Result<(), CryptoError> {
        self.prepare(key)?;
        let gcm = self.cipher(suite, key)?;
        gcm.open(nonce, len(suite, aad), |absorber| self.absorb(suite, aad, absorber), data, tag)
    }

    fn apply_keystream(
        &mut self,
        suite: SecuritySuite,
        key: KeyId,
        nonce: &Nonce,
        data: &mut [u8],
    ) -> Result<(), CryptoError> {
        self.prepare(key)?;
        self.cipher(suite, key)?.apply_keystream(nonce, data);
        Ok(())
    }

    fn random(&mut self, out: &mut [u8]) -> Result<(), CryptoError> {
        self.random.try_fill_bytes(out).map_err(|_| CryptoError::Hardware)
    }

    fn has_key(&self, key: KeyId) -> bool {
        self.keys.key(key).is_some()
    }

    fn install_dedicated(&mut self, key: &[u8]) -> Result<KeyId, CryptoError> {
        let slot = (0..=u16::MAX)
            .map(|n| self.next_dedicated.wrapping_add(n))
            .find(|slot| self.keys.key(dedicated(*slot)).is_none())
            .ok_or(CryptoError::NoRoom)?;
        self.set_key(dedicated(slot), key)?;
        self.next_dedicated = slot.wrapping_add(1);
        Ok(dedicated(slot))
    }

    fn remove_key(&mut self, key: KeyId) {
        self.keys.remove(key);
    }

    fn wrap_key(&mut self, kek: KeyId, key: KeyId, out: &mut [u8]) -> Result<usize, CryptoError> {
        let kek = self.key_encryption_key(kek)?;
        let key = self.keys.key(key).ok_or(CryptoError::NoSuchKey(key))?;
        K::Cipher::wrap(kek, key, out)
    }

    fn check_wrapped(&mut self, suite: SecuritySuite, kek: KeyId, wrapped: &[u8]) -> Result<(), CryptoError> {
        let (_, len) = self.unwrap(kek, wrapped)?;
        if len == suite.key_len() { Ok(()) } else { Err(CryptoError::KeyLength) }
    }

    fn unwrap_key(&mut self, kek: KeyId, wrapped: &[u8], into: KeyId) -> Result<(), CryptoError> {
        let (key, len) = self.unwrap(kek, wrapped)?;
        self.set_key(into, key.get(..len).unwrap_or_default())
    }

    fn generate_key(&mut self, suite: SecuritySuite, into: KeyId) -> Result<(), CryptoError> {
        let mut key = Zeroizing::new([0; Key::MAX]);
        let key = key.get_mut(..suite.key_len()).unwrap_or_default();
        self.random(key)?;
        self.set_key(into, key)
    }
}

impl<R, K: KeyTable> TestKeys for SoftwareProvider<R, K> {
    fn install(&mut self, id: KeyId, key: &[u8]) -> Result<(), CryptoError> {
        self.set_key(id, key)
    }
}

impl<R, K: fmt::Debug> fmt::Debug for SoftwareProvider<R, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SoftwareProvider").field("keys", &self.keys).finish_non_exhaustive()
    }
}

const fn dedicated(slot: u16) -> KeyId {
    KeyId { setup: 0, kind: KeyKind::Dedicated(slot) }
}

/// Octets of authenticated data.
fn len(suite: SecuritySuite, aad: &[Part<'_>]) -> usize {
    aad.iter().fold(0, |sum, part| {
        sum.saturating_add(match part {
            Part::Bytes(octets) => octets.len(),
            Part::Key(_) => suite.key_len(),
        })
    })
}
