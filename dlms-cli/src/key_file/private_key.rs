use core::fmt;
use std::path::Path;

use dlms_core::crypto::SecuritySuite;
use pkcs8::der::{Decode, SecretDocument};
use pkcs8::{ObjectIdentifier, PrivateKeyInfoRef};
use sec1::EcPrivateKey;
use zeroize::Zeroizing;

use super::guarded;
use crate::failure::Failure;

const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");

/// A private key on one of the two curves. Never shown, wiped when dropped.
#[derive(Clone)]
pub(crate) struct PrivateKey {
    /// The suite whose curve it is on.
    pub(crate) suite: SecuritySuite,
    scalar: Zeroizing<Vec<u8>>,
}

impl PrivateKey {
    /// Reads a key in PEM: PKCS #8, or SEC 1 as `openssl ecparam` writes it.
    ///
    /// # Errors
    /// `exposed-key-file`; `usage`: no such key in it.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let wrong = |what: &str| Failure::usage(format!("{}: {what}", path.display()));
        let octets = guarded::read(path)?;
        let text = core::str::from_utf8(&octets).map_err(|_| wrong("no PEM"))?;
        // What goes before, such as the parameters of a curve, is passed over.
        for block in super::blocks(text) {
            let Ok((label, document)) = SecretDocument::from_pem(block) else { continue };
            match label {
                "PRIVATE KEY" => return Self::from_pkcs8(document.as_bytes()).map_err(wrong),
                "EC PRIVATE KEY" => return Self::from_sec1(document.as_bytes(), None).map_err(wrong),
                "ENCRYPTED PRIVATE KEY" => {
                    return Err(wrong("an encrypted key: `openssl pkey` takes the encryption off"));
                }
                _ => {}
            }
        }
        Err(wrong("no private key in PEM"))
    }

    fn from_pkcs8(der: &[u8]) -> Result<Self, &'static str> {
        let info = PrivateKeyInfoRef::from_der(der).map_err(|_| "no PKCS #8")?;
        let (algorithm, curve) = info.algorithm.oids().map_err(|_| "no named curve")?;
        if algorithm != EC_PUBLIC_KEY {
            return Err("no key of an elliptic curve");
        }
        Self::from_sec1(info.private_key.as_bytes(), curve)
    }

    fn from_sec1(der: &[u8], curve: Option<ObjectIdentifier>) -> Result<Self, &'static str> {
        let key = EcPrivateKey::from_der(der).map_err(|_| "no private key of an elliptic curve")?;
        let named = key.parameters.and_then(|parameters| parameters.named_curve());
        let suite = match curve.or(named) {
            Some(P256) => SecuritySuite::Suite1,
            Some(P384) => SecuritySuite::Suite2,
            _ => return Err("on another curve than P-256 and P-384"),
        };
        let scalar = Zeroizing::new(key.private_key.to_vec());
        if scalar.len() != suite.coordinate_len() {
            Err("a private key of a wrong length")
        } else {
            Ok(Self { suite, scalar })
        }
    }

    /// Its octets, as many as the curve's: 32 or 48.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.scalar
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateKey").field("suite", &self.suite).finish_non_exhaustive()
    }
}
