use core::fmt;
use std::collections::BTreeMap;

use aws_lc_rs::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA384};
use dlms_core::crypto::{
    CryptoError, CryptoProvider, HashAlgorithm, KeyId, KeyKind, Nonce, Part, SecuritySuite, Tag,
};
use rand_core::TryCryptoRng;
use zeroize::Zeroizing;

use super::key_pair::{KeyPair, put, verify};
use crate::conformance::TestKeys;
use crate::{GrowingKeys, KeyTable, SoftwareProvider};

/// Random numbers tried for a private key: one is too large once in 2^32.
const TRIES: usize = 4;

/// The crypto provider for head-ends: elliptic curves and hashes of AWS-LC, several times as fast as those of
/// [`SoftwareProvider`].
///
/// AES-GCM and key wrap are those of `SoftwareProvider`, for AWS-LC takes tags of 16 octets only, and so is MD5, which it
/// does not have. Randomness is the caller's, but for the numbers used once in signatures, which are AWS-LC's own.
pub struct AwsLcProvider<R, K = GrowingKeys> {
    inner: SoftwareProvider<R, K>,
    pairs: BTreeMap<KeyId, KeyPair>,
    secrets: BTreeMap<KeyId, Zeroizing<std::vec::Vec<u8>>>,
}

impl<R, K: KeyTable + Default> AwsLcProvider<R, K> {
    /// No keys yet.
    #[must_use]
    pub fn new(random: R) -> Self {
        Self { inner: SoftwareProvider::new(random), pairs: BTreeMap::new(), secrets: BTreeMap::new() }
    }
}

impl<R, K: KeyTable> AwsLcProvider<R, K> {
    /// Takes a key, in place of an older one of that name.
    ///
    /// # Errors
    /// As [`SoftwareProvider::set_key`].
    pub fn set_key(&mut self, id: KeyId, key: &[u8]) -> Result<(), CryptoError> {
        if id.kind.is_private() {
            self.pairs.insert(id, KeyPair::new(key)?);
            return Ok(());
        }
        self.inner.set_key(id, key)?;
        if matches!(id.kind, KeyKind::Secret(_)) {
            self.secrets.insert(id, Zeroizing::new(key.to_vec()));
        }
        Ok(())
    }

    fn pair(&self, key: KeyId) -> Result<&KeyPair, CryptoError> {
        match self.pairs.get(&key) {
            Some(pair) => Ok(pair),
            None if key.kind.is_private() => Err(CryptoError::NoSuchKey(key)),
            None => Err(CryptoError::Unsupported),
        }
    }
}

impl<R: TryCryptoRng, K: KeyTable> CryptoProvider for AwsLcProvider<R, K> {
    fn seal(
        &mut self,
        suite: SecuritySuite,
        key: KeyId,
        nonce: &Nonce,
        aad: &[Part<'_>],
        data: &mut [u8],
    ) -> Result<Tag, CryptoError> {
        self.inner.seal(suite, key, nonce, aad, data)
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
        self.inner.open(suite, key, nonce, aad, data, tag)
    }

    fn apply_keystream(
        &mut self,
        suite: SecuritySuite,
        key: KeyId,
        nonce: &Nonce,
        data: &mut [u8],
    ) -> Result<(), CryptoError> {
        self.inner.apply_keystream(suite, key, nonce, data)
    }

    fn random(&mut self, out: &mut [u8]) -> Result<(), CryptoError> {
        self.inner.random(out)
    }

    fn has_key(&self, key: KeyId) -> bool {
        self.pairs.contains_key(&key) || self.inner.has_key(key)
    }

    fn install_dedicated(&mut self, key: &[u8]) -> Result<KeyId, CryptoError> {
        self.inner.install_dedicated(key)
    }

    fn remove_key(&mut self, key: KeyId) {
        self.pairs.remove(&key);
        self.secrets.remove(&key);
        self.inner.remove_key(key);
    }

    fn rename_key(&mut self, from: KeyId, into: KeyId) -> Result<(), CryptoError> {
        if !from.kind.is_private() {
            return self.inner.rename_key(from, into);
        }
        if !into.kind.is_private() {
            return Err(CryptoError::Unsupported);
        }
        let pair = self.pairs.remove(&from).ok_or(CryptoError::NoSuchKey(from))?;
        self.pairs.insert(into, pair);
        Ok(())
    }

    fn wrap_key(&mut self, kek: KeyId, key: KeyId, out: &mut [u8]) -> Result<usize, CryptoError> {
        self.inner.wrap_key(kek, key, out)
    }

    fn check_wrapped(&mut self, suite: SecuritySuite, kek: KeyId, wrapped: &[u8]) -> Result<(), CryptoError> {
        self.inner.check_wrapped(suite, kek, wrapped)
    }

    fn unwrap_key(&mut self, kek: KeyId, wrapped: &[u8], into: KeyId) -> Result<(), CryptoError> {
        self.inner.unwrap_key(kek, wrapped, into)
    }

    fn generate_key(&mut self, suite: SecuritySuite, into: KeyId) -> Result<(), CryptoError> {
        self.inner.generate_key(suite, into)
    }

    fn hash(
        &mut self,
        algorithm: HashAlgorithm,
        parts: &[Part<'_>],
        out: &mut [u8],
    ) -> Result<usize, CryptoError> {
        let mut context = Context::new(match algorithm {
            HashAlgorithm::Md5 => return self.inner.hash(algorithm, parts, out),
            HashAlgorithm::Sha1 => &SHA1_FOR_LEGACY_USE_ONLY,
            HashAlgorithm::Sha256 => &SHA256,
            HashAlgorithm::Sha384 => &SHA384,
        });
        for part in parts {
            match part {
                Part::Bytes(octets) => context.update(octets),
                Part::Key(id) if matches!(id.kind, KeyKind::Secret(_)) => {
                    context.update(self.secrets.get(id).ok_or(CryptoError::NoSuchKey(*id))?);
                }
                Part::Key(_) => return Err(CryptoError::Unsupported),
            }
        }
        put(context.finish().as_ref(), out)
    }

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
        self.pair(key)?.sign(suite, parts, out)
    }

    fn verify(
        &mut self,
        suite: SecuritySuite,
        public_key: &[u8],
        parts: &[Part<'_>],
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        verify(suite, public_key, parts, signature)
    }

    fn public_key(&mut self, suite: SecuritySuite, key: KeyId, out: &mut [u8]) -> Result<usize, CryptoError> {
        put(self.pair(key)?.public_key(suite)?, out)
    }

    fn generate_key_pair(&mut self, suite: SecuritySuite, into: KeyId) -> Result<(), CryptoError> {
        if !into.kind.is_private() || suite == SecuritySuite::Suite0 {
            return Err(CryptoError::Unsupported);
        }
        let mut private = Zeroizing::new([0; 48]);
        let private = private.get_mut(..suite.coordinate_len()).unwrap_or_default();
        for _ in 0..TRIES {
            self.inner.random(private)?;
            if let Ok(pair) = KeyPair::new(private) {
                self.pairs.insert(into, pair);
                return Ok(());
            }
        }
        Err(CryptoError::Hardware)
    }

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
        let mut key = Zeroizing::new([0; 32]);
        let key = key.get_mut(..suite.key_len()).unwrap_or_default();
        self.pair(private)?.agree(suite, public_key, other_info, key)?;
        self.inner.set_key(into, key)
    }

    fn cbc_encrypt(&mut self, key: KeyId, iv: &[u8; 16], data: &mut [u8]) -> Result<(), CryptoError> {
        self.inner.cbc_encrypt(key, iv, data)
    }

    fn cbc_decrypt(&mut self, key: KeyId, iv: &[u8; 16], data: &mut [u8]) -> Result<(), CryptoError> {
        self.inner.cbc_decrypt(key, iv, data)
    }

    fn cmac(&mut self, key: KeyId, parts: &[Part<'_>]) -> Result<[u8; 16], CryptoError> {
        self.inner.cmac(key, parts)
    }

    fn derive_key(&mut self, key: KeyId, parts: &[Part<'_>], into: KeyId) -> Result<(), CryptoError> {
        self.inner.derive_key(key, parts, into)
    }
}

impl<R, K: KeyTable> TestKeys for AwsLcProvider<R, K> {
    fn install(&mut self, id: KeyId, key: &[u8]) -> Result<(), CryptoError> {
        self.set_key(id, key)
    }
}

impl<R, K: fmt::Debug> fmt::Debug for AwsLcProvider<R, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pairs = self.pairs.keys();
        f.debug_struct("AwsLcProvider")
            .field("inner", &self.inner)
            .field("pairs", &pairs)
            .finish_non_exhaustive()
    }
}
