use super::{Challenges, CryptoError, HashAlgorithm, KeyId, KeyKind, Nonce, Part, SecuritySuite, Tag};

/// Cryptography by key name. Synchronous: a slow device is run on a thread of its own by the driver.
///
/// Any implementation can be checked with the vectors of `dlms_security::conformance`.
pub trait CryptoProvider {
    /// Encrypts `data` in place and gives the tag over it and `aad`. GMAC is `seal` of nothing.
    ///
    /// # Errors
    /// A key is missing or has the wrong length, or the provider failed.
    fn seal(
        &mut self,
        suite: SecuritySuite,
        key: KeyId,
        nonce: &Nonce,
        aad: &[Part<'_>],
        data: &mut [u8],
    ) -> Result<Tag, CryptoError>;

    /// Checks the tag over `data` and `aad` in constant time, then decrypts `data` in place.
    ///
    /// # Errors
    /// `Inauthentic`, with `data` left as it was; or as [`seal`](Self::seal).
    fn open(
        &mut self,
        suite: SecuritySuite,
        key: KeyId,
        nonce: &Nonce,
        aad: &[Part<'_>],
        data: &mut [u8],
        tag: &Tag,
    ) -> Result<(), CryptoError>;

    /// Encrypts or decrypts `data` in place without a tag: protection by encryption only.
    ///
    /// # Errors
    /// As [`seal`](Self::seal).
    fn apply_keystream(
        &mut self,
        suite: SecuritySuite,
        key: KeyId,
        nonce: &Nonce,
        data: &mut [u8],
    ) -> Result<(), CryptoError>;

    /// Fills `out` with random octets.
    ///
    /// # Errors
    /// The source of randomness failed.
    fn random(&mut self, out: &mut [u8]) -> Result<(), CryptoError>;

    /// Whether a key of that name is there.
    fn has_key(&self, key: KeyId) -> bool;

    /// Takes a dedicated key that came or goes with an InitiateRequest, and names it.
    ///
    /// # Errors
    /// `NoRoom`; `KeyLength` for other than 16 or 32 octets.
    fn install_dedicated(&mut self, key: &[u8]) -> Result<KeyId, CryptoError> {
        let _ = key;
        Err(CryptoError::Unsupported)
    }

    /// Forgets a key; one that is not there is no error.
    fn remove_key(&mut self, key: KeyId) {
        let _ = key;
    }

    /// Gives a key another name, in place of an older key of that name: both are of symmetric keys, or of private ones.
    ///
    /// # Errors
    /// `NoSuchKey`; `Unsupported` for names of different sorts. An older key then stays.
    fn rename_key(&mut self, from: KeyId, into: KeyId) -> Result<(), CryptoError> {
        let _ = (from, into);
        Err(CryptoError::Unsupported)
    }

    /// Wraps `key` under `kek` (RFC 3394) into `out`; gives the length, 8 octets more than the key's.
    ///
    /// # Errors
    /// A key is missing, or `out` is too small (`KeyLength`).
    fn wrap_key(&mut self, kek: KeyId, key: KeyId, out: &mut [u8]) -> Result<usize, CryptoError> {
        let _ = (kek, key, out);
        Err(CryptoError::Unsupported)
    }

    /// Checks that `wrapped` unwraps under `kek` to a key of `suite`, without keeping it.
    ///
    /// # Errors
    /// `Inauthentic`, `KeyLength`, `NoSuchKey`.
    fn check_wrapped(&mut self, suite: SecuritySuite, kek: KeyId, wrapped: &[u8]) -> Result<(), CryptoError> {
        let _ = (suite, kek, wrapped);
        Err(CryptoError::Unsupported)
    }

    /// Unwraps a key under `kek` (RFC 3394) and keeps it as `into`, in place of an older one.
    ///
    /// # Errors
    /// `Inauthentic`, `KeyLength`, `NoSuchKey`, `NoRoom`; an older key then stays.
    fn unwrap_key(&mut self, kek: KeyId, wrapped: &[u8], into: KeyId) -> Result<(), CryptoError> {
        let _ = (kek, wrapped, into);
        Err(CryptoError::Unsupported)
    }

    /// Makes a random key of `suite` and keeps it as `into`.
    ///
    /// # Errors
    /// `NoRoom`, `Hardware`.
    fn generate_key(&mut self, suite: SecuritySuite, into: KeyId) -> Result<(), CryptoError> {
        let _ = (suite, into);
        Err(CryptoError::Unsupported)
    }

    /// Hashes `parts` one after the other into `out`; gives the length.
    ///
    /// # Errors
    /// A key is missing, or `out` is too small (`KeyLength`).
    fn hash(
        &mut self,
        algorithm: HashAlgorithm,
        parts: &[Part<'_>],
        out: &mut [u8],
    ) -> Result<usize, CryptoError> {
        let _ = (algorithm, parts, out);
        Err(CryptoError::Unsupported)
    }

    /// The name of a slot that holds no key: `kind` is [`KeyKind::Session`] or [`KeyKind::Ephemeral`]. It is taken as
    /// soon as a key is put there, and free again once that is removed.
    ///
    /// # Errors
    /// `NoRoom`.
    fn free_slot(&self, setup: u8, kind: fn(u16) -> KeyKind) -> Result<KeyId, CryptoError> {
        (0..=u16::MAX)
            .map(|slot| KeyId { setup, kind: kind(slot) })
            .find(|key| !self.has_key(*key))
            .ok_or(CryptoError::NoRoom)
    }

    /// Signs `parts` one after the other with the suite's hash and curve into `out`: r then s, big-endian, 64 octets in
    /// suite 1 and 96 in suite 2; gives the length. Static private keys sign, that for agreement its certificate request
    /// alone.
    ///
    /// # Errors
    /// The key is missing or has the wrong length; `out` is too small (`KeyLength`); `Unsupported` for suite 0.
    fn sign(
        &mut self,
        suite: SecuritySuite,
        key: KeyId,
        parts: &[Part<'_>],
        out: &mut [u8],
    ) -> Result<usize, CryptoError> {
        let _ = (suite, key, parts, out);
        Err(CryptoError::Unsupported)
    }

    /// Checks the signature of `parts` by the holder of a public key, x then y.
    ///
    /// # Errors
    /// `Inauthentic`, also for a signature of another length; `NotOnCurve` for a public key that is none;
    /// `Unsupported` for suite 0.
    fn verify(
        &mut self,
        suite: SecuritySuite,
        public_key: &[u8],
        parts: &[Part<'_>],
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        let _ = (suite, public_key, parts, signature);
        Err(CryptoError::Unsupported)
    }

    /// Writes the public key to a private one into `out`: x then y, 64 octets in suite 1 and 96 in suite 2; gives the
    /// length.
    ///
    /// # Errors
    /// As [`sign`](Self::sign).
    fn public_key(&mut self, suite: SecuritySuite, key: KeyId, out: &mut [u8]) -> Result<usize, CryptoError> {
        let _ = (suite, key, out);
        Err(CryptoError::Unsupported)
    }

    /// Makes a key pair on the suite's curve and keeps its private key as `into`, in place of an older one.
    ///
    /// # Errors
    /// `NoRoom`, `Hardware`; `Unsupported` for suite 0 and for a name of a symmetric key.
    fn generate_key_pair(&mut self, suite: SecuritySuite, into: KeyId) -> Result<(), CryptoError> {
        let _ = (suite, into);
        Err(CryptoError::Unsupported)
    }

    /// Agrees on a symmetric key of `suite` with the holder of a public key, x then y, and keeps it as `into`, in place
    /// of an older one: ECDH, then the concatenation key derivation of NIST SP 800-56A over `other_info` with the
    /// suite's hash. The shared secret never leaves the provider.
    ///
    /// # Errors
    /// `NotOnCurve` for a public key that is none, or a shared secret of zeros; the private key is missing or has the
    /// wrong length; `NoRoom`; `Unsupported` for suite 0, and for a private key that is not for agreement.
    fn agree(
        &mut self,
        suite: SecuritySuite,
        private: KeyId,
        public_key: &[u8],
        other_info: &[Part<'_>],
        into: KeyId,
    ) -> Result<(), CryptoError> {
        let _ = (suite, private, public_key, other_info, into);
        Err(CryptoError::Unsupported)
    }

    /// Encrypts whole blocks in place: AES-128 in CBC mode, under a key of kind [`MBus`](KeyKind::MBus).
    ///
    /// # Errors
    /// The key is missing; `NotWholeBlocks`.
    fn cbc_encrypt(&mut self, key: KeyId, iv: &[u8; 16], data: &mut [u8]) -> Result<(), CryptoError> {
        let _ = (key, iv, data);
        Err(CryptoError::Unsupported)
    }

    /// Decrypts whole blocks in place: AES-128 in CBC mode, under a key of kind [`MBus`](KeyKind::MBus).
    ///
    /// # Errors
    /// The key is missing; `NotWholeBlocks`.
    fn cbc_decrypt(&mut self, key: KeyId, iv: &[u8; 16], data: &mut [u8]) -> Result<(), CryptoError> {
        let _ = (key, iv, data);
        Err(CryptoError::Unsupported)
    }

    /// The message authentication code of `parts` one after the other: AES-128-CMAC (RFC 4493), under a key of kind
    /// [`MBus`](KeyKind::MBus). A receiver that compares it, or a part of it, does so in constant time.
    ///
    /// # Errors
    /// The key is missing.
    fn cmac(&mut self, key: KeyId, parts: &[Part<'_>]) -> Result<[u8; 16], CryptoError> {
        let _ = (key, parts);
        Err(CryptoError::Unsupported)
    }

    /// Keeps the [`cmac`](Self::cmac) of `parts` as a key, in place of an older one: derives a key for one message from
    /// that of an M-Bus device. Both are of kind [`MBus`](KeyKind::MBus).
    ///
    /// # Errors
    /// The key is missing; `NoRoom`.
    fn derive_key(&mut self, key: KeyId, parts: &[Part<'_>], into: KeyId) -> Result<(), CryptoError> {
        let _ = (key, parts, into);
        Err(CryptoError::Unsupported)
    }

    /// Computes what answers a challenge in HLS mechanism 2, the manufacturer's own, into `out`; gives the length.
    ///
    /// # Errors
    /// The secret is missing; `out` is too small (`KeyLength`); `Unsupported` where nobody said how.
    fn manufacturer_token(
        &mut self,
        secret: KeyId,
        challenges: &Challenges<'_>,
        out: &mut [u8],
    ) -> Result<usize, CryptoError> {
        let _ = (secret, challenges, out);
        Err(CryptoError::Unsupported)
    }

    /// Checks a certificate that the peer of this system title sent of itself, and writes the public key in it into
    /// `out`, x then y; gives the length. `purpose` is [`KeyKind::Signing`] or [`KeyKind::Agreement`]. Whom to trust,
    /// and what time it is, the provider knows.
    ///
    /// # Errors
    /// `Inauthentic` for a certificate that is not to be trusted for this; `Unsupported` where none is.
    fn certified_key(
        &mut self,
        suite: SecuritySuite,
        peer: &[u8; 8],
        purpose: KeyKind,
        certificate: &[u8],
        out: &mut [u8],
    ) -> Result<usize, CryptoError> {
        let _ = (suite, peer, purpose, certificate, out);
        Err(CryptoError::Unsupported)
    }
}
