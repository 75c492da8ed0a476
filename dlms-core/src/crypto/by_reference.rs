use super::{
    Challenges, CryptoError, CryptoProvider, HashAlgorithm, KeyId, KeyKind, Nonce, Part, SecuritySuite, Tag,
};

impl<C: CryptoProvider + ?Sized> CryptoProvider for &mut C {
    fn seal(
        &mut self,
        suite: SecuritySuite,
        key: KeyId,
        nonce: &Nonce,
        aad: &[Part<'_>],
        data: &mut [u8],
    ) -> Result<Tag, CryptoError> {
        (**self).seal(suite, key, nonce, aad, data)
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
        (**self).open(suite, key, nonce, aad, data, tag)
    }
    fn apply_keystream(
        &mut self,
        suite: SecuritySuite,
        key: KeyId,
        nonce: &Nonce,
        data: &mut [u8],
    ) -> Result<(), CryptoError> {
        (**self).apply_keystream(suite, key, nonce, data)
    }
    fn random(&mut self, out: &mut [u8]) -> Result<(), CryptoError> {
        (**self).random(out)
    }
    fn has_key(&self, key: KeyId) -> bool {
        (**self).has_key(key)
    }
    fn install_dedicated(&mut self, key: &[u8]) -> Result<KeyId, CryptoError> {
        (**self).install_dedicated(key)
    }
    fn remove_key(&mut self, key: KeyId) {
        (**self).remove_key(key);
    }
    fn rename_key(&mut self, from: KeyId, into: KeyId) -> Result<(), CryptoError> {
        (**self).rename_key(from, into)
    }
    fn wrap_key(&mut self, kek: KeyId, key: KeyId, out: &mut [u8]) -> Result<usize, CryptoError> {
        (**self).wrap_key(kek, key, out)
    }
    fn check_wrapped(&mut self, suite: SecuritySuite, kek: KeyId, wrapped: &[u8]) -> Result<(), CryptoError> {
        (**self).check_wrapped(suite, kek, wrapped)
    }
    fn unwrap_key(&mut self, kek: KeyId, wrapped: &[u8], into: KeyId) -> Result<(), CryptoError> {
        (**self).unwrap_key(kek, wrapped, into)
    }
    fn generate_key(&mut self, suite: SecuritySuite, into: KeyId) -> Result<(), CryptoError> {
        (**self).generate_key(suite, into)
    }
    fn hash(
        &mut self,
        algorithm: HashAlgorithm,
        parts: &[Part<'_>],
        out: &mut [u8],
    ) -> Result<usize, CryptoError> {
        (**self).hash(algorithm, parts, out)
    }
    fn free_slot(&self, setup: u8, kind: fn(u16) -> KeyKind) -> Result<KeyId, CryptoError> {
        (**self).free_slot(setup, kind)
    }
    fn sign(
        &mut self,
        suite: SecuritySuite,
        key: KeyId,
        parts: &[Part<'_>],
        out: &mut [u8],
    ) -> Result<usize, CryptoError> {
        (**self).sign(suite, key, parts, out)
    }
    fn verify(
        &mut self,
        suite: SecuritySuite,
        public_key: &[u8],
        parts: &[Part<'_>],
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        (**self).verify(suite, public_key, parts, signature)
    }
    fn public_key(&mut self, suite: SecuritySuite, key: KeyId, out: &mut [u8]) -> Result<usize, CryptoError> {
        (**self).public_key(suite, key, out)
    }
    fn generate_key_pair(&mut self, suite: SecuritySuite, into: KeyId) -> Result<(), CryptoError> {
        (**self).generate_key_pair(suite, into)
    }
    fn agree(
        &mut self,
        suite: SecuritySuite,
        private: KeyId,
        public_key: &[u8],
        other_info: &[Part<'_>],
        into: KeyId,
    ) -> Result<(), CryptoError> {
        (**self).agree(suite, private, public_key, other_info, into)
    }
    fn cbc_encrypt(&mut self, key: KeyId, iv: &[u8; 16], data: &mut [u8]) -> Result<(), CryptoError> {
        (**self).cbc_encrypt(key, iv, data)
    }
    fn cbc_decrypt(&mut self, key: KeyId, iv: &[u8; 16], data: &mut [u8]) -> Result<(), CryptoError> {
        (**self).cbc_decrypt(key, iv, data)
    }
    fn cmac(&mut self, key: KeyId, parts: &[Part<'_>]) -> Result<[u8; 16], CryptoError> {
        (**self).cmac(key, parts)
    }
    fn derive_key(&mut self, key: KeyId, parts: &[Part<'_>], into: KeyId) -> Result<(), CryptoError> {
        (**self).derive_key(key, parts, into)
    }
    fn manufacturer_token(
        &mut self,
        secret: KeyId,
        challenges: &Challenges<'_>,
        out: &mut [u8],
    ) -> Result<usize, CryptoError> {
        (**self).manufacturer_token(secret, challenges, out)
    }
    fn certified_key(
        &mut self,
        suite: SecuritySuite,
        peer: &[u8; 8],
        purpose: KeyKind,
        certificate: &[u8],
        out: &mut [u8],
    ) -> Result<usize, CryptoError> {
        (**self).certified_key(suite, peer, purpose, certificate, out)
    }
}
