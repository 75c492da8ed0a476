use aes::{
    Aes128Enc, Aes256Enc,
    cipher::{BlockCipherEncrypt, KeyInit},
};
use aes_kw::{KwAes128, KwAes256};
use dlms_core::crypto::CryptoError;

use super::gcm::Keystream;

/// AES-128: suites 0 and 1. With this alone, AES-256 is not linked.
#[derive(Debug)]
pub struct Aes128(Aes128Enc);

/// AES-128 and AES-256: all suites.
#[derive(Debug)]
pub struct AnyAes(Inner);

#[derive(Debug)]
enum Inner {
    Aes128(Aes128Enc),
    Aes256(Aes256Enc),
}

/// A block cipher with its key expanded.
pub trait Cipher: Sized {
    /// Whether keys of this length are taken.
    fn takes(key_len: usize) -> bool;
    /// Expands a key.
    fn expand(key: &[u8]) -> Result<Self, CryptoError>;
    /// Octets of its key.
    fn key_len(&self) -> usize;
    /// Encrypts counter blocks.
    fn apply(&self, keystream: Keystream<'_>);
    /// RFC 3394 under `kek`; gives the length.
    fn wrap(kek: &[u8], key: &[u8], out: &mut [u8]) -> Result<usize, CryptoError>;
    /// RFC 3394 back.
    fn unwrap(kek: &[u8], wrapped: &[u8], out: &mut [u8]) -> Result<(), CryptoError>;
}

impl Cipher for Aes128 {
    fn takes(key_len: usize) -> bool {
        key_len == 16
    }
    fn expand(key: &[u8]) -> Result<Self, CryptoError> {
        Aes128Enc::new_from_slice(key).map(Self).map_err(|_| CryptoError::KeyLength)
    }
    fn key_len(&self) -> usize {
        16
    }
    fn apply(&self, keystream: Keystream<'_>) {
        self.0.encrypt_with_backend(keystream);
    }
    fn wrap(kek: &[u8], key: &[u8], out: &mut [u8]) -> Result<usize, CryptoError> {
        let kek = KwAes128::new_from_slice(kek).map_err(|_| CryptoError::KeyLength)?;
        Ok(kek.wrap_key(key, out).map_err(wrap_error)?.len())
    }
    fn unwrap(kek: &[u8], wrapped: &[u8], out: &mut [u8]) -> Result<(), CryptoError> {
        let kek = KwAes128::new_from_slice(kek).map_err(|_| CryptoError::KeyLength)?;
        kek.unwrap_key(wrapped, out).map(|_| ()).map_err(wrap_error)
    }
}

impl Cipher for AnyAes {
    fn takes(key_len: usize) -> bool {
        matches!(key_len, 16 | 32)
    }
    fn expand(key: &[u8]) -> Result<Self, CryptoError> {
        match Aes128Enc::new_from_slice(key) {
            Ok(aes) => Ok(Self(Inner::Aes128(aes))),
            Err(_) => Aes256Enc::new_from_slice(key)
                .map(|aes| Self(Inner::Aes256(aes)))
                .map_err(|_| CryptoError::KeyLength),
        }
    }
    fn key_len(&self) -> usize {
        match &self.0 {
            Inner::Aes128(_) => 16,
            Inner::Aes256(_) => 32,
        }
    }
    fn apply(&self, keystream: Keystream<'_>) {
        match &self.0 {
            Inner::Aes128(aes) => aes.encrypt_with_backend(keystream),
            Inner::Aes256(aes) => aes.encrypt_with_backend(keystream),
        }
    }
    fn wrap(kek: &[u8], key: &[u8], out: &mut [u8]) -> Result<usize, CryptoError> {
        match KwAes256::new_from_slice(kek) {
            Ok(kek) => Ok(kek.wrap_key(key, out).map_err(wrap_error)?.len()),
            Err(_) => Aes128::wrap(kek, key, out),
        }
    }
    fn unwrap(kek: &[u8], wrapped: &[u8], out: &mut [u8]) -> Result<(), CryptoError> {
        match KwAes256::new_from_slice(kek) {
            Ok(kek) => kek.unwrap_key(wrapped, out).map(|_| ()).map_err(wrap_error),
            Err(_) => Aes128::unwrap(kek, wrapped, out),
        }
    }
}

fn wrap_error(error: aes_kw::Error) -> CryptoError {
    match error {
        aes_kw::Error::IntegrityCheckFailed => CryptoError::Inauthentic,
        _ => CryptoError::KeyLength,
    }
}
