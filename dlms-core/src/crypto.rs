//! What every cryptographic provider is to the layers above: software, a secure element, an HSM.
//!
//! Keys are named, never seen: the provider holds them, forms additional authenticated data from parts that may
//! name a key, and unwraps a transferred key straight into its slot.

/// The algorithms an association uses (Security setup, security_suite).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum SecuritySuite {
    /// AES-GCM-128, AES-128 key wrap.
    #[default]
    Suite0,
    /// Suite 0 with ECDSA and ECDH on P-256, SHA-256.
    Suite1,
    /// AES-GCM-256, AES-256 key wrap, ECDSA and ECDH on P-384, SHA-384.
    Suite2,
}

impl SecuritySuite {
    /// The suite of a security control byte's low nibble, or of Security setup attribute 3.
    #[must_use]
    pub const fn from_id(id: u8) -> Option<Self> {
        match id {
            0 => Some(Self::Suite0),
            1 => Some(Self::Suite1),
            2 => Some(Self::Suite2),
            _ => None,
        }
    }

    /// Its number on the wire.
    #[must_use]
    pub const fn id(self) -> u8 {
        match self {
            Self::Suite0 => 0,
            Self::Suite1 => 1,
            Self::Suite2 => 2,
        }
    }

    /// Octets of its symmetric keys.
    #[must_use]
    pub const fn key_len(self) -> usize {
        match self {
            Self::Suite0 | Self::Suite1 => 16,
            Self::Suite2 => 32,
        }
    }
}

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum KeyKind {
    /// Global unicast encryption key, GUEK: key_id 0 of Security setup.
    GlobalUnicastEncryption,
    /// Global broadcast encryption key, GBEK: key_id 1.
    GlobalBroadcastEncryption,
    /// Global authentication key, GAK: key_id 2. Only ever part of additional authenticated data.
    Authentication,
    /// Key encryption (master) key, KEK: key_id 3. Only ever wraps other keys.
    KeyEncryption,
    /// A dedicated key, in a slot the provider chose.
    Dedicated(u16),
    /// The secret of HLS mechanisms 2, 3, 4 and 6, one a client SAP.
    Secret(u16),
}

/// The name of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct KeyId {
    /// The Security setup instance it belongs to; 0 if there is one only.
    pub setup: u8,
    /// What it is for.
    pub kind: KeyKind,
}

/// A part of something authenticated or hashed: octets, or a key that only the provider knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'a> {
    /// Octets.
    Bytes(&'a [u8]),
    /// The octets of a key.
    Key(KeyId),
}

/// System title and invocation counter: the initialisation vector of AES-GCM.
pub type Nonce = [u8; 12];
/// The authentication tag of AES-GCM, cut to 96 bits.
pub type Tag = [u8; 12];

/// A hash function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum HashAlgorithm {
    /// MD5, 16 octets: HLS mechanism 3 only.
    Md5,
    /// SHA-1, 20 octets: HLS mechanism 4 only.
    Sha1,
    /// SHA-256, 32 octets.
    Sha256,
    /// SHA-384, 48 octets.
    Sha384,
}

/// Why the provider did not do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum CryptoError {
    /// No key of that name is there.
    #[error("no such key: {0:?}")]
    NoSuchKey(KeyId),
    /// The tag, or the integrity check of a wrapped key, is wrong.
    #[error("not authentic")]
    Inauthentic,
    /// A key of another length than the suite's.
    #[error("wrong key length")]
    KeyLength,
    /// No slot is free for another key.
    #[error("no room for another key")]
    NoRoom,
    /// The provider does not offer this.
    #[error("not offered by the crypto provider")]
    Unsupported,
    /// The provider failed: randomness, secure element, storage.
    #[error("the crypto provider failed")]
    Hardware,
}

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
}

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
}
