use std::path::Path;

use dlms_core::crypto::{CryptoError, KeyId, KeyKind, SecuritySuite};
use dlms_security::{GrowingKeys, SoftwareProvider};
use getrandom::SysRng;

use super::octets::Octets;
use super::{Auth, ConnectionFlags};
use crate::failure::{Failure, FailureKind};
use crate::key_file::PrivateKey;

/// Who ciphers for us.
pub(crate) type Provider = SoftwareProvider<SysRng, GrowingKeys>;

/// The keys: global ones, private ones, and the secret of high level security.
#[derive(Debug, Clone, Default)]
pub(crate) struct Keys {
    ek: Option<Octets>,
    ak: Option<Octets>,
    kek: Option<Octets>,
    secret: Option<Octets>,
    signing: Option<PrivateKey>,
    agreement: Option<PrivateKey>,
}

impl Keys {
    /// Those of the flags.
    ///
    /// # Errors
    /// `exposed-key-file`; `usage` for a file that has no private key of the suite.
    pub(super) fn new(flags: &ConnectionFlags, auth: Auth, suite: SecuritySuite) -> Result<Self, Failure> {
        let secret = flags.password.clone().filter(|_| auth.hashes());
        let [ek, ak, kek] = [flags.ek.clone(), flags.ak.clone(), flags.kek.clone()];
        let private = |file: &Option<_>, name: &str| -> Result<Option<PrivateKey>, Failure> {
            let Some(file) = file else { return Ok(None) };
            let key = PrivateKey::read(Path::new(file))?;
            match key.suite == suite {
                true => Ok(Some(key)),
                false => Err(Failure::usage(format!("{name} is on the curve of --suite {}", key.suite.id()))),
            }
        };
        let signing = private(&flags.signing_key, "--signing-key")?;
        let agreement = private(&flags.agreement_key, "--agreement-key")?;
        Ok(Self { ek, ak, kek, secret, signing, agreement })
    }

    /// Checks that there is what ciphering needs, the authentication key included where it is `authenticated`.
    ///
    /// # Errors
    /// `missing-key`; `usage` for a key of the wrong length.
    pub(super) fn check(&self, suite: SecuritySuite, authenticated: bool) -> Result<(), Failure> {
        for (name, key, needed) in
            [("--ek", &self.ek, true), ("--ak", &self.ak, authenticated), ("--kek", &self.kek, false)]
        {
            match key {
                None if needed => {
                    return Err(Failure::new(FailureKind::MissingKey, format!("{name} is needed")));
                }
                Some(key) if key.as_bytes().len() != suite.key_len() => {
                    return Err(Failure::usage(format!("{name} has {} octets", suite.key_len())));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Checks that there is a private key for signatures.
    ///
    /// # Errors
    /// `missing-key`.
    pub(super) fn check_signing(&self) -> Result<(), Failure> {
        match self.signing {
            Some(_) => Ok(()),
            None => Err(Failure::new(FailureKind::MissingKey, "--signing-key is needed")),
        }
    }

    /// A provider with these keys, for the client of this service access point.
    pub(crate) fn provider(&self, client: u16) -> Result<Provider, Failure> {
        let mut provider = Provider::new(SysRng);
        for (kind, key) in [
            (KeyKind::GlobalUnicastEncryption, self.ek.as_ref().map(Octets::as_bytes)),
            (KeyKind::Authentication, self.ak.as_ref().map(Octets::as_bytes)),
            (KeyKind::KeyEncryption, self.kek.as_ref().map(Octets::as_bytes)),
            (KeyKind::Secret(client), self.secret.as_ref().map(Octets::as_bytes)),
            (KeyKind::Signing, self.signing.as_ref().map(PrivateKey::as_bytes)),
            (KeyKind::Agreement, self.agreement.as_ref().map(PrivateKey::as_bytes)),
        ] {
            let Some(key) = key else { continue };
            let set = provider.set_key(KeyId { setup: 0, kind }, key);
            set.map_err(|error: CryptoError| Failure::usage(error.to_string()))?;
        }
        Ok(provider)
    }
}
