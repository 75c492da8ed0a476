//! Agreement on global keys (IEC 62056-6-2, Security setup, key_agreement): each side makes a key pair for this once, and
//! signs its half. C(2e, 0s, ECC CDH) of NIST SP 800-56A.

use dlms_core::crypto::{CryptoProvider, KeyId, Part, SecuritySuite};

use crate::{AlgorithmIds, PublicKey, SecurityError, SystemTitle};

/// Octets of a half at most: a public key and its signature.
pub const MAX_HALF: usize = 2 * PublicKey::MAX;

/// Who agrees, and on which key. The client always is party U.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agreement {
    /// The suite.
    pub suite: SecuritySuite,
    /// The client's system title.
    pub client: SystemTitle,
    /// The server's system title.
    pub server: SystemTitle,
    /// The number of the key in Security setup, key_id.
    pub key_id: u8,
    /// How algorithms are written.
    pub algorithm_ids: AlgorithmIds,
}

impl Agreement {
    /// Writes our half: the public key to `ephemeral`, and `signing`'s signature over the key's number and it. Gives the
    /// octets.
    ///
    /// # Errors
    /// A key is missing, the provider failed, or `out` is too small (`Provider(KeyLength)`).
    pub fn write_half<'o, C: CryptoProvider + ?Sized>(
        &self,
        crypto: &mut C,
        ephemeral: KeyId,
        signing: KeyId,
        out: &'o mut [u8; MAX_HALF],
    ) -> Result<&'o [u8], SecurityError> {
        let public = crypto.public_key(self.suite, ephemeral, out)?;
        let (key, rest) = out.split_at_mut_checked(public).ok_or(SecurityError::Inconsistent)?;
        let parts = [Part::Bytes(&[self.key_id]), Part::Bytes(key)];
        let signature = crypto.sign(self.suite, signing, &parts, rest)?;
        Ok(out.get(..public.saturating_add(signature)).unwrap_or_default())
    }

    /// Checks the peer's half; its public key.
    ///
    /// # Errors
    /// `Inauthentic`, also for another length; or the provider failed.
    pub fn check_half<C: CryptoProvider + ?Sized>(
        &self,
        crypto: &mut C,
        signer: &PublicKey,
        half: &[u8],
    ) -> Result<PublicKey, SecurityError> {
        let (key, signature) =
            half.split_at_checked(self.suite.public_key_len()).ok_or(SecurityError::Inauthentic)?;
        let public = PublicKey::from_slice(key).filter(|key| key.suite() == self.suite);
        let public = public.ok_or(SecurityError::Inauthentic)?;
        if signer.suite() != self.suite {
            return Err(SecurityError::Suite);
        }
        let parts = [Part::Bytes(&[self.key_id]), Part::Bytes(key)];
        crypto.verify(self.suite, signer.as_slice(), &parts, signature)?;
        Ok(public)
    }

    /// Agrees on the key, which will be used as `used_as`, and keeps it as `into`.
    ///
    /// # Errors
    /// The peer's key is no point of the curve, a key is missing, or the provider failed.
    pub fn agree<C: CryptoProvider + ?Sized>(
        &self,
        crypto: &mut C,
        ephemeral: KeyId,
        peer: &PublicKey,
        used_as: KeyId,
        into: KeyId,
    ) -> Result<(), SecurityError> {
        let algorithm = self.algorithm_ids.of(self.suite, used_as.kind);
        let info = [Part::Bytes(&algorithm), Part::Bytes(&self.client.0), Part::Bytes(&self.server.0)];
        Ok(crypto.agree(self.suite, ephemeral, peer.as_slice(), &info, into)?)
    }
}
