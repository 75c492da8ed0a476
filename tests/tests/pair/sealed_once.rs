//! A cryptographic provider that lets nothing be sealed twice under one key and counter.

use std::collections::HashSet;

use dlms_core::crypto::{
    Challenges, CryptoError, CryptoProvider, HashAlgorithm, KeyId, KeyKind, Nonce, Part, SecuritySuite, Tag,
};
use dlms_security::{GrowingKeys, ManufacturerToken, SoftwareProvider, SystemTitle};

use crate::meter::Dice;

#[derive(Debug)]
pub struct SealedOnce {
    inner: SoftwareProvider<Dice, GrowingKeys>,
    /// Whose counters are watched: those of others come again when messages do.
    own: SystemTitle,
    sealed: HashSet<(KeyId, Nonce)>,
}

impl SealedOnce {
    pub fn new(dice: Dice, own: SystemTitle) -> Self {
        Self { inner: SoftwareProvider::new(dice), own, sealed: HashSet::new() }
    }

    pub fn set_manufacturer_token(&mut self, token: ManufacturerToken) {
        self.inner.set_manufacturer_token(token);
    }

    pub fn set_key(&mut self, key: KeyId, octets: &[u8]) -> Result<(), CryptoError> {
        self.forget(key);
        self.inner.set_key(key, octets)
    }

    /// A new key begins with new counters.
    fn forget(&mut self, key: KeyId) {
        self.sealed.retain(|(sealed, _)| *sealed != key);
    }

    fn note(&mut self, key: KeyId, nonce: &Nonce) {
        if nonce.starts_with(&self.own.0) {
            assert!(self.sealed.insert((key, *nonce)), "sealed twice: {key:?} {nonce:02X?}");
        }
    }
}

impl CryptoProvider for SealedOnce {
    fn seal(
        &mut self,
        suite: SecuritySuite,
        key: KeyId,
        nonce: &Nonce,
        aad: &[Part<'_>],
        data: &mut [u8],
    ) -> Result<Tag, CryptoError> {
        self.note(key, nonce);
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
        self.note(key, nonce);
        self.inner.apply_keystream(suite, key, nonce, data)
    }
    fn random(&mut self, out: &mut [u8]) -> Result<(), CryptoError> {
        self.inner.random(out)
    }
    fn has_key(&self, key: KeyId) -> bool {
        self.inner.has_key(key)
    }
    fn install_dedicated(&mut self, key: &[u8]) -> Result<KeyId, CryptoError> {
        let name = self.inner.install_dedicated(key)?;
        self.forget(name);
        Ok(name)
    }
    fn remove_key(&mut self, key: KeyId) {
        self.inner.remove_key(key);
    }
    fn wrap_key(&mut self, kek: KeyId, key: KeyId, out: &mut [u8]) -> Result<usize, CryptoError> {
        self.inner.wrap_key(kek, key, out)
    }
    fn check_wrapped(&mut self, suite: SecuritySuite, kek: KeyId, wrapped: &[u8]) -> Result<(), CryptoError> {
        self.inner.check_wrapped(suite, kek, wrapped)
    }
    fn unwrap_key(&mut self, kek: KeyId, wrapped: &[u8], into: KeyId) -> Result<(), CryptoError> {
        self.inner.unwrap_key(kek, wrapped, into)?;
        self.forget(into);
        Ok(())
    }
    fn hash(
        &mut self,
        algorithm: HashAlgorithm,
        parts: &[Part<'_>],
        out: &mut [u8],
    ) -> Result<usize, CryptoError> {
        self.inner.hash(algorithm, parts, out)
    }
    fn generate_key(&mut self, suite: SecuritySuite, into: KeyId) -> Result<(), CryptoError> {
        self.inner.generate_key(suite, into)?;
        self.forget(into);
        Ok(())
    }
    fn sign(
        &mut self,
        suite: SecuritySuite,
        key: KeyId,
        parts: &[Part<'_>],
        out: &mut [u8],
    ) -> Result<usize, CryptoError> {
        self.inner.sign(suite, key, parts, out)
    }
    fn verify(
        &mut self,
        suite: SecuritySuite,
        public_key: &[u8],
        parts: &[Part<'_>],
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        self.inner.verify(suite, public_key, parts, signature)
    }
    fn public_key(&mut self, suite: SecuritySuite, key: KeyId, out: &mut [u8]) -> Result<usize, CryptoError> {
        self.inner.public_key(suite, key, out)
    }
    fn generate_key_pair(&mut self, suite: SecuritySuite, into: KeyId) -> Result<(), CryptoError> {
        self.inner.generate_key_pair(suite, into)
    }
    fn agree(
        &mut self,
        suite: SecuritySuite,
        private: KeyId,
        public_key: &[u8],
        other_info: &[Part<'_>],
        into: KeyId,
    ) -> Result<(), CryptoError> {
        self.inner.agree(suite, private, public_key, other_info, into)?;
        self.forget(into);
        Ok(())
    }
    fn manufacturer_token(
        &mut self,
        secret: KeyId,
        challenges: &Challenges<'_>,
        out: &mut [u8],
    ) -> Result<usize, CryptoError> {
        self.inner.manufacturer_token(secret, challenges, out)
    }
    fn certified_key(
        &mut self,
        _: SecuritySuite,
        peer: &[u8; 8],
        purpose: KeyKind,
        certificate: &[u8],
        out: &mut [u8],
    ) -> Result<usize, CryptoError> {
        // A "certificate" of these tests: whose it is, then the public key.
        match certificate.strip_prefix(peer) {
            Some(key) if purpose == KeyKind::Signing => {
                out[..key.len()].copy_from_slice(key);
                Ok(key.len())
            }
            _ => Err(CryptoError::Inauthentic),
        }
    }
}

#[test]
#[should_panic(expected = "sealed twice")]
fn it_sees_what_is_sealed_twice() {
    let mut provider = crate::meter::provider(1);
    let key = crate::meter::key(KeyKind::GlobalUnicastEncryption);
    let nonce = *b"MTR00001\0\0\0\x07";
    for _ in 0..2 {
        provider.seal(SecuritySuite::Suite0, key, &nonce, &[], &mut []).unwrap();
    }
}
