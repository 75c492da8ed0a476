use core::fmt;

#[cfg(feature = "hashes")]
use dlms_core::crypto::{Challenges, HashAlgorithm};
use dlms_core::crypto::{CryptoError, CryptoProvider, KeyId, KeyKind, Nonce, Part, SecuritySuite, Tag};
#[cfg(feature = "elliptic-curves")]
use p256::NistP256;
#[cfg(feature = "elliptic-curves")]
use p384::NistP384;
use rand_core::TryCryptoRng;
use zeroize::Zeroizing;

#[cfg(feature = "elliptic-curves")]
use super::curve;
use super::{
    cipher::Cipher,
    gcm::{Absorber, Gcm},
    key_table::{FixedKeys, Key, KeyTable},
};
use crate::conformance::TestKeys;

/// The crypto provider in software: RustCrypto's AES and GHASH, with the processor's instructions where it has them.
///
/// Randomness is the caller's. Every key serves its purpose alone: encryption keys encrypt, the authentication key is
/// only authenticated data, the key encryption key only wraps, secrets are only hashed, private keys never leave. Keys are
/// wiped when they go, and never shown.
///
/// | feature | adds | needed for |
/// |---|---|---|
/// | `rustcrypto` | AES-GCM, AES key wrap | suite 0 |
/// | `hashes` | MD5, SHA-1, SHA-256, SHA-384, secrets | HLS mechanisms 3, 4 and 6 |
/// | `elliptic-curves` | ECDSA, ECDH, key pairs | suites 1 and 2, HLS mechanism 7 |
/// | `mbus` | AES-CBC, AES-CMAC | M-Bus devices |
pub struct SoftwareProvider<R, K = FixedKeys> {
    random: R,
    keys: K,
    /// Where the search for a free slot begins: one that was just left is not taken again at once.
    next_dedicated: u16,
    #[cfg(feature = "hashes")]
    manufacturer: Option<ManufacturerToken>,
}

/// How the manufacturer answers a challenge (HLS mechanism 2): from the secret, into the room given; the length, or
/// nothing if that is too small.
#[cfg(feature = "hashes")]
pub type ManufacturerToken = fn(secret: &[u8], challenges: &Challenges<'_>, out: &mut [u8]) -> Option<usize>;

impl<R, K: KeyTable + Default> SoftwareProvider<R, K> {
    /// No keys yet.
    #[must_use]
    pub fn new(random: R) -> Self {
        Self {
            random,
            keys: K::default(),
            next_dedicated: 0,
            #[cfg(feature = "hashes")]
            manufacturer: None,
        }
    }
}

impl<R, K: KeyTable> SoftwareProvider<R, K> {
    /// Takes a key, in place of an older one of that name.
    ///
    /// # Errors
    /// `KeyLength` for other than 16 or 32 octets (with [`Aes128`](crate::Aes128), 16), of a private key 32 or 48, of a
    /// key of M-Bus 16, of a secret 1 to 64; `NotOnCurve` for octets that are no private key; `NoRoom`; `Unsupported` for
    /// kinds of which the feature is off.
    pub fn set_key(&mut self, id: KeyId, key: &[u8]) -> Result<(), CryptoError> {
        let takes = match id.kind {
            kind if kind.is_symmetric() => K::Cipher::takes(key.len()),
            #[cfg(feature = "hashes")]
            KeyKind::Secret(_) => (1..=Key::MAX).contains(&key.len()),
            #[cfg(feature = "mbus")]
            KeyKind::MBus(_) => key.len() == 16,
            #[cfg(feature = "elliptic-curves")]
            kind if kind.is_private() => return self.set_private_key(id, key),
            _ => return Err(CryptoError::Unsupported),
        };
        if takes { self.keys.insert(id, key) } else { Err(CryptoError::KeyLength) }
    }

    /// Sees to it that an encryption key is ready for use.
    fn prepare(&mut self, id: KeyId) -> Result<(), CryptoError> {
        match id.kind {
            KeyKind::GlobalUnicastEncryption
            | KeyKind::GlobalBroadcastEncryption
            | KeyKind::Dedicated(_)
            | KeyKind::Session(_) => {}
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

#[cfg(feature = "hashes")]
impl<R, K: KeyTable> SoftwareProvider<R, K> {
    /// Answers challenges of HLS mechanism 2 like this from now on.
    pub const fn set_manufacturer_token(&mut self, token: ManufacturerToken) {
        self.manufacturer = Some(token);
    }

    fn secret(&self, id: KeyId) -> Result<&[u8], CryptoError> {
        match id.kind {
            KeyKind::Secret(_) => self.keys.key(id).ok_or(CryptoError::NoSuchKey(id)),
            _ => Err(CryptoError::Unsupported),
        }
    }
}

#[cfg(feature = "elliptic-curves")]
impl<R, K: KeyTable> SoftwareProvider<R, K> {
    fn set_private_key(&mut self, id: KeyId, key: &[u8]) -> Result<(), CryptoError> {
        match key.len() {
            32 => curve::check_private::<NistP256>(key)?,
            48 => curve::check_private::<NistP384>(key)?,
            _ => return Err(CryptoError::KeyLength),
        }
        self.keys.insert(id, key)
    }

    fn private_key(&self, suite: SecuritySuite, id: KeyId) -> Result<&[u8], CryptoError> {
        if !id.kind.is_private() {
            return Err(CryptoError::Unsupported);
        }
        match self.keys.key(id) {
            None => Err(CryptoError::NoSuchKey(id)),
            Some(key) if key.len() == suite.coordinate_len() => Ok(key),
            Some(_) => Err(CryptoError::KeyLength),
        }
    }
}

#[cfg(feature = "mbus")]
impl<R, K: KeyTable> SoftwareProvider<R, K> {
    fn mbus_key(&self, id: KeyId) -> Result<&[u8], CryptoError> {
        match id.kind {
            KeyKind::MBus(_) => self.keys.key(id).ok_or(CryptoError::NoSuchKey(id)),
            _ => Err(CryptoError::Unsupported),
        }
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

    fn rename_key(&mut self, from: KeyId, into: KeyId) -> Result<(), CryptoError> {
        let symmetric = from.kind.is_symmetric() && into.kind.is_symmetric();
        if !(symmetric || from.kind.is_private() && into.kind.is_private()) {
            return Err(CryptoError::Unsupported);
        }
        let mut octets = Zeroizing::new([0; Key::MAX]);
        let key = self.keys.key(from).ok_or(CryptoError::NoSuchKey(from))?;
        let octets = octets.get_mut(..key.len()).unwrap_or_default();
        octets.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
        if from != into {
            // Its place is free for the new name then, whatever room there is.
            self.keys.remove(from);
            self.keys.insert(into, octets)?;
        }
        Ok(())
    }

    fn wrap_key(&mut self, kek: KeyId, key: KeyId, out: &mut [u8]) -> Result<usize, CryptoError> {
        if !key.kind.is_symmetric() {
            return Err(CryptoError::Unsupported);
        }
        let kek = self.key_encryption_key(kek)?;
        let key = self.keys.key(key).ok_or(CryptoError::NoSuchKey(key))?;
        K::Cipher::wrap(kek, key, out)
    }

    fn check_wrapped(&mut self, suite: SecuritySuite, kek: KeyId, wrapped: &[u8]) -> Result<(), CryptoError> {
        let (_, len) = self.unwrap(kek, wrapped)?;
        if len == suite.key_len() { Ok(()) } else { Err(CryptoError::KeyLength) }
    }

    fn unwrap_key(&mut self, kek: KeyId, wrapped: &[u8], into: KeyId) -> Result<(), CryptoError> {
        if !into.kind.is_symmetric() {
            return Err(CryptoError::Unsupported);
        }
        let (key, len) = self.unwrap(kek, wrapped)?;
        self.set_key(into, key.get(..len).unwrap_or_default())
    }

    fn generate_key(&mut self, suite: SecuritySuite, into: KeyId) -> Result<(), CryptoError> {
        if !into.kind.is_symmetric() {
            return Err(CryptoError::Unsupported);
        }
        let mut key = Zeroizing::new([0; Key::MAX]);
        let key = key.get_mut(..suite.key_len()).unwrap_or_default();
        self.random(key)?;
        self.set_key(into, key)
    }

    #[cfg(feature = "hashes")]
    fn hash(
        &mut self,
        algorithm: HashAlgorithm,
        parts: &[Part<'_>],
        out: &mut [u8],
    ) -> Result<usize, CryptoError> {
        super::hashes::hash(algorithm, parts, |id| self.secret(id), out)
    }

    #[cfg(feature = "hashes")]
    fn manufacturer_token(
        &mut self,
        secret: KeyId,
        challenges: &Challenges<'_>,
        out: &mut [u8],
    ) -> Result<usize, CryptoError> {
        let token = self.manufacturer.ok_or(CryptoError::Unsupported)?;
        token(self.secret(secret)?, challenges, out).ok_or(CryptoError::KeyLength)
    }

    #[cfg(feature = "elliptic-curves")]
    fn sign(
        &mut self,
        suite: SecuritySuite,
        key: KeyId,
        parts: &[Part<'_>],
        out: &mut [u8],
    ) -> Result<usize, CryptoError> {
        if matches!(key.kind, KeyKind::Ephemeral(_)) {
            return Err(CryptoError::Unsupported);
        }
        let key = self.private_key(suite, key)?;
        match suite {
            SecuritySuite::Suite0 => Err(CryptoError::Unsupported),
            SecuritySuite::Suite1 => curve::sign::<NistP256>(key, parts, out),
            SecuritySuite::Suite2 => curve::sign::<NistP384>(key, parts, out),
        }
    }

    #[cfg(feature = "elliptic-curves")]
    fn verify(
        &mut self,
        suite: SecuritySuite,
        public_key: &[u8],
        parts: &[Part<'_>],
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        match suite {
            SecuritySuite::Suite0 => Err(CryptoError::Unsupported),
            SecuritySuite::Suite1 => curve::verify::<NistP256>(public_key, parts, signature),
            SecuritySuite::Suite2 => curve::verify::<NistP384>(public_key, parts, signature),
        }
    }

    #[cfg(feature = "elliptic-curves")]
    fn public_key(&mut self, suite: SecuritySuite, key: KeyId, out: &mut [u8]) -> Result<usize, CryptoError> {
        let key = self.private_key(suite, key)?;
        match suite {
            SecuritySuite::Suite0 => Err(CryptoError::Unsupported),
            SecuritySuite::Suite1 => curve::public_key::<NistP256>(key, out),
            SecuritySuite::Suite2 => curve::public_key::<NistP384>(key, out),
        }
    }

    #[cfg(feature = "elliptic-curves")]
    fn generate_key_pair(&mut self, suite: SecuritySuite, into: KeyId) -> Result<(), CryptoError> {
        if !into.kind.is_private() {
            return Err(CryptoError::Unsupported);
        }
        let mut key = Zeroizing::new([0; Key::MAX]);
        let len = match suite {
            SecuritySuite::Suite0 => return Err(CryptoError::Unsupported),
            SecuritySuite::Suite1 => curve::generate::<NistP256, R>(&mut self.random, &mut *key)?,
            SecuritySuite::Suite2 => curve::generate::<NistP384, R>(&mut self.random, &mut *key)?,
        };
        self.keys.insert(into, key.get(..len).unwrap_or_default())
    }

    #[cfg(feature = "elliptic-curves")]
    fn agree(
        &mut self,
        suite: SecuritySuite,
        private: KeyId,
        public_key: &[u8],
        other_info: &[Part<'_>],
        into: KeyId,
    ) -> Result<(), CryptoError> {
        let agrees = matches!(private.kind, KeyKind::Agreement | KeyKind::Ephemeral(_));
        if !agrees || !into.kind.is_symmetric() {
            return Err(CryptoError::Unsupported);
        }
        let private = self.private_key(suite, private)?;
        let mut key = Zeroizing::new([0; Key::MAX]);
        let key = key.get_mut(..suite.key_len()).unwrap_or_default();
        match suite {
            SecuritySuite::Suite0 => return Err(CryptoError::Unsupported),
            SecuritySuite::Suite1 => curve::agree::<NistP256>(private, public_key, other_info, key)?,
            SecuritySuite::Suite2 => curve::agree::<NistP384>(private, public_key, other_info, key)?,
        }
        self.set_key(into, key)
    }

    #[cfg(feature = "mbus")]
    fn cbc_encrypt(&mut self, key: KeyId, iv: &[u8; 16], data: &mut [u8]) -> Result<(), CryptoError> {
        super::mbus::cbc_encrypt(self.mbus_key(key)?, iv, data)
    }

    #[cfg(feature = "mbus")]
    fn cbc_decrypt(&mut self, key: KeyId, iv: &[u8; 16], data: &mut [u8]) -> Result<(), CryptoError> {
        super::mbus::cbc_decrypt(self.mbus_key(key)?, iv, data)
    }

    #[cfg(feature = "mbus")]
    fn cmac(&mut self, key: KeyId, parts: &[Part<'_>]) -> Result<[u8; 16], CryptoError> {
        super::mbus::cmac(self.mbus_key(key)?, parts)
    }

    #[cfg(feature = "mbus")]
    fn derive_key(&mut self, key: KeyId, parts: &[Part<'_>], into: KeyId) -> Result<(), CryptoError> {
        if !matches!(into.kind, KeyKind::MBus(_)) {
            return Err(CryptoError::Unsupported);
        }
        let derived = Zeroizing::new(super::mbus::cmac(self.mbus_key(key)?, parts)?);
        self.keys.insert(into, &*derived)
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
