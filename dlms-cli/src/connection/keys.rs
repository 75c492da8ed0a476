use dlms_core::crypto::{CryptoError, KeyId, KeyKind, SecuritySuite};
use dlms_security::{GrowingKeys, SoftwareProvider};
use getrandom::SysRng;

use super::octets::Octets;
use super::{Auth, ConnectionFlags};
use crate::failure::{Failure, FailureKind};

/// Who ciphers for us.
pub(crate) type Provider = SoftwareProvider<SysRng, GrowingKeys>;

/// The global keys, and the secret of high level security.
#[derive(Debug, Clone, Default)]
pub(crate) struct Keys {
    ek: Option<Octets>,
    ak: Option<Octets>,
    secret: Option<Octets>,
}

impl Keys {
    pub(super) fn new(flags: &ConnectionFlags, auth: Auth) -> Self {
        let secret = flags.password.clone().filter(|_| auth.hashes());
        Self { ek: flags.ek.clone(), ak: flags.ak.clone(), secret }
    }

    /// Checks that there is what ciphering needs, the authentication key included where it is `authenticated`.
    ///
    /// # Errors
    /// `missing-key`; `usage` for a key of the wrong length.
    pub(super) fn check(&self, suite: SecuritySuite, authenticated: bool) -> Result<(), Failure> {
        for (name, key, needed) in [("--ek", &self.ek, true), ("--ak", &self.ak, authenticated)] {
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

    /// A provider with these keys, for the client of this service access point.
    pub(crate) fn provider(&self, client: u16) -> Result<Provider, Failure> {
        let mut provider = Provider::new(SysRng);
        let keys = [
            (KeyKind::GlobalUnicastEncryption, &self.ek),
            (KeyKind::Authentication, &self.ak),
            (KeyKind::Secret(client), &self.secret),
        ];
        for (kind, key) in keys {
            let Some(key) = key else { continue };
            let set = provider.set_key(KeyId { setup: 0, kind }, key.as_bytes());
            set.map_err(|error: CryptoError| Failure::usage(error.to_string()))?;
        }
        Ok(provider)
    }
}
